"""Following, for the pages of records."""

from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("delivery/follow.html", takes_context=True)
def follow(context: template.Context, kind: str, record: Any) -> dict[str, Any]:
    """The button that follows a record, or stops; nothing for those who are not signed in."""
    actor: Any = getattr(context.get("request"), "actor", None)
    person = actor is not None and actor.user_id is not None
    return {
        "kind": kind,
        "pk": record.pk,
        "shown": person,
        "followed": kind in context["followed_kinds"](),
        "here": context.get("here", "/"),
        "csrf_token": context.get("csrf_token"),
    }
