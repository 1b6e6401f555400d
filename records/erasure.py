"""Where copies of a person's data lie, so that one act shows, gives out or erases all of them.

Each app registers its own places, as it does what people hold (`records.holding`). What a
person asks to be given and what is erased are the same places: none can be forgotten in one
of the two.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q, Value
from django.db.models.functions import Cast, Lower

from records.history import forget
from records.registry import registry

SHORTEST, SHORTEST_TEXT = 4, 12  # characters of a name or number, and of a text, that tell of one person
SHORTEST_IDEOGRAPHS = 2
IDEOGRAPH = re.compile(r"[\u3400-\u9fff]")
UNESCAPED = re.compile(r'[^\\"<>&\r\n\t]+')  # what reads alike in JSON, in HTML and in plain text


@dataclass
class Person:
    """The records that are one person's, by kind, and the words by which copies elsewhere are known."""

    records: dict[str, set[UUID]] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)

    def add(self, kind: str, ids: Iterable[UUID]) -> None:
        self.records.setdefault(kind, set()).update(ids)

    def ids(self, kind: str) -> set[UUID]:
        return self.records.get(kind, set())

    @property
    def all_ids(self) -> list[str]:
        return sorted(str(pk) for ids in self.records.values() for pk in ids)

    def learn(self, rows: Any, *names: str, least: int = SHORTEST) -> None:
        """Know copies by what these columns say; what is too short says it of others as well."""
        for values in as_stored(rows).values_list(*names):
            for value in values:
                for word in UNESCAPED.findall(value or ""):
                    shortest = SHORTEST_IDEOGRAPHS if IDEOGRAPH.search(word) else least
                    if len(word.strip()) >= shortest:
                        self.words.add(word.strip().lower())

    def is_in(self, text: str) -> bool:
        """Whether a text holds a word of this person's, or the id of one of their records."""
        lowered = text.lower()
        return any(word in lowered for word in (*self.words, *self.all_ids))

    def hung(self, *, kind: str = "subject_kind", pk: str = "subject_id") -> Q:
        """The rows that hang on one of this person's records, which these columns name."""
        rule: Any = Q(pk__in=[])
        for known, ids in self.records.items():
            rule |= Q(**{kind: known, f"{pk}__in": ids})
        return rule


@dataclass(frozen=True, kw_only=True)
class Reach:
    """One place where data of a person lies.

    `rows` gives what lies there, as query sets or lists; `erase` empties the place, inside
    the transaction of the erasure, and returns how much there was. `seek` runs first, in all
    places: it adds the records found there and the words by which copies are known.
    `is_copy`: what lies there was made of what lies elsewhere, and goes by itself in time.
    """

    name: str
    label: Any
    rows: Callable[[Person], Sequence[Any]]
    erase: Callable[[Person], int]
    seek: Callable[[Person], None] | None = None
    is_copy: bool = False


REACHES: list[Reach] = []


def reach(*reaches: Reach) -> None:
    """Registers places where data of a person may lie."""
    REACHES.extend(found for found in reaches if found not in REACHES)


def sought(person: Person) -> Person:
    """The person with all that the places know of them."""
    for place in REACHES:
        if place.seek:
            place.seek(person)
    return person


def preview(person: Person) -> list[tuple[Reach, int]]:
    """What would be erased, place by place."""
    return [(place, sum(size(rows) for rows in place.rows(person))) for place in REACHES]


def erase_all(person: Person) -> dict[str, int]:
    """Empty every place of this person; how much there was, by the place's name. Inside a transaction."""
    return {place.name: place.erase(person) for place in REACHES}


def as_stored(rows: Any) -> Any:
    """The rows with each column under its own name, none in the place of another language's."""
    return rows.rewrite(False) if hasattr(rows, "rewrite") else rows


def size(rows: Any) -> int:
    return rows.count() if isinstance(rows, models.QuerySet) else len(rows)


def blank_columns(model: type[models.Model], *names: str) -> dict[str, Any]:
    """The columns of these texts, in every language, each with what stands for nothing in it."""
    found = {}
    for column in model._meta.concrete_fields:
        base = column.name
        for language in ("_en", "_ru", "_zh_hans"):
            base = base.removesuffix(language)
        if base in names or column.name in names:
            found[column.name] = None if column.null else column.get_default()
    return found


def hanging(
    *,
    model: Any,
    name: str,
    label: Any,
    texts: Sequence[str],
    then: Callable[[Any, Any], Callable[[], Any]] | None = None,
) -> Reach:
    """The place of what hangs on a person's records: its rows and their past states go altogether.

    `texts` are the columns that people write in. `then` is told of the rows and of their past
    states before they go, and gives what is to be done once they are gone.
    """

    def rows(person: Person) -> list[Any]:
        ids = person.ids(registry.of(model).kind)
        past = model.history.rel.related_model.objects.filter(pgh_obj__in=ids)
        return [model.objects.filter(pk__in=ids), past]

    def seek(person: Person) -> None:
        found = model.objects.filter(person.hung()).values_list("pk", flat=True)
        person.add(registry.of(model).kind, found)
        for each in rows(person):
            person.learn(each, *texts, least=SHORTEST_TEXT)

    def erase(person: Person) -> int:
        held, past = rows(person)
        count = held.count()
        finish = then(held, past) if then else None
        held.delete()
        forget(past)
        if finish:
            finish()
        return count

    return Reach(name=name, label=label, rows=rows, erase=erase, seek=seek)


class SaysAny(Func):
    """Whether a text, in small letters, matches one of several patterns."""

    arg_joiner = " LIKE ANY("
    template = "%(expressions)s)"
    output_field = models.BooleanField()


def saying(rows: Any, words: Iterable[str], *columns: str) -> Any:
    """The rows of which one of these columns holds one of the words, whatever the letters' case."""
    escaped = [re.sub(r"([\\\\%_])", r"\\\1", word) for word in sorted(words)]
    patterns = Value([f"%{word}%" for word in escaped], output_field=ArrayField(models.TextField()))
    rule: Any = Q(pk__in=[])
    for column in columns:
        rule |= Q(SaysAny(Lower(Cast(column, models.TextField())), patterns))
    return rows.filter(rule)
