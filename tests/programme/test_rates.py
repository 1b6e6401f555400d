"""Published rates, and what they make in US dollars."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from programme.models import ExchangeRate
from programme.rates.files import Quote, read_cbr, read_ecb
from programme.rates.lookup import rate_usd, ratio
from programme.rates.services import rates_load
from records.errors import Invalid, NotAllowed
from tests.conftest import SYSTEM

CBR = """<?xml version="1.0" encoding="windows-1251"?>
<ValCurs Date="14.06.2017" name="Foreign Currency Market">
<Valute ID="R01235"><NumCode>840</NumCode><CharCode>USD</CharCode><Nominal>1</Nominal>
<Name>Доллар США</Name><Value>56,9096</Value></Valute>
<Valute ID="R01375"><NumCode>156</NumCode><CharCode>CNY</CharCode><Nominal>10</Nominal>
<Name>Китайских юаней</Name><Value>83,7115</Value></Valute>
<Valute ID="R01820"><NumCode>392</NumCode><CharCode>JPY</CharCode><Nominal>100</Nominal>
<Name>Японских иен</Name><Value>51,6562</Value></Valute>
</ValCurs>""".encode("cp1251")


@pytest.fixture
def shipped(db: Any) -> None:
    call_command("load_rates", stdout=io.StringIO())


def usd(currency: str, day: str, source: str = "ecb") -> Any:
    return rate_usd(currency=currency, day=date.fromisoformat(day), source=source)


def test_cross_rates_through_the_euro(shipped: None) -> None:
    # 5 March 2021: 1 EUR = 1.1938 USD = 7.7489 CNY = 88.8807 RUB
    assert usd("CNY", "2021-03-05").value == Decimal("0.1540605763")
    assert usd("RUB", "2021-03-05").value == Decimal("0.0134314874")
    assert usd("USD", "2021-03-05").value == 1


def test_a_day_without_a_rate_takes_the_working_day_before(shipped: None) -> None:
    friday = usd("CNY", "2021-03-05")
    assert usd("CNY", "2021-03-07") == friday
    assert friday.on == date(2021, 3, 5)
    assert usd("CNY", "2021-04-05").on == date(2021, 4, 1)  # Easter Monday
    with pytest.raises(Invalid, match="No rate of this source is kept"):
        usd("CNY", "2013-12-31")
    with pytest.raises(Invalid, match="No rate of this source is kept"):
        usd("CNY", "2026-05-20")  # nothing is made up after the last file


def test_the_ecb_has_no_rouble_after_the_first_of_march_2022(shipped: None) -> None:
    assert usd("RUB", "2022-03-01").on == date(2022, 3, 1)
    for day in ("2022-03-02", "2022-03-05", "2024-06-03"):
        with pytest.raises(Invalid, match=r"no rate of the rouble since 1 March 2022.*Bank of Russia"):
            usd("RUB", day)
        assert usd("CNY", day)  # the negative control: the file goes on


@pytest.mark.django_db
def test_cross_rates_through_the_rouble() -> None:
    rates_load(quotes=read_cbr(CBR), source="cbr", by=SYSTEM)
    # 14 June 2017: 1 USD = 56.9096 RUB; 10 CNY = 83.7115 RUB
    assert usd("RUB", "2017-06-14", "cbr").value == Decimal("0.0175717278")
    assert usd("CNY", "2017-06-14", "cbr").value == Decimal("0.1470955691")
    assert usd("CNY", "2017-06-18", "cbr").on == date(2017, 6, 14)
    assert not ExchangeRate.objects.filter(currency="JPY").exists()
    with pytest.raises(Invalid):
        usd("CNY", "2017-06-14", "ecb")


@pytest.mark.django_db
def test_a_day_to_come_and_an_unknown_source_are_refused() -> None:
    with pytest.raises(Invalid, match="still to come"):
        usd("CNY", "2999-01-01")
    with pytest.raises(Invalid, match="Choose the European"):
        usd("CNY", "2021-03-05", "nobody")


@pytest.mark.django_db
def test_what_is_kept_is_neither_doubled_nor_contradicted(stage: Any) -> None:
    quotes = [Quote("USD", date(2021, 3, 5), 1, Decimal("1.1938"))]
    assert rates_load(quotes=quotes, source="ecb", by=SYSTEM).added == 1
    assert rates_load(quotes=quotes, source="ecb", by=SYSTEM).known == 1
    other = [
        Quote("USD", date(2021, 3, 5), 1, Decimal("1.2")),
        Quote("USD", date(2021, 3, 4), 1, Decimal(1)),
    ]
    with pytest.raises(Invalid, match="Nothing was taken in"):
        rates_load(quotes=other, source="ecb", by=SYSTEM)
    assert ExchangeRate.objects.get().value == Decimal("1.1938")
    with pytest.raises(NotAllowed):
        rates_load(quotes=quotes, source="ecb", by=stage.actor("moscow_secretary"))


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE ValCurs [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>
<ValCurs Date="14.06.2017"><Valute><CharCode>USD</CharCode><Nominal>1</Nominal><Value>&b;</Value></Valute>
</ValCurs>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE ValCurs [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<ValCurs Date="14.06.2017"><Valute><CharCode>&a;</CharCode></Valute></ValCurs>"""


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x00", b"<ValCurs", b"<html/>", ENTITIES, OUTSIDE, b"x" * 5_000_001,
        CBR.replace(b"56,9096", b"-1"), CBR.replace(b"56,9096", b"0"), CBR.replace(b"56,9096", b"1e9"),
        CBR.replace(b"14.06.2017", b"31.06.2017"), CBR.replace(b"<Nominal>10<", b"<Nominal>0<"),
        CBR.replace(b"CNY", b"USD"), CBR.replace(b"USD", b"XXX"), CBR.replace(b"windows-1251", b"no-such"),
    ],
)  # fmt: skip
def test_hostile_xml_bounces(data: bytes) -> None:
    assert read_cbr(CBR)  # the negative control
    with pytest.raises(Invalid):
        read_cbr(data)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xff\xfe", b"Date,USD\n", b"Day,USD\n2021-01-04,1\n", b"Date,CNY\n2021-01-04,1\n",
        b"Date,USD\n2021-13-04,1\n", b"Date,USD\n2021-01-04,=1\n", b"Date,USD\n2021-01-04,1,2\n",
        b"Date,USD\n2021-01-04,-1\n", b"Date,USD\n2021-01-04,1\n2021-01-04,1\n", b"Date,USD,USD\n",
        b'Date,USD\n"' + b"x" * 200_000, b"Date,USD\n2021-01-04,\xd9\xa1\n", b"Date,USD\n2021-01-04,NaN\n",
    ],
)  # fmt: skip
def test_hostile_csv_bounces(data: bytes) -> None:
    with pytest.raises(Invalid):
        read_ecb(data)


