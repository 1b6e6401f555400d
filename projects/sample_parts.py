"""What sample projects consist of: milestones, indicators, contributions, updates of the sides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pgtrigger
from django.utils import timezone

from projects.models import Contribution, Indicator, IndicatorValue, Milestone, Project, Update
from records.models import Change, Verb, Visibility
from records.period import Period
from records.registry import registry
from records.texts import revise

State = Project.State
STATES = {
    State.DRAFT: 25, State.PROPOSED: 8, State.AGREED: 12, State.ACTIVE: 35,
    State.SUSPENDED: 5, State.COMPLETED: 12, State.CANCELLED: 3,
}  # fmt: skip
OWN_STATES = (State.DRAFT,)  # what one side keeps to itself, nobody has agreed on
STEPS = (
    ("Plan agreed", "План согласован", "方案商定"),
    ("First results", "Первые результаты", "阶段成果"),
    ("Pilot finished", "Пилотный этап завершён", "试点完成"),
    ("Results accepted", "Результаты приняты", "成果验收"),
    ("Final report", "Итоговый отчёт", "总结报告"),
)
MEASURES = (
    (("People trained", "Обучено человек", "培训人数"), ("people", "чел.", "人"), "cumulative"),
    (("Share of work done", "Доля выполненных работ", "完成比例"), ("per cent", "%", "%"), "latest"),
)
# What lets agreed rows be written at once without the words of two cities that samples do not have.
GUARDS = [
    f"projects.{name}:agreed" for name in ("Project", "Milestone", "Indicator", "Contribution", "Lead")
]
LINK_GUARDS = ["projects.ProjectAreasLink:agreed", "projects.ProjectProvisionsLink:agreed"]


def unguarded() -> Any:
    """For sample data only: rows that both sides would have to agree on pass the guards."""
    return pgtrigger.ignore(*GUARDS, *LINK_GUARDS)


@dataclass
class Parts:
    """The rows of one batch, model by model, in the order in which they are written."""

    rows: dict[Any, list[Any]] = field(
        default_factory=lambda: {
            model: [] for model in (Milestone, Indicator, IndicatorValue, Contribution, Update)
        }
    )

    def add(self, part: Any) -> Any:
        revise(part, {}, authentic=())
        self.rows[type(part)].append(part)
        return part

    def write(self) -> None:
        for model, rows in self.rows.items():
            model.objects.bulk_create(rows)
            kind = registry.of(model).kind
            Change.objects.bulk_create(
                Change(
                    kind=kind, record_id=row.pk, version=1, verb=Verb.CREATED, programme_id=row.programme_id
                )
                for row in rows
            )


def state_of(visibility: str, random: Random) -> str:
    if visibility == Visibility.OWN:
        return random.choice(OWN_STATES)
    return random.choices(list(STATES), list(STATES.values()))[0]


def in_three(field_name: str, texts: Sequence[str]) -> dict[str, str]:
    return dict(zip((f"{field_name}_en", f"{field_name}_ru", f"{field_name}_zh_hans"), texts, strict=True))


def add_parts(
    parts: Parts, project: Project, organisations: dict[Any, list[UUID]], today: date, random: Random
) -> None:
    """Two to five milestones, and for most projects an indicator, contributions and updates."""
    add_milestones(parts, project, today, random)
    if random.random() < 0.6:
        add_indicator(parts, project, list(organisations), random)
    for city, pks in organisations.items():
        if pks and random.random() < 0.5:
            money = random.random() < 0.7
            parts.add(
                Contribution(
                    project=project,
                    organisation_id=random.choice(pks),
                    kind="money" if money else "in_kind",
                    currency=random.choice(("RUB", "CNY", "USD")) if money else "",
                    planned=Decimal(random.randrange(1, 400)) * 50_000 if money else None,
                    **in_three("description", ("Sample contribution", "Образец вклада", "示例投入")),
                )
            )
        if project.is_agreed and project.visibility != Visibility.OWN and random.random() < 0.6:
            add_update(parts, project, city, random)


def add_milestones(parts: Parts, project: Project, today: date, random: Random) -> None:
    assert project.starts_on  # noqa: S101 — samples have both days; for the type checker
    assert project.ends_on  # noqa: S101
    count = random.randint(2, 5)
    length = (project.ends_on - project.starts_on).days
    done = project.state == State.COMPLETED
    for number in range(count):
        due = project.starts_on + timedelta(days=length * (number + 1) // count)
        achieved = project.is_agreed and due < today and (done or random.random() < 0.7)
        slip = timedelta(days=random.choice((0, 0, 14, 45)))
        parts.add(
            Milestone(
                project=project,
                due_on=due,
                forecast_on=due + slip if slip and not achieved else None,
                achieved_on=min(due + slip, today) if achieved else None,
                **in_three("title", STEPS[-1 if number == count - 1 else number]),
            )
        )


def add_indicator(parts: Parts, project: Project, cities: Iterable[Any], random: Random) -> None:
    name, unit, aggregation = random.choice(MEASURES)
    indicator = parts.add(
        Indicator(
            project=project,
            aggregation=aggregation,
            baseline=0,
            goal=100,
            goal_on=project.ends_on,
            **in_three("name", name),
            **in_three("unit", unit),
        )
    )
    if project.is_agreed:
        for city in cities:
            parts.add(
                IndicatorValue(
                    indicator=indicator,
                    city_id=city,
                    period=Period.parse(str(project.starts_on and project.starts_on.year)),
                    value=random.randrange(0, 60),
                )
            )


def add_update(parts: Parts, project: Project, city: Any, random: Random) -> None:
    assert project.starts_on  # noqa: S101 — as above
    health = random.choices(list(Update.Health), (70, 20, 10))[0]
    parts.add(
        Update(
            project=project,
            programme_id=project.programme_id,
            visibility=project.visibility,
            city_id=city,
            period=Period.parse(f"{project.starts_on.year}-Q{(project.starts_on.month - 1) // 3 + 1}"),
            health=health,
            state=Update.State.SUBMITTED,
            submitted_at=timezone.make_aware(datetime.combine(project.starts_on, datetime.min.time())),
            **in_three("narrative", ("Sample update.", "Образец отчёта стороны.", "示例进展报告。")),
        )
    )
