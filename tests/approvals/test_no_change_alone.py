"""No joint change by one side: everything agreed on × every door, by each side alone.

A door is a function that tries to make the change of a cell; all doors stand in one
table. After each try the database is compared with what it was, row by row.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pgtrigger
import pytest
from django.contrib import admin
from django.db import DatabaseError, models, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

import projects.services.parts
import projects.services.project
from accounts.administration.records import RecordAdmin
from projects.models import Milestone, Project
from projects.services import (
    part_amend,
    part_archive,
    part_create,
    part_restore,
    project_amend,
    project_archive,
)
from records.errors import NotAllowed
from records.registry import registry
from records.texts import columns
from records.values import read_values
from tests.api.test_writes import Partner
from tests.approvals import joint
from tests.approvals.joint import Agreed, Cell, cells, execute, fingerprint, undone
from tests.conftest import SYSTEM
from tests.forms import Fields, form_with

pytestmark = pytest.mark.django_db
SIDES = ("moscow_secretary", "beijing_coordinator")
SAID_NO = {400, 403, 409, 422}
GUARD = "23514"  # what the triggers raise
SCOPES = ["projects:read", "projects:write", "approvals:decide"]


@pytest.fixture
def agreed(stage: Any) -> Agreed:
    return joint.make_agreed(stage)


class NoDoor(Exception):
    """There is no such way to this record."""


class Hands:
    """Whoever tries: one person or partner system of one side, at every door."""

    def __init__(self, stage: Any, agreed: Agreed, who: str, *doors: Any) -> None:
        self.stage, self.agreed, self.who = stage, agreed, who
        self.actor = stage.actor(who)
        self.browser = stage.client(who)
        self.admin = stage.client("administrator")
        self.offered: set[tuple[str, str]] = set()
        if any("api" in door.__name__ for door in doors):  # a secret takes its time to hash
            self.partner = Partner(stage, who, SCOPES)


def address(record: Any, *, of_all: bool = False) -> str:
    """Where a record is in the API; nothing where that has no way to it."""
    known = {} if of_all else {"pk": record.pk}
    name = "list" if of_all else "detail"
    try:
        if isinstance(record, Project):
            return reverse(f"api:projects-{name}", kwargs=known)
        plural = f"project-{record._meta.model_name}s-{name}"
        return reverse(f"api:{plural}", kwargs={"project": record.project_id, **known})
    except NoReverseMatch:
        return ""


def sent(model: Any, changes: dict[str, Any]) -> dict[str, Any]:
    """Changes by path as the API takes them."""
    found: dict[str, Any] = {}
    for path, value in changes.items():
        name, _slash, side = path.partition("/")
        if name in columns(model):
            field, language = columns(model)[name]
            found.setdefault(field, {})[language] = value
        elif side:
            found.setdefault(name, {})[side] = value
        else:
            found[name] = value
    return found


# Doors at which a field is changed. Each raises what a service raises, or gives the status of the answer.


def by_page(hands: Hands, cell: Cell) -> int:
    names = {Project: "projects:project-edit", **PAGES}
    if type(cell.record) not in names:
        raise NoDoor
    url = reverse(names[type(cell.record)], args=[cell.record.pk])
    return post(hands, hands.browser, url, cell, {})


# Pages on which parts are edited, by model: {Milestone: "projects:milestone-edit"}.
PAGES: dict[Any, str] = {}


def by_administration(hands: Hands, cell: Cell) -> int:
    if not isinstance(admin.site._registry.get(type(cell.record)), RecordAdmin):
        raise NoDoor
    meta = cell.record._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[cell.record.pk])
    return post(hands, hands.admin, url, cell, {"reason": "It seems better so"})


def post(hands: Hands, client: Client, url: str, cell: Cell, more: dict[str, str]) -> int:
    """Open the page, change the field, send the form; also where the page does not offer the field."""
    page = client.get(url)
    html = form_with(page.content.decode(), "base")
    if not html:
        raise NoDoor
    form = page.context["form"]
    names = {form.path(name): name for name in form.edited}
    if cell.path in names:
        hands.offered.add((url, cell.path))
    data: dict[str, Any] = {}
    for name, value in Fields(f"<form {html}").fields:
        data.setdefault(name, []).append(value)
    for path, value in cell.changes.items():
        data[names.get(path, path.replace("/", "_"))] = "" if value is None else value
    return client.post(url, {**data, **more}).status_code


def by_api(hands: Hands, cell: Cell) -> int:
    where = address(cell.record)
    if not where:
        raise NoDoor
    data = sent(type(cell.record), cell.changes)
    return hands.partner.call("patch", where, data, if_match=f'"{cell.record.version}"').status_code


def by_service(hands: Hands, cell: Cell) -> None:
    amend(cell, by=hands.actor)


def by_correcting_service(hands: Hands, cell: Cell) -> None:
    amend(cell, by=hands.stage.actor("administrator").correcting(), reason="It seems better so")


def by_service_of_the_system(hands: Hands, cell: Cell) -> None:
    """What loads facts and runs jobs agrees on nothing either."""
    amend(cell, by=SYSTEM)


def amend(cell: Cell, **who: Any) -> None:
    how: Any = {"changes": cell.changes, "base_version": cell.record.version, **who}
    if isinstance(cell.record, Project):
        project_amend(project=cell.record, **how)
    else:
        part_amend(part=cell.record, **how)


def by_bulk_update(hands: Hands, cell: Cell) -> None:
    model = type(cell.record)
    if cell.path.startswith("leads/"):
        rows = cell.record.leads.filter(city__code=cell.path.removeprefix("leads/"))
        assert rows.update(organisation=cell.value) == 1
    elif isinstance(model._meta.get_field(cell.path), models.ManyToManyField):
        getattr(cell.record, cell.path).set(cell.value)
    else:
        assert model.objects.filter(pk=cell.record.pk).update(**cell.changes) == 1


DOORS: dict[str, Callable[[Hands, Cell], int | None]] = {
    "page": by_page,
    "administration": by_administration,
    "API": by_api,
    "service": by_service,
    "correcting service": by_correcting_service,
    "service of the system": by_service_of_the_system,
    "bulk update": by_bulk_update,
}


@pytest.fixture
def unguarded(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The control: without the services' checks and without the database's guards."""
    nothing: Any = lambda *args, **kwargs: None  # noqa: E731
    for module, names in (
        (projects.services.project, ("nothing_agreed", "require_unagreed")),
        (projects.services.parts, ("nothing_agreed", "require_part_alone")),
    ):
        for name in names:
            monkeypatch.setattr(module, name, nothing)
    with pgtrigger.ignore(*joint.GUARDS):
        yield


