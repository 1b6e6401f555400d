"""Who decides on which areas for their city."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.access import person_refusal
from accounts.actors import Actor
from accounts.models import Role, User
from programme.models import Area, Remit
from records import services
from records.errors import Invalid, NotAllowed


def remit_give(*, person: User, area: Area, by: Actor) -> Remit:
    """Let a coordinator decide on an area for their city. Raises `NotAllowed` and `Invalid`."""
    with services.writing(by=by):
        require_person(by, person)
        if not person.memberships.filter(role=Role.COORDINATOR).exists():
            raise Invalid(
                {"user": [_("Only a coordinator has a remit; a secretary decides in all areas.")]}
            )
        if not area.programme.cities.filter(pk=person.city_id).exists():
            raise Invalid({"area": [_("This person’s city is no side of the area’s programme.")]})
        return Remit.objects.get_or_create(user=person, area=area)[0]


def remit_withdraw(*, remit: Remit, by: Actor) -> None:
    """Take an area from a coordinator; the history keeps that it was theirs. Raises `NotAllowed`."""
    with services.writing(by=by):
        require_person(by, remit.user)
        remit.delete()


def require_person(by: Actor, person: User) -> None:
    if refusal := person_refusal(by, person):
        raise refusal


def areas_outside_remit(actor: Actor, areas: Any) -> Any:
    """Those of `areas` on which this coordinator does not decide."""
    return areas.exclude(pk__in=Remit.objects.filter(user=actor.user_id).values("area"))


def remit_refusal(actor: Actor, areas: Any) -> NotAllowed | None:
    """Why this actor may not decide, for their city, on something of these areas; None when they may.

    A secretary decides in all areas, a coordinator within their remit: it has to cover
    every area that is touched.
    """
    if Role.SECRETARY in actor.deciding_roles:
        return None
    outside = list(areas_outside_remit(actor, areas))
    if not outside:
        return None
    named = pgettext("between things in a list", ", ").join(str(area) for area in outside)
    return NotAllowed(
        _("Your remit does not cover: %(areas)s.") % {"areas": named},
        _("A secretary of your city can decide, or an administrator can widen your remit."),
    )


def deciders(*, city_id: Any, areas: Any) -> Q:
    """The people who decide for a city on something of these areas, as a condition on people.

    Secretaries, and coordinators whose remit covers every one of the areas.
    """
    area_ids = list(areas.values_list("pk", flat=True))
    rule = Q(memberships__city=city_id, memberships__role=Role.SECRETARY)
    coordinator = Q(memberships__city=city_id, memberships__role=Role.COORDINATOR)
    for pk in area_ids:
        coordinator &= Q(pk__in=Remit.objects.filter(area=pk).values("user"))
    return rule | coordinator
