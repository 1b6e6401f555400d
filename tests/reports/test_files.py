"""What stands in the files: the right words, no missing letters, no formulas, the same bytes."""

import io
import time
from typing import Any

import pytest
from django.core.management import call_command
from openpyxl import load_workbook
from pypdf import PdfReader

from programme.models import Agreement, Citation, Source
from programme.services import record_create
from records.models import Visibility
from records.period import Period
from reports import glyphs
from reports.drawing import draw
from reports.models import FORMATS, Report
from reports.snapshot import taken
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db
LANGUAGES = ["en", "ru", "zh-hans"]
FACTS = "programme/facts/moscow_beijing_2021_2023.yaml"
SAID = {
    "en": ["Status report", "Q1 2021", "Joint projects", "DRAFT", "Notes", "as the record stood"],
    "ru": ["Отчёт о ходе реализации", "I квартал 2021", "Совместные проекты", "ЧЕРНОВИК", "Примечания"],
    "zh-hans": ["进展报告", "2021年第一季度", "合作项目", "草稿", "注释"],
}  # fmt: skip


def unwritten(stage: Any, period: str = "2021-Q1") -> Report:
    return Report(programme=stage.programme, kind="programme-status", period=Period.parse(period))


def files(snapshot: Any, is_draft: bool = True) -> dict[tuple[str, str], bytes]:
    wanted = [(language, format) for language in LANGUAGES for format in FORMATS]
    return {
        (file.language, file.format): file.content for file in draw(snapshot, wanted, is_draft=is_draft)
    }


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.fixture(scope="module")
def facts(django_db_setup: Any, django_db_blocker: Any) -> dict[str, Any]:
    """The published facts as the report of 2021-Q1, drawn once; nothing of it stays in the database."""
    from django.db import transaction

    from programme.models import Programme

    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_programme", FACTS, stdout=io.StringIO())
        programme = Programme.objects.latest("created_at")
        report = Report(programme=programme, kind="programme-status", period=Period.parse("2021-Q1"))
        snapshot = taken(report)
        began = time.process_time()
        made = files(snapshot)
        seconds = time.process_time() - began
        transaction.set_rollback(True)
    return {"snapshot": snapshot, "files": made, "seconds": seconds}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pdf_says_what_it_should_in_its_language(facts, language):
    squeezed = "".join(text_of(facts["files"][language, "pdf"]).split()).lower()
    for phrase in SAID[language]:
        assert "".join(phrase.split()).lower() in squeezed, phrase


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("en", "Chen Jining", "Sergei Sobyanin"),
        ("ru", "Сергей Собянин", "Чэнь Цзинин"),
        ("zh-hans", "陈吉宁", "索比亚宁"),
    ],
)
def test_a_file_names_the_city_of_its_language_first(facts, language, first, second):
    page = PdfReader(io.BytesIO(facts["files"][language, "pdf"])).pages[0].extract_text()
    assert 0 < page.index(first) < page.index(second)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_of_a_pdf_is_there_and_its_fonts_are_inside(facts, language):
    reader = PdfReader(io.BytesIO(facts["files"][language, "pdf"]))
    text = "".join(page.extract_text() for page in reader.pages)
    assert "\ufffd" not in text
    assert glyphs.INSTEAD not in text
    fonts = {
        str(font.get_object()["/DescendantFonts"][0].get_object()["/BaseFont"]): font.get_object()
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert all("NotoSans" in name for name in fonts)
    for font in fonts.values():
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)
    assert len(reader.pages) > 3
    assert reader.pages[0].mediabox.width == pytest.approx(595.28, abs=0.1)


def test_a_letter_that_the_fonts_lack_is_marked_and_never_an_empty_box(stage):
    record_create(
        record=Source(
            kind="document", title="Слово ᚠ 𓀀", programme=stage.programme, visibility=Visibility.PUBLIC
        ),
        by=SYSTEM,
    )
    source = Source.objects.get(title__contains="Слово")
    record_create(
        record=Citation(
            subject_kind="programme", subject_id=stage.programme.pk, source=source,
            programme=stage.programme, visibility=Visibility.PUBLIC,
        ),
        by=SYSTEM,
    )  # fmt: skip
    made = {
        file.language: file.content
        for file in draw(taken(unwritten(stage)), [("ru", "pdf")], is_draft=True)
    }
    assert f"Слово {glyphs.INSTEAD} {glyphs.INSTEAD}" in text_of(made["ru"])