def tried(act: Callable[[], Any]) -> str:
    """What became of a try: "no door", "refused" or "went through"; anything else fails the test.

    It is undone afterwards. What was refused has left nothing behind, in no table.
    """
    before, refused = fingerprint(), False
    with undone():
        try:
            with transaction.atomic():
                status = act()
            assert status is None or status in {200, 201, 204, 302, *SAID_NO}, status
        except NoDoor:
            return "no door"
        except NotAllowed:
            refused = True
        except DatabaseError as error:
            if not isinstance(error, ProtectedError) and getattr(error.__cause__, "pgcode", "") != GUARD:
                raise
            refused = True
        changed = fingerprint() != before
        assert not (refused and changed), "it said no, and did it"
    return "went through" if changed else "refused"


@pytest.mark.parametrize("who", SIDES)
@pytest.mark.parametrize("door", DOORS)
def test_one_side_alone_changes_nothing_agreed(stage: Any, agreed: Agreed, door: str, who: str) -> None:
    hands = Hands(stage, agreed, who, DOORS[door])
    found = {str(cell): tried(lambda: DOORS[door](hands, cell)) for cell in cells(agreed)}  # noqa: B023
    assert "went through" not in found.values(), found
    assert "refused" in found.values(), "nothing was tried"


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.usefixtures("unguarded")
def test_control_without_the_guards_each_of_them_goes_through(
    stage: Any, agreed: Agreed, door: str
) -> None:
    """So each of the tries above is one that only the guards refuse."""
    hands = Hands(stage, agreed, "moscow_secretary", DOORS[door])
    by_form = DOORS[door] in {by_page, by_administration}
    for cell in cells(agreed):
        outcome = tried(lambda: DOORS[door](hands, cell))  # noqa: B023
        if by_form and cell.path not in {path for _url, path in hands.offered}:
            continue  # no field of this form
        assert outcome in {"went through", "no door"}, cell


def by_sql(statement: str, values: Any) -> None:
    execute(statement, values)


@pytest.mark.parametrize("state", joint.PAST_PROPOSED)
def test_raw_sql_changes_nothing_agreed_in_any_state_past_proposed(
    stage: Any, agreed: Agreed, state: str
) -> None:
    joint.set_state(agreed.project, state)
    found = {
        (str(cell), statement): tried(partial(by_sql, statement, values))
        for cell in cells(agreed)
        for statement, values in joint.statements(agreed, cell)
    }
    assert set(found.values()) == {"refused"}, [
        key for key, outcome in found.items() if outcome != "refused"
    ]
    with pgtrigger.ignore(*joint.GUARDS):
        for cell in cells(agreed):
            for statement, values in joint.statements(agreed, cell):
                assert tried(partial(by_sql, statement, values)) == "went through", statement


