"""The files in which central banks publish their rates. A file that is anything else is refused whole."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from records.errors import Invalid

CURRENCIES = ("USD", "CNY", "RUB")  # those that contributions are made in
LARGEST = 5_000_000  # bytes
MOST_ROWS = 20_000
NUMBER = re.compile(r"\d{1,9}([.,]\d{1,8})?", re.ASCII)
NOT_QUOTED = {"", "N/A", "-"}


@dataclass(frozen=True)
class Quote:
    """One rate of a file."""

    currency: str
    day: date
    nominal: int
    value: Decimal


def read_ecb(data: bytes) -> list[Quote]:
    """The ECB's reference rates as CSV: `Date,USD,…`, units for one euro, `N/A` where there is none.

    Lines that begin with `#` say where the file is from. Raises `Invalid`.
    """
    try:
        text = sized(data).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refused(_("This is no CSV file of the European Central Bank.")) from None
    lines = (line for line in io.StringIO(text, newline=None) if not line.startswith("#"))
    rows = csv.reader(lines)
    try:
        header = [name.strip() for name in next(rows, [])]
        if header[:1] != ["Date"] or "USD" not in header or len(set(header)) != len(header):
            raise refused(_("This is no CSV file of the European Central Bank: it begins with Date,USD,…"))
        found = list(ecb_rows(rows, header))
    except csv.Error:
        raise refused(_("This is no CSV file of the European Central Bank.")) from None
    return whole(found)


def ecb_rows(rows: Iterator[list[str]], header: list[str]) -> Iterator[Quote]:
    for number, row in enumerate(rows, start=2):
        if number > MOST_ROWS:
            raise refused(_("A file of rates holds at most %(most)d rows.") % {"most": MOST_ROWS})
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise refused(_("Row %(row)d does not have as many cells as the header.") % {"row": number})
        day = read_day(row[0].strip(), "%Y-%m-%d", number)
        for name, cell in zip(header[1:], row[1:], strict=True):
            if name in CURRENCIES and cell.strip() not in NOT_QUOTED:
                yield Quote(name, day, 1, read_number(cell.strip(), number))


def read_cbr(data: bytes) -> list[Quote]:
    """The Bank of Russia's rates of a day as XML: roubles for `Nominal` units, with a decimal comma.

    Entities and document types are refused. Raises `Invalid`.
    """
    try:
        root = fromstring(sized(data), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise refused(_("This is no XML file of the Bank of Russia.")) from None
    if root.tag != "ValCurs" or not root.get("Date"):
        raise refused(_("This is no XML file of the Bank of Russia: it has no ValCurs with a Date."))
    day = read_day(root.get("Date", "").replace("/", "."), "%d.%m.%Y", 1)
    found = []
    for number, entry in enumerate(root.findall("Valute"), start=1):
        code = entry.findtext("CharCode", "").strip()
        if code in CURRENCIES:
            nominal = entry.findtext("Nominal", "").strip()
            if not re.fullmatch(r"[1-9]\d{0,6}", nominal, re.ASCII):
                raise refused(_("Row %(row)d: “%(text)s” is no number.") % {"row": number, "text": nominal})
            value = read_number(entry.findtext("Value", "").strip(), number)
            found.append(Quote(code, day, int(nominal), value))
    if "USD" not in {quote.currency for quote in found}:
        raise refused(_("The file has no rate of the US dollar, so nothing can be worked out from it."))
    return whole(found)


def sized(data: bytes) -> bytes:
    if len(data) > LARGEST:
        raise refused(_("This file is too large for a file of rates."))
    return data


def whole(found: list[Quote]) -> list[Quote]:
    if not found:
        raise refused(_("There is no rate in this file."))
    if len({(quote.currency, quote.day) for quote in found}) != len(found):
        raise refused(_("The file gives a rate for the same day twice."))
    return found


def read_day(text: str, form: str, number: int) -> date:
    try:
        return datetime.strptime(text, form).date()
    except ValueError:
        raise refused(
            _("Row %(row)d: “%(text)s” is no date.") % {"row": number, "text": text[:40]}
        ) from None


def read_number(text: str, number: int) -> Decimal:
    if not NUMBER.fullmatch(text) or not (value := Decimal(text.replace(",", "."))):
        raise refused(_("Row %(row)d: “%(text)s” is no rate.") % {"row": number, "text": text[:40]})
    return value


def refused(sentence: str) -> Invalid:
    return Invalid({"": [sentence]})
