"""What waits on whom, whatever its kind.

Each app registers the things of its own that wait: whoever shows them asks here and
knows no kind. All of them come in one query.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    DateTimeField,
    F,
    IntegerField,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, JSONObject

if TYPE_CHECKING:
    from records.models import Viewer

PER_PAGE = 25
SHORT = 5  # of each kind, before the rest is on a page of its own


class Place(StrEnum):
    """Where something waits, as its reader sees it."""

    OURS = "ours"  # on the reader, or on their side
    THEIRS = "theirs"  # on another side
    DUE = "due"  # on a day that comes


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing that waits.

    `what` is the record in its reader's words, `asks` what is to be done about it,
    `side` the id of the city that owes it, `mine` whether this reader is the one (or
    one of those) who can do it. `since` and `due` are when it began to wait and by
    when it is asked for.
    """

    what: str
    url: str
    asks: str = ""
    note: str = ""
    side: Any = None
    mine: bool = False
    kind: str = ""
    pk: UUID | None = None
    since: datetime | None = None
    due: date | None = None
    reminded: bool = False  # today, by somebody
    remindable: bool = False


@dataclass(frozen=True, kw_only=True)
class Source:
    """One sort of thing that waits.

    `rows` gives, for a viewer and a day, what `waiting` made of a query of one model;
    `item` reads the `data` of one row, and gives what `Item` is made of. `remind` is
    the service that reminds the side which owes one: `remind(pk=…, by=actor)`.
    """

    name: str  # in the address of its list
    place: Place
    label: Any
    rows: Callable[[Any, date], QuerySet[Any]]
    item: Callable[[dict[str, Any]], dict[str, Any]]
    remind: Callable[..., Any] | None = None


@dataclass(frozen=True)
class Some:
    """The first of the things of one source, and how many there are in all."""

    source: Source
    total: int
    items: list[Item] = field(default_factory=list)

    @property
    def more(self) -> int:
        return self.total - len(self.items)


SOURCES: dict[str, Source] = {}


def wait(*sources: Source) -> None:
    """Registers what waits."""
    for source in sources:
        if SOURCES.setdefault(source.name, source) is not source:
            raise ValueError(f"Two things that wait are named {source.name!r}.")


def waiting(
    rows: QuerySet[Any],
    *,
    since: str | None = None,
    due: Any = None,
    mine: Any = None,
    **data: Any,
) -> QuerySet[Any]:
    """A query of things that wait, as a source gives it.

    `since` and `due` are columns or expressions, `mine` the condition that the viewer
    can do it, `data` what `item` reads.
    """
    first = Case(When(mine, then=0), default=1) if mine is not None else Value(1)
    return rows.annotate(
        waits_data=JSONObject(pk=F("pk"), **data),
        waits_since=Cast(F(since) if since else Value(None), DateTimeField()),
        waits_due=Cast(F(due) if isinstance(due, str) else due or Value(None), DateField()),
        waits_rank=Cast(first, IntegerField()),
    ).order_by(
        "waits_rank", F("waits_due").asc(nulls_last=True), F("waits_since").asc(nulls_last=True), "pk"
    )


COLUMNS = ("waits_data", "waits_since", "waits_due", "waits_rank")


def in_columns(rows: QuerySet[Any], *names: str) -> Any:
    """The rows as tuples in this order: a query of a model with translated texts would mix it."""
    plain = rows.rewrite(False) if hasattr(rows, "rewrite") else rows
    return plain.values_list(*names)


def first_of_each(viewer: "Viewer", on: date) -> dict[str, list[Some]]:
    """What waits in each place, the first few of each sort with their number; one query."""
    parts = [
        in_columns(
            source.rows(viewer, on).annotate(
                waits_source=Value(source.name, output_field=CharField()), waits_total=Window(Count("pk"))
            ),
            "waits_source",
            "waits_total",
            *COLUMNS,
        )[:SHORT]
        for source in SOURCES.values()
    ]
    found: dict[str, list[Any]] = defaultdict(list)
    totals: dict[str, int] = {}
    if parts:
        for name, total, *row in parts[0].union(*parts[1:], all=True):
            totals[name] = total
            found[name].append(row)
    places: dict[str, list[Some]] = {place.value: [] for place in Place}
    for source in SOURCES.values():
        if source.name in found:
            items = read(source, sorted(found[source.name], key=order))
            places[source.place].append(Some(source, totals[source.name], items))
    return places


def order(row: list[Any]) -> tuple[Any, ...]:
    data, since, due, rank = row
    return rank, due is None, due, since is None, since, data["pk"]


def page_of(source: Source, viewer: "Viewer", on: date, number: Any) -> Page[Any]:
    """The whole list of one source, page by page."""
    rows = in_columns(source.rows(viewer, on), *COLUMNS)
    page = Paginator(rows, PER_PAGE).get_page(number)
    page.object_list = read(source, page.object_list)
    return page


def read(source: Source, rows: Iterable[Any]) -> list[Item]:
    return [
        Item(
            since=since,
            due=due,
            mine=rank == 0,
            pk=UUID(data["pk"]),
            remindable=source.remind is not None,
            **source.item(data),
        )
        for data, since, due, rank in rows
    ]
