"""Rows that name a record by its kind and id: which of them a reader may know of, and how it is called."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Case, JSONField, OuterRef, Q, QuerySet, When
from django.urls import NoReverseMatch

from records.by_kind import json_by_kind, json_of, seen_by_kind
from records.models import Viewer
from records.registry import RecordType, registry
from records.values import path_label


@dataclass(frozen=True)
class Named:
    """A record as far as a line that mentions it needs to know it."""

    kind: str
    label: str
    title: str
    url: str


def kinds_with_pages() -> list[RecordType]:
    return [record_type for record_type in registry if hasattr(record_type.model, "get_absolute_url")]


def of_seen_records(
    rows: QuerySet[Any],
    actor: Viewer,
    *,
    kind: str,
    pk: str,
    among: Iterable[RecordType] | None = None,
    live: bool = False,
) -> Any:
    """The rows whose record this actor sees, each with the `record_json` that `named` reads.

    `kind` and `pk` are the columns that name the record.
    """
    kinds = list(registry if among is None else among)
    named = rows.annotate(record_json=json_by_kind(kinds, actor, kind=kind, pk=pk, live=live))
    return named.filter(seen_by_kind(kinds, actor, kind=kind, pk=pk, live=live))


def with_records(
    rows: QuerySet[Any], actor: Viewer, *, kind: str, pk: str, others: Iterable[When] = ()
) -> Any:
    """All the rows; `record_json` is null where this actor does not see the record.

    `others` are cases of kinds that are no record types.
    """
    record = json_by_kind(registry, actor, kind=kind, pk=pk)
    return rows.annotate(record_json=Case(*others, default=record, output_field=JSONField()))


def is_seen(actor: Viewer, *, kind: str, pk: str, among: Collection[str] | None = None) -> Q:
    """The condition that this actor sees the record, of these kinds or of any, which a row names."""
    known = [record_type for record_type in registry if among is None or record_type.kind in among]
    return Q(seen_by_kind(known, actor, kind=kind, pk=pk))


def record_json(record_type: RecordType, actor: Viewer, pk: str) -> Any:
    """The record of one kind that an outer row names, as one JSON value."""
    seen = record_type.visible_to(actor).filter(pk=OuterRef(pk)).order_by()
    return seen.values_list(json_of(record_type, actor))


def record_from(model: Any, row: dict[str, Any]) -> Any:
    """A record made from its columns as JSON; what else came along becomes attributes."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    record = model(**{name: fields[name].to_python(row[name]) for name in row if name in fields})
    vars(record).update({name: value for name, value in row.items() if name not in fields})
    return record


def named(kind: str, row: dict[str, Any]) -> Named:
    """What the registry says of a record made from its JSON, which is enough for title and address."""
    record_type = registry[kind]
    record = record_from(record_type.model, row)
    return Named(kind, str(record_type.label), record_type.title(record), address(record_type, record))


def address(record_type: RecordType, record: Any) -> str:
    """A record's page; empty for a kind that has none."""
    try:
        return record_type.url(record)
    except (AttributeError, NoReverseMatch):
        return ""


def field_label(kind: str, path: str) -> str:
    """A field of a record in a reader's words; as it is written where nobody has named it."""
    try:
        return path_label(registry[kind], path)
    except (FieldDoesNotExist, AttributeError, KeyError):
        return path
