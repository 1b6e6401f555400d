"""Proposals over the REST API: raised, answered, and what is said when something stands against it."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.models import ChainEntry, Decision, Proposal
from approvals.naming import name_of, path_of
from projects.models import Milestone, Project
from projects.services import project_amend
from tests.approvals.conftest import accept, ask

pytestmark = pytest.mark.django_db
SAID = {"language": "en"}


def post(client: Any, url: str, body: dict[str, Any], **headers: str) -> Any:
    return client.post(url, json.dumps(body), content_type="application/json", headers=headers)


def propose(client: Any, project: Project, **body: Any) -> Any:
    return post(client, f"/api/v1/projects/{project.pk}/propose", {**SAID, **body})


def act(client: Any, proposal: Any, name: str, **body: Any) -> Any:
    pk = proposal if isinstance(proposal, str) else proposal.pk
    return post(client, f"/api/v1/proposals/{pk}/{name}", {**SAID, **body})


def test_a_change_is_proposed_and_accepted_by_the_names_of_the_api(stage: Any, joint: Project) -> None:
    milestone = Milestone.objects.get()
    metro = str(stage.cities["MOW"].organisations.get().pk)
    changes = {
        "title.zh-hans": "新",
        "leads.MOW": metro,
        f"milestones.{milestone.pk}.due_on": "2022-06-01",
        "milestones.+1": {"title": {"en": "B", "ru": "Б"}, "title.zh-hans": "乙", "due_on": "2023-01-01"},
        "ends_on": {"from": "2022-12-31", "to": "2023-06-30"},
    }
    raised = propose(
        stage.client("moscow_editor"), joint, changes=changes, message="Please", expires_on="2099-01-01",
        letter={"number": "7", "date": "2022-01-02", "signatory": "A"},
    )  # fmt: skip
    assert raised.status_code == 201, raised.text
    told = raised.json()
    assert raised["Location"].endswith(f"/api/v1/proposals/{told['id']}")
    assert told["changes"] == {
        "title.zh-hans": {"from": "信号", "to": "新"},
        "leads.MOW": {"from": "", "to": metro},
        f"milestones.{milestone.pk}.due_on": {"from": "2022-05-01", "to": "2022-06-01"},
        "milestones.+1": {
            "from": None,
            "to": {"title.en": "B", "title.ru": "Б", "title.zh-hans": "乙", "due_on": "2023-01-01"},
        },
        "ends_on": {"from": "2022-12-31", "to": "2023-06-30"},
    }
    assert told["subject"] == {"kind": "project", "id": str(joint.pk)}
    assert (told["state"], told["act"], told["is_stale"], told["expires_on"]) == (
        "open", "change", False, "2099-01-01",
    )  # fmt: skip
    assert (told["raised_by"]["city"]["code"], told["letter_number"]) == ("MOW", "7")
    answered = act(stage.client("beijing_coordinator"), told["id"], "accept", comment="Yes")
    assert answered.status_code == 200, answered.text
    decision = answered.json()["decisions"][0]
    assert (decision["verdict"], decision["city"]["code"]) == ("accept", "BJS")
    assert decision["decided_by"] == "Beijing Coordinator"
    joint.refresh_from_db()
    assert (joint.title_zh_hans, str(joint.ends_on)) == ("新", "2023-06-30")
    assert Milestone.objects.count() == 2
    # What was read can be sent again: the names are the same both ways.
    again = propose(stage.client("moscow_editor"), joint, changes={"title": {"ru": "Снова"}})
    assert again.json()["changes"] == {"title.ru": {"from": "Сигналы", "to": "Снова"}}


@pytest.mark.parametrize(
    "path", ["title_zh_hans", "leads/MOW", "ends_on", "milestones/x/title_ru", "areas"]
)
def test_names_lead_back_to_their_paths(path: str) -> None:
    assert path_of(name_of(path)) == path


def test_what_stands_against_it_is_a_problem_document(stage: Any, joint: Project) -> None:
    moscow, beijing = stage.client("moscow_editor"), stage.client("beijing_coordinator")
    assert propose(stage.client("anonymous"), joint, act="cancel").status_code == 401
    refused = propose(stage.client("moscow_reader"), joint, act="cancel")
    assert (refused.status_code, "Your role lets you read" in refused.json()["detail"]) == (403, True)
    assert propose(stage.client("stranger"), joint, act="cancel").status_code == 404
    wrong_state = propose(moscow, joint, act="complete")
    assert (wrong_state.status_code, "Start the work first" in wrong_state.json()["detail"]) == (403, True)
    unknown = propose(moscow, joint, changes={"title.ru": "x", "nonsense.ru": "y"})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (400, "changes.nonsense.ru")
    guessed = propose(moscow, joint, changes={"ends_on": {"from": "2020-01-01", "to": "2023-01-01"}})
    assert (guessed.status_code, guessed.json()["errors"][0]["field"]) == (400, "changes.ends_on")
    assert propose(moscow, joint, changes={"ends_on": "2022-12-31"}).status_code == 400
    assert propose(moscow, joint, changes={"ends_on": "tomorrow"}).status_code == 400
    assert propose(moscow, joint, changes={"ends_on": {"a": 1}}).status_code == 400
    assert propose(moscow, joint, act="nonsense").status_code == 400
    proposal = ask(stage, joint, "cancel")
    own = act(moscow, proposal, "accept")
    assert (own.status_code, "nobody acts for two cities" in own.json()["detail"]) == (403, True)
    assert act(beijing, proposal, "refuse").status_code == 400
    assert act(beijing, proposal, "refuse", comment="No").json()["state"] == "refused"
    over = act(beijing, proposal, "accept")
    assert (over.status_code, "This proposal is over" in over.json()["detail"]) == (403, True)
    assert act(moscow, ask(stage, joint, "cancel"), "withdraw").status_code == 400  # no language here
    last = Proposal.objects.get(state="open")
    withdrawn = post(moscow, f"/api/v1/proposals/{last.pk}/withdraw", {})
    assert withdrawn.json()["state"] == "withdrawn"


def test_out_of_date_is_409_and_recorded_with_a_key_too(stage: Any, draft: Project) -> None:
    proposal = ask(stage, draft, "agree")
    draft.refresh_from_db()
    project_amend(
        project=draft, changes={"ends_on": "2023-01-01"}, base_version=draft.version,
        by=stage.actor("beijing_editor"),
    )  # fmt: skip
    client = stage.client("beijing_coordinator")
    assert client.get(f"/api/v1/proposals/{proposal.pk}").json()["is_stale"] is True
    url = f"/api/v1/proposals/{proposal.pk}/accept"
    answer = post(client, url, SAID, **{"Idempotency-Key": "one"})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:problem:out-of-date")
    proposal.refresh_from_db()
    assert proposal.state == "stale"
    assert post(client, url, SAID, **{"Idempotency-Key": "one"}).status_code == 409


def test_a_retry_with_the_same_key_proposes_once(stage: Any, joint: Project) -> None:
    client, url = stage.client("moscow_editor"), f"/api/v1/projects/{joint.pk}/propose"
    body = {**SAID, "changes": {"ends_on": "2023-06-30"}}
    first = post(client, url, body, **{"Idempotency-Key": "k"})
    second = post(client, url, body, **{"Idempotency-Key": "k"})
    assert first.status_code == second.status_code == 201
    assert first.json()["id"] == second.json()["id"]
    assert Proposal.objects.filter(state="open").count() == 1
    assert post(client, url, {**body, "message": "x"}, **{"Idempotency-Key": "k"}).status_code == 422


def test_a_counter_proposal_answers_another_one(stage: Any, joint: Project) -> None:
    asked = ask(stage, joint, "change", changes={"ends_on": "2023-06-30"})
    answer = act(
        stage.client("beijing_coordinator"),
        asked,
        "counter",
        changes={"ends_on": "2023-03-31"},
        message="So",
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["answers"] == str(asked.pk)
    assert accept(stage, Proposal.objects.get(answers=asked), who="moscow_secretary").state == "accepted"


def test_lists_are_filtered_and_take_a_constant_number_of_queries(stage: Any, joint: Project) -> None:
    client = stage.client("beijing_coordinator")
    ask(stage, joint, "cancel")

    def listed(**query: str) -> list[Any]:
        answer = client.get("/api/v1/proposals", query)
        assert answer.status_code == 200, answer.text
        return answer.json()["results"]

    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            listed()
        return len(caught)

    listed()
    before = count()
    ask(stage, joint, "change", changes={"ends_on": "2023-06-30"}, who="beijing_editor")
    ask(stage, joint, "publish")
    assert count() == before <= 12
    assert {row["act"] for row in listed(waits_on="BJS")} == {"cancel", "publish"}
    assert {row["act"] for row in listed(waits_on="MOW")} == {"change"}
    assert len(listed(state="accepted", subject=str(joint.pk))) == 2
    assert all(row["is_stale"] is False for row in listed(state="accepted"))
    assert client.get("/api/v1/proposals?state=nonsense").status_code == 400


def test_the_public_is_not_told_who_spoke_for_a_city(stage: Any, deciders: None) -> None:
    titles = {"title_en": "P", "title_ru": "П", "title_zh_hans": "公"}
    public = stage.project(visibility="public", **titles)
    accept(stage, ask(stage, public, "agree"))
    told = stage.client("anonymous").get("/api/v1/proposals").json()["results"][0]
    assert told["raised_by"]["city"]["code"] == "MOW"
    assert (told["raised_by"]["person"], told["decisions"][0]["decided_by"]) == (None, None)
    page = stage.client("anonymous").get(Proposal.objects.get().get_absolute_url())
    assert page.status_code == 200
    assert "Moscow Editor" not in page.text
    assert "Beijing Coordinator" not in page.text


@pytest.mark.parametrize(
    "scopes", ["approvals:write programme:read", "approvals:write approvals:decide programme:read"]
)
def test_a_partner_decides_only_with_a_scope_of_its_own(stage: Any, joint: Project, scopes: str) -> None:
    from django.test import Client
    from django.utils import timezone
    from oauth2_provider.models import get_access_token_model

    from accounts.models import PartnerClient

    partner = PartnerClient.objects.create(
        name="Beijing portal", city=stage.cities["BJS"], official=stage.people["beijing_coordinator"],
        client_type="confidential", authorization_grant_type="client-credentials",
    )  # fmt: skip
    get_access_token_model().objects.create(
        token="t" * 40, application=partner, scope=scopes,
        expires=timezone.now() + timezone.timedelta(hours=1),
    )  # fmt: skip
    proposal = ask(stage, joint, "cancel")
    answer = post(
        Client(), f"/api/v1/proposals/{proposal.pk}/accept", SAID, Authorization=f"Bearer {'t' * 40}"
    )
    if "decide" not in scopes:
        assert (answer.status_code, "approvals:decide" in answer.json()["detail"]) == (403, True)
        assert propose_by(Client(), joint).status_code == 201
        return
    assert answer.status_code == 200, answer.text
    decision = Decision.objects.get(proposal=proposal)
    assert (decision.client, decision.decided_by) == ("Beijing portal", stage.people["beijing_coordinator"])
    assert ChainEntry.objects.last().body["client"] == partner.client_id


def propose_by(client: Any, project: Project) -> Any:
    body = {**SAID, "changes": {"ends_on": "2023-06-30"}}
    return post(client, f"/api/v1/projects/{project.pk}/propose", body, Authorization=f"Bearer {'t' * 40}")


def test_the_chain_is_exported_as_lines(stage: Any, joint: Project) -> None:
    from tests.approvals.test_chain import verify

    answer = stage.client("moscow_reader").get("/api/v1/decisions/chain")
    data = answer.getvalue()
    position, _colon, digits = answer["X-Chain-Head"].partition(":")
    assert list(verify.faults(data, [(int(position), digits)])) == []
    assert data.count(b"\n") == 4
    assert b"salt" not in data
