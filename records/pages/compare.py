"""A record and its parts now, beside what they were: added, changed, removed, both values side by side."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import CharField, F, JSONField, Value
from django.db.models.functions import JSONObject
from django.utils.html import format_html_join

from records.asof import State, child_types, instance_of, state_of
from records.models import Viewer
from records.pages.differences import compared, deleted, inserted
from records.pages.display import listed
from records.pages.history import (
    NOT_SHOWN,
    Altered,
    Values,
    hidden_from,
    in_words,
    readable_by,
    same,
)
from records.registry import RecordType, registry
from records.texts import translated_fields
from records.values import edited_columns, is_column

# What is told of a record beside what people edit.
ALSO = frozenset({"code", "state", "visibility", "owner_city", "archived_at", "carried_from"})
ASIDE = frozenset({"created_by", "updated_by", "programme", "owner_city"})
MOST = 100  # of a kind, added, changed or removed; of what is more the number is told

Things = dict[tuple[Any, str], Any]
Words = Callable[[Altered, Any, Any, Things], tuple[Any, Any]]  # both values as a reader takes them


@dataclass(frozen=True)
class Pair:
    """One value, before and after, as a reader takes it."""

    label: str
    before: Any
    after: Any
    language: str = ""


@dataclass
class Item:
    """A part that was added, changed or removed, and what it is a part of where that is a part itself."""

    title: str
    under: str
    values: list[Pair]


@dataclass
class Group:
    items: list[Item] = field(default_factory=list)
    count: int = 0

    @property
    def more(self) -> int:
        return self.count - len(self.items)


@dataclass
class Section:
    """What happened to the parts of one kind."""

    kind: str
    label: Any
    added: Group = field(default_factory=Group)
    changed: Group = field(default_factory=Group)
    removed: Group = field(default_factory=Group)

    def __bool__(self) -> bool:
        return bool(self.added.count or self.changed.count or self.removed.count)


@dataclass
class Comparison:
    """`hidden`: what the record was then is the other side's own; not `existed`: it came later."""

    existed: bool = True
    hidden: bool = False
    own: list[Pair] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)

    @property
    def is_same(self) -> bool:
        return not self.own and not self.sections


@dataclass
class Part:
    """A part in both states, and what has changed between them."""

    record_type: RecordType
    then: dict[str, Any] | None
    now: dict[str, Any] | None
    altered: list[Altered]

    @property
    def columns(self) -> dict[str, Any]:
        return self.now or self.then or {}

    @property
    def act(self) -> str:
        return "added" if self.then is None else "removed" if self.now is None else "changed"


def compare(
    record: Any, *, viewer: Viewer, before: datetime, version: int | None = None, plain: bool = False
) -> Comparison:
    """A visible record now, compared with what it was before a moment, as far as the viewer may know.

    Both values of what differs are marked as a page shows them, or `plain`: texts, and lists of
    names. It takes four queries, however much there is to compare.
    """
    words = in_plain_words if plain else in_two_words
    hidden = hidden_from(viewer, record)
    then = state_of(record, viewer=viewer, hidden=hidden, before=before, version=version)
    if then.own is None:
        return Comparison(existed=then.hidden, hidden=then.hidden)
    now = state_of(record, viewer=viewer, hidden=hidden)
    record_type = registry.of(record)
    own = altered_between(values_of(record_type, then), values_of(record_type, now))
    parts = list(parts_of(record_type, then, now))
    things = things_seen(references(own, parts), viewer, record)
    titles = {part.columns["id"]: title_of(part, things) for part in parts}
    found = Comparison(own=list(pairs(own, things, words)))
    for child in child_types(record_type):
        section = Section(child.kind, child.record_type.plural)
        for part in (part for part in parts if part.record_type is child.record_type):
            place(section, part, titles, things, words)
        if section:
            found.sections.append(section)
    return found


def values_of(record_type: RecordType, state: State) -> Values:
    """What the comparison tells of a record: what people edit of it, and its state."""
    values = Values(record_type)
    told = {*edited_columns(record_type), *ALSO}
    if state.own is not None:
        values.apply(instance_of(record_type.model, state.own))
    for table, columns in state.rows:
        row = instance_of(table.model, columns)
        row.pgh_label = ""
        values.apply_part(table, row)
    for path in list(values.state):
        if is_column(record_type.model, path) and path not in told:
            del values.state[path]
    return values


def altered_between(then: Values, now: Values) -> list[Altered]:
    """What differs; a path that only one of them has is named by that one."""
    now.about = then.about | now.about
    return now.since(then.state)


def parts_of(record_type: RecordType, then: State, now: State) -> Iterator[Part]:
    """The parts of both states; those that have not changed are among them, for they may be parents."""
    for child in child_types(record_type):
        old, new = then.children[child.kind], now.children[child.kind]
        for pk in sorted({*new, *old}, key=lambda pk: ((new.get(pk) or old[pk])["created_at"], pk)):
            before = values_of(child.record_type, State(own=old.get(pk)))
            after = values_of(child.record_type, State(own=new.get(pk)))
            altered = altered_between(before, after)
            yield Part(child.record_type, old.get(pk), new.get(pk), altered)


