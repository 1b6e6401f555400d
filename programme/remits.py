"""Who decides on which areas for their city."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.actors import Actor
from accounts.models import Role
from programme.models import Remit
from records.errors import NotAllowed


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
