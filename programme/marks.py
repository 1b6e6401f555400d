"""Each city's word on what both of them sign."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from programme.models import Agreement, Side


@dataclass(frozen=True)
class Mark:
    """What the page kit's `pair` draws: a side and its word."""

    side: str
    letter: str
    city: str
    word: str
    who: str = ""
    when: Any = ""


def mark(city: Any, word: str, who: str = "", when: Any = "") -> Mark:
    return Mark(city.code, city.text_state("letter").value, str(city), word, who, when)


def programme_marks(sides: Iterable[Side], signed_on: Any = "") -> list[Mark]:
    """A side has given its word once somebody has signed for it."""
    signed = signed_on or ""
    return [
        mark(side.city, "given", side.signatory, signed) if side.signatory else mark(side.city, "awaited")
        for side in sides
    ]


def agreement_marks(agreement: Agreement, cities: Iterable[Any]) -> list[Mark]:
    """One document is signed by both or by nobody: what stands in the record is whether it is signed."""
    word = "given" if agreement.is_signed else "awaited"
    return [mark(city, word, when=agreement.signed_on or "") for city in cities]
