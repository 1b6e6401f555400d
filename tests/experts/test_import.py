"""Experts from a file: what the preview promises, what is then saved, and what happens in between."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from experts.importing import services
from experts.models import Expert, ExpertContact, ExpertImport, Work
from experts.services.experts import expert_amend, expert_archive
from records.errors import NotAllowed
from records.jobs import Cancelled
from records.models import Change, Job
from tests.experts.tables import HEAD, ROW, as_csv, as_xlsx, bring, brought, confirm, run

pytestmark = pytest.mark.django_db

FULL_HEAD = (
    "Номер", "Имя на родном языке", "Имя латиницей", "Имя по-русски", "Имя по-китайски",
    "Место работы (русский)",
    "Место работы (китайский)", "Области специализации", "Языки", "О специалисте (русский)", "ORCID",
    "Доступность", "Доступен с", "Публикации", "Электронная почта", "Телефон",
)  # fmt: skip
FULL = (
    "7", "王伟", "Wang Wei", "Ван Вэй", "王伟", "Пекинское метро", "北京地铁", "Сигнализация метро",
    "zh:native; ru:B2",
    "Проектирует сигнализацию.", "0000-0002-1825-0097", "частично", "31.05.2022",
    "Train control | Journal of Rail | 2019 | https://example.org/1\nSecond paper",
    "wang@example.org", "+86 10 1",
)  # fmt: skip


@pytest.fixture
def editor(stage: Any, files: Any) -> Any:
    stage.expertise()
    return stage.client("moscow_editor")


def test_every_column_is_read_and_nothing_is_saved_before_it_is_confirmed(stage: Any, editor: Any) -> None:
    found = brought(editor, as_xlsx(FULL, head=FULL_HEAD), "experts.xlsx", "ru")
    page = editor.get(found.get_absolute_url())
    assert page.context["counts"] == {"add": 1, "change": 0, "same": 0, "wrong": 0}
    assert not Expert.objects.exists()
    assert confirm(editor, found).state == "applied"
    expert = Expert.objects.get()
    assert (expert.native_name, expert.latin_name, expert.russian_name) == ("王伟", "Wang Wei", "Ван Вэй")
    assert (expert.reference, expert.orcid, expert.availability) == ("7", "0000-0002-1825-0097", "limited")
    assert (expert.affiliation_ru, expert.affiliation_zh_hans) == ("Пекинское метро", "北京地铁")
    assert expert.texts["affiliation"]["original"] == "ru"
    assert expert.available_from == date(2022, 5, 31)
    assert [field.code for field in expert.fields.all()] == ["metro-signalling"]
    assert dict(expert.languages.values_list("language", "level")) == {"ru": "B2", "zh": "native"}
    assert (expert.state, expert.visibility, expert.owner_city) == ("draft", "own", stage.cities["MOW"])
    works = list(Work.objects.order_by("created_at").values_list("title", "where", "link"))
    assert works == [
        ("Train control", "Journal of Rail", "https://example.org/1"),
        ("Second paper", "", ""),
    ]
    contact = ExpertContact.objects.get()
    assert (contact.email, contact.phone) == ("wang@example.org", "+86 10 1")


@pytest.mark.parametrize("name", ["experts.csv", "experts.xlsx"])
def test_the_same_file_again_changes_nothing(editor: Any, name: str) -> None:
    make = as_xlsx if name.endswith("xlsx") else as_csv
    content = make(FULL, head=FULL_HEAD)
    confirm(editor, brought(editor, content, name, "ru"))
    changes = Change.objects.count()
    page = editor.get(brought(editor, content, name, "ru").get_absolute_url())
    assert page.context["counts"] == {"add": 0, "change": 0, "same": 1, "wrong": 0}
    assert "This very file was saved before" in page.text
    assert not page.context["plan"].may_apply
    assert Change.objects.count() == changes


def test_a_job_that_runs_twice_saves_once(editor: Any) -> None:
    found = confirm(editor, brought(editor, as_csv(ROW)))
    Job.objects.filter(pk=found.job_id).update(state="queued", attempts=0, holder=None)
    run(found)
    assert Expert.objects.count() == 1


def test_a_row_finds_its_expert_by_number_then_orcid_then_name_and_affiliation(
    stage: Any, editor: Any
) -> None:
    numbered = stage.expert(latin_name="A", reference="M-1")
    with_orcid = stage.expert(latin_name="B", orcid="0000-0002-1825-0097")
    named = stage.expert(latin_name="Ivan Petrov", affiliation_ru="Метро")
    elsewhere = stage.expert(latin_name="Ivan Petrov", affiliation_ru="Больница")
    head = ("Number", "ORCID", "Name in Latin letters", "Affiliation (Russian)", "Availability")
    rows = (
        ("M-1", "", "", "", "away"),
        ("", "https://orcid.org/0000-0002-1825-0097", "", "", "away"),
        ("", "", "IVAN  petrov", "метро", "away"),
    )
    plan = editor.get(brought(editor, as_csv(*rows, head=head)).get_absolute_url()).context["plan"]
    assert [row.record.pk for row in plan.rows] == [numbered.pk, with_orcid.pk, named.pk]
    assert {row.act for row in plan.rows} == {"change"}
    assert elsewhere.pk not in {row.record.pk for row in plan.rows}


def test_the_preview_says_from_what_to_what_but_no_contact_details(stage: Any, editor: Any) -> None:
    confirm(editor, brought(editor, as_csv((*ROW, "old@example.org"), head=(*HEAD, "E-mail"))))
    changed = (
        "M-1",
        "Anna Orlova",
        "Анна Орлова",
        "Мосметро",
        "metro-signalling",
        "ru:native",
        "new@example.org",
    )
    page = editor.get(brought(editor, as_csv(changed, head=(*HEAD, "E-mail"))).get_absolute_url())
    assert "<del>Московский метрополитен</del>" in page.text
    assert "<ins>Мосметро</ins>" in page.text
    assert "new@example.org" in page.text
    assert "old@example.org" not in page.text


def test_an_empty_cell_leaves_what_is_there(stage: Any, editor: Any) -> None:
    expert = stage.expert(reference="M-1", latin_name="Anna Orlova", affiliation_en="Metro")
    found = brought(editor, as_csv(("M-1", "", "", "", "", "")))
    assert editor.get(found.get_absolute_url()).context["counts"]["same"] == 1
    expert.refresh_from_db()
    assert expert.affiliation_en == "Metro"


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("Fields", "alchemy", "“alchemy” is no field of expertise."),
        ("Languages", "en:C9", "“en:C9” is no language with a level."),
        ("ORCID", "0000-0002-1825-0098", "its check digit does not fit"),
        ("Availability", "perhaps", "“perhaps” is no availability."),
        ("Available from", "soon", "“soon” is no date."),
        ("E-mail", "nobody", "Enter a valid email address."),
        ("Publications", " | a | b", "write title | where | when | address"),
        ("Publications", "Paper | x | 2019 | nowhere", "Enter a valid URL."),
        ("Name in Russian", "Я" * 151, "at most 150 characters"),
    ],
)
def test_an_error_names_row_column_and_what_to_do(editor: Any, column: str, cell: str, said: str) -> None:
    found = brought(editor, as_csv(("Anna Orlova", cell), head=("Name in Latin letters", column)))
    page = editor.get(found.get_absolute_url())
    (row,) = page.context["plan"].rows
    assert (row.number, row.act) == (2, "wrong")
    assert said in row.errors[0][1]
    assert row.errors[0][0]
    answer = editor.post(f"{found.get_absolute_url()}apply/", {"token": page.context["plan"].token})
    assert answer.status_code == 302
    assert not Expert.objects.exists()
    assert not Job.objects.exists()


def test_two_rows_about_one_expert_and_a_row_too_long_are_errors(editor: Any) -> None:
    rows = (ROW, ("M-1", "Anna Orlova", "", "", "", ""), ("M-2", "B", "", "", "", "", "surplus"), ("M-3",))
    plan = editor.get(brought(editor, as_csv(*rows)).get_absolute_url()).context["plan"]
    assert [row.act for row in plan.rows] == ["add", "wrong", "wrong", "wrong"]
    assert "Row 2 is about the same expert." in plan.rows[1].errors[0][1]
    assert "more cells than there are columns" in plan.rows[2].errors[0][1]
    assert "at least one script" in plan.rows[3].errors[0][1]


def test_wrong_rows_come_back_as_a_workbook_that_can_be_brought_again(editor: Any) -> None:
    content = as_csv(ROW, ("M-2", "=1+1", "", "", "alchemy", ""))
    found = brought(editor, content)
    answer = editor.get(f"{found.get_absolute_url()}errors/")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert [cell.value for cell in sheet[1]] == [*HEAD, "Errors"]
    assert sheet.max_row == 2
    assert "no field of expertise" in sheet["G2"].value
    assert all(cell.data_type != "f" for cell in sheet[2])
    again = editor.get(brought(editor, answer.content, "errors.xlsx").get_absolute_url()).context["plan"]
    assert again.rows[0].values["latin_name"] == "=1+1"


def test_all_or_nothing(stage: Any, editor: Any, monkeypatch: Any) -> None:
    rows = [(f"M-{number}", f"Expert {number}", "", "", "", "") for number in range(30)]
    found = brought(editor, as_csv(*rows))
    plan = editor.get(found.get_absolute_url()).context["plan"]
    editor.post(f"{found.get_absolute_url()}apply/", {"token": plan.token})
    write, count = services.write_row, iter(range(100))

    def dies(row: Any, **more: Any) -> None:
        if next(count) == 20:
            raise NotAllowed("no more")
        write(row, **more)

    monkeypatch.setattr(services, "write_row", dies)
    job = run(found)
    assert (job.state, job.attempts) == ("parked", 1)
    assert "Row 22: no more" in job.error
    assert not Expert.objects.exists()
    found.refresh_from_db()
    assert (found.state, found.may_be_confirmed) == ("refused", True)


def test_cancelled_on_the_way_nothing_is_saved_and_it_can_be_confirmed_again(
    editor: Any, monkeypatch: Any
) -> None:
    rows = [(f"M-{number}", f"Expert {number}", "", "", "", "") for number in range(60)]
    found = brought(editor, as_csv(*rows))
    plan = editor.get(found.get_absolute_url()).context["plan"]
    editor.post(f"{found.get_absolute_url()}apply/", {"token": plan.token})
    write = services.write_row

    def asks_to_stop(row: Any, **more: Any) -> None:
        write(row, **more)
        if row.number == 40:
            raise Cancelled

    monkeypatch.setattr(services, "write_row", asks_to_stop)
    assert run(found).state == "cancelled"
    assert not Expert.objects.exists()
    monkeypatch.setattr(services, "write_row", write)
    found = confirm(editor, found)
    assert found.state == "applied"
    assert Expert.objects.count() == 60


def test_a_profile_changed_meanwhile_is_a_conflict_that_names_its_row(stage: Any, editor: Any) -> None:
    expert = stage.expert(reference="M-1", latin_name="Anna Orlova", published=False)
    found = brought(editor, as_csv(("M-9", "Other", "", "", "", ""), ROW))
    plan = editor.get(found.get_absolute_url()).context["plan"]
    editor.post(f"{found.get_absolute_url()}apply/", {"token": plan.token})
    expert_amend(
        expert=expert, changes={"summary_en": "Typed meanwhile"}, base_version=expert.version,
        by=stage.actor("moscow_secretary"),
    )  # fmt: skip
    job = run(found)
    assert job.state == "parked"
    assert "changed since the preview: 3." in job.error
    expert.refresh_from_db()
    assert (expert.summary_en, expert.russian_name) == ("Typed meanwhile", "")
    assert Expert.objects.count() == 1
    page = editor.get(found.get_absolute_url())
    assert [row.number for row in page.context["plan"].rows if row.moved] == [3]
    assert confirm(editor, found).state == "applied"
    expert.refresh_from_db()
    assert (expert.summary_en, expert.russian_name) == ("Typed meanwhile", "Анна Орлова")


def test_negative_control_without_versions_the_conflict_is_not_seen(
    stage: Any, editor: Any, monkeypatch: Any
) -> None:
    expert = stage.expert(reference="M-1", latin_name="Anna Orlova", published=False)
    found = brought(editor, as_csv(ROW))
    plan = editor.get(found.get_absolute_url()).context["plan"]
    editor.post(f"{found.get_absolute_url()}apply/", {"token": plan.token})
    expert_amend(
        expert=expert, changes={"latin_name": "A. Orlova"}, base_version=expert.version,
        by=stage.actor("moscow_secretary"),
    )  # fmt: skip
    monkeypatch.setattr(services, "require_as_shown", lambda plan, shown: None)
    assert run(found).state == "done"
    expert.refresh_from_db()
    assert expert.latin_name == "Anna Orlova"  # the secretary's word is lost


def test_a_stale_preview_is_not_confirmed(stage: Any, editor: Any) -> None:
    found = brought(editor, as_csv(ROW))
    answer = editor.post(f"{found.get_absolute_url()}apply/", {"token": "other"}, follow=True)
    assert "Something changed since the preview." in answer.text
    assert not Job.objects.exists()


def test_the_file_goes_once_it_was_saved_or_dropped_or_is_seven_days_old(
    editor: Any, files: Any, django_capture_on_commit_callbacks: Any
) -> None:
    found = brought(editor, as_csv(ROW))
    path = files / found.stored.name
    assert path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        confirm(editor, found)
    assert not path.exists()
    dropped = brought(editor, as_csv(("M-2", "B", "", "", "", "")))
    with django_capture_on_commit_callbacks(execute=True):
        assert editor.post(f"{dropped.get_absolute_url()}drop/").status_code == 302
    assert not (files / dropped.stored.name).exists()
    old = brought(editor, as_csv(("M-3", "C", "", "", "", "")))
    assert services.imports_forget() == 0
    ExpertImport.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=8))
    assert services.imports_forget() == 1
    assert not (files / old.stored.name).exists()
    assert editor.get(old.get_absolute_url()).status_code == 200


def test_an_archived_profile_is_not_brought_back_by_a_file(stage: Any, editor: Any) -> None:
    expert = stage.expert(reference="M-1", published=False)
    expert_archive(expert=expert, base_version=expert.version, by=stage.actor("moscow_editor"))
    (row,) = editor.get(brought(editor, as_csv(ROW)).get_absolute_url()).context["plan"].rows
    assert "restore it first" in row.errors[0][1]


def test_another_city_s_experts_are_neither_matched_nor_changed(stage: Any, editor: Any) -> None:
    theirs = stage.expert(city="BJS", reference="M-1", latin_name="Anna Orlova")
    confirm(editor, brought(editor, as_csv(ROW)))
    assert Expert.objects.filter(owner_city=stage.cities["MOW"]).count() == 1
    version = theirs.version
    theirs.refresh_from_db()
    assert theirs.version == version


def test_a_file_is_its_uploader_s_alone(stage: Any, editor: Any) -> None:
    found = brought(editor, as_csv(ROW))
    for who in ("moscow_secretary", "beijing_editor", "administrator", "moscow_reader"):
        client = stage.client(who)
        for act in ("", "errors/"):
            assert client.get(f"{found.get_absolute_url()}{act}").status_code == 404
        for act in ("apply/", "drop/"):
            assert client.post(f"{found.get_absolute_url()}{act}").status_code == 404


def test_queries_stay_the_same_however_many_rows(editor: Any, django_assert_max_num_queries: Any) -> None:
    rows = [
        (f"M-{number}", f"Expert {number}", "", "Метро", "metro-signalling", "en:C1")
        for number in range(40)
    ]
    confirm(editor, brought(editor, as_csv(*rows)))
    few = brought(editor, as_csv(*rows[:2], ("M-99", "New", "", "", "", "")))
    many = brought(editor, as_csv(*rows, ("M-99", "New", "", "", "", "")))
    for found in (few, many):
        with django_assert_max_num_queries(12):
            assert editor.get(found.get_absolute_url()).status_code == 200


def test_templates_are_understood_whatever_their_language(editor: Any) -> None:
    for language in ("en", "ru", "zh-hans"):
        content = editor.get(f"/experts/import/template/{language}.csv").content
        head = content.decode("utf-8-sig").strip()
        row = ";".join(["M-1", "", "Anna"] + [""] * (head.count(";") - 2))
        found = brought(editor, f"{head}\r\n{row}".encode())
        assert editor.get(found.get_absolute_url()).context["counts"]["add"] == 1
        book = load_workbook(io.BytesIO(editor.get(f"/experts/import/template/{language}.xlsx").content))
        assert [cell.value for cell in book.worksheets[0][1]] == head.split(";")
        assert book.worksheets[1].max_row > len(head.split(";"))
        assert len(book.worksheets) == 3


def test_two_files_at_once_make_no_expert_twice(stage: Any, editor: Any) -> None:
    """The second was confirmed before the first was saved: by then its row is about somebody known."""
    found = [brought(editor, as_csv(ROW)), brought(editor, as_csv(ROW))]
    for each in found:
        token = editor.get(each.get_absolute_url()).context["plan"].token
        editor.post(f"{each.get_absolute_url()}apply/", {"token": token})
    assert [run(each).state for each in found] == ["done", "parked"]
    assert Expert.objects.count() == 1


def test_a_reader_brings_nothing(stage: Any, files: Any) -> None:
    assert bring(stage.client("moscow_reader"), as_csv(ROW)).status_code == 403
