"""What a search answers with."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from experts.models import Expert, ExpertiseField
from experts.search.concepts import Concept

Kind = Literal["field", "word", "name"]


@dataclass(frozen=True)
class Reason:
    """Why an expert is in an answer: what of the profile, and which words of the question it answers."""

    label: str
    matched: str
    kind: Kind


@dataclass(frozen=True)
class Hit:
    expert: Expert
    score: float
    reasons: list[Reason]


@dataclass(frozen=True)
class Facet:
    """One value to narrow an answer by, and how many of the answer it leaves."""

    value: Any
    label: str
    count: int


@dataclass(frozen=True)
class Facets:
    city: list[Facet] = dataclasses.field(default_factory=list)
    area: list[Facet] = dataclasses.field(default_factory=list)
    field: list[Facet] = dataclasses.field(default_factory=list)
    language: list[Facet] = dataclasses.field(default_factory=list)
    availability: list[Facet] = dataclasses.field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """`total` counts the answer, which holds the best few hundred at most; `more`: there may be others."""

    hits: list[Hit]
    total: int
    facets: Facets
    concepts: list[Concept]
    more: bool = False


@dataclass(frozen=True)
class Match:
    """An expert for a request: a score of 100 at most, and its parts as (label, points, most)."""

    expert: Expert
    score: int
    parts: list[tuple[str, int, int]]
    reasons: list[Reason]


__all__ = ["Concept", "ExpertiseField", "Facet", "Facets", "Found", "Hit", "Match", "Reason"]
