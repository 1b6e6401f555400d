"""A record beside what it was, over the API: as much as the page tells, in plain words."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from projects.models import Milestone
from projects.services import part_amend, part_create, project_amend

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(stage: Any) -> Any:
    """Its second version has another title, and a milestone that its first had not."""
    project = stage.project(title_en="Signals <b>of</b> the metro")
    by = stage.actor("moscow_editor")
    milestone = part_create(
        part=Milestone(project=project, title_en="First train", due_on=date(2022, 5, 1)), by=by
    )
    changed = project_amend(
        project=project,
        changes={"title_en": "Signals & switches", "starts_on": "2021-03-01"},
        base_version=1,
        by=by,
    )
    part_amend(part=milestone, changes={"due_on": "2022-06-01"}, base_version=1, by=by)
    return changed


def asked(stage: Any, who: str, project: Any, query: str) -> Any:
    return stage.client(who).get(f"/api/v1/projects/{project.pk}/compare{query}")


def test_what_differs_from_a_version_is_told_in_plain_words(stage: Any, project: Any) -> None:
    found = asked(stage, "beijing_editor", project, "?version=1")
    assert found.status_code == 200, found.content
    body = found.json()
    title = next(pair for pair in body["changes"] if pair["language"] == "en")
    assert (title["before"], title["after"]) == ("Signals <b>of</b> the metro", "Signals & switches")
    starts = next(pair for pair in body["changes"] if pair["label"].startswith("starts"))
    assert starts["before"] is None
    assert starts["after"]


def test_parts_that_came_later_are_added(stage: Any, project: Any) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    body = asked(stage, "moscow_editor", project, f"?to={yesterday}").json()
    assert body == {"existed": False, "hidden": False, "changes": [], "parts": []}
    parts = asked(stage, "moscow_editor", project, "?version=1").json()["parts"]
    assert all(kind["removed"]["count"] == 0 for kind in parts)


@pytest.mark.parametrize("query", ["?to=tomorrow", "?to=2999", "?version=99", "?version=0", "?on=2021"])
def test_what_cannot_be_compared_with_is_refused(stage: Any, project: Any, query: str) -> None:
    answer = asked(stage, "moscow_editor", project, query)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_strangers_compare_nothing_that_they_do_not_see(stage: Any, project: Any) -> None:
    assert asked(stage, "stranger", project, "?version=1").status_code == 404
    assert asked(stage, "anonymous", project, "?version=1").status_code == 404


def test_the_past_of_an_expert_is_its_own_citys(stage: Any) -> None:
    expert = stage.expert()
    where = f"/api/v1/experts/{expert.pk}/compare?version=1"
    assert stage.client("moscow_editor").get(where).status_code == 200
    assert stage.client("beijing_editor").get(where).status_code == 404