# Whole records: added, taken away, brought back, moved, deleted.


def added_by_service(hands: Hands, record: Any) -> None:
    if isinstance(record, Project):
        raise NoDoor
    part_create(
        part=joint.new_part(type(record), record.project, hands.agreed.others["MOW2"]), by=hands.actor
    )


def added_by_api(hands: Hands, record: Any) -> int:
    if isinstance(record, Project) or not address(record, of_all=True):
        raise NoDoor
    part = joint.new_part(type(record), record.project, hands.agreed.others["MOW2"])
    values = read_values(part, registry.of(part), SYSTEM)
    data = sent(type(record), {path: value for path, value in values.items() if value not in ("", None)})
    return hands.partner.call("post", address(record, of_all=True), data).status_code


def added_by_sql(hands: Hands, record: Any) -> None:
    table = record._meta.db_table
    new = {"id": "gen_random_uuid()", **({"code": "'NEW'"} if isinstance(record, Project) else {})}
    pairs = ", ".join(f"'{name}', {value}" for name, value in new.items())
    execute(
        f"INSERT INTO {table} SELECT (jsonb_populate_record(t, jsonb_build_object({pairs}))).*"
        f" FROM {table} t WHERE id = %s", [record.pk],
    )  # fmt: skip


def archived_by_service(hands: Hands, record: Any) -> None:
    if isinstance(record, Project):
        project_archive(project=record, base_version=record.version, by=hands.actor)
    else:
        part_archive(part=record, base_version=record.version, by=hands.actor)


def archived_by_page(hands: Hands, record: Any) -> int:
    if not isinstance(record, Project):
        raise NoDoor
    url = reverse("projects:project-archive", args=[record.pk])
    return hands.browser.post(url, {"version": record.version}).status_code


def archived_by_api(hands: Hands, record: Any) -> int:
    if not address(record):
        raise NoDoor
    return hands.partner.call("delete", address(record), if_match=f'"{record.version}"').status_code


def archived_by_administration(hands: Hands, record: Any) -> int:
    meta = record._meta
    if not isinstance(admin.site._registry.get(type(record)), RecordAdmin):
        raise NoDoor
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[record.pk])
    data = {"act": "archive", "version": record.version, "reason": "It seems better so"}
    return hands.admin.post(url, data).status_code


def archived_by_bulk_action(hands: Hands, record: Any) -> int:
    meta = record._meta
    if not isinstance(admin.site._registry.get(type(record)), RecordAdmin):
        raise NoDoor
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    data = {
        "action": "archive_chosen",
        "_selected_action": [str(record.pk)],
        "reason": "It seems better so",
    }
    return hands.admin.post(url, data).status_code


def archived_by_bulk_update(hands: Hands, record: Any) -> None:
    assert type(record).objects.filter(pk=record.pk).update(archived_at=timezone.now()) == 1


def restored_by_service(hands: Hands, record: Any) -> None:
    if isinstance(record, Project):
        raise NoDoor  # one side alone can't archive it, and so there is nothing to bring back
    part_restore(part=record, base_version=record.version, by=hands.actor)


def restored_by_bulk_update(hands: Hands, record: Any) -> None:
    type(record).objects.filter(pk=record.pk).update(archived_at=None)


def moved_away(hands: Hands, record: Any) -> None:
    move(record, hands.agreed.draft)


def moved_in(hands: Hands, record: Any) -> None:
    move(record, hands.agreed.project)


def move(record: Any, project: Project) -> None:
    if isinstance(record, Project):
        raise NoDoor
    execute(f"UPDATE {record._meta.db_table} SET project_id = %s WHERE id = %s", [project.pk, record.pk])


def deleted_by_query(hands: Hands, record: Any) -> None:
    type(record).objects.filter(pk=record.pk).delete()


def deleted_by_sql(hands: Hands, record: Any) -> None:
    """Of a project, its own row first: those of its parts then name one that is not there."""
    execute(f"DELETE FROM {record._meta.db_table} WHERE id = %s", [record.pk])


def given_another_id(hands: Hands, record: Any) -> None:
    execute(f"UPDATE {record._meta.db_table} SET id = gen_random_uuid() WHERE id = %s", [record.pk])


# What a door needs to find: the record as it stands, archived, or one of the draft.


def as_it_is(hands: Hands, record: Any) -> Any:
    return type(record).objects.get(pk=record.pk)


