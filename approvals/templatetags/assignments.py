"""`{% opinions record %}`: whom the reader's own city has asked about a record, on any record's page."""

from typing import Any

from django import template

from approvals.opinions import is_of_side
from records.registry import registry

register = template.Library()


@register.inclusion_tag("approvals/opinions.html", takes_context=True)
def opinions(context: Any, record: Any) -> dict[str, Any]:
    """A section that is loaded after the page, for officials of a side only; nothing for everybody else."""
    actor = getattr(context.get("request"), "actor", None)
    shown = actor is not None and is_of_side(actor, record)
    return {"record": record, "kind": registry.of(record).kind, "shown": shown}
