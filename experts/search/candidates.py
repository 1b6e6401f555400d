"""The experts that may answer a question, found by the index and put in order by the database.

A document is asked for in steps (`search.steps`), from those that answer everything to those that answer
one thing; a step is taken only while those before have brought too few. What an answer holds is
therefore bounded (`OF_SCOPE`), and so is its price, however many have what is asked for.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Case, FloatField, Q, Value, When
from django.db.models.expressions import RawSQL

from accounts.actors import Actor
from experts.models import Expert, SearchEntry
from experts.search.asking import Group
from experts.search.index import short
from experts.search.steps import Term, any_of, query, steps
from records.models import Visibility, grounds

OF_SCOPE = 150
PLANNING = {
    "enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off", "jit": "off",
    "max_parallel_workers_per_gather": "0",
}  # fmt: skip


@dataclass(frozen=True)
class Scope:
    """Profiles that an actor sees in one way, and the document by which they are found."""

    document: str
    rule: Q
    narrowed: Sequence[Term] = ()  # what the rule says of cities, as the index can answer it


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
    def terms(self) -> list[Term]:
        asked = [
            {f"c{short(self.city)}"} if self.city else (),
            {f"f{self.field}", f"a{self.field}"} if self.field else (),
            {f"r{self.area.lower()}"} if self.area else (),
            {f"l{self.language}"} if self.language else (),
            {f"v{self.availability}"} if self.availability else (),
        ]
        without = Term(tuple(f"c{short(city)}" for city in self.without), wanted=False)
        return [Term(tuple(sorted(tokens))) for tokens in asked if tokens] + (
            [without] if self.without else []
        )


@dataclass(frozen=True)
class Candidate:
    pk: UUID
    score: float
    city_id: UUID
    availability: str
    field_ids: Sequence[UUID] = field(default=())
    languages: Sequence[str] = field(default=())


COLUMNS = (
    "expert_id", "score", "expert__owner_city_id", "expert__availability", "field_ids", "languages"
)  # fmt: skip


def scopes(actor: Actor) -> list[Scope]:
    """The ways in which an actor sees experts: its own city's whole, the others as far as consent goes."""
    if actor.sees_all:
        return [Scope("own_document", Q())]
    seen = grounds(Expert, actor, "expert__")
    own = seen.pop(Visibility.OWN, None)
    found = [Scope("own_document", own, [Term((f"c{short(actor.city_id)}",))])] if own is not None else []
    consent = seen.pop("consent", None)
    if consent is not None:
        found.append(
            Scope(
                "shared_document",
                consent & ~Q(expert__owner_city=actor.city_id),
                [Term((f"c{short(actor.city_id)}",), wanted=False)],
            )
        )
    return found


def candidates(
    groups: Sequence[Group], filters: Filters, actor: Actor, *, most: int = OF_SCOPE
) -> list[Candidate]:
    """At most so many of each scope, the best first, in one query."""
    statements: list[tuple[str, Sequence[Any]]] = []
    for scope in scopes(actor):
        entries = SearchEntry.objects.filter(scope.rule, expert__archived_at=None)
        if filters.shared_only:
            entries = entries.filter(expert__state=Expert.State.PUBLISHED)
        narrowed = [*filters.terms, *scope.narrowed]
        if contradict(narrowed):
            continue
        rows = ranked if groups else latest
        statements.append(rows(entries, groups, narrowed, scope.document, most))
    if not statements:
        return []
    found: dict[UUID, Candidate] = {}
    for row in by_index(statements):
        found.setdefault(row[0], Candidate(*row))
    ordered = list(found.values())
    if groups:
        ordered.sort(key=lambda each: (-each.score, each.pk))
    return ordered


def contradict(terms: Sequence[Term]) -> bool:
    """Whether nobody can fulfil these, who is of one city only: it is cheaper known than searched for."""
    wanted = {term.tokens for term in terms if term.wanted and term.tokens[0][0] == "c"}
    unwanted = {token for term in terms if not term.wanted for token in term.tokens}
    return len(wanted) > 1 or any(unwanted.issuperset(tokens) for tokens in wanted)


def by_index(statements: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
    """Read the rows of all statements while the database takes the index and few rows for granted.

    It knows nothing of a step until it is taken, and takes compiling a short statement, or sharing it
    out among processes, for worth its while. What it is told holds until the transaction ends; outside
    one, for these statements, which are sent as one.
    """
    sql = " UNION ALL ".join(f"({statement})" for statement, _ in statements)
    told = "".join(f"SET LOCAL {name} = {value}; " for name, value in PLANNING.items())
    with connection.cursor() as cursor:
        cursor.execute(told + sql, [value for _, values in statements for value in values])
        return cursor.fetchall()


def latest(
    entries: Any, _groups: Sequence[Group], narrowed: Sequence[Term], document: str, most: int
) -> tuple[str, Sequence[Any]]:
    """Who was changed last, where nothing is asked for but filters."""
    if narrowed:
        entries = entries.filter(**{f"{document}__holds": query(narrowed)})
    rows = entries.annotate(score=Value(0.0, FloatField())).values_list(*COLUMNS)
    return rows.order_by("-expert__updated_at", "-expert_id")[:most].query.sql_with_params()


def ranked(
    entries: Any, groups: Sequence[Group], narrowed: Sequence[Term], document: str, most: int
) -> tuple[str, Sequence[Any]]:
    """The rows of one scope: those of a step only when the steps before have brought too few.

    The steps are rows that a bounded subquery is joined to one by one, so that it is planned once.
    """
    wanted = steps(groups, narrowed)
    step = RawSQL("step.wanted", [])
    rows = entries.filter(**{f"{document}__holds": step}).annotate(score=score(groups, document))
    inner, values = rows.values_list(*COLUMNS)[:most].query.sql_with_params()
    listed = ", ".join(["(%s::tsquery)"] * len(wanted))
    sql = (
        f"SELECT found.* FROM (VALUES {listed}) AS step (wanted) "  # noqa: S608 — made of constants
        f"CROSS JOIN LATERAL ({inner}) AS found LIMIT {most}"
    )
    return sql, [*wanted, *values]


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
