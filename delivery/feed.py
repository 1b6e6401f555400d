"""The feed of changes as one reader may know it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Max, OuterRef, Q, Subquery

from records.changes import positions_assign
from records.models import Change, Viewer, Visibility
from records.named import is_seen

HIDDEN = "hidden"
LOOKED_AT = 10_000  # positions that one page looks at, however few of them it shows


@dataclass(frozen=True)
class Entry:
    """One change; never its content."""

    position: int
    kind: str
    id: UUID
    version: int
    verb: str
    at: datetime


@dataclass(frozen=True)
class Page:
    """`last` is the position to go on from; `more` says that the feed goes on behind it."""

    entries: list[Entry]
    last: int
    more: bool


class Ahead(Exception):
    """The reader names a position that the feed has not reached, as after a backup was restored."""

    def __init__(self, end: int) -> None:
        super().__init__(f"The feed ends at {end}.")
        self.end = end


def read_feed(actor: Viewer, *, after: int, limit: int) -> Page:
    """The changes behind position `after`, as far as this actor may know of them.

    Whether a record is visible is judged now, and not by what it was. An entry of a
    record that is not visible now is shown as `hidden` when the actor could have known
    of it, that is, when the record was theirs to see at this change or at the one
    before it: the change that took it away is told, and nothing that happened
    afterwards. Everything else is left out.

    Raises `Ahead`.
    """
    positions_assign()
    end = Change.objects.aggregate(end=Max("position"))["end"] or 0
    if after > end:
        raise Ahead(end)
    until = min(end, after + LOOKED_AT)
    changes = Change.objects.filter(position__gt=after, position__lte=until)
    seen = truth(is_seen(actor, kind="kind", pk="record_id"))
    told = changes.annotate(seen=seen, then=truth(could_know(actor)), before=known_before(actor)).filter(
        Q(seen=True) | Q(then=True) | Q(before=True)
    )
    rows: list[Any] = list(
        told.order_by("position").values_list(
            "position", "kind", "record_id", "version", "verb", "at", "seen"
        )[: limit + 1]
    )
    full = len(rows) > limit
    entries = [
        Entry(position, kind, record_id, version, verb if visible else HIDDEN, at)
        for position, kind, record_id, version, verb, at, visible in rows[:limit]
    ]
    last = entries[-1].position if full else until
    return Page(entries, last, full or until < end)


def could_know(actor: Viewer) -> Q:
    """The condition that the changed record was visible then to those who are what this actor is now."""
    rule = Q(visibility=Visibility.PUBLIC)
    if actor.programme_ids:
        rule |= Q(visibility=Visibility.SHARED, programme_id__in=actor.programme_ids)
    if actor.city_id:
        rule |= Q(visibility=Visibility.OWN, owner_city=actor.city_id)
    return rule


def known_before(actor: Viewer) -> Any:
    """Whether the actor could know of the change before this one of the same record."""
    earlier = Change.objects.filter(
        kind=OuterRef("kind"), record_id=OuterRef("record_id"), position__lt=OuterRef("position")
    )
    return Subquery(
        earlier.annotate(known=truth(could_know(actor))).order_by("-position").values("known")[:1]
    )


def truth(rule: Q) -> ExpressionWrapper:
    return ExpressionWrapper(rule, output_field=BooleanField())
