"""Three-way merge of an edit: what a person started from, what stands now, what they ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from records.errors import FieldConflict


@dataclass(frozen=True)
class Merge:
    """`changes` may be written as they are; `conflicts` need a person."""

    changes: dict[str, Any]
    conflicts: list[FieldConflict]


def merge(*, base: Mapping[str, Any], theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> Merge:
    """Merge `mine` into `theirs`, field by field.

    A field that only one side touched keeps that side's value; one that both set
    to the same value is no conflict; one that both set differently is. A field
    that `mine` leaves out was not touched.
    """
    changes: dict[str, Any] = {}
    conflicts: list[FieldConflict] = []
    for field, value in mine.items():
        if value in (base[field], theirs[field]):
            continue
        if theirs[field] == base[field]:
            changes[field] = value
        else:
            conflicts.append(FieldConflict(field, base[field], theirs[field], value))
    return Merge(changes, conflicts)
