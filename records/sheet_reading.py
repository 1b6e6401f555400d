"""A table in a file, XLSX or CSV, as rows of texts, whatever the office that wrote it.

The file has been looked at before (`attachments.content.examine`): it is of the kind that
its name says, of a size that is taken, and no bomb as its directory goes. What is read
here is still bounded, because a small sheet can claim a million rows.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any
from xml.parsers import expat

import python_calamine
from django.utils.translation import gettext as _

from records.cells import refused
from records.errors import Invalid
from records.sheets import natural

MIB = 1024 * 1024
MOST_UNPACKED = 64 * MIB
MOST_ELEMENTS = 3_000_000
MOST_COLUMNS = 200
LONGEST_CELL = 60_000
DELIMITERS = (";", ",", "\t")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
CELL = re.compile(r"([A-Z]{1,4})([0-9]{1,9})")
HAN = re.compile(r"[\u4e00-\u9fff]")
RUSSIAN_WORD = re.compile(r"[А-ЯЁа-яё]+")
RUSSIAN_CASE = re.compile(r"[А-ЯЁ]?[а-яё]+|[А-ЯЁ]+")

Known = Callable[[Sequence[str]], int]  # a row → in how many of its cells a header is recognised


@dataclass(frozen=True)
class Sheet:
    """The rows that hold anything, numbered as the file numbers them, and how it was read."""

    rows: list[tuple[int, list[str]]]
    encoding: str = ""
    delimiter: str = ""


def read_sheet(file: IO[bytes], kind: str, *, known: Known, most_rows: int) -> Sheet:
    """The first sheet of an `xlsx`, or a `csv`; a header is no row of `most_rows`. Raises `Invalid`.

    `known` tells how much of a row is a header: by that a CSV's encoding and delimiter are
    chosen where several would do.
    """
    file.seek(0)
    read = {"csv": read_csv, "xlsx": read_xlsx}[kind]
    sheet = read(file, known, most_rows + 1)
    if not sheet.rows:
        raise refused(_("This file holds no rows."))
    return sheet


def read_csv(file: IO[bytes], known: Known, most: int) -> Sheet:
    content = file.read()
    found: list[tuple[Any, ...]] = []
    for encoding in encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        head = first_line(text)
        for delimiter in DELIMITERS:
            cells = next(csv.reader([head], delimiter=delimiter), [])
            found.append((known(cells), likely(text, encoding), -len(found), encoding, delimiter, text))
    if not found:
        raise refused(_("This is no text in UTF-8, UTF-16, GB18030 or Windows-1251: save it as UTF-8."))
    *_rank, encoding, delimiter, text = max(found, key=lambda each: each[:3])
    return Sheet(list(lines(text, delimiter, most)), encoding, delimiter)


def encodings(content: bytes) -> tuple[str, ...]:
    """Which encodings to try: UTF-8 leaves hardly any doubt, the offices' own ones do."""
    if content.startswith(UTF_16):
        return ("utf-16",)
    try:
        content.decode("utf-8-sig")
    except UnicodeError:
        return ("gb18030", "cp1251")
    return ("utf-8-sig",)


def first_line(text: str) -> str:
    return text[:20_000].lstrip("\r\n").partition("\n")[0].rstrip("\r")


def likely(text: str, encoding: str) -> float:
    """How much of a text reads as its language is written, from 0 to 1.

    Russian in GB18030 comes out as rare characters, Chinese in Windows-1251 as words with
    capitals in their middle.
    """
    if encoding not in {"cp1251", "gb18030"}:
        return 1.0
    sample = text[:20_000]
    words = RUSSIAN_WORD.findall(sample)
    good = sum(len(word) for word in words if len(word) > 1 and RUSSIAN_CASE.fullmatch(word))
    if encoding == "gb18030":
        good += sum(is_common(sign) for sign in HAN.findall(sample))
    return good / max(1, sum(not sign.isascii() and not sign.isspace() for sign in sample))


def is_common(sign: str) -> bool:
    """Whether a character is among the 3755 of the first level of GB 2312."""
    return b"\xb0\xa1" <= sign.encode("gb18030") <= b"\xd7\xf9"


