"""Nothing on a page of a report is missing, cut off or set over something else, whatever was written."""

import copy
import io
from collections import defaultdict
from functools import cache
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from openpyxl import load_workbook
from pypdf import PdfReader

from reports import glyphs, pdf, xlsx
from reports.drawing import draw
from reports.glyphs import FONTS
from reports.telling import line
from tests.reports.test_files import LANGUAGES, facts  # noqa: F401 — a fixture

pytestmark = pytest.mark.django_db
LEFT, RIGHT, BOTTOM = 56.7, 595.28 - 56.7, 25.0  # points; the page number stands lowest
SLACK, KERNING = 1.5, 0.03  # points, and a part of the width
HALVED = "“”‘’（），。；：、《》〓"  # Chinese punctuation, which may be set half as wide
LONG_OF = {
    "en": ("A sentence of the summary. ", 370),
    "ru": ("Предложение описания. ", 450),
    "zh-hans": ("这是简介的一句话。", 1100),
}
LONG = {language: sentence * times for language, (sentence, times) in LONG_OF.items()}
NASTY = "עברית العربية 😀 \u202egnp.exe a\tb\r\nc"


@cache
def widths(name: str) -> tuple[dict[int, str], Any, int]:
    font = TTFont(FONTS / f"{name.rpartition('+')[2].lstrip('/')}.ttf")
    return font.getBestCmap(), font["hmtx"], font["head"].unitsPerEm


def width(text: str, name: str, size: float) -> float:
    names, metrics, units = widths(name)
    shown = text.replace("\xad", "-").replace("\u200b", "")
    full = sum(
        metrics[names[ord(letter)]][0] * (0.5 if letter in HALVED else 1)
        for letter in shown
        if ord(letter) in names
    )
    return full * size / units * (1 - KERNING)


def misplaced(content: bytes) -> list[str]:
    """The texts that leave the page's margins or run into the next text on their line."""
    found = []
    for number, page in enumerate(PdfReader(io.BytesIO(content)).pages, start=1):
        lines: dict[float, list[tuple[float, float, str]]] = defaultdict(list)

        def seen(text: str, cm: Any, tm: Any, font: Any, size: float, lines: Any = lines) -> None:
            text = text.strip()
            if text and font and not cm[1] and abs(cm[0] - 1) < 0.01:  # no watermark, no chart
                left = cm[4] + tm[4]
                lines[round(cm[5], 1)].append((left, left + width(text, font["/BaseFont"], size), text))

        page.extract_text(visitor_text=seen)
        for y, texts in lines.items():
            texts.sort()
            for (left, right, text), after in zip(texts, [*texts[1:], (RIGHT, RIGHT, "")], strict=True):
                if left < LEFT - SLACK or right > after[0] + SLACK or y < BOTTOM:
                    found.append(f"{number}: {text[:60]}")
    return found


def hostile(snapshot: Any) -> Any:
    """The facts with 30 projects, titles of 300 letters, one summary of 10 000, words without an end."""
    made = copy.deepcopy(snapshot)
    same = lambda text: dict.fromkeys(LANGUAGES, text) | {"original": "en", "stale": []}  # noqa: E731
    first, areas = made["projects"][0], [area["id"] for area in made["areas"]]
    states = ["draft", "proposed", "agreed", "active", "completed", "suspended", "cancelled"]
    made["projects"] = [
        copy.deepcopy(first)
        | {
            "id": f"00000000-0000-4000-8000-{number:012d}",
            "code": f"EDU-2021-{number:03d}",
            "state": states[number % 7],
            "areas": areas[number % 9 :][:3],
            "title": same(("Обмен опытом, exchange of experience, 经验交流 " * 9)[:300]),
        }
        for number in range(30)
    ]
    made["projects"][0]["summary"] = LONG | {"original": "en", "stale": []}
    made["projects"][1]["title"] = same(NASTY)
    made["projects"][2]["title"] = same("W" * 300)
    made["projects"][3]["summary"] = same("https://example.org/" + "a1b2c3/" * 60)
    made["projects"][4]["title"] = same("Превысокомногорассмотрительствующий" * 8)
    made["areas"][0]["name"] = same("Areaofcooperation" * 11)
    made["agreements"][0]["title"] = same("Z" * 300)
    made["programme"]["title"] = same("Programme of cooperation " * 16)
    return made


@pytest.fixture(scope="module")
def under_strain(facts: Any) -> dict[tuple[str, str], bytes]:  # noqa: F811
    wanted = [(language, format) for language in LANGUAGES for format in ("pdf", "xlsx")]
    return {
        (file.language, file.format): file.content
        for file in draw(hostile(facts["snapshot"]), wanted, is_draft=True)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_leaves_its_place_on_the_pages_of_the_facts(facts, language):  # noqa: F811
    assert misplaced(facts["files"][language, "pdf"]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_leaves_its_place_whatever_was_written(under_strain, language):
    content = under_strain[language, "pdf"]
    assert misplaced(content) == []
    told = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    assert "\ufffd" not in told
    assert "\u202e" not in told
    squeezed = "".join(told.split()).replace("\xad", "").replace("-", "")
    sentence, times = LONG_OF[language]
    assert squeezed.count("".join(sentence.split())) > times * 0.8  # it goes on over the pages


def test_a_word_that_nothing_divides_would_be_found(facts, monkeypatch, tmp_path):  # noqa: F811
    """The negative control: a template that divides no word lets it run out of its column."""
    template = tmp_path / "report.typ"
    text = pdf.TEMPLATE.read_text()
    assert "measure(word).width <= room" in text
    template.write_text(text.replace("measure(word).width <= room", "true"))
    monkeypatch.setattr(pdf, "TEMPLATE", template)
    (file,) = draw(hostile(facts["snapshot"]), [("en", "pdf")], is_draft=True)
    assert any("WWWW" in text for text in misplaced(file.content))


def test_a_row_that_may_not_break_would_be_found(facts, monkeypatch, tmp_path):  # noqa: F811
    """The negative control: a summary that is taller than a page runs off it."""
    template = tmp_path / "report.typ"
    template.write_text(pdf.TEMPLATE.read_text().replace("breakable: long", "breakable: false"))
    monkeypatch.setattr(pdf, "TEMPLATE", template)
    (file,) = draw(hostile(facts["snapshot"]), [("en", "pdf")], is_draft=True)
    assert any("summary" in text for text in misplaced(file.content))


def test_what_turns_text_around_is_left_out_and_other_controls_are_space():
    assert glyphs.shown("a\u202eb\u2066c\td\r\ne\u2028f") == "abc d\ne\nf"
    assert glyphs.shown("\x00") == glyphs.INSTEAD


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chart_names_every_state(under_strain, language):
    words = {"en": "suspended", "ru": "приостановлен", "zh-hans": "已暂停"}
    page = PdfReader(io.BytesIO(under_strain[language, "pdf"])).pages[0].extract_text()
    assert page.count(words[language]) == 2  # in the sentence of states, and beside its colour


def test_a_text_that_no_cell_holds_is_cut_and_not_dropped(facts, under_strain):  # noqa: F811
    book = load_workbook(io.BytesIO(under_strain["ru", "xlsx"]))
    assert any(len(str(cell.value)) > 9_000 for row in book["Совместные проекты"] for cell in row)
    assert len(xlsx.cut("x" * 40_000)) == xlsx.LONGEST_CELL
    assert xlsx.cut(line("short")["text"]) == "short"
