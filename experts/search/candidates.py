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

from django.db import connection
from django.db.models import Case, FloatField, Q, Value, When

from accounts.actors import Actor
from experts.models import Expert, SearchEntry
from experts.search.asking import Group
from experts.search.index import short
from records.models import Visibility, grounds

MOST = 1000
ALL_OF, PAIR, ONE = 300, 60, 120  # candidates of a step
PLANNING = {"enable_seqscan": "off", "jit": "off", "max_parallel_workers_per_gather": "0"}
PAIRED = 4  # of the weightiest groups, each two


@dataclass(frozen=True)
class Scope:
    """Profiles that an actor sees in one way, and the document by which they are found."""

    document: str
    rule: Q
    tokens: str = ""  # what the rule says of cities, as the index can answer it


@dataclass(frozen=True)
class Filters:
    """What narrows an answer."""

    city: UUID | None = None
    area: str | None = None
    field: str | None = None  # a field within tokens
    language: str | None = None
    availability: str | None = None
    without: Collection[UUID] = ()
    shared_only: bool = False

    @property
    def tokens(self) -> str:
        parts = [
            f"c{short(self.city)}" if self.city else "",
            *(f"!c{short(city)}" for city in self.without),
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
    found = [Scope("own_document", own, f"c{short(actor.city_id)}")] if own is not None else []
    consent = seen.pop("consent", None)
    if consent is not None:
        found.append(
            Scope(
                "shared_document",
                consent & ~Q(expert__owner_city=actor.city_id),
                f"!c{short(actor.city_id)}",
            )
        )
    return found


def candidates(groups: Sequence[Group], filters: Filters, actor: Actor) -> list[Candidate]:
    """At most `MOST`, the best first, in one query."""
    asked = []
    for scope in scopes(actor):
        entries = SearchEntry.objects.filter(scope.rule, expert__archived_at=None)
        if filters.shared_only:
            entries = entries.filter(expert__state=Expert.State.PUBLISHED)
        narrowed = " & ".join(filter(None, (filters.tokens, scope.tokens)))
        asked.append(ranked(entries, groups, narrowed, scope.document))
    if not asked:
        return []
    # One scope's rows come in order; of the rows of two, the order is made here.
    found = [Candidate(*row) for row in by_index(asked[0].union(*asked[1:], all=True))]
    if groups:
        found.sort(key=lambda each: (-each.score, each.pk))
    return found[:MOST]


def by_index(rows: Any) -> list[Any]:
    """Read rows while the database takes the index for what it would read the whole table for.

    It takes comparing a document for cheap, and compiling a short statement, or sharing it out among
    processes, for worth its while. What it is told holds until the transaction ends; outside
    one, for these statements, which are sent as one.
    """
    sql, values = rows.query.sql_with_params()
    told = "".join(f"SET LOCAL {name} = {value}; " for name, value in PLANNING.items())
    with connection.cursor() as cursor:
        cursor.execute(told + sql, values)
        return cursor.fetchall()


def ranked(entries: Any, groups: Sequence[Group], narrowed: str, document: str) -> Any:
    """The rows of one scope, the best first, of those that its steps bring."""
    columns = (
        "expert_id", "score", "expert__owner_city_id", "expert__availability", "field_ids", "languages"
    )  # fmt: skip
    steps = wanted_by(groups, narrowed)
    scored = entries.annotate(score=score(groups, document)).values_list(*columns)
    if len(steps) == 1:
        wanted, most = steps[0]
        rows = scored.filter(**{f"{document}__holds": wanted}) if wanted else scored
        return (rows if groups else rows.order_by("-expert__updated_at", "-expert_id"))[:most]
    # The steps ask the documents alone: whom the actor may see is asked of the few that they bring.
    first, *others = (
        SearchEntry.objects.filter(**{f"{document}__holds": wanted}).values("expert_id")[:most]
        for wanted, most in steps
    )
    return scored.filter(expert_id__in=first.union(*others, all=True)).order_by("-score", "expert_id")[
        :MOST
    ]


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
