"""The cast that is put back for each test is the cast that the services make."""

import re
from collections import Counter
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import City
from projects.models import Project
from records.changes import positions_assign
from records.models import Change
from tests.conftest import make_city, make_stage
from tests.snapshot import Snapshot, rows_of, tables

pytestmark = pytest.mark.django_db

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.\d]*(?:[+-]\d\d(?::?\d\d)?|Z)?")
HASH = re.compile(r"md5\$\w+\$\w+")


@pytest.fixture
def rows(stage_rows: Snapshot | None) -> Snapshot:
    if stage_rows is None:
        pytest.skip("the database's user is no superuser, so the cast is made for each test")
    return stage_rows


@pytest.fixture
def same_ids(rows: Snapshot) -> Iterator[None]:
    """The sequences stand where they stood before the cast was first made, then move on again."""
    move = "SELECT setval('{}', greatest({}, {}), false)"
    later = {name: rows_of(f"SELECT last_value + 1 FROM {name}")[0][0] for name in rows.sequences}
    for name, value in rows.sequences.items():
        rows_of(move.format(name, value, value))
    yield
    for name, value in later.items():
        rows_of(move.format(name, value, rows.sequences[name]))


def contents() -> dict[str, list[str]]:
    """Every row of every table, without what differs from one making to the next.

    Random ids become numbers, wherever they stand: first those in rows that are told
    apart by the rest of them, in the order of that rest, then those that are left.
    """
    rows = [
        (name, HASH.sub("hash", TIME.sub("time", line)))
        for name in tables()
        for (line,) in rows_of(f"SELECT whole::text FROM {name} AS whole")
    ]
    alike = Counter((name, UUID.sub("id", line)) for name, line in rows)
    rows.sort(key=lambda row: (alike[row[0], UUID.sub("id", row[1])], row[0], UUID.sub("id", row[1])))
    numbers: dict[str, str] = {}
    for name, line in rows:
        if alike[name, UUID.sub("id", line)] == 1:
            for found in UUID.findall(line):
                numbers.setdefault(found, f"id-{len(numbers)}")
    told = [(name, UUID.sub(lambda match: numbers.get(match[0], "id"), line)) for name, line in rows]
    result: dict[str, list[str]] = {}
    for name, line in sorted(told):
        result.setdefault(name, []).append(line)
    return result


def differing(one: dict[str, list[str]], other: dict[str, list[str]]) -> list[str]:
    return [name for name in one | other if one.get(name) != other.get(name)]


@pytest.fixture
def made_anew(same_ids: None) -> dict[str, list[str]]:
    """The tables as the services leave them, which is undone then."""
    with transaction.atomic():
        make_stage()
        made = contents()
        transaction.set_rollback(True)
    return made


def test_every_table_is_as_the_services_leave_it(made_anew, rows):
    rows.put_back()
    put_back = contents()
    assert differing(put_back, made_anew) == []
    assert len(put_back["records_change"]) > 5
    assert len(put_back["programme_areahistory"]) == 2


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("accounts_city", "UPDATE {} SET name_ru = 'Пекин' WHERE code = 'MOW'"),
        ("programme_areahistory", "DELETE FROM {0} WHERE pgh_id = (SELECT max(pgh_id) FROM {0})"),
        ("records_change", "UPDATE {0} SET user_id = 1 WHERE id = (SELECT max(id) FROM {0})"),
    ],
)
def test_a_difference_would_be_seen(made_anew, rows, table, change):
    rows.put_back()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(change.format(table))
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert table in differing(contents(), made_anew)


def test_the_triggers_and_constraints_are_awake_again(stage):
    project = stage.project()
    events = rows_of(f"SELECT count(*) FROM projects_projecthistory WHERE pgh_obj_id = '{project.pk}'")
    assert events[0][0] >= 1
    with pytest.raises(IntegrityError, match="owner_city"), transaction.atomic():  # noqa: PT012
        Project.objects.filter(pk=project.pk).update(owner_city=uuid4())
        connection.check_constraints()


@pytest.mark.parametrize("turn", [1, 2])
def test_no_test_sees_what_another_did_to_the_cast(stage, turn):
    assert stage.programme.title_en == stage.areas[0].programme.title_en == "Programme of cooperation"
    assert City.objects.get(code="MOW").name_en == stage.cities["MOW"].name_en == "Moscow"
    stage.programme.title_en = "Spoilt"
    stage.cities["MOW"].name_en = "Spoilt"
    stage.cities["MOW"].save()
    stage.people.clear()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_it_is_put_back_and_committed_after_the_tables_were_emptied(stage, turn):
    assert not connection.in_atomic_block
    assert stage.project().created_by is None
    assert positions_assign() == 0, "the feed gave positions after the commit"
    positions = list(Change.objects.order_by("id").values_list("position", flat=True))
    assert positions == list(range(1, len(positions) + 1))


def test_the_objects_belong_together(stage):
    assert stage.areas[0].programme is stage.provision.programme is stage.programme
    assert stage.people["moscow_editor"].city is stage.cities["MOW"]


def test_rows_among_those_of_others_are_refused(db):
    make_city("QQQ", "Fourth", "Четвёртый", "四", "en", "QQ")
    with pytest.raises(AssertionError, match="accounts_city"):
        Snapshot(make_stage)