def archived(hands: Hands, record: Any) -> Any:
    with pgtrigger.ignore(*joint.GUARDS):
        type(record).objects.filter(pk=record.pk).update(archived_at=timezone.now())
    return as_it_is(hands, record)


def of_the_draft(hands: Hands, record: Any) -> Any:
    if isinstance(record, Project):
        return record
    part = joint.new_part(type(record), hands.agreed.draft, hands.agreed.others["MOW2"])
    return part_create(part=part, by=SYSTEM)


WHOLE: dict[Callable[[Hands, Any], int | None], Callable[[Hands, Any], Any]] = {
    added_by_service: as_it_is,
    added_by_api: as_it_is,
    added_by_sql: as_it_is,
    archived_by_service: as_it_is,
    archived_by_page: as_it_is,
    archived_by_api: as_it_is,
    archived_by_administration: as_it_is,
    archived_by_bulk_action: as_it_is,
    archived_by_bulk_update: as_it_is,
    restored_by_service: archived,
    restored_by_bulk_update: archived,
    moved_away: as_it_is,
    moved_in: of_the_draft,
    deleted_by_query: as_it_is,
    deleted_by_sql: as_it_is,
    given_another_id: as_it_is,
}


def whole(hands: Hands, door: Any) -> dict[str, str]:
    found = {}
    for model, record in hands.agreed.records.items():
        with undone():
            prepared = WHOLE[door](hands, record)
            found[model.__name__] = tried(lambda: door(hands, prepared))  # noqa: B023
    return found


@pytest.mark.parametrize("who", SIDES)
@pytest.mark.parametrize("door", WHOLE, ids=lambda door: door.__name__)
def test_one_side_alone_adds_removes_and_moves_nothing_agreed(
    stage: Any, agreed: Agreed, door: Any, who: str
) -> None:
    assert "went through" not in (found := whole(Hands(stage, agreed, who, door), door)).values(), found


@pytest.mark.parametrize("door", WHOLE, ids=lambda door: door.__name__)
@pytest.mark.usefixtures("unguarded")
def test_control_without_the_guards_they_are_added_removed_and_moved(
    stage: Any, agreed: Agreed, door: Any
) -> None:
    found = whole(Hands(stage, agreed, "moscow_secretary", door), door)
    if door is deleted_by_query:  # Django itself deletes no row to which others point
        assert found.pop("Project") == "refused"
    assert set(found.values()) <= {"went through", "no door"}, found


def test_links_to_areas_neither_come_nor_go_as_rows(stage: Any, agreed: Agreed) -> None:
    """An area's link of another project, and a lead, moved over or given away."""
    for table in ("projects_project_areas", "projects_project_provisions", "projects_lead"):
        for statement in (
            f"UPDATE {table} SET project_id = %s WHERE project_id = %s",
            f"DELETE FROM {table} WHERE project_id = %s OR project_id = %s",
        ):
            for order in ((agreed.project.pk, agreed.draft.pk), (agreed.draft.pk, agreed.project.pk)):
                empty = not execute(f"SELECT FROM {table} WHERE project_id = %s", order[1:])
                if not empty:
                    assert tried(lambda: execute(statement, order)) == "refused", statement  # noqa: B023


def test_achieved_takes_both_also_in_a_draft(stage: Any, agreed: Agreed) -> None:
    joint.set_state(agreed.project, "draft")
    hands = Hands(stage, agreed, "moscow_secretary", *DOORS.values())
    milestone = Milestone.objects.get(project=agreed.project)
    cell = Cell(milestone, "achieved_on", "2022-01-02")
    outcomes = {name: tried(lambda: door(hands, cell)) for name, door in DOORS.items()}  # noqa: B023
    assert set(outcomes.values()) == {"refused", "no door"}, outcomes
    new = joint.new_part(Milestone, agreed.project, None)
    new.achieved_on = "2022-01-02"
    assert tried(lambda: part_create(part=new, by=hands.actor)) == "refused"


def test_an_empty_translation_is_filled_by_one_side_alone(stage: Any, agreed: Agreed) -> None:
    with pgtrigger.ignore(*joint.GUARDS):
        Project.objects.filter(pk=agreed.project.pk).update(title_zh_hans="")
    agreed.project.refresh_from_db()
    hands = Hands(stage, agreed, "beijing_coordinator", *DOORS.values())
    cell = Cell(agreed.project, "title_zh_hans", "信号")
    outcomes = {name: tried(lambda: door(hands, cell)) for name, door in DOORS.items()}  # noqa: B023
    assert set(outcomes.values()) == {"went through"}, outcomes
