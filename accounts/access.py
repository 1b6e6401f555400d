"""Who may do what to a record: one rule for pages, API, administration and jobs."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Role, User
from records.errors import NotAllowed, NotVisible
from records.models import Visibility, seen_through


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


def require_edit(actor: Actor, record: Any, *, archived: bool = False, correcting: bool = False) -> None:
    """Raises `NotAllowed` when this actor may not edit this record, or not correct it."""
    rule = correct_refusal if correcting else edit_refusal
    if refusal := rule(actor, record, archived=archived):
        raise refusal


def require_own_city(actor: Actor, record: Any) -> None:
    """What is a city's, such as its organisations, only its own editors change. Raises `NotAllowed`.

    In the administration, its administrators do, and those who belong to no city.
    """
    if actor.is_system or (actor.sees_shared and actor.city_id in (None, record.city_id)):
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


# The administration. Pages and API know nothing of these rules, and `visible_to` is not widened by them.


def enter_refusal(actor: Actor) -> NotAllowed | None:
    """Why this actor may not enter the administration; None when they may.

    It takes both: the mark on the account and the role, so that neither alone lets anybody in.
    """
    if actor.user is not None and actor.user.is_staff and actor.is_administrator:
        return None
    return NotAllowed(
        _("The administration is for administrators."),
        _("An administrator can give you that role, if it is your task."),
    )


def is_masked(actor: Actor, record: Any) -> bool:
    """Whether this record is a city's own, and not the administrator's city: they learn that it exists.

    What belongs to another record is masked with that one.
    """
    if not hasattr(record, "programme_path"):
        return False
    return any(is_foreign(actor, reached(record, way)) for way in seen_through(type(record)))


def reached(record: Any, way: str) -> Any:
    """The record at the end of a way such as `project__`."""
    for name in filter(None, way.split("__")):
        record = getattr(record, name)
    return record


def is_foreign(actor: Actor, record: Any) -> bool:
    """Whether this very record is one city's own, and not the actor's city's."""
    own = actor.city_id is not None and record.owner_city_id == actor.city_id
    return record.visibility not in (Visibility.PUBLIC, Visibility.SHARED) and not (
        record.visibility == Visibility.OWN and own
    )


def unmasked(queryset: Any, actor: Actor) -> Any:
    """The records whose content an administrator may read: `is_masked`, for a whole list."""
    if not hasattr(queryset.model, "programme_path"):
        return queryset
    for way in seen_through(queryset.model):
        rule = Q(**{f"{way}visibility__in": [Visibility.PUBLIC, Visibility.SHARED]})
        if actor.city_id:
            rule |= Q(**{f"{way}visibility": Visibility.OWN, f"{way}owner_city": actor.city_id})
        queryset = queryset.filter(rule)
    return queryset


def correct_refusal(actor: Actor, record: Any, *, archived: bool = False) -> NotAllowed | None:
    """Why this actor may not correct this record in the administration; None when they may.

    An administrator corrects whatever is public or shared, and their own city's own
    records. They decide nothing: what both cities agreed stays with the cities.
    """
    if actor.is_system:
        return None
    if not actor.is_administrator:
        return NotAllowed(
            _("Only an administrator corrects records here."), _("Edit it on the record's own page.")
        )
    if is_masked(actor, record):
        return NotAllowed(
            _("This record is one side's own."),
            _("Only that side reads and edits it, until that side shares it."),
        )
    if record.archived_at and not archived:
        return NotAllowed(_("This record is archived."), _("Restore it first."))
    return None


def hand_over_refusal(actor: Actor, person: User) -> NotAllowed | None:
    """Why this actor may not hand over what this person holds; None when they may.

    A secretary does it for the people of their city, an administrator as they manage people.
    """
    if Role.SECRETARY in actor.roles:
        if person.city_id == actor.city_id:
            return None
        return NotAllowed(
            _("This person is not of your city."), _("A secretary of that city can hand over their work.")
        )
    if not actor.is_administrator:
        return NotAllowed(
            _("Only a secretary of the person's city, or an administrator, hands over somebody's work."),
            _("Ask one of them."),
        )
    return person_refusal(actor, person)


def colleague_to_read(*, pk: int, actor: Actor) -> User:
    """A person whose account this actor looks after. Raises `NotVisible` and `NotAllowed`.

    Of the other side's people nothing is told, not even whether there are any.
    """
    person = User.objects.select_related("city").filter(pk=pk).first()
    if person is None or not (
        actor.is_administrator or (actor.city_id and person.city_id == actor.city_id)
    ):
        raise NotVisible
    if refusal := hand_over_refusal(actor, person):
        raise refusal
    return person


def person_refusal(actor: Actor, person: User | None) -> NotAllowed | None:
    """Why this actor may not change this person's account (None: a new one); None when they may.

    An administrator of a city manages that city's people, and one without a city everybody's:
    otherwise one city could make itself an account of the other, and decide for both.
    """
    if actor.is_system:
        return None
    if not actor.is_administrator:
        return NotAllowed(_("Only an administrator manages people."))
    if person is not None and actor.city_id is not None and person.city_id != actor.city_id:
        return NotAllowed(
            _("This person is not of your city."),
            _("An administrator of that city can change the account."),
        )
    return None
