"""What was done to a record, as a page shows it: who changed what from what to what, when, and why.

It is read from the history tables, which triggers write, so a bulk update and raw SQL
stand in it as well, as changes from outside the product. The rows of one transaction
make one entry, those of the record's parts among them. Whatever the record's age, it
takes one query for the record, one for each table of its parts, and one for the
names of each kind of thing that the shown entries refer to.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records.models import Visibility
from records.pages.display import moment, quantity
from records.period import Period
from records.registry import RecordType, registry
from records.texts import columns, translated_fields
from records.values import path_label, plain

# What the record keeps about itself: every entry would repeat it.
KEPT_ASIDE = {"id", "version", "texts", "created_at", "created_by", "updated_at", "updated_by", "programme"}
LABELS = {"owner_city": gettext_lazy("city that it belongs to")}
NOT_SHOWN = gettext_lazy("one side's own record")

Readable = Callable[[type[models.Model], Iterable[Any]], models.QuerySet]


@dataclass
class Altered:
    """One value that changed: its label, and both values, first plain and then in a reader's words.

    `name` is the column, or of a row that belongs to the record `<rows>/<column>`;
    `side` is the id of the city that such a row is of.
    """

    label: str
    before: Any
    after: Any
    field: Any
    language: str = ""
    name: str = ""
    side: str = ""


@dataclass
class Entry:
    """All that one transaction did to a record."""

    at: datetime
    by: str = ""
    city: str = ""
    reason: str = ""
    outside: bool = False  # not by the product: nobody told the database who it was
    created: bool = False
    hidden: bool = False  # it was the other side's own then
    altered: list[Altered] = field(default_factory=list)


@dataclass(frozen=True)
class PartTable:
    """A history table of rows that belong to a record, and the column that says to which."""

    history: Any
    model: Any
    owner: str

    @property
    def name(self) -> str:
        """What the record calls these rows."""
        accessor = self.model._meta.get_field(self.owner).remote_field.get_accessor_name()
        return accessor or self.model._meta.model_name

    @property
    def many(self) -> Any:
        """The record's many-to-many field that this table is, if it is one."""
        return next(
            (
                many
                for many in self.model._meta.get_field(self.owner).related_model._meta.many_to_many
                if many.remote_field.through is self.model and self.model._meta.auto_created
            ),
            None,
        )


@cache
def part_tables(model: Any) -> tuple[PartTable, ...]:
    """The tracked tables whose rows are part of this kind of record: they would end with it."""
    found = []
    for history in apps.get_models():
        tracked = getattr(history, "pgh_tracked_model", None)
        if tracked is None or any(column.name == "pgh_obj" for column in history._meta.fields):
            continue
        concrete = tracked._meta.concrete_model
        for column in concrete._meta.concrete_fields:
            owns = concrete._meta.auto_created is model or (
                getattr(column.remote_field, "on_delete", None) is models.CASCADE
            )
            if column.related_model is model and owns:
                found.append(PartTable(history, concrete, column.name))
                break
    return tuple(found)


def shown_columns(model: Any, row: Any) -> list[Any]:
    """The columns that an entry tells of; of a text each language, not the column they share.

    The history keeps no copy of what is secret.
    """
    aside = KEPT_ASIDE | set(translated_fields(model))
    kept = {column.name for column in row._meta.concrete_fields}
    return [column for column in model._meta.concrete_fields if column.name in kept - aside]


@dataclass
class Group:
    """The rows that one transaction left."""

    at: datetime
    context: Any
    own: list[Any] = field(default_factory=list)
    parts: list[tuple[PartTable, Any]] = field(default_factory=list)


