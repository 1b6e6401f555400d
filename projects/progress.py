"""How far a project has come, and how each side says that it stands."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.actors import Actor
from accounts.models import City
from accounts.order import sides_in_order
from projects.models import Milestone, Project, Update
from records.fields import LastDay


@dataclass(frozen=True)
class Progress:
    """Milestones achieved, of those due so far. One that was achieved early counts as due."""

    achieved: int
    due: int
    all: int


def milestone_counts(on: date) -> dict[str, Any]:
    """What `progress` reads of a project, to be fetched with it."""

    def count(rule: Q) -> Coalesce:
        found = Milestone.objects.live().filter(rule, project=OuterRef("pk")).order_by().values("project")
        number = Subquery(found.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
        return Coalesce(number, 0)

    achieved = Q(achieved_on__isnull=False)
    return {
        "milestones_achieved": count(achieved),
        "milestones_due": count(Q(due_on__lte=on) | achieved),
        "milestones_set": count(Q()),
    }


def progress(project: Any) -> Progress:
    """The progress of a project that came with its `milestone_counts`."""
    return Progress(project.milestones_achieved, project.milestones_due, project.milestones_set)


def sides_with_health(project: Project, actor: Actor, *, among: Any = None) -> list[City]:
    """The programme's sides in the reader's order, in one query.

    Each with its own word on how the project stands (`health`, and the period it is
    for), from the latest update that it handed in and that this actor sees.
    """
    handed_in = (
        Update.objects.visible_to(actor)
        .live()
        .filter(project=project, city=OuterRef("pk"))
        .exclude(state=Update.State.DRAFT)
        .order_by(LastDay(F("period")).desc(), "-submitted_at")
    )
    sides = project.programme.cities.all() if among is None else among
    cities = sides.annotate(
        health=Subquery(handed_in.values("health")[:1]),
        health_period=Subquery(handed_in.values("period")[:1]),
    )
    for city in cities:
        city.get_health_display = dict(Update.Health.choices).get(city.health, "")  # type: ignore[attr-defined]
    return sides_in_order(cities, actor=actor)
