"""The parts of projects over the API, under the same contract as every record."""

import io
import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Organisation
from accounts.services import organisation_create
from approvals.services import proposal_accept, proposal_raise
from programme.models import Remit
from projects.models import Contribution, Delegate, IndicatorValue, Milestone, Update
from projects.services import part_create
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db
TITLES = {"title_en": "Signals", "title_ru": "Сигналы", "title_zh_hans": "信号"}


@pytest.fixture
def project(stage: Any) -> Any:
    return stage.project(**TITLES)


@pytest.fixture
def theirs(stage: Any) -> Organisation:
    """An organisation of the other side."""
    organisation = Organisation(name_en="Beijing Subway", city=stage.cities["BJS"], kind="enterprise")
    return organisation_create(organisation=organisation, original="en", by=SYSTEM)


def at(project: Any, *path: Any) -> str:
    return "/".join(["/api/v1/projects", str(project.pk), *map(str, path)])


def post(client: Any, where: str, body: Any, **headers: str) -> Any:
    return client.post(where, json.dumps(body), content_type="application/json", headers=headers)


def patch(client: Any, where: str, body: Any, version: int | None = None) -> Any:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return client.patch(where, json.dumps(body), content_type="application/json", headers=headers)


def bodies(stage: Any, theirs: Organisation) -> dict[str, dict[str, Any]]:
    metro = str(stage.cities["MOW"].organisations.get().pk)
    sides = {"from_city": str(stage.cities["MOW"].pk), "to_city": str(stage.cities["BJS"].pk)}
    return {
        "milestones": {"title": {"en": "First train"}, "due_on": "2022-05-01"},
        "participations": {"organisation": metro, "role": "funder"},
        "risks": {"title": {"ru": "Задержка"}, "likelihood": 3},
        "indicators": {"name": {"en": "Riders"}, "unit": {"en": "people"}, "goal": "1000.5"},
        "contributions": {"organisation": metro, "currency": "RUB", "planned": "1000.10"},
        "exchanges": {"title": {"en": "Training"}, **sides, "planned_people": 12},
        "updates": {"period": "2021-Q1", "narrative": {"ru": "Начали"}, "health": "on_track"},
    }


def test_every_part_is_written_and_read_under_the_contract(stage: Any, project: Any, theirs: Any) -> None:
    client = stage.client("moscow_editor")
    for kind, body in bodies(stage, theirs).items():
        where = at(project, kind)
        made = post(client, where, body, **{"Idempotency-Key": kind})
        assert made.status_code == 201, (kind, made.content)
        assert made["Location"].endswith(f"{where}/{made.json()['id']}")
        again = post(client, where, body, **{"Idempotency-Key": kind})
        assert again.json() == made.json()
        assert again["Idempotency-Replayed"] == "true"
        one = made["Location"].removeprefix("http://testserver")
        assert client.get(one)["ETag"] == '"1"'
        assert client.get(one + "/").json() == made.json()
        assert client.get(where).json()["results"] == [made.json()]
        assert client.get(f"{where}?nonsense=1").status_code == 400
        assert client.get(f"{where}?limit=1&fields=id,version").json()["results"] == [
            {"id": made.json()["id"], "version": 1}
        ]
        assert post(client, where, {"nonsense": 1}).status_code == 400
        assert patch(client, one, {}).status_code == 428
        assert patch(client, one, {}, 7).status_code == 412
        assert client.delete(one).status_code == 428
        assert client.delete(one, headers={"If-Match": '"1"'}).status_code == 204
        assert client.get(where).json()["results"] == []
        assert client.get(one).status_code == 200  # archived, not gone


def test_what_is_written_is_what_reads(stage: Any, project: Any, theirs: Any) -> None:
    client = stage.client("moscow_editor")
    sent = bodies(stage, theirs)
    indicator = post(client, at(project, "indicators"), sent["indicators"]).json()
    assert (indicator["goal"], indicator["unit"]["en"]) == ("1000.5", "people")
    value = post(
        client, at(project, "indicators", indicator["id"], "values"), {"period": "2021-Q1", "value": 12.25}
    ).json()
    assert (value["value"], value["city"]["code"], value["period"]) == ("12.25", "MOW", "2021-Q1")
    money = post(client, at(project, "contributions"), sent["contributions"]).json()
    assert (money["planned"], money["actual"], money["rate"]) == ("1000.10", None, None)
    trip = post(client, at(project, "exchanges"), sent["exchanges"]).json()
    assert (trip["from_city"]["code"], trip["planned_people"]) == ("MOW", 12)
    where = at(project, "exchanges", trip["id"], "delegates")
    assert post(client, where, {"name": "Иванов"}).json()["latin_name"] is None
    milestone = post(client, at(project, "milestones"), sent["milestones"])
    changed = patch(client, milestone["Location"], {"due_on": "2022-06-01", "title": {"ru": "Поезд"}}, 1)
    assert changed["ETag"] == '"2"'
    assert changed.json()["due_on"] == "2022-06-01"
    assert client.get(f"{milestone['Location']}?lang=ru").json()["title"] == "Поезд"


