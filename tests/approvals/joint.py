"""A project on which both sides agreed, and everything on it that neither changes alone.

What is agreed on is read from the models (`agreed`, `is_term`), so that a new agreed
field or kind of part is tried at every door without anybody adding it here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pgtrigger
from django.apps import apps
from django.db import connection, models, transaction

from accounts.actors import Actor
from accounts.models import Organisation
from accounts.services import organisation_create
from programme.models import Provision
from programme.services import record_create
from projects.models import Contribution, Indicator, Lead, Milestone, Project
from projects.services import part_create
from records.models import Visibility
from records.registry import registry
from records.texts import LANGUAGES, columns, translated_fields
from records.values import read_values
from tests.conftest import SYSTEM

# Every model with something agreed on, and the triggers that hold it.
AGREED: list[Any] = [
    model for model in apps.get_app_config("projects").get_models() if getattr(model, "agreed", ())
]
LINKS = [Project.areas.through, Project.provisions.through]
GUARDS = [
    *(f"{model._meta.label}:agreed" for model in (*AGREED, Lead)),
    "projects.ProjectAreasLink:agreed",
    "projects.ProjectProvisionsLink:agreed",
]
PAST_PROPOSED = [state for state in Project.State.values if state not in {"draft", "proposed"}]

# What has to change together with a column, so that the change alone is a right one.
TOGETHER = {("contribution", "kind"): {"planned": None, "currency": ""}}


def titles(name: str, text: str) -> dict[str, str]:
    return {f"{name}_{language.replace('-', '_')}": f"{text} {language}" for language in LANGUAGES}


@dataclass
class Agreed:
    """A project, its parts, and other rows that a change could name."""

    project: Project
    records: dict[Any, Any]
    others: dict[str, Organisation] = field(default_factory=dict)
    draft: Any = None  # another project, on which nobody has agreed


def make_agreed(stage: Any) -> Agreed:
    organisations = {
        f"{code}{number}": organisation_create(
            organisation=Organisation(
                name_en=f"Office {code} {number}", city=stage.cities[code], kind="government"
            ),
            original="en", by=SYSTEM,
        )
        for code in ("MOW", "BJS") for number in (1, 2)
    }  # fmt: skip
    project = stage.project(
        **titles("title", "Signals"), starts_on=date(2021, 1, 1), ends_on=date(2023, 1, 1)
    )
    project.provisions.set([stage.provision])
    other = Provision(
        code="P2", title_en="Timetables", programme=stage.programme, visibility=Visibility.PUBLIC
    )
    record_create(record=other, parts={"areas": [str(stage.areas[0].pk)]}, original="en", by=SYSTEM)
    for code in ("MOW", "BJS"):
        Lead.objects.create(
            project=project, city=stage.cities[code], organisation=organisations[f"{code}1"]
        )
    records: dict[Any, Any] = {Project: project}
    for model in AGREED:
        if model is not Project:
            records[model] = part_create(part=new_part(model, project, organisations["MOW1"]), by=SYSTEM)
    draft = stage.project(**titles("title", "Draft"))
    draft.areas.set(stage.areas[1:])
    set_state(project, "agreed")
    return Agreed(project, records, organisations, draft)


def new_part(model: Any, project: Project, organisation: Organisation) -> Any:
    """A part that is something agreed on. A new kind of part says here what it takes."""
    if model is Milestone:
        return Milestone(project=project, due_on=date(2022, 1, 1), **titles("title", "First train"))
    if model is Indicator:
        numbers = {"baseline": Decimal(1), "goal": Decimal(100), "goal_on": date(2022, 12, 31)}
        return Indicator(project=project, **titles("name", "Riders"), **titles("unit", "people"), **numbers)
    assert model is Contribution, f"Say how a {model.__name__} is made."
    money = {"planned": Decimal(1000), "currency": "RUB", "organisation": organisation}
    return Contribution(project=project, **titles("description", "Track"), **money)


def set_state(project: Project, state: str) -> None:
    """Past the guard: how it came to be so is not what is tried."""
    with pgtrigger.ignore("projects.Project:agreed"):
        Project.objects.filter(pk=project.pk).update(state=state)
    project.refresh_from_db()


@dataclass(frozen=True)
class Cell:
    """One path of one record with another value than it has; `changes` is what goes with it."""

    record: Any
    path: str
    value: Any

    @property
    def kind(self) -> str:
        return registry.of(self.record).kind

    @property
    def changes(self) -> dict[str, Any]:
        return {self.path: self.value, **TOGETHER.get((self.kind, self.path), {})}

    def __str__(self) -> str:
        return f"{self.kind} {self.path}"


def cells(agreed: Agreed) -> list[Cell]:
    """Everything agreed on, path by path."""
    found = []
    for model, record in agreed.records.items():
        fresh = model.objects.get(pk=record.pk)
        values = read_values(fresh, registry.of(model), Actor.system())
        paths = {path: field_of(model, path) for path in values if field_of(model, path) in model.agreed}
        assert set(paths.values()) == set(model.agreed), "nothing agreed on is left out"
        found += [Cell(fresh, path, another(agreed, fresh, path, values[path])) for path in paths]
    return found


def field_of(model: Any, path: str) -> str:
    name = path.split("/")[0]
    return columns(model)[name][0] if name in columns(model) else name


def another(agreed: Agreed, record: Any, path: str, current: Any) -> Any:
    """A value that the path could have instead."""
    if path.startswith("leads/"):
        return str(agreed.others[f"{path.removeprefix('leads/')}2"].pk)
    column = record._meta.get_field(path)
    if isinstance(column, models.ManyToManyField):
        every = column.related_model.objects.exclude(pk__in=current).values_list("pk", flat=True)
        return sorted(map(str, every))
    if isinstance(column, models.ForeignKey):
        assert column.related_model is Organisation
        return str(agreed.others["MOW2"].pk)
    if column.choices:
        return next(key for key, _label in column.flatchoices if key != current)
    if isinstance(column, models.DateField):
        return (date.fromisoformat(current or "2022-06-01") + timedelta(days=1)).isoformat()
    if isinstance(column, models.DecimalField):
        return str(Decimal(current or 0) + 1)
    assert field_of(type(record), path) in translated_fields(type(record)), f"Say another value for {path}."
    return "Bent"


# Straight at the database.


def statements(agreed: Agreed, cell: Cell) -> Iterator[tuple[str, list[Any]]]:
    """The SQL that would make the change of a cell."""
    table, pk = cell.record._meta.db_table, str(cell.record.pk)
    if cell.path.startswith("leads/"):
        city = "(SELECT id FROM accounts_city WHERE code = %s)"
        own = f"WHERE project_id = %s AND city_id = {city}"
        code = cell.path.removeprefix("leads/")
        yield f"UPDATE projects_lead SET organisation_id = %s {own}", [cell.value, pk, code]
        yield f"UPDATE projects_lead SET organisation_id = NULL {own}", [pk, code]
        yield f"DELETE FROM projects_lead {own}", [pk, code]
    elif isinstance(cell.record._meta.get_field(cell.path), models.ManyToManyField):
        through = getattr(type(cell.record), cell.path).through
        link, other = through._meta.db_table, f"{cell.path.removesuffix('s')}_id"
        own = f"WHERE project_id = '{UUID(pk)}'"
        yield f"DELETE FROM {link} {own}", []
        for new in cell.value:
            yield f"INSERT INTO {link} (project_id, {other}) VALUES (%s, %s)", [pk, new]
            yield f"UPDATE {link} SET {other} = %s {own}", [new]
        yield f"UPDATE {link} SET project_id = %s {own}", [str(agreed.draft.pk)]
    else:
        meta = cell.record._meta
        sets = ", ".join(f"{meta.get_field(path).column} = %s" for path in cell.changes)
        yield f"UPDATE {table} SET {sets} WHERE id = %s", [*cell.changes.values(), pk]


def execute(statement: str, values: Any = ()) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values) or None)
        return cursor.rowcount


def tables() -> list[str]:
    """Every table of projects and proposals, history and all."""
    found = [
        model
        for app in ("projects", "approvals")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    ]
    return sorted({model._meta.db_table for model in found if not model._meta.proxy})


def fingerprint() -> list[tuple[str, str]]:
    """What stands in the database on projects and proposals, as a hash of each table."""
    asked = " UNION ALL ".join(
        f"SELECT '{name}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {name} t"
        for name in tables()
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return cursor.fetchall()


class Undone(Exception):
    pass


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside did not happen."""
    try:
        with transaction.atomic():
            yield
            raise Undone
    except Undone:
        pass
