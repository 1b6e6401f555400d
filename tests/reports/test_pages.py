"""The pages of the reports, and the same in the API."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from records import jobs
from records.models import Job, Visibility
from reports.models import Report

pytestmark = pytest.mark.django_db
LIST = "/reports/"
SIDES = ["moscow_reader", "moscow_editor", "moscow_secretary", "beijing_editor", "beijing_coordinator"]
OTHERS = ["anonymous", "reader", "stranger", "administrator"]


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "send", lambda pk: False)


def content(answer: Any) -> str:
    return answer.content.decode()


def test_a_secretary_asks_for_a_report_and_sees_it_being_made(stage):
    client = stage.client("moscow_secretary")
    page = client.get(LIST)
    form = page.context["form"]
    periods = [value for value, _label in form.fields["period"].choices]
    assert periods[:2] == ["2023", "2023-Q4"] or periods[:2] == ["2023-Q4", "2023"]
    answer = client.post(
        "/reports/ask/",
        {"programme": str(stage.programme.pk), "kind": "programme-status", "period": "2021-Q1"},
    )
    report = Report.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/reports/{report.pk}/")
    page = content(client.get(f"/reports/{report.pk}/"))
    assert 'hx-trigger="every 2s"' in page
    assert "See how far it has come" in page  # without JavaScript
    assert "Cancel" in page
    assert client.post(f"/reports/{report.pk}/stop/").status_code == 302
    page = content(client.get(f"/reports/{report.pk}/"))
    assert "Cancelled" in page
    assert "every 2s" not in page
    client.post(f"/reports/{report.pk}/again/")
    assert Job.objects.filter(state="queued").count() == 1


@pytest.mark.parametrize("who", [*SIDES, *OTHERS])
def test_the_form_is_there_for_whoever_may_use_it(stage, who):
    may = who in {"moscow_secretary", "beijing_coordinator"}
    assert ("Build a report" in content(stage.client(who).get(LIST))) is may


def test_a_period_that_is_not_offered_is_refused_beside_the_field(stage):
    answer = stage.client("moscow_secretary").post(
        "/reports/ask/",
        {"programme": str(stage.programme.pk), "kind": "programme-status", "period": "2030-Q1"},
    )
    assert answer.status_code == 422
    assert not Report.objects.exists()


@pytest.mark.parametrize("visibility", Visibility.values)
def test_who_sees_a_report_sees_its_page_its_files_and_its_line_and_nobody_else(stage, visibility):
    report = stage.report()
    Report.objects.filter(pk=report.pk).update(
        visibility=visibility, owner_city=stage.cities["MOW"] if visibility == "own" else None
    )
    see = {
        "public": {*SIDES, *OTHERS},
        "shared": {*SIDES},
        "own": {name for name in SIDES if name.startswith("moscow")},
    }[visibility]
    for who in (*SIDES, *OTHERS):
        client = stage.client(who)
        for where in (
            f"/reports/{report.pk}/",
            f"/reports/{report.pk}/files/en.xlsx",
            f"/api/v1/reports/{report.pk}",
            f"/api/v1/reports/{report.pk}/files/en.xlsx",
        ):
            answer = client.get(where)
            assert (answer.status_code == 200) is (who in see), (who, where)
        assert (str(report.pk) in content(client.get(LIST))) is (who in see), who
        listed = client.get("/api/v1/reports").json()["results"]
        assert bool(listed) is (who in see), who


def test_a_file_is_a_download_that_no_browser_guesses_at(stage):
    report = stage.report()
    answer = stage.client("beijing_editor").get(f"/reports/{report.pk}/files/en.xlsx")
    assert answer.content.startswith(b"PK")
    assert answer["Content-Disposition"] == 'attachment; filename="programme-status-2021-Q1-1-en.xlsx"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "spreadsheetml" in answer["Content-Type"]


@pytest.mark.parametrize("name", ["ru.pdf", "fr.pdf", "en.exe", "../../settings.pdf", "en.pdf/"])
def test_a_file_that_is_not_there_is_not_found(stage, name):
    report = stage.report()
    client = stage.client("moscow_secretary")
    assert client.get(f"/reports/{report.pk}/files/{name}").status_code == 404


def test_the_api_reads_a_report(stage):
    report = stage.report()
    client = stage.client("moscow_editor")
    body = client.get(f"/api/v1/reports/{report.pk}").json()
    assert {name: body[name] for name in ("kind", "period", "edition", "state", "build_state")} == {
        "kind": "programme-status",
        "period": "2021-Q1",
        "edition": 1,
        "state": "draft",
        "build_state": None,
    }
    (file,) = body["files"]
    assert (file["language"], file["format"], len(file["sha256"])) == ("en", "xlsx", 64)
    download = client.get(file["url"])
    assert len(download.content) == file["size"]
    assert client.get(f"{file['url']}?x=1").status_code == 400
    assert client.get("/api/v1/reports", {"period": "2021-Q1"}).json()["results"] == [body]
    assert client.get("/api/v1/reports", {"period": "2021-Q2"}).json()["results"] == []
    assert client.get("/api/v1/reports", {"period": "spring"}).json()["results"] == []


def test_the_pages_take_a_constant_number_of_queries(stage, django_assert_num_queries):
    client = stage.client("moscow_secretary")
    first = stage.report()
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for period in ("2021-Q2", "2021-Q3", "2022"):
        stage.report(period)
    assert len(few) <= 12
    with django_assert_num_queries(len(few)):
        client.get(LIST)
    with CaptureQueriesContext(connection) as page:
        client.get(first.get_absolute_url())
    assert len(page) <= 12


def test_the_navigation_leads_there(stage):
    assert reverse("reports:report-list") in content(stage.client("anonymous").get("/"))


def test_the_overview_tells_that_a_report_was_made(stage):
    stage.report()
    page = content(stage.client("moscow_editor").get("/"))
    assert "status of the programme, q1 2021" in page.lower()