def test_a_part_is_seen_by_whoever_sees_the_project(stage: Any, project: Any) -> None:
    milestone = part_create(
        part=Milestone(project=project, title_en="x", due_on=date(2022, 1, 1)), by=SYSTEM
    )
    other = stage.project(visibility="public")
    one = at(project, "milestones", milestone.pk)
    for who in ("moscow_reader", "beijing_editor"):
        assert stage.client(who).get(one).status_code == 200
    for who in ("anonymous", "reader", "stranger"):
        client = stage.client(who)
        assert client.get(one).status_code == client.get(at(project, "milestones")).status_code == 404
        assert client.get("/api/v1/milestones").json()["results"] == []
        assert client.get(f"/api/v1/milestones/{milestone.pk}").status_code == 404
    # A part is found below its own project only.
    assert stage.client("moscow_editor").get(at(other, "milestones", milestone.pk)).status_code == 404
    assert post(stage.client("reader"), at(other, "milestones"), {}).status_code == 400
    body = {"title": {"en": "y"}, "due_on": "2022-01-01"}
    assert post(stage.client("reader"), at(other, "milestones"), body).status_code == 403
    assert post(stage.client("anonymous"), at(other, "milestones"), body).status_code == 401


def test_each_side_writes_its_own_rows_only(stage: Any, project: Any, theirs: Any) -> None:
    moscow, beijing = stage.client("moscow_editor"), stage.client("beijing_editor")
    indicator = post(moscow, at(project, "indicators"), bodies(stage, theirs)["indicators"]).json()
    values = at(project, "indicators", indicator["id"], "values")
    mine = post(moscow, values, {"period": "2021", "value": 1})
    beijings = {"city": str(stage.cities["BJS"].pk)}
    refused = patch(beijing, mine["Location"], {"value": 2}, 1)
    assert refused.status_code == 403
    assert "other side's own row" in refused.json()["detail"]
    assert "editor of that side" in refused.json()["detail"]
    assert post(moscow, values, {"period": "2021", "value": 1, **beijings}).status_code == 403
    assert patch(moscow, mine["Location"], beijings, 1).status_code == 403  # nor made the other side's
    contribution = {"organisation": str(theirs.pk), "currency": "CNY", "planned": "5"}
    assert post(moscow, at(project, "contributions"), contribution).status_code == 403
    assert post(beijing, at(project, "contributions"), contribution).status_code == 201
    assert patch(moscow, mine["Location"], {"value": 2}, 1).status_code == 200
    assert IndicatorValue.objects.get().value == 2


def test_what_both_agreed_on_is_refused_with_the_way_out(stage: Any, project: Any, theirs: Any) -> None:
    milestone = part_create(part=Milestone(project=project, **TITLES, due_on=date(2022, 1, 1)), by=SYSTEM)
    for area in stage.areas:
        Remit.objects.create(user=stage.people["beijing_coordinator"], area=area)
    asked = proposal_raise(subject=project, act="agree", language="en", by=stage.actor("moscow_editor"))
    client = stage.client("moscow_editor")
    one = at(project, "milestones", milestone.pk)
    assert patch(client, one, {"due_on": "2022-01-02"}, 1).status_code == 200  # not yet agreed on
    patch(client, one, {"due_on": "2022-01-01"}, 2)
    proposal_accept(proposal=asked, language="en", by=stage.actor("beijing_coordinator"))
    refused = patch(client, one, {"due_on": "2022-02-01"}, 3)
    assert refused.status_code == 403
    assert "due" in refused.json()["detail"]
    assert "Propose the change" in refused.json()["detail"]
    body = {"title": {"en": "y"}, "due_on": "2022-01-01"}
    assert post(client, at(project, "milestones"), body).status_code == 403
    assert client.delete(one, headers={"If-Match": '"3"'}).status_code == 403
    assert patch(client, one, {"forecast_on": "2022-02-01"}, 3).status_code == 200
    plain = {"organisation": str(stage.cities["MOW"].organisations.get().pk), "currency": "RUB"}
    assert post(client, at(project, "contributions"), {**plain, "planned": "1"}).status_code == 403
    assert post(client, at(project, "contributions"), {**plain, "actual": "1"}).status_code == 201


def test_achievement_takes_both_sides_in_a_draft_too(stage: Any, project: Any) -> None:
    client = stage.client("moscow_editor")
    body = {"title": {"en": "x"}, "due_on": "2022-01-01"}
    refused = post(client, at(project, "milestones"), {**body, "achieved_on": "2022-01-01"})
    assert refused.status_code == 403
    assert "achieved" in refused.json()["detail"]
    assert post(client, at(project, "milestones"), body).status_code == 201


def test_names_of_travellers_are_for_the_sides(stage: Any, theirs: Any) -> None:
    project = stage.project(visibility="public")
    client = stage.client("moscow_editor")
    trip = post(client, at(project, "exchanges"), bodies(stage, theirs)["exchanges"]).json()
    where = at(project, "exchanges", trip["id"], "delegates")
    assert post(client, where, {"name": "Иванов"}).status_code == 201
    assert post(stage.client("beijing_editor"), where, {"name": "x"}).status_code == 403
    assert len(stage.client("beijing_editor").get(where).json()["results"]) == 1
    one = f"{where}/{Delegate.objects.get().pk}"
    for who in ("anonymous", "reader", "stranger"):
        assert stage.client(who).get(where).json()["results"] == []
        assert stage.client(who).get(one).status_code == 404


