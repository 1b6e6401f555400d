"""Opinions over the API: asked for, given and withdrawn inside one city only."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import PartnerClient, Role
from approvals.models import Assignment

pytestmark = pytest.mark.django_db
LIST = "/api/v1/assignments"


def send(client: Any, method: str, where: str, body: Any = None, version: int | None = None) -> Any:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return client.generic(
        method, where, json.dumps(body or {}), content_type="application/json", headers=headers
    )


@pytest.fixture
def body(stage: Any, approvals: Any) -> dict[str, Any]:
    """What asks Moscow's colleague for an opinion."""
    colleague = approvals.person("moscow_colleague", "MOW", Role.EDITOR)
    return {
        "subject_kind": "project",
        "subject_id": str(approvals.project.pk),
        "assignee_email": colleague.email.upper(),
        "task": "Is the end right?",
        "due_on": "2099-01-01",
    }


@pytest.fixture
def asked(stage: Any, body: dict[str, Any]) -> str:
    """The address of an opinion that Moscow's editor asks for."""
    made = send(stage.client("moscow_editor"), "POST", LIST, body)
    assert made.status_code == 201, made.text
    return made["Location"].removeprefix("http://testserver")


def test_it_is_asked_for_and_given(stage: Any, approvals: Any, asked: str) -> None:
    editor, colleague = stage.client("moscow_editor"), stage.client("moscow_colleague")
    told = editor.get(asked).json()
    assert (told["assignee"], told["asked_by"]) == ("Moscow Colleague", "Moscow Editor")
    assert (told["subject_kind"], told["subject_id"]) == ("project", str(approvals.project.pk))
    assert (told["opinion"], told["unit"], told["withdrawn_at"]) == (None, None, None)
    given = send(colleague, "POST", f"{asked}/answer", {"opinion": "It is."}, 1)
    assert (given.status_code, given["ETag"]) == (200, '"2"')
    assert (given.json()["opinion"], given.json()["answered_by"]) == ("It is.", "Moscow Colleague")
    for state, number in (("open", 0), ("answered", 1)):
        assert len(editor.get(f"{LIST}?state={state}").json()["results"]) == number
    assert editor.get(f"{LIST}?state=other").status_code == 400
    assert editor.get(f"{LIST}?subject_id={approvals.project.pk}").json()["results"] == [given.json()]


def test_a_unit_is_asked(stage: Any, body: dict[str, Any]) -> None:
    metro = stage.cities["MOW"].organisations.get()
    asked = {name: value for name, value in body.items() if name != "assignee_email"}
    made = send(stage.client("moscow_editor"), "POST", LIST, {**asked, "unit": str(metro.pk)})
    assert (made.status_code, made.json()["unit"]["id"]) == (201, str(metro.pk))
    assert made.json()["assignee"] is None


def test_an_answer_starts_from_the_version_that_was_seen(stage: Any, asked: str) -> None:
    colleague, where = stage.client("moscow_colleague"), f"{asked}/answer"
    assert send(colleague, "POST", where, {"opinion": "Yes"}).status_code == 428
    assert send(colleague, "POST", where, {"opinion": "Yes"}, 7).status_code == 412
    for wrong in ({}, {"opinion": " "}, {"opinion": "Yes", "task": "Other"}):
        assert send(colleague, "POST", where, wrong, 1).status_code == 400
    assert Assignment.objects.get().answered_at is None


def test_nobody_else_answers(stage: Any, asked: str) -> None:
    for who in ("moscow_editor", "moscow_secretary", "moscow_reader"):
        refused = send(stage.client(who), "POST", f"{asked}/answer", {"opinion": "Yes"}, 1)
        assert (refused.status_code, "You can make a remark" in refused.json()["detail"]) == (403, True)
    assert send(stage.client("anonymous"), "POST", f"{asked}/answer", {}, 1).status_code == 401