def lines(text: str, delimiter: str, most: int) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold anything. A quoted cell may run over lines; a row has its first line's number."""
    if "\0" in text:
        raise refused(_("A text cannot hold the character NUL."))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    count, start = 0, 1
    try:
        for row in reader:
            number, start = start, reader.line_num + 1
            cells = [natural(cell.strip()) for cell in row]
            if not any(cells):
                continue
            count += 1
            require_bounds(number, count, len(cells), most)
            yield number, cells
    except csv.Error:
        sentence = _(
            "Row %(row)d: a quotation mark is not closed, or a cell is too long. Save the table once more."
        )
        raise refused(sentence % {"row": start}) from None


def require_bounds(number: int, count: int, width: int, most: int) -> None:
    if count > most:
        raise refused(_("A file holds at most %(most)d rows: divide it into several.") % {"most": most - 1})
    if width > MOST_COLUMNS:
        raise refused(_("Row %(row)d has too many cells.") % {"row": number})


def read_xlsx(file: IO[bytes], known: Known, most: int) -> Sheet:
    require_small(file, most)
    file.seek(0)
    try:
        with python_calamine.load_workbook(file) as book:
            first = book.get_sheet_by_index(0)
            corner, rows = first.start or (0, 0), first.to_python(skip_empty_area=True)
    except Exception:
        raise refused(unreadable()) from None
    except BaseException as error:  # the reader's own panics are no `Exception`
        if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
            raise
        raise refused(unreadable()) from None
    found: list[tuple[int, list[str]]] = []
    for number, row in enumerate(rows, start=corner[0] + 1):
        cells = [""] * corner[1] + [as_text(value) for value in row]
        if any(cells):
            found.append((number, cells))
            require_bounds(number, len(found), len(cells), most)
    return Sheet(found)


def unreadable() -> str:
    return _("This workbook is damaged: open it, save it once more as XLSX, and try again.")


def as_text(value: Any) -> str:
    """A cell as a person would write it: no “5.0” and no midnight."""
    if isinstance(value, datetime):
        value = value.date() if value.time().isoformat() == "00:00:00" else value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()[:LONGEST_CELL]
    return natural(text.replace("\r\n", "\n").replace("_x000D_\n", "\n").replace("\0", "�"))


def require_small(file: IO[bytes], most: int) -> None:
    """No part unpacks to more than is read, and no sheet claims to be larger than its rows.

    Every part is looked through as the stream that it is, up to a number of elements: a
    reader would make room for a whole rectangle when one cell stands far out. Raises `Invalid`.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            parts = [part for part in archive.infolist() if part.filename.endswith((".xml", ".rels"))]
            if sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise refused(_("This workbook is too large: divide it into several files."))
            left = MOST_ELEMENTS
            for part in parts:
                with archive.open(part) as stream:
                    left = Bounds(most, left).read(stream)
    except Invalid:
        raise
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, RuntimeError, expat.ExpatError):
        raise refused(unreadable()) from None


class Bounds:
    """Follows one part of a workbook and refuses a sheet that reaches further than its rows may."""

    def __init__(self, most: int, left: int) -> None:
        self.most, self.left, self.rows = most, left, 0

    def read(self, stream: IO[bytes]) -> int:
        """How many elements may still come in other parts. Raises `Invalid` and expat's errors."""
        parser = expat.ParserCreate(namespace_separator="|")
        parser.StartElementHandler = self.start
        parser.StartDoctypeDeclHandler = self.doctype
        while chunk := stream.read(MIB):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
        return self.left

    def doctype(self, *_declared: Any) -> None:
        raise refused(unreadable())

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.left -= 1
        if self.left < 0:
            raise refused(_("This workbook is too large: divide it into several files."))
        kind = name.rpartition("|")[2]
        place = attributes.get("r", "")
        if kind == "row":
            self.rows += 1
            self.require(int(place) if place.isdecimal() and len(place) < 10 else self.rows, 0)
        elif kind == "c" and (found := CELL.fullmatch(place.upper())):
            self.require(int(found[2]), column_number(found[1]))

    def require(self, row: int, column: int) -> None:
        if row > self.most * 2 or column > MOST_COLUMNS:
            sentence = _(
                "The table reaches to row %(row)d: it holds at most %(most)d rows and %(columns)d columns. "
                "Delete the empty rows and columns around it."
            )
            raise refused(
                sentence % {"row": max(row, self.rows), "most": self.most - 1, "columns": MOST_COLUMNS}
            )


def column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