class Values:
    """What stands in a record and in the rows that belong to it, path by path, as the history has it."""

    def __init__(self, record_type: RecordType) -> None:
        self.record_type = record_type
        self.state: dict[str, Any] = {}
        # path → what is the same of all its values: label, field, language, name, side
        self.about: dict[str, dict[str, Any]] = {}

    def apply(self, row: Any) -> None:
        for column in shown_columns(self.record_type.model, row):
            _field, language = columns(self.record_type.model).get(column.name, ("", ""))
            head = str(LABELS.get(column.name) or path_label(self.record_type, column.name))
            self.about[column.name] = about(head, column, language, name=column.name)
            self.state[column.name] = plain(column.value_from_object(row))

    def apply_part(self, table: PartTable, row: Any) -> None:
        gone = row.pgh_label == "delete"
        if many := table.many:
            other = getattr(row, f"{many.m2m_reverse_field_name()}_id")
            self.about[many.name] = about(path_label(self.record_type, many.name), many, name=many.name)
            chosen = set(self.state.get(many.name) or ())
            self.state[many.name] = sorted(chosen - {str(other)} if gone else chosen | {str(other)})
            return
        side = getattr(row, "city_id", None)
        texts = columns(table.model)
        for column in shown_columns(table.model, row):
            if column.name in (table.owner, "city"):
                continue
            path = f"{table.model._meta.model_name}/{row.id}/{column.name}"
            text, language = texts.get(column.name, (column.name, ""))
            head = str(table.model._meta.get_field(text).verbose_name)
            name = f"{table.name}/{column.name}"
            self.about[path] = about(head, column, language, name=name, side=str(side or ""))
            self.state[path] = None if gone else plain(column.value_from_object(row))

    def since(self, before: Mapping[str, Any]) -> list[Altered]:
        """What has changed since these values stood there."""
        return [
            Altered(before=before.get(path), after=self.state.get(path), **self.about[path])
            for path in dict.fromkeys([*before, *self.state])
            if not same(before.get(path), self.state.get(path))
        ]


class History(Values):
    """A record's entries, the latest first. It can be paged; `named` puts a page into words."""

    def __init__(self, record_type: RecordType, readable: Readable, hidden: Callable[[str, Any], bool]):
        super().__init__(record_type)
        self.readable, self.hidden = readable, hidden
        self.entries: list[Entry] = []

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, index: Any) -> Any:
        return self.entries[index]

    def read(self, record: Any) -> None:
        groups: dict[Any, Group] = {}
        order = ["version", "pgh_id"] if hasattr(record, "version") else ["pgh_id"]
        for row in record.history.select_related("pgh_context").order_by(*order):
            group_of(groups, row).own.append(row)
        for table in part_tables(type(record)):  # type: ignore[arg-type]
            rows = table.history.objects.filter(**{table.owner: record.pk})
            for row in rows.select_related("pgh_context").order_by("pgh_id"):
                group_of(groups, row).parts.append((table, row))
        for group in in_order(groups.values()):
            self.add(group)
        self.entries.reverse()

    def add(self, group: Group) -> None:
        before = dict(self.state)
        for row in group.own:
            self.apply(row)
        for table, row in group.parts:
            self.apply_part(table, row)
        altered = self.since(before)
        if not altered:
            return
        told = group.context.metadata if group.context else {}
        entry = Entry(
            at=group.at,
            by=told.get("actor") or "",
            city=told.get("city") or "",
            reason=told.get("reason") or "",
            outside=group.context is None,
            created=not before,
            altered=altered,
        )
        states = [state for state in (before, self.state) if "visibility" in state]
        if any(self.hidden(state["visibility"], state.get("owner_city")) for state in states):
            entry = Entry(at=group.at, city=entry.city, created=entry.created, hidden=True)
        self.entries.append(entry)

    def named(self, entries: Iterable[Entry]) -> list[Entry]:
        """Entries with labels and values as a reader takes them: names for ids, words for choices."""
        shown = list(entries)
        names = self.names(shown)
        for entry in shown:
            for item in entry.altered:
                if item.side:
                    city = names.get((apps.get_model("accounts.City"), item.side), item.side)
                    item.label = f"{item.label} ({city})"
                item.before = in_words(item.field, item.before, names)
                item.after = in_words(item.field, item.after, names)
        return shown

    def names(self, entries: list[Entry]) -> dict[tuple[Any, str], str]:
        return {key: str(thing) for key, thing in self.things(entries).items()}

    def things(self, entries: list[Entry]) -> dict[tuple[Any, str], Any]:
        """What these entries refer to, by kind and id, as far as this reader may know it."""
        wanted: dict[Any, set[str]] = {}
        for entry in entries:
            for item in entry.altered:
                if item.side:
                    wanted.setdefault(apps.get_model("accounts.City"), set()).add(item.side)
                for value in (item.before, item.after):
                    if item.field.related_model and value:
                        ids = value if isinstance(value, list) else [value]
                        wanted.setdefault(item.field.related_model, set()).update(map(str, ids))
        return {
            (model, str(thing.pk)): thing
            for model, pks in wanted.items()
            for thing in self.readable(model, pks)
        }


