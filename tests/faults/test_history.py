"""The history of records is complete: whatever wrote a change, each past state is there, and stays.

`make faults` makes 10 000 changes; the suite makes a few hundred of the same.
"""

import os
from collections.abc import Iterator
from contextlib import nullcontext
from random import Random
from typing import Any

import pgtrigger
import pytest
from django.db import DatabaseError, connection, transaction

from projects.models import Milestone, Project
from projects.services import part_amend, part_create, project_amend
from records.asof import state_of
from records.pages.history import hidden_from
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db
CHANGES = 10_000 if os.environ.get("FAULTS") == "long" else 300


@pytest.fixture
def written(stage: Any) -> tuple[Project, Milestone]:
    project = stage.project(title_en="0")
    milestone = part_create(part=Milestone(project=project, title_en="0", due_on="2022-01-01"), by=SYSTEM)
    return project, milestone


def by_service(record: Any, text: str) -> None:
    fresh = type(record).objects.get(pk=record.pk)
    changes = {"title_en": text}
    if isinstance(record, Project):
        project_amend(project=fresh, changes=changes, base_version=fresh.version, by=SYSTEM)
    else:
        part_amend(part=fresh, changes=changes, base_version=fresh.version, by=SYSTEM)


def by_bulk_update(record: Any, text: str) -> None:
    type(record).objects.filter(pk=record.pk).update(title_en=text)


def by_sql(record: Any, text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {record._meta.db_table} SET title_en = %s WHERE id = %s",  # noqa: S608 - a model's table
            [text, record.pk],
        )


DOORS = (by_service, by_bulk_update, by_sql)


def change_often(records: Any, count: int) -> dict[Any, list[str]]:
    """What each record's title was after each change, in order, by whichever door it came."""
    random = Random(8)  # noqa: S311
    expected: dict[Any, list[str]] = {record.pk: ["0"] for record in records}
    for number in range(1, count + 1):
        record = random.choice(records)
        random.choice(DOORS)(record, str(number))
        expected[record.pk].append(str(number))
    return expected


def gaps(records: Any, expected: dict[Any, list[str]]) -> Iterator[str]:
    """Every past state that the history does not know, and every version that it leaves out."""
    for record in records:
        rows = list(record.history.order_by("version", "pgh_id").values_list("version", "title_en"))
        titles = [title for _version, title in rows]
        yield from (f"{record}: {title} is missing" for title in expected[record.pk] if title not in titles)
        if titles != expected[record.pk]:
            yield f"{record}: the states are told in another order"
        versions = [version for version, _title in rows]
        if versions != list(range(1, len(versions) + 1)):
            yield f"{record}: a version is left out"


def test_every_past_state_is_there(stage: Any, written: Any) -> None:
    expected = change_often(written, CHANGES)
    assert list(gaps(written, expected)) == []
    assert sum(len(states) - 1 for states in expected.values()) == CHANGES


def test_a_change_that_leaves_no_trace_is_found(stage: Any, written: Any) -> None:
    """The negative control: with the trigger off the same count finds what is missing."""
    project, _milestone = written
    expected = change_often(written, 20)
    with pgtrigger.ignore("projects.Project:update_update"):
        by_sql(project, "unseen")
    expected[project.pk].append("unseen")
    assert any("unseen is missing" in gap for gap in gaps(written, expected))


def test_each_version_can_be_read_back(stage: Any, written: Any) -> None:
    project, _milestone = written
    expected = change_often([project], 30)[project.pk]
    viewer = stage.actor("moscow_editor")
    hidden = hidden_from(viewer, project)
    for version, title in enumerate(expected, start=1):
        state = state_of(project, viewer=viewer, hidden=hidden, version=version)
        assert state.own is not None
        assert (state.own["version"], state.own["title_en"]) == (version, title)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE projects_projecthistory SET title_en = 'never said'",
        "DELETE FROM projects_projecthistory",
        "UPDATE projects_milestonehistory SET pgh_created_at = now()",
        "DELETE FROM projects_projectareashistory",
    ],
)
@pytest.mark.parametrize("guarded", [True, False])
def test_the_history_is_not_edited(written: Any, sql: str, guarded: bool) -> None:
    refused = pytest.raises(DatabaseError, match="Cannot update or delete rows")
    with refused if guarded else nullcontext(), transaction.atomic(), connection.cursor() as cursor:
        if not guarded:  # the negative control: with the guard off, it is
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)
        assert cursor.rowcount
        cursor.execute("SET LOCAL session_replication_role = origin")
