"""The export of a view: exactly its rows, for whoever asked, and no cell that is a formula."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Membership
from projects.services import project_amend
from records import jobs, results
from records.models import Job, ResultFile

pytestmark = pytest.mark.django_db
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1")


def export(client, query="", format="csv", **more):
    answer = client.post("/projects/export/", {"query": query, "format": format, **more})
    job = Job.objects.latest("created_at")
    assert answer.url == f"/jobs/{job.pk}/"
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error
    answer = client.get(job.result_url)
    assert "attachment" in answer["Content-Disposition"]
    return answer.getvalue()  # reads it to its end, and so closes the file


def rows_of(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def sheet_of(content):
    return load_workbook(io.BytesIO(content)).active


def test_it_holds_exactly_the_filtered_view(stage, files):
    stage.project(title_en="Signals", visibility="public")
    stage.project(title_en="Theatre", visibility="shared")
    stage.project(title_en="Signals of Beijing", visibility="own", owner="BJS")
    rows = rows_of(export(stage.client("moscow_editor"), "search=signals"))
    assert [row[1] for row in rows[1:]] == ["Signals"]
    assert rows[0][:2] == ["Code", "Title"]
    everything = rows_of(export(stage.client("beijing_editor"), "sort=-code"))
    assert [row[0] for row in everything[1:]] == ["TRA-2021-003", "TRA-2021-002", "TRA-2021-001"]


def test_all_three_languages_are_columns_of_their_own_when_asked_for(stage, files):
    stage.project(title_en="Signals", title_ru="Сигналы", title_zh_hans="信号")
    rows = rows_of(export(stage.client("moscow_editor"), all_languages="on"))
    assert rows[1][1:4] == ["Signals", "Сигналы", "信号"]


@pytest.mark.parametrize("title", FORMULAS)
def test_no_cell_is_a_formula(stage, files, title):
    project = stage.project(title_en="x")
    type(project).objects.filter(pk=project.pk).update(title_en=title)
    client = stage.client("moscow_editor")
    (cell,) = [row[1] for row in rows_of(export(client))[1:]]
    assert cell == f"'{title}"
    sheet = sheet_of(export(client, format="xlsx"))
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert str(sheet["B2"].value).startswith("'")


def test_dates_and_numbers_stay_what_they_are_in_a_workbook(stage, files):
    project = stage.project()
    project_amend(
        project=project, changes={"ends_on": "2022-05-01"}, base_version=1, by=stage.actor("moscow_editor")
    )
    sheet = sheet_of(export(stage.client("moscow_editor"), format="xlsx"))
    head = [cell.value for cell in sheet[1]]
    row = dict(zip(head, [cell.value for cell in sheet[2]], strict=True))
    assert f"{row['Ends']:%Y-%m-%d}" == "2022-05-01"
    assert row["Milestones due"] == 0


def test_nobody_else_gets_the_file_not_even_an_administrator(stage, files):
    stage.project()
    export(stage.client("moscow_editor"))
    url = Job.objects.get().result_url
    for who in ("moscow_secretary", "beijing_editor", "administrator"):
        assert stage.client(who).get(url).status_code == 404
    assert stage.client("anonymous").get(url).status_code == 302


def test_it_is_no_longer_theirs_once_they_may_see_something_else(stage, files):
    stage.project()
    client = stage.client("moscow_editor")
    export(client)
    url = Job.objects.get().result_url
    assert client.get(url).getvalue()
    Membership.objects.filter(user=stage.people["moscow_editor"]).delete()
    answer = client.get(url)
    assert answer.status_code == 403
    assert "Ask for a new one." in answer.text


def test_it_is_gone_after_its_time(stage, files):
    stage.project()
    client = stage.client("moscow_editor")
    export(client)
    kept = ResultFile.objects.get()
    assert (files / kept.stored.name).exists()
    ResultFile.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(Job.objects.get().result_url).status_code == 404
    assert results.results_forget() == 1
    assert not (files / kept.stored.name).exists()


def test_it_stops_when_asked_to(stage, files):
    stage.project()
    client = stage.client("moscow_editor")
    client.post("/projects/export/", {"query": "", "format": "csv"})
    job = Job.objects.get()
    assert client.post(f"/jobs/{job.pk}/cancel/").status_code == 302
    jobs.run(job.pk)
    assert Job.objects.get().state == "cancelled"
    assert not ResultFile.objects.exists()


def test_what_is_no_format_is_refused(stage):
    client = stage.client("moscow_editor")
    assert client.post("/projects/export/", {"query": "", "format": "exe"}).status_code == 400
    assert not Job.objects.exists()


def test_the_page_of_the_job_offers_the_file(stage, files):
    stage.project()
    client = stage.client("moscow_editor")
    export(client)
    page = client.get(f"/jobs/{Job.objects.get().pk}/").text
    assert "Download the file" in page
    assert "projects.csv" in page
