"""Working days of countries, transferred ones among them."""

from datetime import date

import pytest

from records.workdays import (
    holiday_name,
    is_working_day,
    known_until,
    next_common_working_day,
    working_days_between,
)

NEW_YEAR_2022_RU = date(2022, 1, 5)


@pytest.mark.parametrize(
    ("day", "country", "works"),
    [
        (date(2022, 3, 4), "RU", True),  # a Friday
        (date(2022, 3, 6), "RU", False),  # a Sunday
        (date(2022, 3, 5), "RU", True),  # a Saturday that was worked for Monday the 7th
        (date(2022, 3, 7), "RU", False),
        (NEW_YEAR_2022_RU, "RU", False),
        (NEW_YEAR_2022_RU, "CN", True),
        (date(2022, 10, 4), "CN", False),  # the National Day's week
        (date(2022, 10, 8), "CN", True),  # a Saturday that was worked for it
        (date(2022, 10, 9), "CN", True),  # and the Sunday
        (date(2022, 10, 8), "XX", False),  # of an unknown country the week is known
        (date(2022, 10, 4), "XX", True),
    ],
)
def test_a_day_is_worked_or_not(day, country, works):
    assert is_working_day(day, country) is works


def test_days_between_count_what_is_transferred():
    friday = date(2022, 9, 30)
    assert working_days_between(friday, date(2022, 10, 9), "CN") == 2  # only the moved weekend
    assert working_days_between(friday, date(2022, 10, 9), "RU") == 5
    assert working_days_between(friday, friday, "RU") == 0
    assert working_days_between(date(2022, 10, 9), friday, "CN") == -2


def test_the_next_common_working_day_is_one_for_all():
    assert next_common_working_day(date(2021, 12, 31), ["CN"]) == date(2021, 12, 31)
    assert next_common_working_day(date(2021, 12, 31), ["CN", "RU"]) == date(2022, 1, 10)
    assert next_common_working_day(date(2022, 10, 8), ["RU", "CN"]) == date(2022, 10, 10)


def test_the_source_says_how_far_it_knows_and_names_holidays_where_it_can():
    assert known_until("RU") >= 2026
    assert known_until("CN") >= 2026
    assert known_until("XX") is None
    assert holiday_name(date(2022, 10, 1), "CN", "zh-hans") == "国庆节"
    assert holiday_name(date(2022, 10, 1), "CN", "ru") == ""  # the library does not know it in Russian
    assert holiday_name(date(2022, 10, 10), "CN", "zh-hans") == ""
