"""Who may do what to a record: one rule for pages, API, administration and jobs."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.actors import Actor
from records.errors import NotAllowed, NotVisible
from records.models import Visibility


def visible(queryset: Any, *, pk: UUID, actor: Actor) -> Any:
    """The record that an actor asks for. Raises `NotVisible`, also when there is none."""
    record = queryset.visible_to(actor).filter(pk=pk).first()
    if record is None:
        raise NotVisible
    return record


def edit_refusal(actor: Actor, record: Any, *, archived: bool = False) -> NotAllowed | None:
    """Why this actor may not edit this visible record; None when they may.

    Any editor of either side edits public and shared records; one city's own only
    that city. Remits limit deciding, not editing. An archived record is only restored,
    and `archived` asks about that.
    """
    if actor.is_system:
        return None
    if actor.is_anonymous:
        return NotAllowed(_("You are not signed in."), _("Sign in as an editor of one of the sides."))
    if actor.city_id is None:
        return NotAllowed(
            _("Your account belongs to no city, and only the programme's sides edit its records."),
            _("An administrator can make you an editor of your city."),
        )
    if not actor.may_write:
        return NotAllowed(
            _("Your role lets you read, not edit."),
            _("An administrator can make you an editor of your city."),
        )
    if record.programme_id not in actor.programme_ids:
        return NotAllowed(
            _("Your city is not a side of this programme."),
            _("Only an editor of one of its sides may edit this."),
        )
    if record.visibility == Visibility.OWN and record.owner_city_id != actor.city_id:
        return NotAllowed(
            _("This record is the other side's own."),
            _("It becomes yours to edit once that side shares it."),
        )
    if record.archived_at and not archived:
        return NotAllowed(_("This record is archived."), _("Restore it first."))
    return None


def require_edit(actor: Actor, record: Any, *, archived: bool = False) -> None:
    """Raises `NotAllowed` when this actor may not edit this record."""
    if refusal := edit_refusal(actor, record, archived=archived):
        raise refusal


def require_own_city(actor: Actor, record: Any) -> None:
    """What is a city's, such as its organisations, only its own editors change. Raises `NotAllowed`."""
    if actor.is_system:
        return
    if not actor.may_write:
        raise NotAllowed(
            _("Your role lets you read, not edit."),
            _("An administrator can make you an editor of your city."),
        )
    if record.city_id != actor.city_id:
        raise NotAllowed(
            _("This belongs to another city."), _("Only an editor of that city may change it.")
        )
