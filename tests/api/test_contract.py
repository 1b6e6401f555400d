"""The contract of `/api/v1/`: what partner systems rely on."""

import csv
import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from openpyxl import load_workbook

from programme.models import Event, EventParticipant
from projects.services import project_amend

pytestmark = pytest.mark.django_db

PROJECTS = "/api/v1/projects"
LISTS = [
    "programmes", "cities", "organisations", "areas", "provisions", "agreements",
    "events", "statements", "sources", "citations", "projects", "reports",
]  # fmt: skip


@pytest.fixture
def client(stage):
    return stage.client("anonymous")


@pytest.fixture
def project(stage):
    return stage.project(
        visibility="public",
        title_en="Signals",
        title_ru="Сигналы",
        title_zh_hans="",
        starts_on="2021-03-01",
    )


def problem(answer, status):
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["request_id"] == answer["X-Request-ID"]
    assert body["type"].startswith("urn:problem:")
    assert body["detail"]
    return body


# Records


def test_a_project_reads_as_the_contract_says(stage, client, project):
    metro = stage.cities["MOW"].organisations.get()
    project_amend(
        project=project,
        changes={"leads/MOW": str(metro.pk)},
        base_version=1,
        by=stage.actor("moscow_editor"),
    )
    body = client.get(f"{PROJECTS}/{project.pk}").json()
    assert list(body)[:3] == ["id", "code", "title"]
    assert body["title"] == {"en": "Signals", "ru": "Сигналы", "zh-hans": None}
    assert [area["code"] for area in body["areas"]] == ["TRA"]
    assert set(body["leads"]) == {"MOW"}
    assert body["leads"]["MOW"]["name"]["en"] == "Moscow Metro"
    assert (body["starts_on"], body["ends_on"], body["state"]) == ("2021-03-01", None, "draft")
    assert (body["visibility"], body["version"]) == ("public", 2)


def test_one_language_comes_as_plain_texts(client, project):
    answer = client.get(f"{PROJECTS}/{project.pk}", {"lang": "ru"})
    assert (answer.json()["title"], answer["Content-Language"]) == ("Сигналы", "ru")
    assert client.get(f"{PROJECTS}/{project.pk}", {"lang": "zh-hans"}).json()["title"] is None


def test_accept_language_picks_one_too_and_lang_wins(client, project):
    where = f"{PROJECTS}/{project.pk}"
    header = {"accept-language": "zh-CN,ru;q=0.5"}
    assert client.get(where, headers={"accept-language": "ru-RU,ru;q=0.9"}).json()["title"] == "Сигналы"
    assert client.get(where, headers=header).json()["title"] is None
    assert client.get(where, {"lang": "en"}, headers=header).json()["title"] == "Signals"
    assert client.get(where, headers={"accept-language": "fi"}).json()["title"]["ru"] == "Сигналы"


def test_the_etag_is_the_version_in_every_language_and_format(client, project):
    where = f"{PROJECTS}/{project.pk}"
    queries = ({}, {"lang": "ru"}, {"format": "csv"}, {"fields": "id"})
    assert {client.get(where, query)["ETag"] for query in queries} == {'"1"'}
    unchanged = client.get(where, headers={"if-none-match": '"1"'})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert client.get(where, headers={"if-none-match": '"2"'}).status_code == 200


def test_with_and_without_a_closing_slash_it_is_the_same(client, project):
    assert client.get(f"{PROJECTS}/").json() == client.get(PROJECTS).json()
    assert client.get(f"{PROJECTS}/{project.pk}/").json() == client.get(f"{PROJECTS}/{project.pk}").json()


def test_only_the_fields_that_are_asked_for(client, project):
    assert client.get(PROJECTS, {"fields": "id,code"}).json()["results"] == [
        {"id": str(project.pk), "code": project.code}
    ]


