"""Reference data as files: out without formulas, in through the services, whole or not at all."""

import csv
import io
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import City, Organisation
from records.models import Change

pytestmark = pytest.mark.django_db
ADMIN = "/admin/accounts/organisation"
CSV, XLSX = "0", "1"


@pytest.fixture
def admin(stage):
    return stage.client("administrator")


def exported(client, address=f"{ADMIN}/export/"):
    return list(csv.DictReader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))


def as_csv(rows):
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


def send(client, rows, address=f"{ADMIN}/import/", **extra):
    content = rows if isinstance(rows, bytes) else as_csv(rows)
    data = {"import_file": SimpleUploadedFile("file.csv", content), "format": CSV, "resource": "0"}
    return client.post(address, {**data, **extra})


def new(name, city="MOW", **more):
    return {"id": "", "version": "", "name_en": name, "name_ru": "", "city": city, "kind": "other", **more}


def test_what_comes_out_goes_in_again_and_changes_nothing(stage, admin):
    Organisation.objects.create(city=stage.cities["MOW"], name_en="=1+1", name_ru="@x", other_names_en="-2")
    rows = exported(admin)
    assert {row["name_en"] for row in rows} == {"Moscow Metro", "'=1+1"}
    versions = list(Organisation.objects.order_by("pk").values_list("version", "name_en", "other_names_en"))
    assert send(admin, rows).status_code == 302
    assert (
        list(Organisation.objects.order_by("pk").values_list("version", "name_en", "other_names_en"))
        == versions
    )
    cities = exported(admin, "/admin/accounts/city/export/")
    assert send(admin, cities, "/admin/accounts/city/import/").status_code == 302
    assert set(City.objects.values_list("version", flat=True)) == {1}


def test_a_file_adds_and_corrects_through_the_services(stage, admin):
    rows = exported(admin)
    rows[0]["name_ru"] = "Московский метрополитен"
    answer = send(admin, [*rows, dict.fromkeys(rows[0], "") | new("Beijing Metro", "BJS")])
    assert answer.status_code == 302, answer.context["result"].invalid_rows
    metro = Organisation.objects.get(name_en="Moscow Metro")
    assert (metro.name_ru, metro.version) == ("Московский метрополитен", 2)
    assert "file.csv" in metro.history.latest("pgh_id").pgh_context.metadata["reason"]
    made = Organisation.objects.get(name_en="Beijing Metro")
    assert set(Change.objects.filter(record_id__in=[metro.pk, made.pk]).values_list("verb", flat=True)) == {
        "created", "edited",
    }  # fmt: skip


def test_one_bad_row_undoes_the_whole_file_and_names_row_and_column(stage, admin):
    answer = send(
        admin, [new("Good"), new("Bad", kind="planet"), new("", name_ru=""), new("Where", city="ZZZ")]
    )
    assert answer.status_code == 200
    wrong = {
        (row.number, column) for row in answer.context["result"].invalid_rows for column in row.error_dict
    }
    assert {(2, "kind"), (3, "name_en"), (4, "city")} == wrong
    assert "Nothing was imported" in answer.text
    assert not Organisation.objects.filter(name_en="Good").exists()
    assert not Change.objects.filter(kind="organisation", verb="created", user__isnull=False).exists()


def test_a_row_whose_record_has_changed_meanwhile_is_refused(stage, admin):
    rows = exported(admin)
    Organisation.objects.update(website="https://example.org")
    rows[0]["website"] = "https://example.com"
    answer = send(admin, rows)
    assert {
        (row.number, column) for row in answer.context["result"].invalid_rows for column in row.error_dict
    } == {(1, "version")}
    assert Organisation.objects.get().website == "https://example.org"


def test_an_unknown_column_and_a_file_that_is_none_are_said_in_a_sentence(stage, admin):
    answer = send(admin, [new("X", surprise="1")])
    assert "surprise" in answer.text
    assert not Organisation.objects.filter(name_en="X").exists()
    answer = send(admin, b"PK\x03\x04 no workbook", format=XLSX)
    assert answer.status_code == 200
    assert "correct format" in answer.text


def test_hostile_files_bounce(stage, admin):
    answer = send(admin, [new("With\0nul")])
    assert answer.status_code == 200
    assert not Organisation.objects.filter(name_en__startswith="With").exists()
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    answer = send(admin, bomb.getvalue(), format=XLSX)
    assert "too large" in answer.text


def test_a_workbook_is_taken_as_well(stage, admin):
    book = openpyxl.Workbook()
    rows = [new("From a workbook")]
    book.active.append(list(rows[0]))
    book.active.append(list(rows[0].values()))
    buffer = io.BytesIO()
    book.save(buffer)
    assert send(admin, buffer.getvalue(), format=XLSX).status_code == 302
    assert Organisation.objects.filter(name_en="From a workbook").exists()


def test_one_organisation_is_added_on_its_page(stage, admin):
    data = {"name_en": "By hand", "city": str(stage.cities["MOW"].pk), "kind": "other"}
    answer = admin.post(f"{ADMIN}/add/", data)
    assert answer.status_code == 302, answer.context["errors"]
    made = Organisation.objects.get(name_en="By hand")
    assert made.created_by == stage.people["administrator"]
    assert Change.objects.filter(record_id=made.pk, verb="created").exists()


def test_a_list_of_people_goes_out_without_a_secret(stage, admin):
    address = "/admin/accounts/user/export/?as=csv"
    rows = {row["email"]: row for row in exported(admin, address)}
    secretary = rows["moscow_secretary@example.org"]
    assert (secretary["city"], secretary["roles"], secretary["is_active"]) == (
        "MOW",
        "secretary, Moscow",
        "True",
    )
    text = admin.get(address).text
    for person in stage.people.values():
        assert person.password not in text
    assert "password" not in text
