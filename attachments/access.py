"""Who may see and change what hangs on a record."""

from typing import Any
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import edit_refusal, require_edit, visible
from accounts.actors import Actor
from accounts.models import Role
from attachments.models import Attached, Document, Link, Remark
from attachments.subjects import subject_type
from records.errors import Invalid, NotAllowed, NotVisible
from records.models import Visibility

__all__ = ["edit_refusal", "require_edit"]

CLEARERS = frozenset({Role.COORDINATOR, Role.SECRETARY})
NARROWER = [Visibility.PUBLIC, Visibility.SHARED, Visibility.OWN]


class Seen(TextChoices):
    """Each visibility as a choice that says who sees the thing."""

    PUBLIC = Visibility.PUBLIC.value, gettext_lazy("Seen by everybody")
    SHARED = Visibility.SHARED.value, gettext_lazy("Seen by both sides")
    OWN = Visibility.OWN.value, gettext_lazy("Seen by your side only")


def subject_to_read(*, kind: str, pk: UUID, actor: Actor) -> Any:
    """The record of any kind that something hangs on. Raises `NotVisible`."""
    found = subject_type(kind)
    if found is None:
        raise NotVisible
    return visible(found.model.objects.all(), pk=pk, actor=actor)


def subject_to_edit(*, kind: str, pk: UUID, actor: Actor) -> Any:
    """The same, for whoever may hang something on it. Raises `NotVisible` and `NotAllowed`."""
    subject = subject_to_read(kind=kind, pk=pk, actor=actor)
    require_edit(actor, subject)
    return subject


def document_to_read(*, pk: UUID, actor: Actor) -> Document:
    """Raises `NotVisible`."""
    return visible(Document.objects.select_related("blob"), pk=pk, actor=actor)


def document_to_edit(*, pk: UUID, actor: Actor) -> Document:
    """Raises `NotVisible` and `NotAllowed`."""
    document = document_to_read(pk=pk, actor=actor)
    require_edit(actor, document)
    return document


def remark_to_read(*, pk: UUID, actor: Actor) -> Remark:
    """Raises `NotVisible`."""
    return visible(Remark.objects.all(), pk=pk, actor=actor)


def remark_to_edit(*, pk: UUID, actor: Actor) -> Remark:
    """Raises `NotVisible` and `NotAllowed`."""
    remark = remark_to_read(pk=pk, actor=actor)
    require_author(actor, remark)
    return remark


def link_to_read(*, pk: UUID, actor: Actor) -> Link:
    """Raises `NotVisible`."""
    return visible(Link.objects.all(), pk=pk, actor=actor)


def author_refusal(actor: Actor, remark: Remark) -> NotAllowed | None:
    """Why this actor may not edit a remark: what somebody said is changed by nobody else."""
    if refusal := edit_refusal(actor, remark):
        return refusal
    if remark.created_by_id != actor.user_id:
        return NotAllowed(_("A remark is edited by its author only."), _("Write a remark of your own."))
    return None


def require_author(actor: Actor, remark: Remark) -> None:
    """Raises `NotAllowed`."""
    if refusal := author_refusal(actor, remark):
        raise refusal


def clear_refusal(actor: Actor, remark: Remark, *, archived: bool = False) -> NotAllowed | None:
    """Why this actor may not archive or restore a remark."""
    if refusal := edit_refusal(actor, remark, archived=archived):
        return refusal
    clears = remark.city_id == actor.city_id and bool(actor.roles & CLEARERS)
    if remark.created_by_id == actor.user_id or clears:
        return None
    return NotAllowed(
        _("A remark is archived by its author, or by a coordinator or secretary of the author's side."),
        _("Ask one of them."),
    )


def require_clear(actor: Actor, remark: Remark, *, archived: bool = False) -> None:
    """Raises `NotAllowed`."""
    if refusal := clear_refusal(actor, remark, archived=archived):
        raise refusal


def visibilities(subject: Any, actor: Actor) -> list[Visibility]:
    """What something on this record may be seen by: never more than see the record itself."""
    allowed = NARROWER[NARROWER.index(Visibility(subject.visibility)) :]
    return [choice for choice in allowed if choice != Visibility.OWN or actor.city_id]


def owner_of(subject: Any, visibility: str, actor: Actor) -> UUID | None:
    """Whose own a thing on this record becomes. Raises `Invalid` for a visibility that it can't have."""
    if visibility not in visibilities(subject, actor):
        raise Invalid(
            {"visibility": [_("This can't be seen by more people than the record that it belongs to.")]}
        )
    return actor.city_id if visibility == Visibility.OWN else None


def place(attached: Attached, *, subject: Any, kind: str, visibility: str, by: Actor) -> None:
    """Hang something new on a record. Raises `Invalid`."""
    attached.subject_kind, attached.subject_id = kind, subject.pk
    attached.programme_id = subject.programme_id
    attached.city_id = by.city_id
    attached.owner_city_id = owner_of(subject, visibility, by)
    attached.visibility = visibility
