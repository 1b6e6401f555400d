"""Who may see and do what with experts, requests and invitations."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.access import correct_refusal, edit_refusal, require_edit, visible
from accounts.actors import Actor
from accounts.models import Role
from experts.models import Erasure, Expert, Invitation, Work
from records.errors import NotAllowed, NotVisible

__all__ = ["edit_refusal", "require_edit"]

State = Expert.State


def expert_to_read(*, pk: UUID, actor: Actor) -> Expert:
    """Raises `NotVisible`."""
    whole = Expert.objects.select_related("programme", "owner_city", "organisation", "keeper")
    return visible(whole, pk=pk, actor=actor)


def keep_refusal(actor: Actor, expert: Expert, *, archived: bool = False) -> NotAllowed | None:
    """Why this actor may not keep this profile; None when they may."""
    if not is_own(expert, actor) and actor.may_write:
        return NotAllowed(
            _("This expert is vouched for by another city."), _("Only that city keeps the profile.")
        )
    if expert.state == State.ERASED:
        return NotAllowed(_("This expert has been erased."))
    return edit_refusal(actor, expert, archived=archived)


def expert_to_keep(*, pk: UUID, actor: Actor) -> Expert:
    """Raises `NotVisible` and `NotAllowed`."""
    expert = expert_to_read(pk=pk, actor=actor)
    if refusal := keep_refusal(actor, expert):
        raise refusal
    return expert


def work_to_keep(*, pk: UUID, actor: Actor) -> Work:
    """A publication or past engagement, which only the expert's city has forms for.

    Raises `NotVisible` and `NotAllowed`.
    """
    work = visible(
        Work.objects.select_related("expert__owner_city", "expert__programme"), pk=pk, actor=actor
    )
    if not is_own(work.expert, actor):
        raise NotVisible
    if refusal := keep_refusal(actor, work.expert):
        raise refusal
    if work.archived_at:
        raise NotVisible
    return work


def is_own(expert: Expert, actor: Actor) -> bool:
    """Whether the actor is of the city that vouches for this expert."""
    return actor.is_system or (actor.city_id is not None and expert.owner_city_id == actor.city_id)


def covered(expert: Expert, actor: Actor) -> frozenset[str]:
    """Which parts of a profile this actor is shown: its own city all, others what the consent covers."""
    return frozenset(Expert.Covers.values if is_own(expert, actor) else expert.consent_covers)


def vouch_refusal(actor: Actor, expert: Expert) -> NotAllowed | None:
    """Why this actor may not publish or suspend this profile for its city; None when they may."""
    if refusal := edit_refusal(actor, expert):
        return refusal
    if actor.is_system or actor.deciding_roles:
        return None
    return NotAllowed(
        _("A city vouches for its experts by its coordinators and secretaries."),
        _("Ask one of them to publish or suspend this profile."),
    )


def publish_refusal(actor: Actor, expert: Expert) -> NotAllowed | None:
    """Why this profile may not be published by this actor now; None when it may."""
    if refusal := vouch_refusal(actor, expert):
        return refusal
    if expert.state == State.PUBLISHED:
        return NotAllowed(_("This profile is published."))
    if not expert.fields.exists():
        return NotAllowed(
            _("A profile without a field of expertise is found by nobody."), _("Choose at least one field.")
        )
    return None


def suspend_refusal(actor: Actor, expert: Expert) -> NotAllowed | None:
    """Why this profile may not be suspended by this actor now; None when it may."""
    if refusal := vouch_refusal(actor, expert):
        return refusal
    if expert.state != State.PUBLISHED:
        return NotAllowed(_("Only a published profile is suspended."))
    return None


def erase_refusal(actor: Actor, expert: Expert) -> NotAllowed | None:
    """Why this actor may not erase this person from the record; None when they may."""
    if actor.is_system:
        return None
    if not is_own(expert, actor):
        return NotAllowed(
            _("This expert is vouched for by another city."), _("Only that city erases its experts.")
        )
    if Role.SECRETARY not in actor.deciding_roles and not (actor.is_administrator and actor.client is None):
        return NotAllowed(
            _("Erasing a person cannot be undone, so a secretary or an administrator of the city does it."),
            _("Ask one of them."),
        )
    if expert.state == State.ERASED:
        return NotAllowed(_("This expert has been erased."))
    return None


def erasures_refusal(actor: Actor) -> NotAllowed | None:
    """Why this actor may not see which people were erased; None when they may."""
    if actor.is_system or actor.is_administrator or Role.SECRETARY in actor.roles:
        return None
    return NotAllowed(
        _("The list of erasures is kept for those who audit a city: its secretaries and administrators.")
    )


def erasures_seen(actor: Actor) -> Any:
    """The erasures of the actor's own city, the latest first, for those who audit it.

    An administrator of no city sees all: whoever restores a backup erases these again.
    """
    rows = Erasure.objects.select_related("user", "city").order_by("-at", "-pk")
    if actor.is_system or (actor.is_administrator and actor.city_id is None):
        return rows
    return rows.none() if erasures_refusal(actor) else rows.filter(city=actor.city_id)


def contact_refusal(actor: Actor, expert: Expert) -> NotAllowed | None:
    """Why this actor may not read how this expert is reached; None when they may.

    Their own city's officials may; another city's do with an accepted invitation of that city's request,
    as long as they are shown the expert at all: a consent that is withdrawn hides at once.
    """
    writes = actor.is_system or actor.may_write
    if writes and is_own(expert, actor):
        return None
    accepted = Invitation.objects.filter(
        expert=expert, state=Invitation.State.ACCEPTED, request__city=actor.city_id
    )
    shown = Expert.objects.visible_to(actor).live().filter(pk=expert.pk)
    if writes and actor.city_id and accepted.live().exists() and shown.exists():
        return None
    return NotAllowed(
        _("Contact details are shown to the asking city once the expert has accepted its invitation."),
        _("Write a request and invite the expert."),
    )


def require_reference_data(actor: Actor, record: Any, *, archived: bool = False) -> None:
    """Fields of expertise are common to all cities: administrators keep them. Raises `NotAllowed`."""
    if actor.is_system:
        return
    if not actor.is_administrator:
        raise NotAllowed(
            _("Fields of expertise are common to all cities, so administrators keep them."),
            _("Ask an administrator to add or change one."),
        )
    if refusal := correct_refusal(actor, record, archived=archived):
        raise refusal