def test_an_update_begins_as_the_sides_own(stage: Any, project: Any, theirs: Any) -> None:
    made = post(stage.client("moscow_editor"), at(project, "updates"), bodies(stage, theirs)["updates"])
    body = made.json()
    assert (body["city"]["code"], body["state"], body["visibility"]) == ("MOW", "draft", "own")
    assert stage.client("moscow_reader").get(made["Location"]).status_code == 200
    assert stage.client("beijing_coordinator").get(made["Location"]).status_code == 404
    assert stage.client("beijing_editor").get(at(project, "updates")).json()["results"] == []
    assert Update.objects.get().owner_city == stage.cities["MOW"]


def test_lists_are_filtered_sorted_and_paged(stage: Any, project: Any, theirs: Any) -> None:
    client = stage.client("moscow_editor")
    for month in (3, 1, 2):
        part_create(
            part=Milestone(project=project, title_en=f"M{month}", due_on=date(2022, month, 1)), by=SYSTEM
        )
    where = at(project, "milestones")
    first = client.get(f"{where}?limit=2&lang=en").json()
    assert [row["title"] for row in first["results"]] == ["M1", "M2"]
    assert [row["title"] for row in client.get(first["next"]).json()["results"]] == ["M3"]
    found = client.get(f"{where}?due_before=2022-03-01&due_after=2022-01-01&lang=en").json()["results"]
    assert [row["title"] for row in found] == ["M2"]
    assert client.get(f"{where}?due_before=someday").status_code == 400
    assert client.get(f"{where}?ordering=-due_on&search=m3").json()["results"][0]["title"]["en"] == "M3"
    post(client, at(project, "contributions"), bodies(stage, theirs)["contributions"])
    moscow, beijing = stage.cities["MOW"].pk, stage.cities["BJS"].pk
    assert len(client.get(at(project, f"contributions?city={moscow}")).json()["results"]) == 1
    assert client.get(at(project, f"contributions?city={beijing}")).json()["results"] == []


def test_milestones_of_all_projects(stage: Any, project: Any) -> None:
    late, later = timezone.localdate() - timedelta(days=1), timezone.localdate() + timedelta(days=9)
    other = stage.project(visibility="public")
    for owner, due in ((project, late), (other, later)):
        part_create(part=Milestone(project=owner, title_en="x", due_on=due), by=SYSTEM)
    client = stage.client("moscow_editor")
    where = "/api/v1/milestones"
    assert [row["project"]["code"] for row in client.get(where).json()["results"]] == [
        project.code, other.code,
    ]  # fmt: skip
    assert len(client.get(f"{where}?project={other.pk}").json()["results"]) == 1
    assert len(client.get(f"{where}?due_before={later}").json()["results"]) == 1
    assert len(client.get(f"{where}?state=planned").json()["results"]) == 2  # nothing agreed is late
    assert stage.client("reader").get(where).json()["results"][0]["project"]["code"] == other.code
    assert post(client, where, {}).status_code == 405


def test_a_project_says_how_far_it_has_come(stage: Any, project: Any) -> None:
    client = stage.client("moscow_editor")
    assert client.get(at(project)).json()["progress"] == {"achieved": 0, "due": 0, "total": 0}
    today = timezone.localdate()
    for due in (today, today + timedelta(days=1), today - timedelta(days=1)):
        part_create(part=Milestone(project=project, title_en="x", due_on=due), by=SYSTEM)
    assert client.get(at(project)).json()["progress"] == {"achieved": 0, "due": 2, "total": 3}


def test_files_hold_numbers_as_numbers(stage: Any, project: Any, theirs: Any) -> None:
    client = stage.client("moscow_editor")
    made = post(client, at(project, "indicators"), bodies(stage, theirs)["indicators"]).json()
    where = at(project, "indicators", made["id"], "values")
    post(client, where, {"period": "2021", "value": "-12.5", "note": "=1+1"})
    sheet = load_workbook(io.BytesIO(client.get(f"{where}?format=xlsx").content)).active
    names, values = ([cell.value for cell in row] for row in sheet.iter_rows())
    row = dict(zip(names, values, strict=True))
    assert (row["value"], row["note"]) == (-12.5, "=1+1")
    text = client.get(f"{where}?format=csv").content.decode("utf-8-sig")
    assert ",-12.5," in text
    assert "'=1+1" in text


def test_lists_cost_the_same_whatever_their_length(stage: Any, project: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = stage.client("moscow_editor")

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(at(project, "contributions")).status_code == 200
        return len(seen)

    metro = stage.cities["MOW"].organisations.get()
    cost()
    counts = []
    for number in range(3):
        part_create(
            part=Contribution(project=project, organisation=metro, currency="RUB", planned=number),
            by=SYSTEM,
        )
        counts.append(cost())
    assert len(set(counts)) == 1
    assert counts[0] <= 12