def references(own: Iterable[Altered], parts: Iterable[Part]) -> dict[Any, set[str]]:
    """Every other record that what is shown names, by its model."""
    wanted: dict[Any, set[str]] = {}
    for item in own:
        if item.side:
            wanted.setdefault(city_model(), set()).add(item.side)
        for value in (item.before, item.after):
            if item.field.related_model and value:
                ids = value if isinstance(value, list) else [value]
                wanted.setdefault(item.field.related_model, set()).update(map(str, ids))
    for part in parts:
        for columns in filter(None, (part.then, part.now)):
            for name, model in named_columns(part.record_type.model):
                if columns[name.attname]:
                    wanted.setdefault(model, set()).add(str(columns[name.attname]))
    return wanted


def city_model() -> Any:
    return registry["city"].model


def named_columns(model: Any) -> Iterator[tuple[Any, Any]]:
    """The references of a part to other records, its parent aside."""
    for column in model._meta.concrete_fields:
        if column.related_model and column.name not in {*ASIDE, model.parent_name}:
            yield column, column.related_model


def things_seen(wanted: Mapping[Any, Iterable[str]], viewer: Viewer, record: Any) -> Things:
    """Other records as far as the viewer sees them, by one query; and people, by another one."""
    kinds = {each.model: each for each in registry}
    selects, found = [], {}
    for model, pks in wanted.items():
        if model in kinds:
            names = sorted(
                column.attname
                for column in model._meta.concrete_fields
                if column.name not in translated_fields(model)
            )
            columns: Any = JSONObject(**{name: F(name) for name in names})
            columns.output_field = JSONField()
            seen = kinds[model].visible_to(viewer).filter(pk__in=pks).order_by()
            kind = Value(kinds[model].kind, output_field=CharField())
            selects.append(seen.values_list(kind, columns))
        else:
            people = readable_by(viewer, record)(model, pks)
            found.update({(model, str(thing.pk)): thing for thing in people})
    for kind, columns in selects[0].union(*selects[1:], all=True) if selects else ():
        model = registry[kind].model
        found[model, columns["id"]] = instance_of(model, columns)
    return found


def title_of(part: Part, things: Things) -> str:
    """How a part was called, without asking the database for what it refers to."""
    model = part.record_type.model
    instance = instance_of(model, part.columns)
    for column, related in named_columns(model):
        if pk := part.columns[column.attname]:
            instance._state.fields_cache[column.name] = things.get((related, str(pk)), NOT_SHOWN)
    return str(instance)


def place(section: Section, part: Part, titles: Mapping[str, str], things: Things, words: Words) -> None:
    """Put a part where it belongs, unless nothing that the reader may know has changed in it."""
    shown = list(pairs(part.altered, things, words))
    if not shown:
        return
    group: Group = getattr(section, part.act)
    group.count += 1
    if len(group.items) < MOST:
        parent = part.record_type.model._meta.get_field(part.record_type.model.parent_name)  # type: ignore[attr-defined]
        under = titles.get(str(part.columns[parent.attname]), "")  # type: ignore[union-attr]
        group.items.append(Item(titles[part.columns["id"]], under, shown))


def pairs(altered: Iterable[Altered], things: Things, words: Words) -> Iterator[Pair]:
    """Both values of everything that differs, as far as the reader may know it."""
    for item in altered:
        before, after = known(item, item.before, things), known(item, item.after, things)
        if same(before, after):
            continue
        label = item.label
        if item.side:
            label = f"{label} ({things.get((city_model(), item.side), item.side)})"
        left, right = words(item, before, after, things)
        yield Pair(label, left, right, item.language)


def known(item: Altered, value: Any, things: Things) -> Any:
    """A value without the records that the reader does not see."""
    model = item.field.related_model
    if model is None or value in (None, "", []):
        return value
    if isinstance(value, list):
        return [pk for pk in value if (model, str(pk)) in things]
    return value if (model, str(value)) in things else None


def in_plain_words(item: Altered, before: Any, after: Any, things: Things) -> tuple[Any, Any]:
    """Both values in a reader's words, without marks; null where there is none."""
    names = {key: str(thing) for key, thing in things.items()}

    def shown(value: Any) -> Any:
        if isinstance(value, list):
            return sorted(str(in_words(item.field, pk, names)) for pk in value)
        return str(in_words(item.field, value, names)) or None

    return shown(before), shown(after)


def in_two_words(item: Altered, before: Any, after: Any, things: Things) -> tuple[Any, Any]:
    names = {key: str(thing) for key, thing in things.items()}
    if isinstance(before, list) or isinstance(after, list):
        old, new = ({in_words(item.field, pk, names) for pk in side or ()} for side in (before, after))
        return marked_list(old, old - new, deleted), marked_list(new, new - old, inserted)
    left, right = (in_words(item.field, value, names) for value in (before, after))
    is_text = isinstance(item.field, models.TextField) or type(item.field) is models.CharField
    if left and right and not item.field.choices and not item.field.related_model and is_text:
        return compared(left, right)
    return (deleted(left) if left else ""), (inserted(right) if right else "")


def marked_list(names: set[str], marked: set[str], mark: Any) -> Any:
    shown = [mark(name) if name in marked else name for name in sorted(names)]
    return format_html_join(listed(["", ""]), "{}", ((name,) for name in shown))
