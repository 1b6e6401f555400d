"""What the sections of documents, remarks and links show, in a constant number of queries."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from accounts.access import edit_refusal
from accounts.actors import Actor
from attachments.access import author_refusal, clear_refusal
from attachments.models import Attached, Document, Link, Remark
from attachments.subjects import subject_types, subject_url
from records.named import named, of_seen_records
from records.registry import registry

PER_PAGE = 20


def section(subject: Any, actor: Actor) -> dict[str, Any]:
    """What every section needs to know of its record."""
    record_type = registry.of(subject)
    return {
        "subject": subject,
        "kind": record_type.kind,
        "label": record_type.label,
        "title": record_type.title(subject),
        "back": subject_url(subject),
        "refusal": edit_refusal(actor, subject),
    }


def documents_of(subject: Any, actor: Actor, number: Any = 1) -> dict[str, Any]:
    found = Document.objects.visible_to(actor, on=subject)
    rows = found.select_related("blob", "created_by", "city", "owner_city").order_by("-created_at", "-id")
    page: Page[Any] = Paginator(rows.live(), PER_PAGE).get_page(number)
    for document in page:
        document.by = who(document, actor)
        document.editable = edit_refusal(actor, document) is None
    archived = [
        document
        for document in rows.exclude(archived_at=None)[:PER_PAGE]
        if edit_refusal(actor, document, archived=True) is None
    ]
    return {**section(subject, actor), "page": page, "archived": archived}


def remarks_of(subject: Any, actor: Actor, number: Any = 1) -> dict[str, Any]:
    found = Remark.objects.visible_to(actor, on=subject)
    rows = found.select_related("created_by", "city", "owner_city").order_by("-created_at", "-id")
    page: Page[Any] = Paginator(rows.live(), PER_PAGE).get_page(number)
    for remark in page:
        remark.by = who(remark, actor)
        remark.editable = author_refusal(actor, remark) is None
        remark.clearable = clear_refusal(actor, remark) is None
    archived = [
        remark
        for remark in rows.exclude(archived_at=None)[:PER_PAGE]
        if clear_refusal(actor, remark, archived=True) is None
    ]
    return {**section(subject, actor), "page": page, "archived": archived}


def links_of(subject: Any, actor: Actor) -> dict[str, Any]:
    """The links from and to a record, each with the other end's name and address."""
    seen = Link.objects.visible_to(actor).live()
    kind = registry.of(subject).kind
    outwards = other_ends(seen.filter(subject_kind=kind, subject_id=subject.pk), actor, "target")
    inwards = other_ends(seen.filter(target_kind=kind, target_id=subject.pk), actor, "subject")
    return {**section(subject, actor), "outwards": outwards, "inwards": inwards}


def other_ends(links: Any, actor: Actor, end: str) -> list[Any]:
    rows: Iterable[Any] = of_seen_records(
        links.order_by("created_at", "id"),
        actor,
        kind=f"{end}_kind",
        pk=f"{end}_id",
        among=subject_types(),
        live=True,
    )[:100]
    found = []
    for link in rows:
        link.other = named(getattr(link, f"{end}_kind"), link.record_json)
        link.removable = edit_refusal(actor, link) is None
        found.append(link)
    return found


def who(attached: Attached, actor: Actor) -> str:
    """Officials are named to those who sign in for a side; everybody else is told the side."""
    if attached.created_by and attached.programme_id in actor.programme_ids:
        return attached.created_by.name
    return str(attached.city) if attached.city else _("The system")