def test_the_banks_own_file_is_read() -> None:
    """With all currencies, spaces in the header and a comma at the end, as the ECB gives it."""
    rows = read_ecb(b"Date, USD, JPY, CNY, RUB, \n2021-01-04,1.2296,126.62,7.9484,N/A,\n")
    assert [(row.currency, row.value) for row in rows] == [
        ("USD", Decimal("1.2296")), ("CNY", Decimal("7.9484")),
    ]  # fmt: skip


def test_a_file_that_is_not_there_is_said(tmp_path: Path, capsys: Any, db: Any) -> None:
    with pytest.raises(SystemExit):
        call_command("load_rates", cbr=tmp_path / "no.xml")
    assert "No such file" in capsys.readouterr().err
    assert not ExchangeRate.objects.exists()


PUBLISHED = st.decimals("0.0001", "1000", places=4)


@given(PUBLISHED, PUBLISHED)
def test_a_rate_is_within_half_a_unit_of_its_last_digit(above: Decimal, below: Decimal) -> None:
    found = ratio(above, below)
    assert found.as_tuple().exponent == -10
    assert abs(found * below - above) <= below * Decimal("0.5E-10")


@given(PUBLISHED, PUBLISHED)
def test_there_and_back_is_one(above: Decimal, below: Decimal) -> None:
    there, back = ratio(above, below), ratio(below, above)
    # Each is off by half a unit of its last digit at most, which the other one multiplies.
    assert abs(there * back - 1) <= (there + back + 1) * Decimal("0.5E-10")


@given(st.binary(max_size=400))
def test_no_bytes_do_more_than_bounce(data: bytes) -> None:
    for read in (read_ecb, read_cbr):
        with pytest.raises(Invalid):
            read(data)