def about(label: Any, field: Any, language: str = "", *, name: str, side: str = "") -> dict[str, Any]:
    return {"label": str(label), "field": field, "language": language, "name": name, "side": side}


def history_of(
    record: Any,
    *,
    readable: Readable,
    hidden: Callable[[str, Any], bool],
    record_type: RecordType | None = None,
) -> History:
    """The history of a record, for somebody who may see the record.

    A person is no record of a programme, and brings a `record_type` that is not registered.

    `readable` gives those of some things whose names this reader may know. `hidden`
    says of a visibility and an owner's id that this reader may not see what was so: the
    past of a record that one side has since shared stays that side's.
    """
    history = History(record_type or registry.of(record), readable, hidden)
    history.read(record)
    return history


def is_of_a_side(viewer: Any, record: Any) -> bool:
    """Whether the viewer belongs to a side of the record's programme."""
    path = getattr(record, "programme_path", None)
    programme_id = record.pk if path == "pk" else getattr(record, "programme_id", None)
    return viewer.sees_all or programme_id in viewer.programme_ids


def hidden_from(viewer: Any, record: Any) -> Callable[[str, Any], bool]:
    """The rule of `records.models.grounds`, of what the record was in the past."""
    inside = is_of_a_side(viewer, record)

    def hidden(visibility: str, owner: Any) -> bool:
        if visibility == Visibility.OWN:
            return not viewer.sees_all and (viewer.city_id is None or owner != str(viewer.city_id))
        return visibility != Visibility.PUBLIC and not inside

    return hidden


def readable_by(viewer: Any, record: Any) -> Readable:
    """Other records as far as the viewer sees them; people are named to the sides only."""

    def these(model: Any, pks: Any) -> models.QuerySet:
        found = model._default_manager.filter(pk__in=pks)
        if hasattr(found, "visible_to"):
            return found.visible_to(viewer)
        return found if is_of_a_side(viewer, record) else found.none()

    return these


def group_of(groups: dict[Any, Group], row: Any) -> Group:
    """The group of a row's transaction: the database stamps all its rows with the same moment.

    Of what was done outside the product every state of the record is told by itself.
    """
    state = None if row.pgh_context_id else getattr(row, "version", None)
    key = (row.pgh_context_id, row.pgh_created_at, state)
    if key not in groups:
        groups[key] = Group(row.pgh_created_at, row.pgh_context)
    return groups[key]


def in_order(groups: Iterable[Group]) -> Iterator[Group]:
    """By the record's version; what touched only its parts by time.

    A transaction's moment is its beginning, and one that began earlier may have
    waited for the other: the versions alone say which came first.
    """
    latest = None
    placed = []
    for number, group in enumerate(groups):  # those with rows of the record come first, by version
        if group.own:
            latest = max(latest, group.at) if latest else group.at
        placed.append((latest if group.own else group.at, number, group))
    return (group for _at, _number, group in sorted(placed, key=lambda place: place[:2]))


def same(before: Any, after: Any) -> bool:
    """Nothing, an empty text and an empty list are the same nothing."""
    return before == after or (before in (None, "", [], {}) and after in (None, "", [], {}))


def in_words(column: Any, value: Any, names: dict[tuple[Any, str], str]) -> str:
    if value in (None, "", [], {}):
        return ""
    if column.related_model:
        ids = value if isinstance(value, list) else [value]
        return ", ".join(sorted(names.get((column.related_model, str(pk)), str(NOT_SHOWN)) for pk in ids))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if isinstance(column, models.DecimalField):
        return quantity(value)
    if isinstance(column, models.DateTimeField):
        return moment(datetime.fromisoformat(value))
    if isinstance(column, models.DateField):
        return Period.parse(value).show()
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
