"""What offices write and what strangers send: read as it was meant, or refused with one sentence, soon."""

import io
import time
import zipfile
from typing import Any

import pytest

from experts.models import Expert, ExpertImport
from tests.attachments.test_hostile_files import (
    bomb,
    encrypted,
    huge_directory,
    lying_directory,
    overlapping,
)
from tests.experts.tables import HEAD, ROW, as_csv, as_xlsx, bring, brought

pytestmark = pytest.mark.django_db

RUSSIAN = ("M-1", "Anna Orlova", "Анна Орлова", "Московский метрополитен, служба сигнализации", "", "")
CHINESE_HEAD = ("编号", "中文姓名", "工作单位（中文）")
CHINESE = ("B-1", "王伟", "北京市地铁运营有限公司信号部门")


@pytest.fixture
def editor(stage: Any, files: Any) -> Any:
    stage.expertise()
    return stage.client("moscow_editor")


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("cp1251", "Windows-1251"),
     ("gb18030", "GB18030")],
)  # fmt: skip
def test_encodings_and_delimiters_are_found_and_shown(
    editor: Any, encoding: str, shown: str, delimiter: str
) -> None:
    found = brought(editor, as_csv(RUSSIAN, encoding=encoding, delimiter=delimiter))
    page = editor.get(found.get_absolute_url())
    assert f"Read as {shown}" in page.text
    (row,) = page.context["plan"].rows
    assert row.values["russian_name"] == "Анна Орлова"
    assert row.values["affiliation_ru"].endswith("служба сигнализации")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_chinese_files(editor: Any, encoding: str) -> None:
    found = brought(editor, as_csv(CHINESE, head=CHINESE_HEAD, encoding=encoding, delimiter=","))
    (row,) = editor.get(found.get_absolute_url()).context["plan"].rows
    assert row.values == {"reference": "B-1", "chinese_name": "王伟", "affiliation_zh_hans": CHINESE[2]}


@pytest.mark.parametrize(("encoding", "name"), [("cp1251", "Иванов Пётр"), ("gb18030", "王小明")])
def test_a_short_file_with_an_english_header(editor: Any, encoding: str, name: str) -> None:
    found = brought(editor, as_csv(("1", name), head=("Number", "Name"), encoding=encoding))
    (row,) = editor.get(found.get_absolute_url()).context["plan"].rows
    assert row.values["native_name"] == name


def far_out() -> bytes:
    """A workbook of a kilobyte with one cell in its last row and last column."""
    return edited(
        lambda xml: xml.replace(
            b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        )
    )


def without_places() -> bytes:
    """Rows without end that do not say where they stand."""
    return edited(lambda xml: xml.replace(b"</sheetData>", b"<row/>" * 50_000 + b"</sheetData>"))


def with_entities() -> bytes:
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return edited(lambda xml: xml.replace(b"<worksheet", laughs + b"<worksheet", 1))


def edited(change: Any, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    source, target = zipfile.ZipFile(io.BytesIO(as_xlsx(ROW))), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = source.read(name)
            archive.writestr(name, change(content) if name == part else content)
    return target.getvalue()


HOSTILE = {
    "bomb": ("a.xlsx", bomb, "zip bomb"),
    "encrypted": ("a.xlsx", encrypted, ""),
    "old office": ("a.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "with a password"),
    "lying directory": ("a.xlsx", lying_directory, ""),
    "huge directory": ("a.xlsx", huge_directory, ""),
    "overlapping": ("a.xlsx", overlapping, ""),
    "far out": ("a.xlsx", far_out, "The table reaches to row"),
    "without places": ("a.xlsx", without_places, "The table reaches to row"),
    "entities": ("a.xlsx", with_entities, "This workbook is damaged"),
    "broken sheet": (
        "a.xlsx",
        lambda: edited(lambda xml: xml[: len(xml) // 2]),
        "This workbook is damaged",
    ),
    "csv named xlsx": ("a.xlsx", lambda: as_csv(ROW), "the content is something else"),
    "xlsx named csv": ("a.csv", lambda: as_xlsx(ROW), "The name says CSV"),
    "html": ("a.csv", lambda: b"<html><table><tr><td>1</td></tr></table></html>", "This is a web page"),
    "nul": ("a.csv", lambda: as_csv(("1", "A\0B"), head=("Number", "Name")), "bytes that no text has"),
    "one line": ("a.csv", lambda: b"Name" + b"x" * 9_000_000, "a cell is too long"),
    "endless row": ("a.csv", lambda: b"Name;Number\r\nA;" + b"1;" * 2_000_000, "too many cells"),
    "endless cell": ("a.csv", lambda: b"Name;Number\r\nA;" + b"x" * 3_000_000, "a cell is too long"),
    "open quotation mark": (
        "a.csv",
        lambda: b'Name;Number\r\n"A;1\r\nB;2',
        "a quotation mark is not closed",
    ),
    "rows": ("a.csv", lambda: b"Name\r\n" + b"A\r\n" * 6_000, "at most 2000 rows"),
    "too large": ("a.csv", lambda: b"Name\r\n" + b"A" * 11_000_000, "larger than 10 MB"),
    "empty": ("a.csv", lambda: b"", "This file is empty"),
    "header only": ("a.csv", lambda: as_csv(), "no row below it"),
    "no header": ("a.csv", lambda: b"1;2\r\n3;4", "names no column"),
    "unknown column": ("a.csv", lambda: as_csv(("A", "x"), head=("Name", "Salary")), "no column “Salary”"),
    "twice": ("a.csv", lambda: as_csv(("A", "x"), head=("Name", "ФИО")), "Two columns of the header"),
    "nobody": ("a.csv", lambda: as_csv(("A",), head=("Summary (English)",)), "tells whom a row is about"),
    "pdf": ("a.pdf", lambda: b"%PDF-1.7", "XLSX or CSV"),

    "svg": ("a.csv", lambda: b"<svg onload='x'></svg>", "This is a web page"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_bounces_with_one_sentence(editor: Any, kind: str) -> None:
    name, make, said = HOSTILE[kind]
    content = make()
    started = time.perf_counter()
    answer = bring(editor, content, name)
    assert answer.status_code == 422
    (sentence,) = answer.context["form"].errors["upload"]
    assert said in sentence
    assert time.perf_counter() - started < 5
    assert not ExpertImport.objects.exists()
    assert not Expert.objects.exists()


def test_the_honest_file_comes_through(editor: Any) -> None:
    """The control of the above: what is refused there is refused for its fault."""
    assert bring(editor, as_xlsx(ROW, head=HEAD), "a.xlsx").status_code == 302
    assert bring(editor, edited(lambda xml: xml), "a.xlsx").status_code == 302
