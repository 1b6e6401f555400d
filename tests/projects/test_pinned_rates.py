"""The rate beside a contribution: pinned when asked for, and never worked out anew by itself."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from programme.models import ExchangeRate
from programme.rates.files import Quote
from programme.rates.services import rates_load
from projects.models import Contribution
from projects.rates import rate_notice
from projects.services import part_amend, part_create
from records.errors import Invalid, NotAllowed
from records.models import Change
from tests.conftest import SYSTEM
from tests.projects.test_parts_api import at, patch, post

pytestmark = pytest.mark.django_db
FRIDAY, MONDAY = date(2021, 3, 5), date(2021, 3, 8)


@pytest.fixture(autouse=True)
def _rates(db: Any) -> None:
    published = {FRIDAY: ("1.1938", "7.7489", "88.8807"), MONDAY: ("1.1866", "7.7447", "88.4000")}
    quotes = [
        Quote(currency, day, 1, Decimal(value))
        for day, values in published.items()
        for currency, value in zip(("USD", "CNY", "RUB"), values, strict=True)
    ]
    rates_load(quotes=quotes, source="ecb", by=SYSTEM)


@pytest.fixture
def money(stage: Any) -> Contribution:
    metro = stage.cities["MOW"].organisations.get()
    return part_create(
        part=Contribution(
            project=stage.project(), organisation=metro, currency="CNY", planned=1000,
            rate_source="ecb", rate_on=date(2021, 3, 7),
        ),
        by=stage.actor("moscow_editor"),
    )  # fmt: skip


def amend(stage: Any, money: Contribution, **changes: Any) -> Contribution:
    return part_amend(
        part=money, changes=changes, base_version=money.version, by=stage.actor("moscow_editor")
    )


def test_it_is_pinned_with_source_and_the_day_it_is_of(money: Contribution) -> None:
    assert (money.rate, money.rate_source, money.rate_on) == (Decimal("0.1540605763"), "ecb", FRIDAY)
    assert "No rate was published" in rate_notice(money, money, date(2021, 3, 7))


def test_another_amount_keeps_it(stage: Any, money: Contribution) -> None:
    saved = amend(stage, money, planned="2000", actual="7")
    assert (saved.rate, saved.rate_on) == (Decimal("0.1540605763"), FRIDAY)


def test_rates_that_come_later_change_nothing(stage: Any, money: Contribution) -> None:
    ExchangeRate.objects.update(value=99)
    saved = amend(stage, money, actual="7")
    assert saved.rate == Decimal("0.1540605763")


def test_another_currency_clears_it_and_says_so(stage: Any, money: Contribution) -> None:
    saved = amend(stage, money, currency="RUB")
    assert (saved.rate, saved.rate_source, saved.rate_on) == (None, "", None)
    assert "cleared" in rate_notice(money, saved)
    assert {"currency", "rate", "rate_on", "rate_source"} == set(Change.objects.latest("id").fields)


def test_pinning_anew_is_an_act_that_the_history_keeps(stage: Any, money: Contribution) -> None:
    by, again = stage.actor("moscow_editor"), {"rate_source": "ecb", "rate_on": str(MONDAY)}
    saved = part_amend(part=money, changes=again, base_version=money.version, by=by)
    assert saved.rate_on == MONDAY
    kept = list(money.history.order_by("pgh_id").values_list("rate", "rate_on"))
    assert kept == [(Decimal("0.1540605763"), FRIDAY), (saved.rate, MONDAY)]
    assert set(Change.objects.latest("id").fields) == {"rate", "rate_on"}
    with pytest.raises(NotAllowed):
        part_amend(
            part=saved,
            changes={**again, "rate_on": str(FRIDAY)},
            base_version=saved.version,
            by=stage.actor("beijing_editor"),
        )


def test_a_dollar_is_a_dollar(stage: Any, money: Contribution) -> None:
    saved = amend(stage, money, currency="USD")
    assert (saved.rate, saved.rate_source, saved.rate_on) == (1, "", None)
    again = amend(stage, saved, currency="CNY")
    assert again.rate is None


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"rate_source": ""}, "rate_source", "whose"),
        ({"rate_on": ""}, "rate_on", "which day"),
        ({"rate_on": "2999-01-01"}, "rate_on", "still to come"),
        ({"rate_source": "cbr"}, "rate_on", "No rate of this source"),
        ({"rate_source": "nobody"}, "rate_source", "Choose"),
    ],
)
def test_half_a_wish_is_refused(
    stage: Any, money: Contribution, changes: dict[str, str], field: str, said: str
) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        amend(stage, money, **changes)
    assert set(refused.value.errors) == {field}
    money.refresh_from_db()
    assert (money.version, money.rate_on) == (1, FRIDAY)


def test_both_emptied_takes_it_away(stage: Any, money: Contribution) -> None:
    assert amend(stage, money, rate_source="", rate_on="").rate is None


def test_nobody_writes_the_rate_itself(stage: Any, money: Contribution) -> None:
    with pytest.raises(Invalid, match="no such field"):
        amend(stage, money, rate="5")
    with pytest.raises(IntegrityError, match="rate_whole"), transaction.atomic():
        Contribution.objects.filter(pk=money.pk).update(rate_on=None)


def test_over_the_api(stage: Any) -> None:
    project, client = stage.project(), stage.client("moscow_editor")
    body = {
        "organisation": str(stage.cities["MOW"].organisations.get().pk), "currency": "CNY",
        "planned": "1000.00", "rate_source": "ecb", "rate_on": "2021-03-07",
    }  # fmt: skip
    made = post(client, at(project, "contributions"), body).json()
    assert (made["rate"], made["rate_on"], made["planned_usd"]) == ("0.1540605763", "2021-03-05", "154.06")
    one = at(project, "contributions", made["id"])
    assert patch(client, one, {"rate": "1"}, 1).status_code == 400
    refused = patch(client, one, {"rate_on": "1999-01-01"}, 1)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "rate_on"
    cleared = patch(client, one, {"currency": "RUB"}, 1).json()
    assert (cleared["rate"], cleared["planned_usd"]) == (None, None)
    in_kind = {"organisation": body["organisation"], "kind": "in_kind", "description": {"en": "Trains"}}
    assert post(client, at(project, "contributions"), in_kind).status_code == 201
    asked = {**in_kind, "rate_source": "ecb", "rate_on": "2021-03-05"}
    assert post(client, at(project, "contributions"), asked).status_code == 400
