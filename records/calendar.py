"""What stands in people's calendars. Each app registers what it has to put there.

    @calendar_provider
    def obligations(scope: Scope) -> Iterator[Entry]: ...

A provider gives only what `scope.viewer` may see, and of it no more than `scope.most`
entries, those nearest to `scope.today` first (`nearest` does so).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import DateField, Func, IntegerField, Value

from records.models import Tracked, Viewer


@dataclass(frozen=True)
class Scope:
    """Whose calendar it is, and of which area; without one, of everything that they see."""

    viewer: Viewer
    today: date
    most: int
    area_id: UUID | None = None


@dataclass(frozen=True)
class Entry:
    """One line of a calendar, in the active language.

    `what` tells entries of one record apart (`start`, `end`); with the record's id it is
    the entry's identity for ever. Whole days when `starts` is a date, and then `ends` is
    the last of them; a moment with its time zone otherwise. `records` are those that the
    entry tells of: their versions make its own.
    """

    what: str
    records: tuple[Tracked, ...]
    starts: date | datetime
    title: str
    url: str
    ends: date | datetime | None = None
    note: str = ""
    category: str = ""
    cancelled: bool = False

    @property
    def uid(self) -> str:
        return f"{self.records[0].pk}-{self.what}"

    @property
    def sequence(self) -> int:
        """Rises with each change of anything that the entry tells of."""
        return sum(record.version - 1 for record in self.records)

    @property
    def changed(self) -> datetime:
        return max(record.updated_at for record in self.records)


Provider = Callable[[Scope], Iterable[Entry]]
PROVIDERS: list[Provider] = []


def calendar_provider(provider: Provider) -> Provider:
    """Registers what an app puts into calendars."""
    if provider not in PROVIDERS:
        PROVIDERS.append(provider)
    return provider


class DaysAway(Func):
    """How many days a date lies before or after another one."""

    template = "abs(%(expressions)s)"
    arg_joiner = " - "
    output_field = IntegerField()


def nearest(rows: Any, day: Any, scope: Scope) -> Any:
    """The records whose `day`, a column, is nearest to today: as many as a calendar takes."""
    away = DaysAway(day, Value(scope.today, output_field=DateField()))
    return rows.order_by(away, "pk")[: scope.most]
