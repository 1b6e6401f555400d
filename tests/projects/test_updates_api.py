"""Handing in an update and sending it back over the API."""

import json
from typing import Any

import pytest

from programme.models import Remit
from projects.models import Update

pytestmark = pytest.mark.django_db
BODY = {"period": "2021-Q1", "narrative": {"en": "Tests began"}, "health": "on_track"}


def post(client: Any, where: str, body: Any = None, version: int | None = None) -> Any:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return client.post(where, json.dumps(body or {}), content_type="application/json", headers=headers)


@pytest.fixture
def project(stage: Any) -> Any:
    return stage.project(visibility="public")


def draft(stage: Any, project: Any, **more: Any) -> str:
    """The address of an update of Moscow's."""
    made = post(stage.client("moscow_editor"), f"/api/v1/projects/{project.pk}/updates", {**BODY, **more})
    assert made.status_code == 201, made.text
    return made["Location"].removeprefix("http://testserver")


@pytest.fixture
def submitted(stage: Any, project: Any) -> str:
    where = draft(stage, project)
    assert post(stage.client("moscow_editor"), f"{where}/submit", version=1).status_code == 200
    return where


def test_a_draft_is_handed_in_and_everybody_sees_it(stage: Any, project: Any) -> None:
    where, editor, reader = draft(stage, project), stage.client("moscow_editor"), stage.client("reader")
    assert reader.get(where).status_code == 404
    done = post(editor, f"{where}/submit", version=1)
    assert (done.status_code, done["ETag"]) == (200, '"2"')
    told = done.json()
    assert (told["state"], told["visibility"], told["version"]) == ("submitted", "public", 2)
    assert told["submitted_at"]
    assert reader.get(where).json() == told
    again = post(editor, f"{where}/submit", version=2)
    assert (again.status_code, "handed in already" in again.json()["detail"]) == (403, True)


def test_it_starts_from_the_version_that_was_seen(stage: Any, project: Any) -> None:
    where, editor = draft(stage, project), stage.client("moscow_editor")
    assert post(editor, f"{where}/submit").status_code == 428
    assert post(editor, f"{where}/submit", version=7).status_code == 412
    assert post(editor, f"{where}/submit", {"state": "submitted"}, version=1).status_code == 400
    assert Update.objects.get().state == "draft"


def test_what_is_missing_is_named(stage: Any, project: Any) -> None:
    where = draft(stage, project, health=None, narrative={})
    refused = post(stage.client("moscow_editor"), f"{where}/submit", version=1)
    assert refused.status_code == 400
    assert {fault["field"] for fault in refused.json()["errors"]} == {"health", "narrative"}


def test_nobody_hands_in_for_the_other_side(stage: Any, project: Any) -> None:
    where = draft(stage, project)
    assert post(stage.client("beijing_editor"), f"{where}/submit", version=1).status_code == 404
    assert post(stage.client("anonymous"), f"{where}/submit", version=1).status_code == 401
    refused = post(stage.client("moscow_reader"), f"{where}/submit", version=1)
    assert (refused.status_code, "An administrator can" in refused.json()["detail"]) == (403, True)
    assert Update.objects.get().state == "draft"


def test_it_is_sent_back_section_by_section_and_handed_in_again(stage: Any, submitted: str) -> None:
    secretary = stage.client("moscow_secretary")
    back = post(secretary, f"{submitted}/return", {"sections": {"narrative": "Which?"}}, version=2)
    assert back.status_code == 200, back.text
    assert (back.json()["state"], back.json()["returned"]) == ("returned", {"narrative": "Which?"})
    again = post(stage.client("moscow_editor"), f"{submitted}/submit", version=3)
    assert (again.json()["state"], again.json()["returned"]) == ("submitted", {})


def test_a_return_says_what_is_wrong_with_it(stage: Any, submitted: str) -> None:
    secretary, where = stage.client("moscow_secretary"), f"{submitted}/return"
    sections = {"narrative": "Which?"}
    assert post(secretary, where, {"sections": sections}).status_code == 428
    assert post(secretary, where, {"sections": sections}, version=1).status_code == 412
    for body, field in (
        ({}, "sections"),
        ({"sections": {"narrative": " "}}, "sections"),
        ({"sections": {"title": "Why?"}}, "sections.title"),
        ({"sections": {"narrative": "x" * 2_001}}, "sections.narrative"),
        ({"sections": sections, "state": "draft"}, "state"),
    ):
        refused = post(secretary, where, body, version=2)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field)
    assert Update.objects.get().state == "submitted"


def test_whoever_may_not_send_back_is_told_who_does(stage: Any, submitted: str) -> None:
    body: dict[str, Any] = {"sections": {"narrative": "Which?"}}
    for who, told in (
        ("moscow_editor", "ask a coordinator of your city"),
        ("beijing_editor", "ask a coordinator of your city"),
        ("beijing_coordinator", "remit"),
        ("reader", "An administrator can"),
    ):
        refused = post(stage.client(who), f"{submitted}/return", body, version=2)
        assert (refused.status_code, told in refused.json()["detail"]) == (403, True), refused.text
    Remit.objects.create(user=stage.people["beijing_coordinator"], area=stage.areas[0])
    done = post(stage.client("beijing_coordinator"), f"{submitted}/return", body, version=2)
    assert done.status_code == 200
