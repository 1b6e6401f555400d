"""What people hold, so that somebody who leaves can hand all of it over in one act.

Each app registers what a person can hold of its own, and how that is moved.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LISTED = 10


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One sort of thing that a person holds.

    `held` gives the query of what a person holds; `title` names one of it to a viewer;
    `move` passes all of it on, `move(person=…, to=…, by=actor)`, inside the
    transaction of the hand-over, and returns how many there were.
    """

    label: Any
    held: Callable[[Any], Any]
    move: Callable[..., int]
    title: Callable[[Any], str] = str


HOLDINGS: list[Holding] = []


def hold(*holdings: Holding) -> None:
    """Registers what people hold."""
    HOLDINGS.extend(found for found in holdings if found not in HOLDINGS)


def preview(person: Any) -> list[dict[str, Any]]:
    """What would move: of each sort its number, and the first few by name."""
    found = []
    for holding in HOLDINGS:
        rows = holding.held(person)
        if count := rows.count():
            first = [holding.title(thing) for thing in rows[:LISTED]]
            found.append(
                {"label": holding.label, "count": count, "first": first, "more": count - len(first)}
            )
    return found


def move_all(*, person: Any, to: Any, by: Any) -> dict[str, int]:
    """Pass on everything that a person holds. Call it inside a transaction."""
    return {str(holding.label): holding.move(person=person, to=to, by=by) for holding in HOLDINGS}
