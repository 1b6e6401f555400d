"""Keyset paging: a stable order with a tie-break, however many rows share a value.

A cursor holds the last row's values, so rows added or removed meanwhile neither
repeat nor hide others.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from records.api.errors import BadParameter, fault

DEFAULT_LIMIT, MOST = 50, 500


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after `values`, or before them when reading backwards."""

    backwards: bool
    values: list[Any]

    def encode(self) -> str:
        return base64.urlsafe_b64encode(orjson.dumps([self.backwards, *self.values])).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, width: int) -> "Cursor":
        try:
            backwards, *values = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (ValueError, binascii.Error, TypeError):
            values, backwards = [], None
        if not isinstance(backwards, bool) or len(values) != width:
            raise BadParameter([fault("cursor", "invalid", _("This is no cursor of this list."))])
        return cls(backwards, values)


def read_limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= MOST:
        raise BadParameter(
            [fault("limit", "invalid", _("Give a whole number from 1 to %(most)s.") % {"most": MOST})]
        )
    return int(text)


@dataclass
class Page:
    """The rows of a page (each a tuple of the order's values), and what lies around it."""

    rows: list[tuple[Any, ...]]
    previous: Cursor | None
    next: Cursor | None


def read_page(queryset: Any, *, order: Sequence[str], cursor: Cursor | None, limit: int) -> Page:
    """One page of `queryset` in `order` (field names, `-` for descending; the last one is unique).

    One more row than asked for is read, to know whether the list goes on.
    """
    names = [name.lstrip("-") for name in order]
    backwards = bool(cursor and cursor.backwards)
    try:
        if cursor:
            queryset = queryset.filter(after(order, cursor.values, backwards))
        queryset = queryset.order_by(*(flip(name) if backwards else name for name in order))
        rows = list(queryset.values_list(*names)[: limit + 1])
    except (ValueError, TypeError, ValidationError):
        raise BadParameter([fault("cursor", "invalid", _("This is no cursor of this list."))]) from None
    more, rows = len(rows) > limit, rows[:limit]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([], None, None)
    first, last = keys(rows[0]), keys(rows[-1])
    has_next = more if not backwards else True
    has_previous = bool(cursor) if not backwards else more
    return Page(
        rows, Cursor(True, first) if has_previous else None, Cursor(False, last) if has_next else None
    )


def keys(row: tuple[Any, ...]) -> list[Any]:
    return [
        value.isoformat()
        if isinstance(value, datetime)
        else value
        if isinstance(value, int)
        else str(value)
        for value in row
    ]


def flip(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def after(order: Sequence[str], values: list[Any], backwards: bool) -> Q:
    """The rows that come after `values`: `(a, b) > (x, y)` written out, each part in its own direction."""
    rule, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        field = name.lstrip("-")
        direction = "lt" if name.startswith("-") != backwards else "gt"
        rule |= equal & Q(**{f"{field}__{direction}": value})
        equal &= Q(**{field: value})
    # The first part on its own lets the database begin at the right place of the index.
    first = order[0]
    direction = "lte" if first.startswith("-") != backwards else "gte"
    return Q(**{f"{first.lstrip('-')}__{direction}": values[0]}) & rule