def test_it_is_changed_and_withdrawn(stage: Any, asked: str) -> None:
    editor = stage.client("moscow_editor")
    assert send(editor, "PATCH", asked, {"task": "And the start?"}).status_code == 428
    changed = send(editor, "PATCH", asked, {"task": "And the start?", "due_on": None}, 1)
    assert (changed.status_code, changed.json()["task"], changed.json()["due_on"]) == (
        200, "And the start?", None,
    )  # fmt: skip
    assert send(editor, "PATCH", asked, {"task": "Other"}, 1).status_code == 412
    assert send(editor, "PATCH", asked, {"opinion": "Mine"}, 2).status_code == 400
    assert send(stage.client("moscow_colleague"), "PATCH", asked, {"task": "x"}, 2).status_code == 403
    assert send(editor, "DELETE", asked, version=1).status_code == 412
    assert send(editor, "DELETE", asked, version=2).status_code == 204
    assert editor.get(LIST).json()["results"] == []
    assert editor.get(asked).json()["withdrawn_at"]
    late = send(stage.client("moscow_colleague"), "POST", f"{asked}/answer", {"opinion": "Yes"}, 3)
    assert (late.status_code, "withdrawn" in late.json()["detail"]) == (403, True)


def test_only_one_s_own_city_is_asked(stage: Any, body: dict[str, Any]) -> None:
    editor = stage.client("moscow_editor")
    other = stage.people["beijing_editor"].email
    told = [
        send(editor, "POST", LIST, body | {"assignee_email": email}).json()["errors"]
        for email in (other, "nobody@example.org")
    ]
    assert told[0] == told[1]  # nothing tells whether the other city has such a person
    assert told[0][0]["field"] == "assignee_email"
    nobody = {name: value for name, value in body.items() if name != "assignee_email"}
    assert send(editor, "POST", LIST, nobody).json()["errors"][0]["field"] == "assignee_email"
    past = send(editor, "POST", LIST, body | {"due_on": "2020-01-01"})
    assert (past.status_code, past.json()["errors"][0]["field"]) == (400, "due_on")
    for wrong in ({"subject_id": str(stage.programme.pk)}, {"subject_kind": "nonsense"}):
        refused = send(editor, "POST", LIST, body | wrong)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "subject_id")
    reader = send(stage.client("moscow_reader"), "POST", LIST, body)
    assert (reader.status_code, "An administrator can" in reader.json()["detail"]) == (403, True)
    assert not Assignment.objects.exists()


@pytest.mark.parametrize(
    "who", ["anonymous", "reader", "stranger", "administrator", "beijing_editor", "beijing_coordinator"]
)
def test_the_other_city_is_told_that_there_is_none(stage: Any, asked: str, who: str) -> None:
    client = stage.client(who)
    assert client.get(LIST).json() == {"next": None, "previous": None, "results": []}
    assert client.get(asked).status_code == 404
    missing = 401 if who == "anonymous" else 404
    assert send(client, "POST", f"{asked}/answer", {"opinion": "Yes"}, 1).status_code == missing
    assert send(client, "PATCH", asked, {"task": "x"}, 1).status_code == missing
    assert send(client, "DELETE", asked, version=1).status_code == missing
    # The negative control: its own city finds it by the same ways.
    own = stage.client("moscow_reader")
    assert len(own.get(LIST).json()["results"]) == 1
    assert own.get(asked).status_code == 200


@pytest.mark.parametrize(
    ("scopes", "statuses"),
    [
        ("projects:read", (403, 403)),
        ("programme:read", (200, 403)),
        ("programme:read approvals:write", (200, 201)),
    ],
)
def test_a_partner_needs_the_scopes(
    stage: Any, body: dict[str, Any], scopes: str, statuses: tuple[int, int]
) -> None:
    from django.utils import timezone
    from oauth2_provider.models import get_access_token_model

    partner = PartnerClient.objects.create(
        name="Moscow portal", city=stage.cities["MOW"], official=stage.people["moscow_editor"],
        client_type="confidential", authorization_grant_type="client-credentials",
    )  # fmt: skip
    get_access_token_model().objects.create(
        token="t" * 40, application=partner, scope=scopes,
        expires=timezone.now() + timezone.timedelta(hours=1),
    )  # fmt: skip
    client = Client(headers={"Authorization": f"Bearer {'t' * 40}"})
    assert (client.get(LIST).status_code, send(client, "POST", LIST, body).status_code) == statuses
    if statuses[1] != 201:
        return
    made = Assignment.objects.get()
    answer = send(client, "POST", f"{LIST}/{made.pk}/answer", {"opinion": "Yes"}, 1)
    assert (answer.status_code, "Only the person who was asked" in answer.json()["detail"]) == (403, True)


def test_the_list_asks_a_constant_number_of_queries(
    stage: Any, asked: str, body: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    editor = stage.client("moscow_editor")
    for _n in range(4):
        send(editor, "POST", LIST, body)
    with django_assert_max_num_queries(12):
        assert len(editor.get(LIST).json()["results"]) == 5
