"""A date as exactly as its source gives it: a day, a month, a quarter, a year or a range of these.

The written form is the ISO 8601 text that the API shows (`2020-09`,
`2020-01/2020-09`), with `2021-Q1` for a quarter. An empty text means *not stated*.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import total_ordering
from typing import Literal

from django.utils import translation
from django.utils.translation import gettext as _

Precision = Literal["year", "quarter", "month", "day"]

POINT = re.compile(r"(?P<year>\d{4})(-(Q(?P<quarter>[1-4])|(?P<month>\d\d)(-(?P<day>\d\d))?))?")

RUSSIAN_MONTHS = (
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь".split(),
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split(),
)
ENGLISH_MONTHS = (
    "January February March April May June July August September October November December".split()
)


@dataclass(frozen=True)
class Point:
    """One end of a period, with the precision that it was given in."""

    year: int
    quarter: int | None = None
    month: int | None = None
    day: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Point":
        match = POINT.fullmatch(text)
        if not match or text.startswith("0000"):
            raise ValueError(f"{text!r} is no date: write 2020, 2020-Q3, 2020-09 or 2020-09-30.")
        numbers = {name: int(value) if value else None for name, value in match.groupdict().items()}
        point = cls(**numbers)  # type: ignore[arg-type]
        try:
            date(point.year, point.month or 1, point.day or 1)
        except ValueError:
            raise ValueError(f"{text!r} is no date of the calendar.") from None
        return point

    @property
    def precision(self) -> Precision:
        if self.day:
            return "day"
        if self.month:
            return "month"
        return "quarter" if self.quarter else "year"

    @property
    def first(self) -> date:
        return date(self.year, self.month or (3 * self.quarter - 2 if self.quarter else 1), self.day or 1)

    @property
    def last(self) -> date:
        if self.day:
            return self.first
        month = self.month or (3 * self.quarter if self.quarter else 12)
        return date(self.year, month, monthrange(self.year, month)[1])

    def show(self, language: str) -> str:
        if language == "ru":
            if self.day:
                return f"{self.day}\u00a0{RUSSIAN_MONTHS[1][self.month - 1]} {self.year}\u00a0г."  # type: ignore[operator]
            if self.month:
                return f"{RUSSIAN_MONTHS[0][self.month - 1]} {self.year}\u00a0г."
            return (
                f"{'I II III IV'.split()[self.quarter - 1]} квартал {self.year}\u00a0г."
                if self.quarter
                else f"{self.year}\u00a0г."
            )
        if language == "zh-hans":
            if self.quarter:
                return f"{self.year}年第{'一二三四'[self.quarter - 1]}季度"
            return (
                f"{self.year}年"
                + (f"{self.month}月" if self.month else "")
                + (f"{self.day}日" if self.day else "")
            )
        if self.month:
            return f"{self.day or ''} {ENGLISH_MONTHS[self.month - 1]} {self.year}".strip()
        return f"Q{self.quarter} {self.year}" if self.quarter else str(self.year)


@total_ordering
@dataclass(frozen=True)
class Period:
    """From the first day of `start` to the last day of `end`, both included.

    Periods sort by their first day, then by their last.
    """

    start: Point
    end: Point

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read the ISO text. Raises ValueError with a sentence when it is none."""
        first, slash, last = text.strip().partition("/")
        start = Point.parse(first)
        end = Point.parse(last) if slash else start
        if end.last < start.first:
            raise ValueError(f"{text!r} ends before it begins.")
        return cls(start, end)

    @property
    def first(self) -> date:
        return self.start.first

    @property
    def last(self) -> date:
        return self.end.last

    @property
    def precision(self) -> Precision:
        """How exactly the less exact end is known."""
        order: list[Precision] = ["year", "quarter", "month", "day"]
        return min(self.start.precision, self.end.precision, key=order.index)

    def is_past(self, today: date) -> bool:
        return self.last < today

    def __lt__(self, other: "Period") -> bool:
        return (self.first, self.last) < (other.first, other.last)

    def __str__(self) -> str:
        """The ISO text, the same in every language."""
        parts = [iso(self.start)] if self.start == self.end else [iso(self.start), iso(self.end)]
        return "/".join(parts)

    def show(self, language: str | None = None) -> str:
        """As a reader of `language` (by default the active one) writes it."""
        language = language or translation.get_language() or "en"
        start, end = self.start, self.end
        if start == end:
            return start.show(language)
        kinds = (start.precision, end.precision)
        if kinds == ("year", "year"):
            return {"ru": f"{start.year}–{end.year}\u00a0гг.", "zh-hans": f"{start.year}—{end.year}年"}.get(
                language, f"{start.year}–{end.year}"
            )
        if start.month and end.month and kinds == ("month", "month") and start.year == end.year:
            russian, english = (
                [names[point.month - 1] for point in (start, end) if point.month]
                for names in (RUSSIAN_MONTHS[0], ENGLISH_MONTHS)
            )
            return {
                "ru": f"{russian[0]} – {russian[1]} {end.year}\u00a0г.",
                "zh-hans": f"{start.year}年{start.month}—{end.month}月",
            }.get(language, f"{english[0]}–{english[1]} {end.year}")
        dash = "—" if language == "zh-hans" else " – "
        return f"{start.show(language)}{dash}{end.show(language)}"


def iso(point: Point) -> str:
    if point.quarter:
        return f"{point.year:04}-Q{point.quarter}"
    text = f"{point.year:04}"
    if point.month:
        text += f"-{point.month:02}"
    if point.day:
        text += f"-{point.day:02}"
    return text


def show_period(period: Period | None) -> str:
    """A period for the reader; a missing one says so."""
    return period.show() if period else _("not stated")
