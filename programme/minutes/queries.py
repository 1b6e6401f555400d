"""What the pages of minutes show, each in a constant number of queries."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.paginator import Page, Paginator

from accounts.access import edit_refusal
from accounts.actors import Actor
from accounts.models import City
from accounts.order import sides_in_order
from programme import access
from programme.models import Event, Obligation, Programme, Resolution, Side, State

POINTS = 25  # of the minutes on one page
MOST_OF_A_POINT = 100  # obligations


def minutes_of(event: Event, actor: Actor, now: datetime, number: Any = None) -> dict[str, Any]:
    """The points of a meeting's minutes with what each side owes, for the event's page.

    Of a resolution with more obligations than a page bears the first due are shown.
    """
    cities = cities_of(event.programme, actor)
    page: Page[Resolution] = Paginator(access.resolutions(actor).filter(event=event), POINTS).get_page(
        number
    )
    points = list(page)
    owed = access.obligations(actor).filter(resolution__in=[point.pk for point in points])
    place_obligations(points, owed, actor, now)
    refusal = edit_refusal(actor, event)
    return {
        "event": event,
        "points": points,
        "points_page": page,
        "minutes_refusal": refusal,
        "show_minutes": bool(points) or refusal is None or event.kind == Event.Kind.MEETING,
        "cities": cities,
        "clocks": clocks(cities, now),
    }


def place_obligations(
    points: Iterable[Resolution], owed: Iterable[Obligation], actor: Actor, now: datetime
) -> None:
    """Give each point its `owed`, and both what the reader may do with them."""
    by_point: dict[Any, list[Obligation]] = {}
    for obligation in owed:
        by_point.setdefault(obligation.resolution_id, []).append(stated(obligation, actor, now))
    for point in points:
        point.owed = by_point.get(point.pk, [])[:MOST_OF_A_POINT]  # type: ignore[attr-defined]
        point.editable = edit_refusal(actor, point) is None  # type: ignore[attr-defined]


def stated(obligation: Obligation, actor: Actor, now: datetime) -> Any:
    """An obligation with its state, how late it is, who may be told its person, and who may edit it."""
    found: Any = obligation
    found.state_now = obligation.state(now)
    found.late = obligation.days_late(now)
    found.editable = edit_refusal(actor, obligation) is None
    # Officials are named to the programme's sides; everybody else is told the organisation.
    found.person_shown = obligation.person if obligation.programme_id in actor.programme_ids else None
    return found


def cities_of(programme: Programme, actor: Actor) -> list[City]:
    return sides_in_order(programme.cities.all(), actor)


def clocks(cities: Iterable[City], now: datetime) -> list[tuple[City, date]]:
    """Which day it is for each side: by that day what it owes is due, or late."""
    return [(city, city.today(now)) for city in cities]


def all_clocks(actor: Actor, now: datetime) -> list[tuple[City, date]]:
    """The same, for every city that is a side of a programme which the reader sees."""
    programmes = Programme.objects.visible_to(actor).live()
    sides = City.objects.filter(pk__in=Side.objects.filter(programme__in=programmes).values("city"))
    return clocks(sides_in_order(sides, actor), now)


def resolution_page(resolution: Resolution, actor: Actor, now: datetime) -> dict[str, Any]:
    cities = cities_of(resolution.programme, actor)
    owed = access.obligations(actor).filter(resolution=resolution)[:MOST_OF_A_POINT]
    place_obligations([resolution], owed, actor, now)
    return {
        "record": resolution,
        "point": resolution,
        "programme": access.other(Programme, pk=resolution.programme_id, actor=actor),
        "event": access.other(Event, pk=resolution.event_id, actor=actor),
        "refusal": edit_refusal(actor, resolution),
        "restorable": edit_refusal(actor, resolution, archived=True) is None,
        "cities": cities,
        "clocks": clocks(cities, now),
    }


def obligation_page(obligation: Obligation, actor: Actor, now: datetime) -> dict[str, Any]:
    cities = cities_of(obligation.programme, actor)
    return {
        "record": stated(obligation, actor, now),
        "programme": access.other(Programme, pk=obligation.programme_id, actor=actor),
        "resolution": access.other(Resolution, pk=obligation.resolution_id, actor=actor),
        "event": access.other(Event, pk=obligation.resolution.event_id, actor=actor),
        "state_label": State(obligation.state(now)).label,
        "refusal": edit_refusal(actor, obligation),
        "restorable": edit_refusal(actor, obligation, archived=True) is None,
        "cities": cities,
        "clocks": clocks([obligation.city], now),
    }


def obligation_rows(actor: Actor, now: datetime) -> Any:
    return access.obligations(actor).standing(now)
