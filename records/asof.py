"""What a record and its parts were at an earlier moment, read from the history that the database writes.

A part is a record that declares its parent (`parent_name`), at any depth: the values of a
project's indicators belong to it as its indicators do. Whatever the kind and however many
parts there are, one query reads a state of all of it.

A moment is compared with the beginning of a transaction, which is what the database stamps
its rows with; of two rows of a record the higher version is the later one.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import CharField, F, JSONField, QuerySet, Value
from django.db.models.functions import JSONObject
from django.utils import timezone

from records.models import Viewer
from records.pages.history import PartTable, part_tables
from records.registry import RecordType, registry
from records.texts import translated_fields

Hidden = Callable[[str, Any], bool]


class Exact(json.JSONDecoder):
    """JSON whose numbers keep all their digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "parse_float": Decimal})


@dataclass(frozen=True)
class ChildType:
    """A kind of part, and the lookups that lead from one to the record that it is finally part of."""

    record_type: RecordType
    path: str

    @property
    def kind(self) -> str:
        return self.record_type.kind


@dataclass
class State:
    """A record as it was: its own columns, the rows that belong to it, and its parts by kind and id.

    `own` is None where the record did not exist, or is `hidden`: it was the other side's own.
    """

    own: dict[str, Any] | None = None
    rows: list[tuple[PartTable, dict[str, Any]]] = field(default_factory=list)
    children: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    hidden: bool = False


def end_of(day: date) -> datetime:
    """The first moment after a day, in the reader's time zone."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def moment_of(record: Any, version: int) -> datetime | None:
    """When a record became this version; None where it never was."""
    rows = record.history.filter(version=version).order_by("pgh_id")
    return rows.values_list("pgh_created_at", flat=True).first()


def child_types(record_type: RecordType, path: str = "") -> Iterator[ChildType]:
    """The kinds of part of a kind of record, parents before their own parts."""
    for child in registry:
        name = getattr(child.model, "parent_name", "")
        if name and child.model._meta.get_field(name).related_model is record_type.model:
            way = f"{name}__{path}" if path else name
            yield ChildType(child, way)
            yield from child_types(child, way)


def state_of(
    record: Any,
    *,
    viewer: Viewer,
    hidden: Hidden,
    before: datetime | None = None,
    version: int | None = None,
) -> State:
    """A visible record as it stood before a moment, or stands now, as far as the viewer may know it.

    What the viewer does not see today stays out, and so does what was `hidden` from them
    then: the drafts of the other side's updates, say. With `version` the record itself is no
    later than that version, also where a later one began in the same moment.
    """
    record_type = registry.of(record)
    selects, tables, kinds = [], {}, {}
    made_of = (None, *part_tables(record_type.model), *child_types(record_type))  # type: ignore[arg-type]
    for number, part in enumerate(made_of):
        key = str(number)
        if isinstance(part, PartTable):
            tables[key] = part
            selects.append(latest_rows(key, part, record, before))
        elif part is None:
            own = record.history.all() if version is None else record.history.filter(version__lte=version)
            selects.append(latest(key, own, record_type.model, before))
        else:
            kinds[key] = part
            seen = part.record_type.visible_to(viewer).filter(**{part.path: record.pk}).order_by()
            history = part.record_type.model.history.rel.related_model.objects.filter(pgh_obj__in=seen)  # type: ignore[attr-defined]
            selects.append(latest(key, history, part.record_type.model, before))
    found = State(children={part.kind: {} for part in kinds.values()})
    for key, label, columns in selects[0].union(*selects[1:], all=True):
        if key == "0":
            found.own = columns
        elif key in tables:
            if label != "delete":
                found.rows.append((tables[key], columns))
        elif not columns["archived_at"] and not is_hidden(columns, hidden):
            found.children[kinds[key].kind][columns["id"]] = columns
    if found.own is None or is_hidden(found.own, hidden):
        return State(hidden=found.own is not None)
    return without_orphans(found, kinds.values())


def latest(key: str, history: QuerySet, model: Any, before: datetime | None) -> QuerySet:
    """The last row of each record before a moment."""
    if before is not None:
        history = history.filter(pgh_created_at__lt=before)
    rows = history.order_by("pgh_obj_id", "-version", "-pgh_id").distinct("pgh_obj_id")
    return as_json(key, rows, model)


def latest_rows(key: str, table: PartTable, record: Any, before: datetime | None) -> QuerySet:
    """The last state of each row that belongs to a record, before a moment; deleted ones among them."""
    history = table.history.objects.filter(**{table.owner: record.pk})
    if before is not None:
        history = history.filter(pgh_created_at__lt=before)
    return as_json(key, history.order_by("id", "-pgh_id").distinct("id"), table.model)


def as_json(key: str, rows: QuerySet, model: Any) -> QuerySet:
    """Rows of any table as rows of the same three columns, so that one query reads them all."""
    kept = {column.name for column in rows.model._meta.concrete_fields}
    names = sorted(
        column.attname
        for column in model._meta.concrete_fields
        if column.name in kept - set(translated_fields(model))
    )
    columns = JSONObject(**{name: F(name) for name in names})
    columns.output_field = JSONField(decoder=Exact)
    return rows.values_list(Value(key, output_field=CharField()), "pgh_label", columns)


def is_hidden(columns: dict[str, Any], hidden: Hidden) -> bool:
    return "visibility" in columns and hidden(columns["visibility"], columns.get("owner_city_id"))


def without_orphans(state: State, kinds: Iterable[ChildType]) -> State:
    """Parts whose parent was archived, or not to be seen, are not told of either."""
    for child in kinds:
        model = child.record_type.model
        parent: Any = model._meta.get_field(model.parent_name)  # type: ignore[attr-defined]
        parents = state.children.get(registry.of(parent.related_model).kind)
        if parents is not None:
            rows = state.children[child.kind]
            state.children[child.kind] = {
                pk: row for pk, row in rows.items() if row[parent.attname] in parents
            }
    return state


def instance_of(model: Any, columns: dict[str, Any]) -> Any:
    """A record as it was, from its columns; it is read only, and never saved."""
    values = {
        column.attname: column.to_python(columns[column.attname])
        for column in model._meta.concrete_fields
        if column.attname in columns
    }
    return model(**values)
