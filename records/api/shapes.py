"""Output serializers that PostgreSQL fills.

A serializer says, field by field, what a record looks like outside; the schema is
made from it, and so is the SQL: PostgreSQL builds the JSON of each record itself,
and a page of a list is those texts put together. Nothing is serialized twice, and
no list costs more than two queries.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Aggregate,
    Case,
    F,
    Func,
    JSONField,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce, NullIf
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from records.models import seen
from records.texts import LANGUAGES, column


@dataclass(frozen=True)
class Reading:
    """Who reads, and in which language; None asks for all three."""

    actor: Any
    language: str | None = None
    fields: frozenset[str] | None = None


class BuildObject(Func):
    """`json_build_object(key, value, …)`: keeps the order of its keys."""

    function = "json_build_object"
    output_field = JSONField()

    def __init__(self, **pairs: Any) -> None:
        super().__init__(*(part for key, value in pairs.items() for part in (Value(key), value)))


class ObjectAgg(Aggregate):
    """`json_object_agg(key, value)`."""

    function = "json_object_agg"
    output_field = JSONField()


TEXTS_SCHEMA = {
    "description": "The text in each language, or as a plain string in the one that `lang` names."
    " Null where it has not been written.",
    "oneOf": [
        {
            "type": "object",
            "properties": {language: {"type": ["string", "null"]} for language in LANGUAGES},
            "required": list(LANGUAGES),
            "additionalProperties": False,
        },
        {"type": ["string", "null"]},
    ],
}


@extend_schema_field(TEXTS_SCHEMA)
class Texts(serializers.Field):
    """A text in three languages."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def expression(self, path: str, reading: Reading) -> Any:
        def text(language: str) -> Any:
            return NullIf(F(column(path, language)), Value(""))

        if reading.language:
            return text(reading.language)
        return BuildObject(**{language: text(language) for language in LANGUAGES})


@extend_schema_field(
    {
        "type": ["string", "null"],
        "description": "A day, month, quarter, year or range, as exactly as its source gives it:"
        " `2020-12-09`, `2020-09`, `2021-Q1`, `2020`, `2020-01/2020-09`. Null: not stated.",
        "examples": ["2020-09"],
    }
)
class PeriodText(serializers.Field):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def expression(self, path: str, reading: Reading) -> Any:
        return NullIf(Cast(F(path), TextField()), Value(""))


class OrNull(serializers.CharField):
    """A text that is null outside when it is empty inside."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, allow_null=True, **kwargs)

    def expression(self, path: str, reading: Reading) -> Any:
        return NullIf(F(path), Value(""))


class Computed(serializers.ChoiceField):
    """A derived word; `make` gives its SQL, anew for each reading."""

    def __init__(self, make: Callable[[], Any], choices: Any) -> None:
        self.make = make
        super().__init__(choices=choices, read_only=True)

    def expression(self, path: str, reading: Reading) -> Any:
        return self.make()


class Many(serializers.ListField):
    """Other records of which the reader sees those that are theirs to see.

    `link` is the path from one of them back to the record; `queryset` orders them.
    """

    def __init__(self, shape: type[serializers.Serializer], queryset: Callable[[], Any], link: str) -> None:
        self.shape, self.rows, self.link = shape, queryset, link
        super().__init__(child=shape(), read_only=True)

    def expression(self, path: str, reading: Reading) -> Any:
        rows = self.rows()
        if hasattr(rows, "visible_to"):
            rows = rows.visible_to(reading.actor)
        rows = rows.filter(**{self.link: OuterRef("pk")})
        # Not `values(json=…)`: the translated models' query set would add all columns.
        return ArraySubquery(rows.annotate(json=json_of(self.shape(), reading)).values("json"))


class BySide(serializers.DictField):
    """What differs by side: city code → a shape, from rows that have a `city`."""

    def __init__(
        self, shape: type[serializers.Serializer], queryset: Callable[[], Any], link: str, source_path: str
    ) -> None:
        self.shape, self.rows, self.link, self.source_path = shape, queryset, link, source_path
        super().__init__(child=shape(), read_only=True)

    def expression(self, path: str, reading: Reading) -> Any:
        value = json_of(self.shape(), reading, prefix=f"{self.source_path}__" if self.source_path else "")
        rows = self.rows().filter(**{self.link: OuterRef("pk")}).order_by().values(self.link)
        found = Subquery(rows.annotate(json=ObjectAgg("city__code", value)).values("json"))
        return Coalesce(found, RawSQL("'{}'::json", ()), output_field=JSONField())


def json_of(shape: serializers.Serializer, reading: Reading, prefix: str = "") -> Any:
    """The SQL that builds one record's JSON as `shape` describes it."""
    wanted = reading.fields if not prefix and shape.parent is None and shape.context.get("top") else None
    pairs = {
        name: expression_of(field, prefix + (field.source or name).replace(".", "__"), reading)
        for name, field in shape.fields.items()
        if wanted is None or name in wanted
    }
    return BuildObject(**pairs)


def expression_of(field: Any, path: str, reading: Reading) -> Any:
    if hasattr(field, "expression"):
        return field.expression(path, reading)
    if isinstance(field, serializers.Serializer):
        built = json_of(field, reading, prefix=f"{path}__")
        shown = seen(field.Meta.model, reading.actor, f"{path}__") if hasattr(field, "Meta") else Q()
        if field.allow_null:
            shown &= Q(**{f"{path}__isnull": False})
        return Case(When(shown, then=built)) if shown else built
    return F(path)
