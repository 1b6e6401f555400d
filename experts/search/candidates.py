"""The experts that may answer a question, found by the index and put in order by the database.

A document is asked for in steps, from those that answer everything to those that answer one thing,
and each step takes a bounded number: so a word that half of all profiles have costs no more
than a rare one. What an answer holds is therefore bounded too (`MOST`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import combinations
from typing import Any
from uuid import UUID

from django.db.models import Case, FloatField, Q, Value, When

from accounts.actors import Actor
from experts.models import Expert, SearchEntry
from experts.search.asking import Group
from records.models import Visibility, grounds

MOST = 1000
ALL_OF, PAIR, ONE = 600, 150, 300  # candidates of a step
PAIRED = 4  # of the weightiest groups, each two


@dataclass(frozen=True)
class Scope:
    """Profiles that an actor sees in one way, and the document by which they are found."""

    document: str
    rule: Q


@dataclass(frozen=True)
class Filters:
    """What narrows an answer."""

    city: Any = None
    area: str | None = None
    field: str | None = None  # a field within tokens
    language: str | None = None
    availability: str | None = None
    without: Collection[UUID] = ()
    shared_only: bool = False

    @property
    def tokens(self) -> str:
        parts = [
            f"(f{self.field} | a{self.field})" if self.field else "",
            f"r{self.area.lower()}" if self.area else "",
            f"l{self.language}" if self.language else "",
            f"v{self.availability}" if self.availability else "",
        ]
        return " & ".join(filter(None, parts))


@dataclass(frozen=True)
class Candidate:
    pk: UUID
    score: float
    city_id: UUID
    availability: str
    field_ids: Sequence[UUID] = field(default=())
    languages: Sequence[str] = field(default=())


def scopes(actor: Actor) -> list[Scope]:
    """The ways in which an actor sees experts: its own city's whole, the others as far as consent goes."""
    if actor.sees_all:
        return [Scope("own_document", Q())]
    seen = grounds(Expert, actor, "expert__")
    own = seen.pop(Visibility.OWN, None)
    found = [Scope("own_document", own)] if own is not None else []
    consent = seen.pop("consent", None)
    if consent is not None:
        found.append(Scope("shared_document", consent & ~Q(expert__owner_city=actor.city_id)))
    return found


def candidates(groups: Sequence[Group], filters: Filters, actor: Actor) -> list[Candidate]:
    """At most `MOST`, the best first, in one query for each scope."""
    found: list[Candidate] = []
    for scope in scopes(actor):
        entries = SearchEntry.objects.filter(scope.rule, expert__archived_at=None)
        if filters.city:
            entries = entries.filter(expert__owner_city=filters.city)
        if filters.without:
            entries = entries.exclude(expert__owner_city__in=filters.without)
        if filters.shared_only:
            entries = entries.filter(expert__state=Expert.State.PUBLISHED)
        rows = ranked(entries, groups, filters, scope.document)
        found += (Candidate(*row) for row in rows)
    found.sort(key=lambda each: (-each.score, each.pk))
    return found[:MOST]


def ranked(entries: Any, groups: Sequence[Group], filters: Filters, document: str) -> Any:
    """The rows of one scope, the best first, of those that its steps bring."""
    columns = (
        "expert_id", "score", "expert__owner_city_id", "expert__availability", "field_ids", "languages"
    )  # fmt: skip
    steps = [
        (entries.filter(**{f"{document}__holds": wanted}) if wanted else entries, most)
        for wanted, most in wanted_by(groups, filters.tokens)
    ]
    if len(steps) == 1:
        rows, most = steps[0]
        if not groups:
            rows = rows.order_by("-expert__updated_at", "-expert_id")
        return rows.annotate(score=score(groups, document)).values_list(*columns)[:most]
    first, *others = (rows.order_by().values("expert_id")[:most] for rows, most in steps)
    reached = SearchEntry.objects.filter(expert_id__in=first.union(*others, all=True))
    scored = reached.annotate(score=score(groups, document)).values_list(*columns)
    return scored.order_by("-score", "expert_id")[:MOST]


def wanted_by(groups: Sequence[Group], narrowed: str) -> list[tuple[str, int]]:
    """The steps: a `tsquery` and how many it may bring."""
    if not groups:
        return [(narrowed, MOST)]
    asked = [any_of(group.tokens) for group in groups]
    if len(asked) == 1:
        return [(both(asked[0], narrowed), MOST)]
    steps = [(" & ".join(asked), ALL_OF)]
    if len(asked) > 2:
        steps += [(f"{one} & {two}", PAIR) for one, two in combinations(asked[:PAIRED], 2)]
    steps += [(one, ONE) for one in asked]
    return [(both(wanted, narrowed), most) for wanted, most in steps]


def both(wanted: str, narrowed: str) -> str:
    return f"{wanted} & {narrowed}" if narrowed else wanted


def any_of(tokens: Collection[str]) -> str:
    return f"({' | '.join(sorted(tokens))})"


def score(groups: Sequence[Group], document: str) -> Any:
    """The sum of what the groups weigh, each by the best of its tokens that the document holds."""
    parts = [part(group, document) for group in groups]
    return reduce(lambda left, right: left + right, parts, Value(0.0, FloatField()))


def part(group: Group, document: str) -> Any:
    levels: dict[float, list[str]] = {}
    for token, counts in group.best:
        levels.setdefault(round(counts, 2), []).append(token)
    cases = [
        When(**{f"{document}__holds": any_of(tokens)}, then=Value(round(group.weight * counts, 4)))
        for counts, tokens in levels.items()
    ]
    return Case(*cases, default=Value(0.0), output_field=FloatField())
