"""Partner systems write through the API: tokens, versions, retries, limits."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken

from accounts.models import PartnerClient
from accounts.services import client_create
from programme.models import Agreement, Source
from projects.models import Project
from records.api import idempotency
from records.models import Change, IdempotentAnswer

pytestmark = pytest.mark.django_db
PROJECTS = "/api/v1/projects"
SECRET = "a-secret-for-tests"
SCOPES = ["projects:read", "projects:write", "programme:read", "programme:write"]


class Partner:
    """A partner system with a token."""

    def __init__(self, stage: Any, who: str, scopes: list[str]) -> None:
        self.client = Client()
        self.record = client_create(
            client_id=f"client-of-{who}", secret=SECRET, name=who, official=stage.people[who], scopes=scopes
        )
        self.token = self.get_token().json()["access_token"]

    def get_token(self, **data: str) -> Any:
        asked = {
            "grant_type": "client_credentials",
            "client_id": self.record.client_id,
            "client_secret": SECRET,
        }
        return self.client.post("/oauth/token/", asked | data)

    def call(self, method: str, where: str, data: Any = None, **headers: str) -> Any:
        sent = {"authorization": f"Bearer {self.token}"} | {
            k.replace("_", "-"): v for k, v in headers.items()
        }
        body = {} if data is None else {"data": data, "content_type": "application/json"}
        return getattr(self.client, method)(where, headers=sent, **body)


@pytest.fixture
def moscow(stage):
    return Partner(stage, "moscow_secretary", SCOPES)


@pytest.fixture
def beijing(stage):
    return Partner(stage, "beijing_coordinator", SCOPES)


@pytest.fixture
def new(stage):
    return {
        "programme": str(stage.programme.pk),
        "title": {"en": "Signals", "ru": "Сигналы"},
        "areas": [str(stage.areas[0].pk)],
        "starts_on": "2021-03-01",
    }


# Tokens


def test_a_token_is_kept_as_a_hash_only(moscow):
    assert moscow.token not in str(AccessToken.objects.values())
    assert SECRET not in str(PartnerClient.objects.values())


def test_a_wrong_secret_gets_none(moscow):
    assert moscow.get_token(client_secret="guess").status_code == 401


def test_a_token_that_is_wrong_revoked_or_of_a_stopped_client_is_401(moscow):
    assert moscow.call("get", PROJECTS).status_code == 200
    right, moscow.token = moscow.token, "x" * 30
    assert moscow.call("get", PROJECTS).status_code == 401
    moscow.token = right
    PartnerClient.objects.update(is_active=False)
    answer = moscow.call("get", PROJECTS)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="api"')
    PartnerClient.objects.update(is_active=True)
    given_back = {"token": right, "client_id": moscow.record.client_id, "client_secret": SECRET}
    assert moscow.client.post("/oauth/revoke/", given_back).status_code == 200
    assert moscow.call("get", PROJECTS).status_code == 401


def test_no_other_grant_is_given(moscow):
    answer = moscow.get_token(grant_type="password", username="moscow_editor@example.org", password="x")
    assert answer.status_code in {400, 401}


def test_a_missing_scope_is_403_and_named(stage, new):
    reads = Partner(stage, "moscow_editor", ["projects:read"])
    assert reads.call("get", PROJECTS).status_code == 200
    answer = reads.call("post", PROJECTS, new)
    assert answer.status_code == 403
    assert "projects:write" in answer.json()["detail"]
    assert reads.call("get", "/api/v1/areas").status_code == 403


def test_a_scope_the_client_was_not_given_is_not_granted(stage):
    reads = Partner(stage, "moscow_editor", ["projects:read"])
    assert reads.get_token(scope="projects:write").status_code in {400, 401}


def test_a_client_is_bound_to_its_city(stage, moscow, beijing):
    own = stage.project(visibility="own")
    assert moscow.call("get", f"{PROJECTS}/{own.pk}").status_code == 200
    assert beijing.call("get", f"{PROJECTS}/{own.pk}").status_code == 404
    assert beijing.call("patch", f"{PROJECTS}/{own.pk}", {}, if_match='"1"').status_code == 404


def test_a_client_of_a_city_that_is_no_side_may_not_write(stage, new):
    stranger = Partner(stage, "stranger", SCOPES)
    public = stage.project(visibility="public")
    assert stranger.call("patch", f"{PROJECTS}/{public.pk}", {}, if_match='"1"').status_code == 403
    assert stranger.call("post", PROJECTS, new).status_code == 403


# Writing


def test_a_new_project_is_answered_as_it_reads(moscow, new):
    answer = moscow.call("post", PROJECTS, new)
    assert answer.status_code == 201, answer.json()
    body = answer.json()
    assert (body["code"], body["state"], body["visibility"]) == ("TRA-2021-001", "draft", "shared")
    assert body["title"] == {"en": "Signals", "ru": "Сигналы", "zh-hans": None}
    assert answer["ETag"] == '"1"'
    assert moscow.call("get", answer["Location"]).json() == body


def test_history_and_changes_know_the_client_and_its_official(moscow, new):
    pk = moscow.call("post", PROJECTS, new).json()["id"]
    context = Project.objects.get(pk=pk).history.get().pgh_context.metadata
    assert (context["client"], context["city"], context["actor"]) == (
        "moscow_secretary",
        "MOW",
        "Moscow Secretary",
    )
    assert Change.objects.get(record_id=pk).city.code == "MOW"


def test_an_own_record_is_the_clients_city(stage, moscow, new):
    pk = moscow.call("post", PROJECTS, new | {"visibility": "own"}).json()["id"]
    assert Project.objects.get(pk=pk).owner_city == stage.cities["MOW"]


def test_a_change_needs_the_version_and_raises_it(stage, moscow):
    where = f"{PROJECTS}/{stage.project(title_ru='Сигналы').pk}"
    assert moscow.call("patch", where, {"title": {"en": "New"}}).status_code == 428
    assert moscow.call("patch", where, {"title": {"en": "New"}}, if_match="*").status_code == 428
    answer = moscow.call("patch", where, {"title": {"en": "New"}}, if_match='"1"')
    assert (answer.status_code, answer["ETag"]) == (200, '"2"')
    assert answer.json()["title"] == {"en": "New", "ru": "Сигналы", "zh-hans": None}


def test_another_version_is_412_with_the_current_one_and_the_fields_in_conflict(stage, moscow, beijing):
    where = f"{PROJECTS}/{stage.project().pk}"
    theirs = {"title": {"en": "Theirs", "ru": "Их"}, "starts_on": "2021-01-01"}
    beijing.call("patch", where, theirs, if_match='"1"')
    mine = {"title": {"en": "Mine"}, "ends_on": "2022-01-01"}
    answer = moscow.call("patch", where, mine, if_match='"1"')
    assert (answer.status_code, answer["ETag"]) == (412, '"2"')
    assert [error["field"] for error in answer.json()["errors"]] == ["title.en"]
    assert moscow.call("patch", where, mine, if_match='W/"2"').status_code == 412


def whole(stage, **values):
    return {"title": {"en": "Whole"}, "areas": [str(stage.areas[0].pk)]} | values


def test_put_replaces_and_empties_what_is_left_out(stage, moscow):
    metro = str(stage.cities["MOW"].organisations.get().pk)
    project = stage.project(title_ru="Сигналы", summary_en="A summary", starts_on="2021-03-01")
    where = f"{PROJECTS}/{project.pk}"
    before = {"provisions": [str(stage.provision.pk)], "leads": {"MOW": metro}}
    assert moscow.call("patch", where, before, if_match='"1"').json()["leads"]
    answer = moscow.call("put", where, whole(stage, ends_on="2022-01-01"), if_match='"2"')
    assert (answer.status_code, answer["ETag"]) == (200, '"3"'), answer.content
    body = answer.json()
    assert body["title"] == {"en": "Whole", "ru": None, "zh-hans": None}
    assert body["summary"] == {"en": None, "ru": None, "zh-hans": None}
    assert (body["starts_on"], body["ends_on"]) == (None, "2022-01-01")
    assert body["provisions"] == []
    assert body["leads"].get("MOW") is None
    assert (body["code"], body["visibility"], body["state"]) == (project.code, "shared", "draft")
    again = moscow.call("put", where, whole(stage, ends_on="2022-01-01"), if_match='"3"')
    assert again["ETag"] == '"3"'  # it stands so already


def test_put_names_the_version_like_patch(stage, moscow):
    where = f"{PROJECTS}/{stage.project().pk}"
    assert moscow.call("put", where, whole(stage)).status_code == 428
    assert moscow.call("put", where, whole(stage), if_match="*").status_code == 428
    moscow.call("patch", where, {"title": {"en": "Theirs"}}, if_match='"1"')
    answer = moscow.call("put", where, whole(stage), if_match='"1"')
    assert (answer.status_code, answer["ETag"]) == (412, '"2"')
    assert "title.en" in {error["field"] for error in answer.json()["errors"]}
    assert Project.objects.get().title_en == "Theirs"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": {"en": "Without areas"}}, "areas"),
        ({"title": None}, "title"),
        ({"programme": "00000000-0000-4000-8000-000000000000"}, "programme"),
        ({"visibility": "own"}, "visibility"),
        ({"title": {"en": ""}}, "title.en"),
        ({"starts_on": "2021-02-30"}, "starts_on"),
    ],
)
def test_a_bad_replacement_is_named_and_nothing_is_saved(stage, moscow, body, field):
    project = stage.project()
    sent = body if field == "areas" else whole(stage) | body
    answer = moscow.call("put", f"{PROJECTS}/{project.pk}", sent, if_match='"1"')
    assert answer.status_code == 400, answer.content
    assert field in {error["field"] for error in answer.json()["errors"]}
    project.refresh_from_db()
    assert project.version == 1


def test_put_leaves_what_the_caller_does_not_see(stage, moscow, beijing):
    common = {"kind": "sectoral", "programme": str(stage.programme.pk)}
    secret = common | {"title": {"en": "Secret"}, "visibility": "own"}
    basis = moscow.call("post", "/api/v1/agreements", secret).json()["id"]
    agreement = common | {"title": {"en": "Open"}, "basis": basis, "term_years": 3, "is_signed": True}
    where = moscow.call("post", "/api/v1/agreements", agreement | {"signed_on": "2020"})["Location"]
    replaced = {"kind": "sectoral", "title": {"en": "Replaced"}}
    answer = beijing.call("put", where, replaced, if_match='"1"')
    assert answer.status_code == 200, answer.content
    found = Agreement.objects.get(title_en="Replaced")
    assert (str(found.basis_id), found.term_years, found.is_signed, found.signed_on) == (
        basis, None, False, None,
    )  # fmt: skip
    assert moscow.call("put", where, replaced, if_match='"2"').json()["basis"] is None


def test_delete_archives(stage, moscow):
    project = stage.project(visibility="public")
    where = f"{PROJECTS}/{project.pk}"
    assert moscow.call("delete", where).status_code == 428
    assert moscow.call("delete", where, if_match='"7"').status_code == 412
    assert moscow.call("delete", where, if_match='"1"').status_code == 204
    project.refresh_from_db()
    assert project.archived_at
    assert moscow.call("get", where).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"state": "completed"}, "state"),
        ({"visibility": "public"}, "visibility"),
        ({"title": "Signals"}, "title"),
        ({"title": {"de": "Signale"}}, "title"),
        ({"title": {"en": "\x00"}}, "title.en"),
        ({"title": {"en": None}}, "title.en"),
        ({"areas": []}, "areas"),
        ({"areas": ["x"]}, "areas.0"),
        ({"starts_on": "2021-02-30"}, "starts_on"),
        ({"leads": {"MOW": "x"}}, "leads.MOW"),
        ({"leads": {"ZZZ": None}}, "leads/ZZZ"),
        ({"agreements": ["00000000-0000-4000-8000-000000000000"]}, "agreements"),
    ],
)
def test_bad_input_is_named_and_nothing_is_saved(stage, moscow, change, field):
    project = stage.project(title_ru="")
    answer = moscow.call("patch", f"{PROJECTS}/{project.pk}", change, if_match='"1"')
    assert answer.status_code == 400, answer.content
    assert field in {error["field"] for error in answer.json()["errors"]}
    project.refresh_from_db()
    assert project.version == 1


@pytest.mark.parametrize("body", ["{", "[]", "null", '"x"', "[1]", ""])
def test_a_body_that_is_no_record_is_400(moscow, body):
    answer = moscow.client.post(
        PROJECTS, body, content_type="application/json", headers={"authorization": f"Bearer {moscow.token}"}
    )
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_records_of_every_kind_are_written(stage, moscow):
    programme = str(stage.programme.pk)
    area, source = str(stage.areas[0].pk), str(Source.objects.get().pk)
    city = str(stage.cities["MOW"].pk)
    new = {
        "areas": {"code": "HEA", "name": {"en": "Health"}},
        "provisions": {"code": "P9", "title": {"en": "A provision"}, "areas": [area]},
        "agreements": {"kind": "sectoral", "title": {"ru": "Да"}, "is_signed": True, "signed_on": "2020"},
        "events": {"kind": "forum", "title": {"en": "Forum"}, "held": "2020-12", "city": city},
        "statements": {"kind": "remark", "text": {"en": "A remark"}, "areas": [area]},
        "sources": {"kind": "outside", "title": "A newspaper", "language": "ru"},
        "citations": {"subject_kind": "area", "subject_id": area, "source": source, "locator": "¶ 1"},
    }  # fmt: skip
    for name, body in new.items():
        answer = moscow.call("post", f"/api/v1/{name}", body | {"programme": programme})
        assert answer.status_code == 201, (name, answer.json())
        changed = moscow.call("patch", answer["Location"], {}, if_match='"1"')
        assert changed["ETag"] == '"1"'
        known = {name: value for name, value in body.items() if not name.startswith("subject_")}
        assert moscow.call("put", answer["Location"], known, if_match='"1"')["ETag"] == '"1"'
        assert moscow.call("delete", answer["Location"], if_match='"1"').status_code == 204
    metro = moscow.call(
        "post", "/api/v1/organisations", {"name": {"en": "A university"}, "kind": "university"}
    )
    assert (metro.status_code, metro.json()["city"]["code"]) == (201, "MOW")


def test_a_city_writes_its_own_organisations_only(stage, beijing):
    metro = stage.cities["MOW"].organisations.get()
    answer = beijing.call("patch", f"/api/v1/organisations/{metro.pk}", {"kind": "other"}, if_match='"1"')
    assert answer.status_code == 403


def test_what_a_client_does_not_see_it_can_not_refer_to(stage, moscow, beijing, new):
    own = stage.project(visibility="own")
    source = str(Source.objects.get().pk)
    about = {"subject_kind": "project", "subject_id": str(own.pk), "source": source}
    about["programme"] = str(stage.programme.pk)
    assert beijing.call("post", "/api/v1/citations", about).status_code == 400
    citation = moscow.call("post", "/api/v1/citations", about)
    assert citation.json()["visibility"] == "own"
    assert beijing.call("get", citation["Location"]).status_code == 404
    secret = moscow.call(
        "post", "/api/v1/agreements",
        {"kind": "sectoral", "title": {"en": "Secret"}, "programme": new["programme"], "visibility": "own"},
    ).json()["id"]  # fmt: skip
    basis = {"kind": "sectoral", "title": {"en": "x"}, "programme": new["programme"], "basis": secret}
    assert beijing.call("post", "/api/v1/agreements", basis).status_code == 400
    assert Agreement.objects.filter(basis=secret).count() == 0


# Retries


def test_the_same_key_and_body_give_the_same_answer(moscow, new):
    first = moscow.call("post", PROJECTS, new, idempotency_key="once")
    again = moscow.call("post", PROJECTS, new, idempotency_key="once")
    assert (again.status_code, again.content, again["ETag"]) == (201, first.content, first["ETag"])
    assert again["Idempotency-Replayed"] == "true"
    assert Project.objects.count() == 1


def test_another_body_with_the_same_key_is_422(moscow, new):
    moscow.call("post", PROJECTS, new, idempotency_key="once")
    answer = moscow.call("post", PROJECTS, new | {"starts_on": None}, idempotency_key="once")
    assert answer.status_code == 422
    assert Project.objects.count() == 1


def test_a_key_belongs_to_its_client(moscow, beijing, new):
    moscow.call("post", PROJECTS, new, idempotency_key="once")
    assert beijing.call("post", PROJECTS, new, idempotency_key="once").status_code == 201
    assert Project.objects.count() == 2


def test_a_call_that_failed_leaves_its_key_free(moscow, new):
    bad = moscow.call("post", PROJECTS, new | {"areas": []}, idempotency_key="once")
    assert bad.status_code == 400
    assert not IdempotentAnswer.objects.exists()
    assert moscow.call("post", PROJECTS, new, idempotency_key="once").status_code == 201


def parallel(partner: Partner, new: dict, calls: int) -> list[Any]:
    def call(_number: int) -> Any:
        other = Client()
        other.raise_request_exception = False
        try:
            headers = {"authorization": f"Bearer {partner.token}", "idempotency-key": "once"}
            return other.post(PROJECTS, new, content_type="application/json", headers=headers)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        return list(pool.map(call, range(calls)))


@pytest.mark.django_db(transaction=True)
def test_a_hundred_parallel_retries_make_one_row(moscow, new):
    answers = parallel(moscow, new, 100)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Project.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_key_kept_the_same_retries_make_many(moscow, new, monkeypatch):
    """The negative control of the test above."""
    monkeypatch.setattr("records.api.writes.once", lambda request, actor, work: work())
    parallel(moscow, new, 10)
    assert Project.objects.count() == 10


def test_answers_are_forgotten_after_a_day(moscow, new):
    moscow.call("post", PROJECTS, new, idempotency_key="once")
    assert idempotency.forget_old_answers() == 0
    IdempotentAnswer.objects.update(created_at="2020-01-01T00:00:00Z")
    assert idempotency.forget_old_answers() == 1


# Limits


def test_every_answer_says_how_much_is_left(moscow, settings):
    settings.API_CALLS_A_MINUTE = 2
    with time_machine.travel(timezone.now(), tick=False):  # all three in one minute
        first, second, third = (moscow.call("get", PROJECTS) for _number in range(3))
    assert first["RateLimit-Policy"] == '"minute";q=2;w=60'
    assert first["RateLimit"].startswith('"minute";r=1;t=')
    assert second.status_code == 200
    assert third.status_code == 429
    assert third["Content-Type"] == "application/problem+json"
    assert 1 <= int(third["Retry-After"]) <= 61


def test_a_write_from_the_browser_needs_its_token_against_forgery(stage, new):
    client = Client(enforce_csrf_checks=True)
    client.force_login(stage.people["moscow_editor"])
    assert client.post(PROJECTS, new, content_type="application/json").status_code == 403
    assert Project.objects.count() == 0
