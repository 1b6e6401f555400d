"""Exports of experts: the view as it stands, nothing that a consent does not cover, and no contact."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from experts.models import Expert, ExpertAccess, Work
from experts.services.experts import contact_write, work_create
from records.models import Job, ResultFile
from records.period import Period
from records.sheets import natural, neutral
from tests.conftest import SYSTEM
from tests.experts.tables import brought, run_job

pytestmark = pytest.mark.django_db
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "'=1", "''@x")


def export(client: Any, query: str = "", format: str = "csv") -> bytes:
    answer = client.post("/experts/export/", {"query": query, "format": format})
    job = Job.objects.filter(kind="experts.export").latest("created_at")
    assert answer.url == f"/jobs/{job.pk}/"
    job = run_job(job.pk)
    assert job.state == "done", job.error
    return client.get(job.result_url).getvalue()


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def person(stage: Any, city: str = "BJS", **values: Any) -> Expert:
    values = {
        "latin_name": "Wang Wei", "affiliation_en": "Beijing Subway", "summary_en": "Signals",
        "orcid": "0000-0002-1825-0097", "reference": "B-1", "languages": {"zh": "native", "en": "C1"},
        **values,
    }  # fmt: skip
    expert = stage.expert(city=city, **values)
    work_create(
        work=Work(expert=expert, title="Train control", where="Journal", when=Period.parse("2019")),
        by=SYSTEM,
    )
    contact_write(
        expert=expert, changes={"email": "wang@example.org", "phone": "+86 1"}, base_version=0, by=SYSTEM
    )
    return expert


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_what_a_city_exports_it_reads_back_as_equal(
    stage: Any, files: Any, format: str, language: str
) -> None:
    for number, text in enumerate(FORMULAS):
        person(
            stage, latin_name=text, summary_ru=f"{text}\nвторая строка", reference=f"B-{number}",
            orcid="0000-0002-1825-0097" if not number else "",
        )  # fmt: skip
    client = stage.client("beijing_editor")
    client.cookies["django_language"] = language
    stage.people["beijing_editor"].language = language
    stage.people["beijing_editor"].save()
    content = export(client, format=format)
    found = brought(client, content, f"experts.{format}")
    page = client.get(found.get_absolute_url())
    assert page.context["counts"] == {"add": 0, "change": 0, "same": len(FORMULAS), "wrong": 0}


@pytest.mark.parametrize("text", [*FORMULAS, "plain", "'quoted'", "", "'", "\t=1"])
def test_neutral_and_back(text: str) -> None:
    assert natural(neutral(text)) == text
    assert not neutral(text).startswith(("=", "+", "-", "@", "\t"))


def test_no_cell_is_a_formula(stage: Any, files: Any) -> None:
    stage.expert(city="BJS", latin_name="=1+1", affiliation_en="@SUM(A1)", summary_en="+1", reference="-1")
    client = stage.client("beijing_editor")
    sheet = load_workbook(io.BytesIO(export(client, format="xlsx"))).active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    (row,) = rows_of(export(client))
    assert (row["Name in Latin letters"], row["Number"]) == ("'=1+1", "'-1")


def test_another_city_s_file_holds_what_the_consent_covers(stage: Any, files: Any) -> None:
    person(stage, covers=["affiliation"])
    (row,) = rows_of(export(stage.client("moscow_editor")))
    assert row["Affiliation (English)"] == "Beijing Subway"
    assert (row["Summary (English)"], row["ORCID"], row["Publications"]) == ("", "", "")
    assert row["City"] == "Beijing"
    (own,) = rows_of(export(stage.client("beijing_editor")))
    assert (own["Summary (English)"], own["ORCID"]) == ("Signals", "0000-0002-1825-0097")
    assert own["Publications"] == "Train control | Journal | 2019"


@pytest.mark.parametrize("who", ["moscow_editor", "beijing_editor", "beijing_coordinator"])
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_contact_details_are_in_no_export(stage: Any, files: Any, who: str, format: str) -> None:
    person(stage)
    content = export(stage.client(who), format=format)
    if format == "xlsx":
        sheet = load_workbook(io.BytesIO(content)).active
        text = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
    else:
        text = content.decode()
    assert "Wang Wei" in text
    assert "wang@example.org" not in text
    assert "+86 1" not in text
    assert "E-mail" not in text


def test_only_what_the_reader_sees_is_in_it(stage: Any, files: Any) -> None:
    person(stage)
    stage.expert(city="BJS", latin_name="A draft", published=False)
    assert [row["Name in Latin letters"] for row in rows_of(export(stage.client("moscow_editor")))] == [
        "Wang Wei"
    ]
    assert len(rows_of(export(stage.client("beijing_editor")))) == 2
    for who in ("reader", "administrator", "stranger"):
        assert rows_of(export(stage.client(who))) == []


def test_it_is_the_filtered_view(stage: Any, files: Any) -> None:
    person(stage)
    stage.expert(latin_name="Anna Orlova")
    moscow = stage.cities["MOW"].pk
    client = stage.client("moscow_editor")
    assert len(rows_of(export(client))) == 2
    assert [row["City"] for row in rows_of(export(client, f"city={moscow}"))] == ["Moscow"]
    assert [row["City"] for row in rows_of(export(client, "search=Wang+Wei"))] == ["Beijing"]


def test_each_foreign_profile_taken_along_is_noted_and_one_s_own_are_not(stage: Any, files: Any) -> None:
    theirs = person(stage)
    stage.expert(latin_name="Anna Orlova")
    export(stage.client("moscow_editor"))
    (noted,) = ExpertAccess.objects.filter(act="exported")
    assert (noted.expert, noted.user, noted.city) == (
        theirs, stage.people["moscow_editor"], stage.cities["MOW"],
    )  # fmt: skip
    export(stage.client("beijing_editor"), "search=Wang")
    assert ExpertAccess.objects.filter(act="exported").count() == 1


def test_the_file_does_not_outlast_the_consent_that_it_rests_on(stage: Any, files: Any) -> None:
    expert = person(stage)
    today = timezone.localdate()
    Expert.objects.filter(pk=expert.pk).update(consent_expires_on=today)
    export(stage.client("moscow_editor"))
    midnight = timezone.make_aware(datetime.combine(today + timedelta(days=1), datetime.min.time()))
    assert ResultFile.objects.get().expires_at == midnight


def test_consent_withdrawn_before_the_job_runs_leaves_nothing_to_export(stage: Any, files: Any) -> None:
    expert = person(stage)
    client = stage.client("moscow_editor")
    client.post("/experts/export/", {"query": "", "format": "csv"})
    past = timezone.localdate() - timedelta(days=1)
    Expert.objects.filter(pk=expert.pk).update(consent_given_on=past, consent_expires_on=past)
    job = run_job(Job.objects.get(kind="experts.export").pk)
    assert rows_of(client.get(job.result_url).getvalue()) == []
    assert not ExpertAccess.objects.exists()


def test_what_is_no_format_is_refused(stage: Any) -> None:
    assert stage.client("moscow_editor").post("/experts/export/", {"format": "exe"}).status_code == 400
    assert not Job.objects.exists()
