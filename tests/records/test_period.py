"""A date is kept and shown exactly as its source gives it."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from records.fields import PeriodFormField, period_or_none
from records.period import Period, Point

YEARS = st.integers(1900, 2100)
POINTS = st.one_of(
    YEARS.map(Point),
    st.builds(Point, YEARS, quarter=st.integers(1, 4)),
    st.builds(Point, YEARS, month=st.integers(1, 12)),
    st.dates(date(1900, 1, 1), date(2100, 12, 31)).map(
        lambda day: Point(day.year, None, day.month, day.day)
    ),
)
PERIODS = (
    st.tuples(POINTS, POINTS)
    .filter(lambda ends: ends[0].first <= ends[1].last)
    .map(lambda ends: Period(*ends))
)


@given(PERIODS)
def test_written_and_read_again_it_is_the_same(period: Period) -> None:
    assert Period.parse(str(period)) == period


@given(PERIODS)
def test_it_ends_no_sooner_than_it_begins(period: Period) -> None:
    assert period.first <= period.last


@pytest.mark.parametrize(
    ("text", "en", "ru", "zh"),
    [
        ("2020-09", "September 2020", "сентябрь 2020\u00a0г.", "2020年9月"),
        ("2020-01/2020-09", "January–September 2020", "январь – сентябрь 2020\u00a0г.", "2020年1—9月"),
        ("2021/2023", "2021–2023", "2021–2023\u00a0гг.", "2021—2023年"),
        ("1995-05-16", "16 May 1995", "16\u00a0мая 1995\u00a0г.", "1995年5月16日"),
        ("2021-Q1", "Q1 2021", "I квартал 2021\u00a0г.", "2021年第一季度"),
        ("2022", "2022", "2022\u00a0г.", "2022年"),
        (
            "2019-12/2020-01",
            "December 2019 – January 2020",
            "декабрь 2019\u00a0г. – январь 2020\u00a0г.",
            "2019年12月—2020年1月",
        ),
    ],
)
def test_it_reads_as_people_write_it(text: str, en: str, ru: str, zh: str) -> None:
    period = Period.parse(text)
    assert (period.show("en"), period.show("ru"), period.show("zh-hans")) == (en, ru, zh)


@pytest.mark.parametrize(
    "text",
    ["2020-13", "2020-02-30", "20-09", "2021-Q5", "2021/2020", "soon", "2020-09-", "0000", "2020/", "/"],
)
def test_what_is_no_date_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        PeriodFormField(required=False).clean(text)
    assert text in refusal.value.messages[0]


def test_nothing_is_not_stated() -> None:
    assert period_or_none("  ") is None


@pytest.mark.django_db
def test_the_database_reads_the_same_days_as_the_code() -> None:
    texts = ["2020", "2024-02", "2023-02", "2021-Q1", "2021-Q4", "1995-05-16", "2020-01/2020-09",
             "2021/2023", "2020-12-31/2021-Q2", "2019-Q3/2019"]  # fmt: skip
    with connection.cursor() as cursor:
        for text in texts:
            cursor.execute("SELECT records_period_first(%s), records_period_last(%s)", [text, text])
            period = Period.parse(text)
            assert cursor.fetchone() == (period.first, period.last), text
        cursor.execute("SELECT records_period_first(''), records_period_last('')")
        assert cursor.fetchone() == (None, None)
