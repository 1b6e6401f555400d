"""How the values of an indicator add up over periods and sides."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Protocol

from records.period import Period

CUMULATIVE, LATEST = "cumulative", "latest"


class Measured(Protocol):
    """A value that one side measured in one period."""

    @property
    def city_id(self) -> Hashable: ...
    @property
    def period(self) -> Period: ...
    @property
    def value(self) -> Decimal: ...


@dataclass(frozen=True)
class Total:
    """What an indicator comes to: for each side, and together. None is what can't be said.

    `overlapping` names the periods of one side that cover the same days.
    """

    by_side: Mapping[Hashable, Decimal | None]
    together: Decimal | None
    overlapping: tuple[tuple[Period, Period], ...] = ()


def total(aggregation: str, values: Iterable[Measured]) -> Total:
    """Add up values as the indicator declares it, in whatever order they come.

    *Cumulative*: each side's values of all periods add up. Two periods of one side that
    share a day (2021 and 2021-Q1) would count it twice, so such a side has no total, nor
    do both sides together; writing such a value is refused in the first place.
    *Latest*: of each side the value of the period that ends last counts; of two that end
    on the same day, the one that begins later, which is the more exact one.
    What the sides come to adds up, under both. Without any value there is no total.
    """
    sides: dict[Hashable, list[Measured]] = defaultdict(list)
    for each in values:
        sides[each.city_id].append(each)
    if aggregation == LATEST:
        by_side: dict[Hashable, Decimal | None] = {
            side: max(measured, key=lambda each: lateness(each.period)).value
            for side, measured in sides.items()
        }
        return Total(by_side, sum_of(by_side))
    overlapping = []
    by_side = {}
    for side, measured in sides.items():
        clashes = overlaps(each.period for each in measured)
        overlapping += clashes
        by_side[side] = None if clashes else sum((each.value for each in measured), Decimal(0))
    return Total(by_side, sum_of(by_side), tuple(sorted(overlapping, key=str)))


def lateness(period: Period) -> tuple[object, ...]:
    return (period.last, period.first, str(period))


def sum_of(by_side: Mapping[Hashable, Decimal | None]) -> Decimal | None:
    known = [value for value in by_side.values() if value is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(by_side) else None


def overlaps(periods: Iterable[Period]) -> list[tuple[Period, Period]]:
    """Neighbours in time that share a day. Where any two periods do, some neighbours do."""
    in_time = sorted(periods, key=lambda period: (period.first, period.last, str(period)))
    return [(one, other) for one, other in pairwise(in_time) if other.first <= one.last]


def reached(
    aggregation: str, together: Decimal | None, baseline: Decimal | None, goal: Decimal | None
) -> float | None:
    """How much of the way to the goal has been covered, 0 to 1; None where that can't be said.

    A cumulative indicator starts from nothing, a latest one from its baseline.
    """
    start = (baseline or Decimal(0)) if aggregation == LATEST else Decimal(0)
    if together is None or goal is None or goal == start:
        return None
    return float(min(max((together - start) / (goal - start), Decimal(0)), Decimal(1)))
