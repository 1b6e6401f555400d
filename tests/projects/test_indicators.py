"""How the values of an indicator add up, for whatever values there are."""

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from projects.indicators import CUMULATIVE, LATEST, overlaps, reached, total
from records.period import Period

QUARTERS = [Period.parse(f"{year}-Q{quarter}") for year in range(2021, 2024) for quarter in range(1, 5)]
ANY = [*QUARTERS, *(Period.parse(text) for text in ("2021", "2022", "2021-05", "2021-01/2021-05"))]
AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=4)


@dataclass(frozen=True)
class Value:
    city_id: str
    period: Period
    value: Decimal


def values(
    periods: list[Period], amounts: st.SearchStrategy[Decimal] = AMOUNTS
) -> st.SearchStrategy[list[Value]]:
    one = st.builds(Value, st.sampled_from(["A", "B"]), st.sampled_from(periods), amounts)
    return st.lists(one, unique_by=lambda each: (each.city_id, str(each.period)), max_size=12)


@given(values(ANY), st.sampled_from([CUMULATIVE, LATEST]), st.randoms())
def test_the_order_of_the_values_does_not_matter(measured, aggregation, random):
    mixed = random.sample(measured, len(measured))
    assert total(aggregation, mixed) == total(aggregation, measured)


@given(values(QUARTERS), st.data())
def test_one_more_period_never_lowers_a_sum(measured, data):
    taken = {(each.city_id, each.period) for each in measured}
    free = [(city, period) for city in "AB" for period in QUARTERS if (city, period) not in taken]
    city, period = data.draw(st.sampled_from(free))
    more = total(CUMULATIVE, [*measured, Value(city, period, data.draw(AMOUNTS))])
    before = total(CUMULATIVE, measured)
    assert more.together is not None
    assert more.together >= (before.together or 0)


@given(values(QUARTERS))
def test_a_sum_is_that_of_both_sides(measured):
    assert (total(CUMULATIVE, measured).together or 0) == sum(each.value for each in measured)


@given(values(QUARTERS), AMOUNTS, st.sampled_from(["A", "B"]))
def test_the_latest_ignores_what_was_earlier(measured, amount, city):
    last = Value(city, Period.parse("2024-Q1"), amount)
    others = [each for each in measured if each.city_id != city]
    assert total(LATEST, [*measured, last]).by_side[city] == amount
    assert total(LATEST, [*measured, last]).together == total(LATEST, [*others, last]).together


@given(st.lists(st.sampled_from(ANY), unique_by=str, max_size=8))
def test_overlaps_are_found_wherever_any_two_periods_share_a_day(periods):
    shared = any(
        one.first <= other.last and other.first <= one.last
        for place, one in enumerate(periods)
        for other in periods[place + 1 :]
    )
    assert bool(overlaps(periods)) is shared


def test_a_day_is_never_counted_twice():
    measured = [
        Value("A", Period.parse("2021"), Decimal(10)),
        Value("A", Period.parse("2021-Q1"), Decimal(3)),
        Value("B", Period.parse("2021-Q1"), Decimal(4)),
    ]
    found = total(CUMULATIVE, measured)
    assert (found.by_side, found.together) == ({"A": None, "B": Decimal(4)}, None)
    assert [tuple(map(str, pair)) for pair in found.overlapping] == [("2021-Q1", "2021")]
    # Of two values that end on one day, the more exact one is the latest.
    assert total(LATEST, [measured[0], Value("A", Period.parse("2021-Q4"), Decimal(7))]).together == 7


def test_nothing_measured_is_no_total():
    assert total(CUMULATIVE, []).together is None
    assert total(LATEST, []).together is None


@given(AMOUNTS, AMOUNTS, AMOUNTS, st.sampled_from([CUMULATIVE, LATEST]))
def test_the_way_to_the_goal_is_between_nothing_and_all(together, baseline, goal, aggregation):
    share = reached(aggregation, together, baseline, goal)
    assert share is None or 0 <= share <= 1


def test_a_goal_may_lie_below_the_baseline():
    assert reached(LATEST, Decimal(105), Decimal(120), Decimal(90)) == 0.5
