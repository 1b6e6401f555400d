"""`{% attachments record %}`: the sections that any record's page can place."""

from typing import Any

from django import template
from django.utils.html import Urlizer
from django.utils.safestring import SafeString, mark_safe

from records.registry import registry

register = template.Library()


class SafeUrlizer(Urlizer):
    """Links that carry neither this page's handle nor its good name to the other one."""

    url_template = '<a href="{href}" rel="noopener nofollow">{url}</a>'


@register.filter
def said(text: str) -> SafeString:
    """A remark as people wrote it: escaped, line breaks kept, addresses made links."""
    linked = SafeUrlizer()(text, nofollow=True, autoescape=True)
    return mark_safe(linked.replace("\r\n", "\n").replace("\n", "<br>"))  # noqa: S308 — escaped word by word


@register.inclusion_tag("attachments/sections.html")
def attachments(record: Any) -> dict[str, Any]:
    """Documents, remarks and links of a record, each loaded after the page."""
    return {"record": record, "kind": registry.of(record).kind}


@register.filter
def kind_of(record: Any) -> str:
    """The kind by which addresses name a record."""
    return registry.of(record).kind
