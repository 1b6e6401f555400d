"""The passport of a project: two languages side by side, what the sides agreed, and who decided it."""

import io
from datetime import date
from decimal import Decimal

import pytest
from docx import Document
from pypdf import PdfReader

from approvals.chain import head
from approvals.services import LetterData, proposal_accept, proposal_raise
from programme.models import Remit
from projects.models import Contribution, Indicator, Milestone
from projects.services import part_create
from reports.passport import languages_of, number
from reports.words import Words
from tests.reports.test_layout import LONG, NASTY, misplaced

pytestmark = pytest.mark.django_db
TITLES = {"title_en": "Signals", "title_ru": "Сигналы метро", "title_zh_hans": "地铁信号"}
LONG_WORD = "Превысокомногорассмотрительствующий" * 6


def passport(client, project, format="docx", languages="ru,zh-hans"):
    answer = client.get(f"/projects/{project.pk}/passport.{format}", {"languages": languages})
    assert answer.status_code == 200
    return answer.content


def columns(content):
    (table,) = Document(io.BytesIO(content)).tables
    return ["\n".join(row.cells[place].text for row in table.rows) for place in (0, 1)]


def pdf_text(content):
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def add(stage, part):
    return part_create(part=part, by=stage.actor("moscow_editor"))


@pytest.fixture
def agreed(stage):
    """A project with all its parts, agreed on by letters."""
    for area in stage.areas:
        Remit.objects.create(user=stage.people["beijing_coordinator"], area=area)
    project = stage.project(**TITLES)
    metro = stage.cities["MOW"].organisations.get()
    add(
        stage,
        Milestone(project=project, title_ru="Первый поезд", title_zh_hans="首列", due_on=date(2022, 5, 1)),
    )
    add(
        stage,
        Indicator(
            project=project,
            name_ru="Обучено",
            name_zh_hans="培训",
            unit_ru="чел.",
            unit_zh_hans="人",
            goal=1200,
        ),
    )
    add(
        stage,
        Contribution(
            project=project, organisation=metro, currency="RUB", planned=2_500_000,
            description_ru="Датчики", description_zh_hans="传感器",
        ),
    )  # fmt: skip
    proposal = proposal_raise(
        subject=project, act="agree", language="ru", by=stage.actor("moscow_editor"),
        letter=LetterData(number="17-А", date=date(2021, 2, 3), signatory="И. Иванов"),
    )  # fmt: skip
    proposal_accept(
        proposal=proposal, language="zh-hans", by=stage.actor("beijing_coordinator"),
        letter=LetterData(number="京交〔2021〕9号", date=date(2021, 3, 4), signatory="王伟"),
    )  # fmt: skip
    project.refresh_from_db()
    return project


def test_each_language_has_its_column_in_word(stage, agreed):
    left, right = (
        text.replace("\u00a0", " ") for text in columns(passport(stage.client("beijing_editor"), agreed))
    )
    assert left.index("Москва – дано") < left.index("Пекин – дано")  # the left language's city first
    for said in (
        "Сигналы метро", "согласован", "Первый поезд", "1 мая 2022", "1 200 чел.",
        "2 500 000 RUB",
        "Согласовать проект", "17-А", "И. Иванов", "Пекин – принято", "Москва – дано", head().hash,
    ):  # fmt: skip
        assert said in left, said
    for said in (
        "地铁信号",
        "已商定",
        "首列",
        "2022年5月1日",
        "1,200 人",
        "京交〔2021〕9号",
        "王伟",
        "北京 – 同意",
    ):
        assert said in right, said
    assert "Сигналы" not in right


def test_the_pdf_says_the_same_with_its_own_fonts(stage, agreed):
    content = passport(stage.client("moscow_editor"), agreed, "pdf")
    told = "".join(pdf_text(content).split())
    for said in ("Сигналыметро", "地铁信号", "Первыйпоезд", "京交〔2021〕9号", "王伟"):
        assert said in told, said
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in PdfReader(io.BytesIO(content)).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert any("NotoSansSC" in font for font in fonts)
    assert all("+" in font for font in fonts)  # subsets, embedded


def test_nothing_leaves_its_place_whatever_was_written(stage):
    project = stage.project(
        title_en=NASTY, title_ru=LONG_WORD, title_zh_hans="字" * 300, summary_ru=LONG["ru"][:9900],
        summary_zh_hans=LONG["zh-hans"][:9900], summary_en="https://example.org/" + "a1b2c3/" * 60,
    )  # fmt: skip
    for languages in ("ru,zh-hans", "en,ru"):
        content = passport(stage.client("moscow_editor"), project, "pdf", languages)
        assert misplaced(content) == []
        assert len(PdfReader(io.BytesIO(content)).pages) > 3
        passport(stage.client("moscow_editor"), project, "docx", languages)


def test_decisions_are_told_to_those_who_see_them(stage, agreed):
    assert "17-А" in columns(passport(stage.client("moscow_reader"), agreed))[0]
    assert stage.client("reader").get(f"/projects/{agreed.pk}/passport.pdf").status_code == 404


def test_a_missing_text_says_in_which_language_it_is(stage):
    project = stage.project(title_en="Signals", visibility="public")
    left, _right = columns(passport(stage.client("anonymous"), project))
    assert "Signals (на языке: английский)" in left
    assert "Решений сторон пока нет." in left


def test_the_authentic_languages_are_the_default(stage):
    project = stage.project()
    assert languages_of(project) == ("ru", "zh-hans")
    assert languages_of(project, ["zh-hans", "en"]) == ("zh-hans", "en")
    assert languages_of(project, ["", "xx", "en"]) == ("en", "ru")


def test_numbers_are_written_as_each_language_does():
    assert number(Decimal("2500000.50"), Words("ru")) == "2\u00a0500\u00a0000,5"
    assert number(Decimal("2500000.00"), Words("zh-hans")) == "2,500,000"
