"""Synthetic projects for benchmarks and try-outs. Every one says in three languages that it is a sample.

They are written in bulk, so they pass no service: constraints, history and the feed of
changes are kept all the same, by the database and here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Organisation
from programme.models import Agreement, Area, Event, Programme, Provision
from projects.models import Lead, Project
from projects.sample_parts import Parts, add_parts, state_of, unguarded
from records.models import Change, Verb, Visibility
from records.services import writing
from records.texts import revise

CODE = "SAMPLE-"  # no area has such a code, so no real project has such a number
BATCH = 1000
SUBJECTS = (
    ("passenger information on the metro", "информирование пассажиров метро", "地铁乘客信息服务"),
    ("exchange of museum collections", "обмен музейными коллекциями", "博物馆藏品交流"),
    ("air quality monitoring", "мониторинг качества воздуха", "空气质量监测"),
    ("joint language courses", "совместные языковые курсы", "联合语言课程"),
    ("a platform for young companies", "площадка для молодых компаний", "初创企业平台"),
    ("training of sports coaches", "подготовка спортивных тренеров", "体育教练培训"),
    ("energy saving in schools", "энергосбережение в школах", "学校节能"),
    ("traffic signal control", "управление светофорами", "交通信号控制"),
)
SUMMARY = (
    "Sample record, not a real project. Both cities work on {0} and report to each other every quarter.",
    "Образец, а не настоящий проект. Оба города ведут работу: {0}; отчёт раз в квартал.",
    "示例记录，并非真实项目。两市共同开展{0}，每季度相互通报。",
)


def sample_projects_create(*, programme: Programme, count: int, seed: int = 1) -> int:
    """Add `count` projects in all states, whose content follows from `seed`.

    Their numbers go on after the last sample.
    """
    by, today = Actor.system("sample data"), timezone.localdate()
    random, made = Random(seed), Makings(programme)  # noqa: S311
    last = Project.objects.filter(code__startswith=CODE).order_by("-code").values_list("code", flat=True)
    first = int(last[0].removeprefix(CODE)) + 1 if last else 1
    for start in range(first, first + count, BATCH):
        with writing(by=by), unguarded():
            numbers = range(start, min(start + BATCH, first + count))
            batch, parts = [made.project(number, random) for number in numbers], Parts()
            for each in batch:
                add_parts(parts, each.project, made.leads, today, random)
            write(batch, parts)
    return count


def sample_projects_archive() -> int:
    """Take all samples out of the lists; their history stays, as that of every record."""
    live = Project.objects.live().filter(code__startswith=CODE)
    moment, archived = timezone.now(), 0
    while pks := list(live.order_by("code").values_list("pk", flat=True)[:BATCH]):
        with writing(by=Actor.system("sample data")), unguarded():
            rows = Project.objects.filter(pk__in=pks)
            rows.update(archived_at=moment, version=F("version") + 1, updated_at=moment, updated_by=None)
            note(rows, Verb.ARCHIVED)
        archived += len(pks)
    return archived


class Makings:
    """What a sample is put together from: the programme's own areas, provisions, parties."""

    def __init__(self, programme: Programme) -> None:
        def ids(model: Any) -> Sequence[UUID]:
            live = model.objects.live().filter(programme=programme)
            return list(live.order_by("created_at", "pk").values_list("pk", flat=True))

        self.programme = programme
        self.parts = {
            "areas": (ids(Area), 1, 2),
            "provisions": (ids(Provision), 0, 2),
            "agreements": (ids(Agreement), 0, 1),
            "events": (ids(Event), 0, 1),
        }
        self.cities = list(programme.cities.order_by("code"))
        self.leads = {
            city.pk: list(
                Organisation.objects.live().filter(city=city).order_by("pk").values_list("pk", flat=True)
            )
            for city in self.cities
        }

    def project(self, number: int, random: Random) -> "Made":
        subject = random.choice(SUBJECTS)
        visibility = random.choices(Visibility.values, (70, 25, 5))[0]
        starts = date(self.programme.period.first.year, 1, 1) + timedelta(days=random.randrange(700))  # type: ignore[attr-defined]  # a Period
        project = Project(
            programme=self.programme,
            code=f"{CODE}{number:06}",
            visibility=visibility,
            state=state_of(visibility, random),
            owner_city=random.choice(self.cities) if visibility == Visibility.OWN else None,
            starts_on=starts,
            ends_on=starts + timedelta(days=random.randrange(90, 700)),
            title_en=f"Sample {number:06}: {subject[0]}",
            title_ru=f"Образец {number:06}: {subject[1]}",
            title_zh_hans=f"示例{number:06}：{subject[2]}",
            summary_en=SUMMARY[0].format(subject[0]),
            summary_ru=SUMMARY[1].format(subject[1]),
            summary_zh_hans=SUMMARY[2].format(subject[2]),
        )
        revise(project, {}, authentic=())
        parts = {
            name: random.sample(pks, min(len(pks), random.randint(least, most)))
            for name, (pks, least, most) in self.parts.items()
        }
        leads = [
            Lead(project=project, city_id=city, organisation_id=random.choice(pks))
            for city, pks in self.leads.items()
            if pks and random.random() < 0.95
        ]
        return Made(project, parts, leads)


@dataclass(frozen=True)
class Made:
    """A project that is not saved yet, with what it is linked with."""

    project: Project
    links: dict[str, list[UUID]]
    leads: list[Lead]


def write(made: Sequence[Made], parts: Parts) -> None:
    """One batch: the projects, what they are linked with, what they consist of, and a change for each."""
    projects = Project.objects.bulk_create([each.project for each in made])
    for name in made[0].links:
        field = Project._meta.get_field(name)
        through: Any = getattr(Project, name).through
        target = field.m2m_reverse_field_name()  # type: ignore[union-attr]
        through.objects.bulk_create(
            through(project_id=each.project.pk, **{f"{target}_id": pk})
            for each in made
            for pk in each.links[name]
        )
    Lead.objects.bulk_create(lead for each in made for lead in each.leads)
    note(projects, Verb.CREATED)
    parts.write()


def note(projects: Any, verb: str) -> None:
    Change.objects.bulk_create(changes(projects, verb))


def changes(projects: Any, verb: str) -> Iterator[Change]:
    for project in projects:
        yield Change(
            kind="project",
            record_id=project.pk,
            version=project.version,
            verb=verb,
            programme_id=project.programme_id,
        )
