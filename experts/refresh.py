"""Profiles that nobody has confirmed for a year: their keeper is asked, their city sees them waiting."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import structlog
from django.db.models import Q
from django.utils import timezone

from accounts.actors import DECIDERS, Actor
from accounts.models import User
from experts.models import Expert
from experts.services.experts import CONFIRMED_FOR
from records import services
from records.jobs import every_minute
from records.models import Change, Verb
from records.registry import registry

AGAIN = timedelta(days=30)  # between two reminders of one profile
AT_ONCE = 200

log = structlog.get_logger()


def confirmed_before(on: date) -> date:
    """What was last confirmed before this day is to be confirmed again."""
    return on - timedelta(days=CONFIRMED_FOR)


def is_to_confirm(expert: Expert, on: date | None = None) -> bool:
    day, limit = expert.confirmed_on, confirmed_before(on or timezone.localdate())
    return expert.archived_at is None and day is not None and day < limit


def to_confirm(on: date) -> Any:
    return (
        Expert.objects.live()
        .exclude(state=Expert.State.ERASED)
        .filter(confirmed_on__lt=confirmed_before(on))
    )


@every_minute
def profiles_ask() -> int:
    """Ask for each such profile once, and again each month; returns how many.

    One that fails stops no other.
    """
    by, asked = Actor.system("reminders"), 0
    due = to_confirm(timezone.localdate()).filter(not_asked_lately()).order_by("confirmed_on", "pk")
    for expert in due[:AT_ONCE]:
        try:
            asked += ask(expert, by)
        except Exception as error:
            log.error("profile_not_asked_for", expert=str(expert.pk), exc_info=error)
    return asked


def not_asked_lately() -> Q:
    return Q(refresh_asked_at=None) | Q(refresh_asked_at__lt=timezone.now() - AGAIN)


def ask(expert: Expert, by: Actor) -> bool:
    """Whether this call asked; another one may have been quicker."""
    with services.locked(expert, by=by) as fresh:
        still = to_confirm(timezone.localdate()).filter(not_asked_lately(), pk=fresh.pk)
        if not still.exists():
            return False
        fresh.refresh_asked_at = timezone.now()
        services.touch(fresh, ["refresh_asked_at"], by=by)
        services.note(fresh, registry.of(fresh), Verb.REMINDED, by=by)
        return True


def concerns(expert: Expert, change: Change) -> Iterator[tuple[int, str]]:
    """Whom a reminder is for: the official who keeps the profile; without one, those who vouch for it."""
    if change.verb != Verb.REMINDED or not is_to_confirm(expert):
        return
    people = User.objects.filter(is_active=True, city=expert.owner_city_id)
    keeper = people.filter(pk=expert.keeper_id)
    deciders = people.filter(memberships__city=expert.owner_city_id, memberships__role__in=DECIDERS)
    found = list(keeper) or list(deciders.distinct())
    yield from ((person.pk, "reminded") for person in found)