@pytest.mark.parametrize("name", LISTS)
def test_every_list_answers_in_its_shape(client, project, name):
    body = client.get(f"/api/v1/{name}").json()
    assert set(body) == {"next", "previous", "results"}
    for record in body["results"]:
        assert client.get(f"/api/v1/{name}/{record['id']}").json() == record


# Paging


@pytest.fixture
def many(stage):
    return [stage.project(visibility="public", title_en=f"Project {number}") for number in range(7)]


@pytest.mark.parametrize("ordering", ["created_at", "-created_at", "code", "-code", "updated_at"])
def test_paging_shows_everything_once_forwards_and_backwards(client, many, ordering):
    query = {"limit": "3", "ordering": ordering, "fields": "code"}
    page = client.get(PROJECTS, query).json()
    assert page["previous"] is None
    pages = [page]
    while page["next"]:
        page = client.get(page["next"]).json()
        pages.append(page)
    seen = [record["code"] for page in pages for record in page["results"]]
    whole = [record["code"] for record in client.get(PROJECTS, {**query, "limit": "500"}).json()["results"]]
    assert seen == whole
    assert len(set(seen)) == 7
    backwards = []
    while page["previous"]:
        page = client.get(page["previous"]).json()
        backwards = page["results"] + backwards
    assert [record["code"] for record in backwards] == whole[:6]


def test_rows_that_share_a_moment_are_neither_lost_nor_repeated(client, many):
    type(many[0]).objects.update(created_at=many[0].created_at)
    seen, page = [], client.get(PROJECTS, {"limit": "2", "fields": "code"}).json()
    while True:
        seen += [record["code"] for record in page["results"]]
        if not page["next"]:
            break
        page = client.get(page["next"]).json()
    assert sorted(seen) == sorted(project.code for project in many)


def test_a_record_added_meanwhile_repeats_and_hides_no_other(stage, client, many):
    page = client.get(PROJECTS, {"limit": "3", "ordering": "-created_at", "fields": "code"}).json()
    stage.project(visibility="public")
    following = client.get(page["next"]).json()
    codes = [record["code"] for record in page["results"] + following["results"]]
    assert codes == sorted((project.code for project in many), reverse=True)[:6]


def test_a_list_is_two_queries_however_long(client, many, django_assert_num_queries):
    with django_assert_num_queries(2):
        client.get(PROJECTS, {"limit": "500"})


# Strictness


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=ten", "limit"),
        ("limit=%D9%A3", "limit"),
        ("cursor=abc", "cursor"),
        ("cursor=W2ZhbHNlLDEsMl0", "cursor"),
        ("ordering=title", "ordering"),
        ("ordering=areas__name", "ordering"),
        ("lang=de", "lang"),
        ("fields=id,secret", "fields"),
        ("format=xml", "format"),
        ("state=done", "state"),
        ("area=TRA", "area"),
        ("state=draft&state=active", "state"),
        ("title__icontains=x", "title__icontains"),
        ("search=%00", ""),
    ],
)
def test_a_parameter_that_can_not_be_used_is_named(client, project, query, field):
    body = problem(client.get(f"{PROJECTS}?{query}"), 400)
    assert field in {error["field"] for error in body["errors"]}


def test_sentences_come_in_the_readers_language(client):
    body = problem(client.get(f"{PROJECTS}?state=done", headers={"accept-language": "ru"}), 400)
    assert "Выберите корректный вариант" in body["errors"][0]["message"]


@pytest.mark.parametrize(
    "where",
    ["/api/", "/api/v1/", "/api/v1/nothing", "/api/v2/projects", f"{PROJECTS}/1", f"{PROJECTS}/{'-' * 36}",
     f"{PROJECTS}/00000000-0000-4000-8000-000000000000"],
)  # fmt: skip
def test_what_is_not_there_is_a_problem_document_too(client, where):
    problem(client.get(where), 404)


