"""Many editors at once: no edit is lost, and the test would show it if one were."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from projects.models import Project
from projects.services import project_amend
from records import services
from records.errors import EditConflict
from records.models import Change

pytestmark = pytest.mark.django_db(transaction=True)
EDITORS = 8


def all_at_once(act: Callable[[int], Any]) -> list[Any]:
    """The results of `act(0)` … `act(EDITORS - 1)`, begun together in threads of their own."""
    barrier = Barrier(EDITORS, timeout=120)

    def run(number: int) -> Any:
        try:
            barrier.wait()
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(EDITORS) as pool:
        return list(pool.map(run, range(EDITORS)))


def edit_title(project: Project, by: Any) -> Callable[[int], bool]:
    def edit(number: int) -> bool:
        try:
            project_amend(project=project, changes={"title_en": f"By {number}"}, base_version=1, by=by)
        except (EditConflict, IntegrityError):  # the second is the trigger, which the control meets
            return False
        return True

    return edit


def test_of_many_edits_from_one_version_exactly_one_succeeds(stage):
    project = stage.project()
    results = all_at_once(edit_title(project, stage.actor("moscow_editor")))
    assert results.count(True) == 1
    project.refresh_from_db()
    assert project.version == 2


def test_without_the_lock_the_same_edits_would_lose_each_other(stage, monkeypatch):
    """The negative control of the test above."""
    meeting = Barrier(EDITORS, timeout=120)

    @contextmanager
    def not_locked(record: Any, *, by: Any, reason: str = "") -> Any:
        with transaction.atomic():
            found = type(record).objects.get(pk=record.pk)
            meeting.wait()
            yield found

    monkeypatch.setattr(services, "locked", not_locked)
    project = stage.project()
    results = all_at_once(edit_title(project, stage.actor("moscow_editor")))
    assert results.count(True) > 1


def test_separate_fields_all_arrive(stage):
    project = stage.project()
    columns = [
        "title_en", "title_ru", "title_zh_hans", "summary_en", "summary_ru", "summary_zh_hans",
        "starts_on", "ends_on",
    ]  # fmt: skip
    values = ["a", "b", "c", "d", "e", "f", "2021-01-01", "2023-12-31"]
    start = dict.fromkeys(columns, "") | {"title_en": project.title_en, "starts_on": None, "ends_on": None}

    def edit(number: int) -> None:
        name = columns[number]
        project_amend(
            project=project,
            changes={name: values[number]},
            base_version=1,
            base={name: start[name]},
            by=stage.actor("beijing_editor"),
        )

    all_at_once(edit)
    project.refresh_from_db()
    assert [str(getattr(project, name)) for name in columns] == values
    assert project.version == 1 + len(columns)
    versions = (
        Change.objects.filter(record_id=project.pk).order_by("version").values_list("version", flat=True)
    )
    assert list(versions) == list(range(1, 2 + len(columns)))


def test_codes_given_out_at_once_are_all_different(stage):
    codes = all_at_once(lambda number: stage.project(title_en=f"Project {number}").code)
    assert sorted(codes) == [f"TRA-2021-{number:03}" for number in range(1, EDITORS + 1)]
