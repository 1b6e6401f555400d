"""How far projects have come, and how each side says that they stand: one rule for all who count.

A milestone counts once it is due, or once both sides have confirmed it, if that was earlier.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, FloatField, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, JSONObject, NullIf

from accounts.actors import Actor
from accounts.models import City
from accounts.order import sides_in_order
from projects.models import Milestone, Project, Update
from records.fields import LastDay

ACHIEVED = Q(achieved_on__isnull=False)


@dataclass(frozen=True)
class Progress:
    """Milestones that both sides have confirmed, of those due so far, and how many are planned in all."""

    achieved: int
    due: int
    planned: int

    @property
    def share(self) -> float | None:
        """From 0 to 1; None while nothing is due."""
        return self.achieved / self.due if self.due else None

    @classmethod
    def of(cls, project: Any) -> "Progress":
        """Of a project that came with `milestone_counts`."""
        return cls(**(project.milestone_counts or {"achieved": 0, "due": 0, "planned": 0}))


def due_count(on: date) -> Any:
    return Count("pk", filter=ACHIEVED | Q(due_on__lte=on))


def milestones_of_project() -> Any:
    """To be counted, in a query inside one of projects."""
    return Milestone.objects.live().filter(project=OuterRef("pk")).order_by().values("project")


def milestone_counts(on: date) -> Any:
    """The SQL of `Progress`."""
    content = JSONObject(achieved=Count("achieved_on"), due=due_count(on), planned=Count("pk"))
    return Subquery(milestones_of_project().annotate(content=content).values("content"))


def progress_share(on: date) -> Any:
    """The SQL of `Progress.share`, to sort by; null while nothing is due."""
    due = NullIf(Cast(due_count(on), FloatField()), Value(0.0))
    share = Cast(Count("achieved_on"), FloatField()) / due
    return Subquery(
        milestones_of_project().annotate(share=share).values("share"), output_field=FloatField()
    )


def milestones_counted(actor: Actor, on: date) -> Any:
    """The milestones of many projects that an actor sees and that count as of a day.

    Those of cancelled and archived projects do not: nobody is to reach them any more.
    """
    return (
        Milestone.objects.visible_to(actor)
        .live()
        .filter(
            ACHIEVED | Q(due_on__lte=on),
            ~Q(project__state=Project.State.CANCELLED),
            project__archived_at=None,
        )
    )


def with_progress(projects: Any, actor: Actor, on: date) -> Any:
    """Projects with their `milestones_due` and, of these, `milestones_achieved`."""
    own = milestones_counted(actor, on).filter(project=OuterRef("pk")).order_by().values("project")

    def count(**rule: Any) -> Any:
        counted = own.annotate(n=Count("pk", **rule)).values("n")
        return Coalesce(Subquery(counted, output_field=IntegerField()), 0)

    return projects.annotate(milestones_due=count(), milestones_achieved=count(filter=ACHIEVED))


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
        city.get_health_display = dict(Update.Health.choices).get(city.health, "")
    return sides_in_order(cities, actor=actor)