def test_a_write_without_a_token_is_401_and_says_how(client, project):
    for method in ("post", "put", "patch", "delete"):
        answer = getattr(client, method)(PROJECTS, {}, content_type="application/json")
        assert problem(answer, 401)
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_failure_on_our_side_shows_nothing_of_the_inside(client, monkeypatch):
    def fails(*args, **kwargs):
        raise RuntimeError("a secret of the inside")

    client.raise_request_exception = False
    monkeypatch.setattr("projects.api.Projects.get_queryset", fails)
    answer = client.get(PROJECTS)
    problem(answer, 500)
    assert b"secret" not in answer.content


# What is theirs to see


def test_embedded_records_obey_the_same_rule(stage, client, project):
    from programme.models import Agreement
    from programme.services import record_create
    from tests.conftest import SYSTEM

    hidden = record_create(
        record=Agreement(
            programme=stage.programme, kind="sectoral", title_en="Secret", visibility="own",
            owner_city=stage.cities["MOW"],
        ),
        by=SYSTEM,
    )  # fmt: skip
    project_amend(project=project, changes={"agreements": [str(hidden.pk)]}, base_version=1, by=SYSTEM)
    where = f"{PROJECTS}/{project.pk}"
    for who in ("anonymous", "beijing_coordinator"):
        assert stage.client(who).get(where).json()["agreements"] == []
    assert stage.client("moscow_editor").get(where).json()["agreements"][0]["title"]["en"] == "Secret"


def test_filters_do_not_betray_what_is_hidden(stage, client):
    own = stage.project(visibility="own", title_en="Secret")
    for query in ({"search": "Secret"}, {"state": "draft"}, {"visibility": "own"}, {"search": own.code}):
        assert client.get(PROJECTS, query).json()["results"] == []
        assert stage.client("beijing_editor").get(PROJECTS, query).json()["results"] == []


def test_archived_records_are_out_of_lists_and_still_there(stage, client, project):
    from projects.services import project_archive

    project_archive(project=project, base_version=1, by=stage.actor("moscow_editor"))
    assert client.get(PROJECTS).json()["results"] == []
    assert client.get(f"{PROJECTS}/{project.pk}").status_code == 200


# CSV and XLSX


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("name", LISTS)
def test_every_resource_is_a_table_too(stage, client, project, name, kind):
    metro = stage.cities["MOW"].organisations.get()
    event = Event.objects.get()
    EventParticipant.objects.create(event=event, organisation=metro, role="organiser")
    assert client.get(f"/api/v1/{name}", {"format": kind}).status_code == 200
    for record in client.get(f"/api/v1/{name}").json()["results"][:1]:
        assert client.get(f"/api/v1/{name}/{record['id']}", {"format": kind}).status_code == 200


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t="])
def test_no_cell_is_a_formula(stage, client, start):
    stage.project(visibility="public", title_en=f"{start}1+1")
    rows = list(
        csv.DictReader(io.StringIO(client.get(PROJECTS, {"format": "csv"}).content.decode("utf-8-sig")))
    )
    assert rows[0]["title_en"].lstrip("'") == f"{start}1+1".strip() or rows[0]["title_en"].startswith("'")
    book = load_workbook(io.BytesIO(client.get(PROJECTS, {"format": "xlsx"}).content))
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)


def test_a_page_as_csv_says_where_the_next_one_is(client, many):
    answer = client.get(PROJECTS, {"format": "csv", "limit": "3", "fields": "code"})
    assert answer["Content-Disposition"] == 'attachment; filename="projects.csv"'
    assert 'rel="next"' in answer["Link"]
    assert len(answer.content.decode().splitlines()) == 4


# The schema


def test_the_committed_schema_is_what_the_code_makes():
    call_command("check_openapi")


def test_the_served_schema_is_the_committed_one(client):
    committed = Path(__file__).resolve().parents[2] / "docs" / "api" / "openapi.json"
    assert client.get("/api/v1/openapi.json").json() == json.loads(committed.read_text(encoding="utf-8"))
