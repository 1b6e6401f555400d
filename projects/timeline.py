"""The timeline of projects: where in time everything stands, as shares of the picture's width.

Everything is worked out here in per cent, so that the drawing needs neither a script nor
a style of its own: it is as wide as its place on the page and on paper.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Min, OuterRef, Prefetch, Subquery
from django.utils.translation import gettext as _

from accounts.actors import Actor
from programme.models import Area
from projects.filters import OVER
from projects.models import Milestone, Project
from projects.standing import marks_of
from records.pages.display import listed, moment

PER_PAGE = 50
UNDATED = 25
MOST_TICKS = 26
DAYS_OF_MONTH, DAYS_OF_QUARTER = 31, 92


def timeline_rows(projects: Any, actor: Actor) -> Any:
    """Projects with a date, by area and then in the order of time."""
    milestones: Any = Milestone.objects.live().order_by("due_on", "pk")
    return (
        by_area(projects.exclude(starts_on=None, ends_on=None), actor)
        .prefetch_related(Prefetch("milestones", queryset=milestones, to_attr="live_milestones"))
        .order_by("area_position", "starts_on", "ends_on", "code")
    )


def by_area(projects: Any, actor: Actor) -> Any:
    """A project of several areas stands in the first of those that the reader sees."""
    areas: Any = Area.objects.visible_to(actor).live().filter(projects=OuterRef("pk")).order_by()
    first = areas.values("projects").annotate(first=Min("position")).values("first")
    return projects.annotate(area_position=Subquery(first))


@dataclass(frozen=True)
class Tick:
    """A line of the grid; `label` stands right of it, where there is room for one."""

    at: float
    label: str
    strong: bool


@dataclass(frozen=True)
class Scale:
    """From the first to the last day of a picture, both of them whole months, quarters or years."""

    first: date
    last: date
    unit: str

    def at(self, day: date, *, after: bool = False) -> float:
        """Where a day begins (or, with `after`, ends), from 0 to 100."""
        whole = (self.last - self.first).days + 1
        passed = (day - self.first).days + (1 if after else 0)
        return round(100 * max(0, min(passed, whole)) / whole, 3)

    @classmethod
    def of(cls, days: Sequence[date]) -> "Scale":
        first, last = min(days), max(days)
        span = (last - first).days
        if span <= 18 * DAYS_OF_MONTH:
            unit, months = "month", 1
        elif span <= 20 * DAYS_OF_QUARTER:
            unit, months = "quarter", 3
        else:
            unit, months = "year", 12
        begin = date(first.year, (first.month - 1) // months * months + 1, 1)
        end = date(last.year, (last.month - 1) // months * months + 1, 1)
        return cls(begin, next_step(end, months) - timedelta(days=1), unit)

    def ticks(self) -> list[Tick]:
        """The beginning of each month, quarter or year; of every few years where there are many."""
        months = {"month": 1, "quarter": 3, "year": 12}[self.unit]
        while (self.last.year - self.first.year + 1) * 12 / months > MOST_TICKS:
            months *= 2 if months < 24 else 5
        steps: list[date] = []
        day = self.first
        while day <= self.last:
            steps.append(day)
            day = next_step(day, months)
        return [
            Tick(self.at(day), self.label(day, is_first=not place), day.month == 1)
            for place, day in enumerate(steps)
        ]

    def label(self, day: date, *, is_first: bool) -> str:
        if day.month == 1 or is_first:
            return str(day.year)
        if self.unit == "quarter":
            return _("Q%(quarter)s") % {"quarter": (day.month + 2) // 3}
        return f"{day.month:02}"


def next_step(day: date, months: int) -> date:
    """The first of the month that many months later."""
    total = day.year * 12 + day.month - 1 + months
    return date(min(total // 12, date.max.year), total % 12 + 1, 1)


@dataclass(frozen=True)
class Point:
    """A milestone in the picture: due, forecast or achieved."""

    at: float
    kind: str
    told: str


@dataclass(frozen=True)
class Stripe:
    """One side's half of a bar, in its colour: filled when it has given its word, hollow before."""

    side: str
    given: bool
    row: int


@dataclass(frozen=True)
class Bar:
    """A project in the picture."""

    project: Project
    marks: Sequence[Any]
    when: str
    left: float
    width: float
    opens: bool  # it has no start, or no end
    points: Sequence[Point]

    @property
    def stripes(self) -> list[Stripe]:
        return [Stripe(mark.side, mark.word == "given", row) for row, mark in enumerate(self.marks)]

    @property
    def told(self) -> str:
        """Everything that the picture shows of it, in words."""
        return listed([self.when, *(point.told for point in self.points)])


@dataclass(frozen=True)
class Timeline:
    scale: Scale
    ticks: Sequence[Tick]
    today: float | None
    groups: Sequence[tuple[str, Sequence[Bar]]]


def timeline(projects: Iterable[Project], actor: Actor, today: date) -> Timeline | None:
    """The picture of some projects; None where there are none."""
    shown = list(projects)
    days = [day for project in shown for day in days_of(project)]
    if not days:
        return None
    scale = Scale.of(days)
    groups = [
        (area, [bar(project, scale, actor, today) for project in group])
        for area, group in groupby(shown, area_of)
    ]
    inside = scale.first <= today <= scale.last
    return Timeline(scale, scale.ticks(), scale.at(today) if inside else None, groups)


def area_of(project: Project) -> str:
    return next((str(area) for area in project.areas.all()), _("No area"))


def days_of(project: Any) -> Iterator[date]:
    """Every day that the picture has to show."""
    yield from filter(None, (project.starts_on, project.ends_on))
    for milestone in project.live_milestones:
        yield from filter(None, (milestone.due_on, milestone.forecast_on, milestone.achieved_on))


def bar(project: Any, scale: Scale, actor: Actor, today: date) -> Bar:
    left = scale.at(project.starts_on) if project.starts_on else 0
    right = scale.at(project.ends_on, after=True) if project.ends_on else 100
    return Bar(
        project=project,
        marks=marks_of(project, actor),
        when=when(project),
        left=left,
        width=round(max(right - left, 0.2), 3),
        opens=not (project.starts_on and project.ends_on),
        points=[point for each in project.live_milestones for point in points(each, scale, today)],
    )


def when(project: Project) -> str:
    if project.starts_on and project.ends_on:
        return f"{moment(project.starts_on)} – {moment(project.ends_on)}"
    if project.starts_on:
        return _("from %(day)s, end not stated") % {"day": moment(project.starts_on)}
    return _("until %(day)s, start not stated") % {"day": moment(project.ends_on)}


def points(milestone: Milestone, scale: Scale, today: date) -> Iterator[Point]:
    """One mark where a milestone was achieved, else one where it is due and one where it is expected."""
    title, due = str(milestone), moment(milestone.due_on)
    if milestone.achieved_on:
        told = _("“%(title)s”: achieved %(day)s, due %(due)s")
        day = moment(milestone.achieved_on)
        yield Point(
            scale.at(milestone.achieved_on), "achieved", told % {"title": title, "day": day, "due": due}
        )
        return
    over = milestone.project.state in OVER or milestone.project.programme.is_closed(today)
    kind = "late" if milestone.due_on < today and not over else "due"
    yield Point(
        scale.at(milestone.due_on), kind, _("“%(title)s”: due %(due)s") % {"title": title, "due": due}
    )
    if milestone.forecast_on and milestone.forecast_on != milestone.due_on:
        told = _("“%(title)s”: expected %(day)s") % {"title": title, "day": moment(milestone.forecast_on)}
        yield Point(scale.at(milestone.forecast_on), "forecast", told)
