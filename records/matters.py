"""What a meeting should look at: each app says what of its own is late, awaited, told differently, or new.

An app registers its providers once, in `apps.py`; the brief for a meeting asks for all
of them and knows none by name. What a provider finds it says in the active language,
and only what the occasion's reader may see.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from records.models import Viewer


class Heading(StrEnum):
    """Under which heading of a brief a matter stands, in the order of the brief."""

    LATE = "late"
    AWAITED = "awaited"  # asked once for each side: what is awaited from it
    DIFFERS = "differs"  # what sources or sides tell differently
    CHANGED = "changed"  # since the sides last met


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What the matters are for.

    `since` is the day on which the sides last met before; None when the record knows
    of no such day. `city` is the side that is asked about, for `Heading.AWAITED`.
    """

    programme: Any
    reader: "Viewer"
    now: datetime
    since: date | None = None
    city: Any = None


@dataclass(frozen=True)
class Matter:
    """One thing to raise: a sentence, what is to be known of it, whose it is. `on` sorts it."""

    text: str
    detail: str = ""
    cities: Sequence[Any] = ()
    on: date | None = None


@dataclass(frozen=True)
class Found:
    """The first of the matters, and how many there are in all."""

    matters: list[Matter] = field(default_factory=list)
    total: int = 0


# Gives at most so many of its first matters, in a constant number of queries.
Provider = Callable[[Occasion, int], Found]
PROVIDERS: dict[Heading, list[Provider]] = defaultdict(list)


def register_matters(heading: Heading, provider: Provider) -> None:
    """Add to what a brief says under a heading. Registering the same one again changes nothing."""
    if provider not in PROVIDERS[heading]:
        PROVIDERS[heading].append(provider)


def matters_of(heading: Heading, occasion: Occasion, most: int) -> Found:
    """What all providers say under a heading, the earliest first, those without a day last.

    What changed comes the other way round: the latest first.
    """
    found = [provide(occasion, most) for provide in PROVIDERS[heading]]
    matters = in_order([matter for one in found for matter in one.matters], heading)
    return Found(matters[:most], sum(one.total for one in found))


def in_order(matters: Iterable[Matter], heading: Heading) -> list[Matter]:
    dated = [matter for matter in matters if matter.on]
    undated = [matter for matter in matters if not matter.on]
    latest_first = heading == Heading.CHANGED
    return sorted(dated, key=lambda matter: matter.on or date.max, reverse=latest_first) + undated
