"""What stands in the cells of spreadsheets, read: a pasted table, numbers, dates, periods."""

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from records.errors import Invalid
from records.period import Period

MOST_ROWS, MOST_COLUMNS, LONGEST = 500, 20, 500_000
GROUPED = re.compile(r"\d{1,3}([ '’]\d{3})+")
SPREADSHEET_EPOCH = date(1899, 12, 30)
SERIAL = re.compile(r"[2-7]\d{4}", re.ASCII)  # the years 1954 to 2119
DAYS = (
    re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})", re.ASCII),
    re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})", re.ASCII),
    re.compile(r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日?", re.ASCII),
)
MONTHS = (
    re.compile(r"(?P<month>\d{1,2})\.(?P<year>\d{4})", re.ASCII),
    re.compile(r"(?P<year>\d{4})年(?P<month>\d{1,2})月", re.ASCII),
)
QUARTERS = (
    re.compile(r"Q(?P<quarter>[1-4])[ /]?(?P<year>\d{4})", re.ASCII | re.IGNORECASE),
    re.compile(r"(?P<quarter>[1-4]) ?(кв|квартал)\.? ?(?P<year>\d{4})( ?г\.?)?", re.IGNORECASE),
    re.compile(r"(?P<year>\d{4})年第?(?P<quarter>[1-4一二三四])季度?"),
)
CHINESE = {"一": "1", "二": "2", "三": "3", "四": "4"}
YEARS = re.compile(r"(?P<year>\d{4}) ?(年|г\.?|год)")

LANGUAGE_NAMES: Mapping[str, str] = {
    "en": "en", "eng": "en", "english": "en", "англ": "en", "английский": "en", "英文": "en", "英语": "en",
    "ru": "ru", "rus": "ru", "russian": "ru", "рус": "ru", "русский": "ru", "俄文": "ru", "俄语": "ru",
    "zh": "zh-hans", "zh-hans": "zh-hans", "cn": "zh-hans", "chinese": "zh-hans", "кит": "zh-hans",
    "китайский": "zh-hans", "中文": "zh-hans", "汉语": "zh-hans",
}  # fmt: skip


class Unreadable(ValueError):
    """A cell that is not what its column asks for; the sentence says so."""


def read_table(text: str) -> list[tuple[int, list[str]]]:
    """The rows that hold anything, numbered. A quoted cell may run over lines. Raises `Invalid`."""
    if len(text) > LONGEST:
        raise refused(_("This is too long to be pasted at once."))
    if "\0" in text:
        raise refused(_("A text cannot hold the character NUL."))
    lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"), newline="\n")
    rows = []
    try:
        for number, row in enumerate(csv.reader(lines, delimiter="\t", strict=True), start=1):
            cells = [cell.strip() for cell in row]
            if any(cells):
                rows.append((number, cells))
            if len(rows) > MOST_ROWS + 1:
                raise refused(_("Paste at most %(most)d rows at once.") % {"most": MOST_ROWS})
            if len(cells) > MOST_COLUMNS:
                raise refused(_("Row %(row)d has too many cells.") % {"row": number})
    except csv.Error:
        raise refused(
            _("A quotation mark is not closed somewhere, or a cell is too long: copy the cells once more.")
        ) from None
    if not rows:
        raise refused(_("Paste some rows first."))
    return rows


def plain_cell(text: str) -> str:
    """Wide digits, commas and spaces as narrow ones; every kind of minus as one."""
    return unicodedata.normalize("NFKC", text).replace("−", "-").replace("–", "-").strip()


def folded(text: str) -> str:
    """A text as it is compared: narrow, in small letters, with single spaces."""
    return " ".join(plain_cell(text).casefold().split())


def head_of(cell: str) -> str:
    """A column's name as it is compared: without case, brackets and marks."""
    return " ".join(re.sub(r"[()（）,_:：*]+", " ", plain_cell(cell).casefold()).split())


def head_and_language(cell: str) -> tuple[str, str]:
    """A column's name and the language that it ends in, as in “Title (рус.)”; empty where it names none."""
    words = head_of(cell).split()
    language = LANGUAGE_NAMES.get(words[-1].strip(".-"), "") if words else ""
    return " ".join(words[:-1] if language else words), language


def read_number(text: str, decimal: str = "") -> Decimal:
    """A number as Russian, English or Chinese spreadsheets write it; `decimal` is "," or "." if known.

    Raises `Unreadable`, also where a text can be read in two ways.
    """
    given = plain_cell(text)
    sign, digits = ("-", given[1:].strip()) if given.startswith("-") else ("", given)
    if GROUPED.match(digits):
        digits = re.sub(r"(?<=\d)[ '’](?=\d{3})", "", digits)
    mark = decimal or decimal_mark(digits, text)
    other = "." if mark == "," else ","
    whole, _mark, fraction = digits.partition(mark)
    if other in whole:
        groups = whole.split(other)
        if not (1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])):
            raise Unreadable(_("“%(text)s” is no number.") % {"text": text[:40]})
        whole = "".join(groups)
    number = f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"
    if not re.fullmatch(r"-?\d{1,20}(\.\d{1,10})?", number, re.ASCII):
        raise Unreadable(_("“%(text)s” is no number.") % {"text": text[:40]})
    return Decimal(number)


def decimal_mark(digits: str, text: str) -> str:
    """Which of comma and point divides the fraction. Raises `Unreadable` when it could be either."""
    if "," in digits and "." in digits:
        return max(",", ".", key=digits.rfind)
    if digits.count(".") > 1:
        return ","
    if digits.count(",") > 1:
        return "."
    if re.fullmatch(r"[1-9]\d{0,2},\d{3}", digits, re.ASCII):
        said = _(
            "“%(text)s” can be read as %(one)s or as %(other)s: say above which mark divides decimals."
        )
        values = {"text": text, "one": digits.replace(",", ""), "other": digits.replace(",", ".")}
        raise Unreadable(said % values)
    return "," if "," in digits else "."


def read_day(text: str) -> date:
    """A day as spreadsheets write it, or their own count of days. Raises `Unreadable`."""
    given = plain_cell(text).removesuffix(" 00:00:00").removesuffix(" 0:00")
    if SERIAL.fullmatch(given):
        return SPREADSHEET_EPOCH + timedelta(days=int(given))
    for form in DAYS:
        if found := form.fullmatch(given):
            try:
                return date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                break
    raise Unreadable(
        _("“%(text)s” is no date. Write 2022-05-31, 31.05.2022 or 2022年5月31日.") % {"text": text[:40]}
    )


def read_period(text: str) -> str:
    """A period in its written form: a day, month, quarter, year or range. Raises `Unreadable`."""
    given = plain_cell(text)
    try:
        for form in QUARTERS:
            if found := form.fullmatch(given):
                quarter = CHINESE.get(found["quarter"], found["quarter"])
                return str(Period.parse(f"{found['year']}-Q{quarter}"))
        for form in MONTHS:
            if found := form.fullmatch(given):
                return str(Period.parse(f"{found['year']}-{int(found['month']):02}"))
        if found := YEARS.fullmatch(given):
            return str(Period.parse(found["year"]))
        if any(form.fullmatch(given) for form in DAYS):
            return read_day(given).isoformat()
        return str(Period.parse(given))
    except ValueError:
        raise Unreadable(
            _("“%(text)s” is no period. Write 2021, 2021-Q1, 2021-03 or 31.03.2021.") % {"text": text[:40]}
        ) from None


def refused(sentence: str) -> Invalid:
    return Invalid({"": [sentence]})