def test_only_a_draft_bears_the_watermark(stage):
    snapshot = taken(unwritten(stage))
    (draft,) = draw(snapshot, [("en", "pdf")], is_draft=True)
    (signed,) = draw(snapshot, [("en", "pdf")], is_draft=False)
    assert "DRAFT" in text_of(draft.content)
    assert "draft" not in text_of(signed.content).lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_has_its_sheets_in_its_language_and_no_formula(facts, language):
    book = load_workbook(io.BytesIO(facts["files"][language, "xlsx"]))
    assert len(book.sheetnames) == 11
    wanted = {"en": "Joint projects", "ru": "Совместные проекты", "zh-hans": "合作项目"}[language]
    sheet = book[wanted]
    assert sheet.freeze_panes
    assert sheet.max_row >= 13
    kinds = {cell.data_type for sheet in book for row in sheet for cell in row if cell.value is not None}
    assert kinds <= {"s", "n"}


def test_text_that_looks_like_a_formula_stays_text(stage):
    hostile = '=HYPERLINK("http://evil")'
    record_create(
        record=Agreement(
            kind="sectoral", title_en=hostile, programme=stage.programme, visibility=Visibility.PUBLIC
        ),
        original="en",
        by=SYSTEM,
    )
    book = load_workbook(io.BytesIO(files(taken(unwritten(stage)))["en", "xlsx"]))
    cells = [cell for sheet in book for row in sheet for cell in row if hostile in str(cell.value)]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}


def test_the_same_snapshot_gives_the_same_bytes(facts, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 4_000_000_000.0)
    assert files(facts["snapshot"]) == facts["files"]


def test_another_snapshot_gives_other_bytes(facts):
    """The negative control of the test above."""
    later = facts["snapshot"] | {"frozen_at": "2026-05-05T05:05:05+00:00"}
    assert all(files(later)[key] != content for key, content in facts["files"].items())


def test_one_sides_own_record_is_in_no_report(stage):
    stage.project(visibility=Visibility.OWN, title_en="Moscow keeps this")
    stage.project(visibility=Visibility.SHARED, title_en="Both know this")
    told = str(taken(unwritten(stage)))
    assert "Both know this" in told
    assert "Moscow keeps this" not in told


def test_a_snapshot_takes_the_same_number_of_queries_however_much_there_is(
    stage, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    stage.project()
    with CaptureQueriesContext(
        connection,
    ) as few:
        taken(unwritten(stage))
    for number in range(5):
        stage.project(title_en=f"Project {number}")
    with django_assert_num_queries(len(few)):
        taken(unwritten(stage))


def test_an_agreement_stands_as_it_stood_on_the_last_day_of_the_period(stage):
    def add(title: str, **values: Any) -> None:
        record_create(
            record=Agreement(
                kind="sectoral", title_en=title, is_signed=True, programme=stage.programme,
                visibility=Visibility.PUBLIC, **values,
            ),
            original="en",
            by=SYSTEM,
        )  # fmt: skip

    add("Ended before", expires_on=Period.parse("2020"))
    add("Ends in it", expires_on=Period.parse("2021-02"))
    add("In force", signed_on=Period.parse("2021-01"))
    add("Signed later", signed_on=Period.parse("2022-05"))
    told = {item["title"]["en"]: item for item in taken(unwritten(stage))["agreements"]}
    states = {title: item["state"] for title, item in told.items()}
    assert states == {
        "Ended before": "expired",
        "Ends in it": "expired",
        "In force": "in_force",
        "Signed later": "planned",
        "Metro agreement": "planned",
    }
    assert [title for title, item in told.items() if item["expired_then"]] == ["Ends in it"]
    assert [title for title, item in told.items() if item["signed_then"] == "yes"] == ["In force"]


def test_a_date_known_less_exactly_than_the_period_only_may_lie_in_it(stage):
    stage.programme.event_set.update(held="2021")
    (event,) = taken(unwritten(stage))["events"]
    assert event["then"] == "maybe"
    assert [event["then"] for event in taken(unwritten(stage, "2021"))["events"]] == ["yes"]


def test_the_change_feed_of_the_period_is_told(stage):
    from django.utils import timezone

    year = timezone.now().year
    report = unwritten(stage, str(year))
    told = taken(report)["changes"]
    assert ["area", "created", 2] in told["counts"]
    assert {"Transport", "Education"} <= {item["title"]["en"] for item in told["records"]}
    assert not taken(unwritten(stage))["changes"]["records"]


def test_the_command_builds_at_once_and_prints_where(stage, settings, tmp_path):
    out = io.StringIO()
    call_command("build_report", "programme-status", "2021-Q1", stdout=out)
    printed = out.getvalue().split()
    assert [path.rsplit("/", 1)[1] for path in printed] == [
        "en.pdf", "en.xlsx", "ru.pdf", "ru.xlsx", "zh-hans.pdf", "zh-hans.xlsx",
    ]  # fmt: skip
