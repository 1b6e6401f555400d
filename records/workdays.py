"""Working days of countries, their holidays and transferred working days among them.

The source is the `holidays` library. Of most countries it knows the holidays that the
law sets, of any year. Some governments also move working days each year by decree, as
Russia and China do (a Saturday is worked for a Monday off): those it knows only as far
as they have been decreed when the library was released, and `known_until` says until
which year. For a later year the holidays themselves are still known. Of a country that
the library does not know, Monday to Friday are taken for working days.
"""

from collections.abc import Collection
from datetime import date, timedelta
from functools import lru_cache

from holidays import HolidayBase, country_holidays
from holidays.utils import list_supported_countries

MOST_DAYS = 60  # no two countries are without a common working day for longer
LANGUAGES = {"en": "en_US", "ru": "ru", "zh-hans": "zh_CN"}  # as the library calls those of ours


@lru_cache(maxsize=256)
def calendar(country: str, year: int, language: str = "") -> HolidayBase | None:
    """A country's holidays in a year; None for a country that the library does not know."""
    try:
        return country_holidays(country, years=year, language=language or None, expand=False)
    except NotImplementedError:
        return None


def is_working_day(day: date, country: str) -> bool:
    """Whether people work on that day in a country (ISO 3166-1, two letters).

    A weekend day that the government has made a working day is one. See `known_until`
    for how far ahead such transfers are known.
    """
    known = calendar(country, day.year)
    return day.weekday() < 5 if known is None else known.is_working_day(day)


def working_days_between(start: date, end: date, country: str) -> int:
    """How many working days lie after `start`, up to and with `end`; negative when `end` is earlier.

    So the next working day is one away, and a Monday is one away from the Friday before.
    See `known_until` for how far ahead transferred working days are known.
    """
    if end < start:
        return -working_days_between(end, start, country)
    days = (end - start).days
    return sum(is_working_day(start + timedelta(days=n), country) for n in range(1, days + 1))


def next_common_working_day(day: date, countries: Collection[str]) -> date:
    """The first day from `day` on, that day included, on which people work in all the countries.

    See `known_until` for how far ahead transferred working days are known. Raises
    `ValueError` when there is none within two months, which no real calendars have.
    """
    for n in range(MOST_DAYS):
        found = day + timedelta(days=n)
        if all(is_working_day(found, country) for country in countries):
            return found
    raise ValueError(f"No common working day of {', '.join(countries)} soon after {day}.")


def known_until(country: str) -> int | None:
    """The last year of which the transferred working days of a country are known.

    None for a country that moves none, or that the library does not know.
    """
    known = calendar(country, date.today().year)
    decreed = getattr(known, "special_public_holidays", None)
    return max(decreed) if decreed else None


def holiday_name(day: date, country: str, language: str) -> str:
    """How a holiday is called in a language of ours; empty on any other day, or where no name is known."""
    wanted = LANGUAGES.get(language, "")
    if wanted not in list_supported_languages(country):
        return ""
    known = calendar(country, day.year, wanted)
    return "" if known is None else known.get(day, "")


@lru_cache(maxsize=256)
def list_supported_languages(country: str) -> tuple[str, ...]:
    known = calendar(country, date.today().year) if country in list_supported_countries() else None
    return tuple(getattr(known, "supported_languages", ()))
