"""Who decides on which areas for their city, also in place of a colleague who is away."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.access import person_refusal
from accounts.actors import Actor
from accounts.deputies import absent_colleagues, deputies_of
from accounts.models import Membership, Role, User
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


def absent_coordinators(actor: Actor) -> Any:
    """The absent coordinators in whose remits this actor, a coordinator of their city, decides."""
    if Role.COORDINATOR not in actor.deciding_roles:
        return User.objects.none()
    return absent_colleagues(actor.user_id).filter(
        pk__in=Membership.objects.filter(role=Role.COORDINATOR, city=actor.city_id).values("user")
    )


def remits_of(actor: Actor) -> Any:
    """The remits in which this actor decides: their own, and those of whom they stand in for."""
    return Remit.objects.filter(Q(user=actor.user_id) | Q(user__in=absent_coordinators(actor).values("pk")))


def areas_outside_remit(actor: Actor, areas: Any) -> Any:
    """Those of `areas` on which this coordinator does not decide."""
    return areas.exclude(pk__in=remits_of(actor).values("area"))


def remit_refusal(actor: Actor, areas: Any) -> NotAllowed | None:
    """Why this actor may not decide, for their city, on something of these areas; None when they may.

    A secretary decides in all areas, a coordinator within their remit: it has to cover
    every area that is touched. While a colleague is away, the deputy's remit is both.
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


def decides_for(actor: Actor, areas: Any) -> User | None:
    """The absent colleague without whose remit this actor could not decide; None where none is needed."""
    if Role.SECRETARY in actor.deciding_roles:
        return None
    beyond = areas.exclude(pk__in=Remit.objects.filter(user=actor.user_id).values("area"))
    covering = absent_coordinators(actor).filter(remits__area__in=beyond.values("pk"))
    return covering.order_by("pk").distinct().first()


def within_remit(records: Any, actor: Actor, *, areas: str = "areas") -> Any:
    """The records, as a queryset, on which this actor decides for their city."""
    if not actor.deciding_roles:
        return records.none()
    if Role.SECRETARY in actor.deciding_roles:
        return records
    through = getattr(records.model, areas).through
    own = f"{records.model._meta.model_name}_id"
    outside = through.objects.exclude(area__in=remits_of(actor).values("area"))
    return records.exclude(pk__in=outside.values(own))


def deciders(*, city_id: Any, areas: Any) -> Q:
    """The people who decide for a city on something of these areas, as a condition on people.

    Secretaries, and coordinators whose remit, with those of the absent colleagues for
    whom they stand in, covers every one of the areas.
    """
    rule = Q(pk__in=people_with(Role.SECRETARY, city_id))
    coordinators = people_with(Role.COORDINATOR, city_id)
    return rule | Q(pk__in=coordinators) & covering(areas.values_list("pk", flat=True), coordinators)


def people_with(role: str, city_id: Any) -> Any:
    return Membership.objects.filter(city=city_id, role=role).values("user")


def covering(area_ids: Iterable[Any], coordinators: Any) -> Q:
    rule = Q()
    for pk in area_ids:
        able = Remit.objects.filter(area=pk).values("user")
        rule &= Q(pk__in=able) | Q(pk__in=deputies_of(coordinators.filter(user__in=able)))
    return rule
