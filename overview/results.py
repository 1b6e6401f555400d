"""What a programme came to: what was reached, and what stayed undone and may be carried over."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter
from types import SimpleNamespace
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Q, Subquery

from accounts.actors import Actor
from programme import access
from programme.models import Agreement, Event, Programme, agreement_state
from projects.carrying import UNDONE, carry_any_refusal, successor_of
from projects.indicators import reached, total
from projects.models import Indicator, IndicatorValue, Milestone, Project
from projects.progress import ACHIEVED

PER_PAGE = 25
CHUNK = 2000


def results_page(programme: Programme, actor: Actor, on: date, number: Any) -> dict[str, Any]:
    """The results as far as the actor may see what they rest on, in a constant number of queries."""
    seen = access.seen(Project, actor).filter(programme=programme)
    states = dict(seen.order_by().values_list("state").annotate(n=Count("pk")))
    successor = successor_of(programme, actor)
    copies = Project.objects.visible_to(actor).filter(carried_from=OuterRef("pk"), programme=successor)
    undone = seen.filter(state__in=UNDONE).annotate(
        copy_id=Subquery(copies.values("pk")[:1]), copy_code=Subquery(copies.values("code")[:1])
    )
    pages = Paginator(undone.order_by("code"), PER_PAGE)
    pages.count = sum(states.get(state, 0) for state in UNDONE)  # known already
    refusal = carry_any_refusal(actor, successor)
    return {
        "programme": programme,
        "is_closed": programme.is_closed(on),
        "successor": successor,
        "refusal": refusal,
        "states": [(state, state.label, states[state]) for state in Project.State if state in states],
        "milestones": milestones(programme, actor),
        "indicators": indicators(programme, actor),
        "agreements": agreements(programme, actor, on),
        "events": access.seen(Event, actor).filter(programme=programme).count(),
        "undone": pages.get_page(number),
    }


def milestones(programme: Programme, actor: Actor) -> dict[str, int]:
    """Achieved and undone; those of cancelled projects are no longer to be reached."""
    rows = Milestone.objects.visible_to(actor).live().filter(project__programme=programme)
    rows = rows.filter(Q(project__archived_at=None), ~Q(project__state=Project.State.CANCELLED))
    return rows.aggregate(
        achieved=Count("pk", filter=ACHIEVED), undone=Count("pk", filter=Q(achieved_on__isnull=True))
    )


def agreements(programme: Programme, actor: Actor, on: date) -> list[tuple[str, Any, int]]:
    rows = access.seen(Agreement, actor).filter(programme=programme).order_by()
    counts = dict(rows.annotate(now=agreement_state(on)).values_list("now").annotate(n=Count("pk")))
    return [(state, state.label, counts[state]) for state in Agreement.State if state in counts]


def indicators(programme: Programme, actor: Actor) -> dict[str, int]:
    """How many goals have been reached, missed, or never measured.

    The values are read one after another, never all at once, and added up by the one rule of
    `projects.indicators`.
    """
    goals = (
        Indicator.objects.visible_to(actor)
        .live()
        .filter(
            ~Q(project__state=Project.State.CANCELLED),
            project__programme=programme,
            project__archived_at=None,
            goal__isnull=False,
        )
    )
    counted = Counter(share_reached(goals))
    all_goals = goals.count()
    return {
        "goals": all_goals,
        "reached": counted[True],
        "missed": counted[False],
        "unmeasured": all_goals - counted.total(),
    }


def share_reached(goals: Any) -> Iterator[bool]:
    """Of each goal that was measured, whether it was reached."""
    rows = (
        IndicatorValue.objects.live()
        .filter(indicator__in=goals.order_by())
        .order_by("indicator_id")
        .values_list(
            "indicator_id", "indicator__aggregation", "indicator__baseline", "indicator__goal",
            "city_id", "period", "value",
        )
    )  # fmt: skip
    for (_pk, aggregation, baseline, goal), values in groupby(
        rows.iterator(chunk_size=CHUNK), key=itemgetter(0, 1, 2, 3)
    ):
        measured = [SimpleNamespace(city_id=row[4], period=row[5], value=row[6]) for row in values]
        share = reached(aggregation, total(aggregation, measured).together, baseline, goal)
        yield share is not None and share >= 1
