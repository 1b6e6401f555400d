"""Every write to a record, whatever its kind.

An app's own services decide who may do what and add their rules; the order is
always the same: lock, check access, check the version, write, add the change.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, Protocol, TypeVar

import pghistory
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from records.changes import announce
from records.errors import EditConflict, FieldConflict, Invalid, NotVisible
from records.merge import merge
from records.models import Change, Tracked, Verb, Viewer, Visibility
from records.registry import RecordType, registry
from records.texts import columns, revise
from records.values import edited_columns, is_column, read_values, write_columns

R = TypeVar("R", bound=Tracked)


class Author(Viewer, Protocol):
    """Who writes. `accounts.Actor` is one."""

    @property
    def user_id(self) -> int | None: ...

    def trace(self) -> dict[str, Any]:
        """What the history notes of the author of a change."""


@contextmanager
def writing(*, by: Author, reason: str = "") -> Iterator[None]:
    """One transaction, of whose every row the history knows the author."""
    trace = by.trace() | ({"reason": reason} if reason else {})
    with transaction.atomic(), pghistory.context(**trace):
        yield


@contextmanager
def locked(record: R, *, by: Author, reason: str = "") -> Iterator[R]:
    """The record as it stands now, locked until the transaction ends.

    Raises `NotVisible` when it is no longer there.
    """
    with writing(by=by, reason=reason):
        try:
            yield type(record)._default_manager.select_for_update(of=("self",)).get(pk=record.pk)
        except type(record).DoesNotExist:
            raise NotVisible from None


def create(
    record: R,
    *,
    parts: Mapping[str, Any] | None = None,
    by: Author,
    original: str | None = None,
    copied_from: Tracked | None = None,
) -> R:
    """Save a new record with its parts. Call it inside `writing`.

    `original` is the language that its texts were first written in; by default the
    first one that has a text. The texts of a record that they were `copied_from` keep
    their original and stay as old as they are there. Raises `Invalid`.
    """
    record_type = registry.of(record)
    record.created_by_id = record.updated_by_id = by.user_id
    revise(record, {}, authentic=())
    if original:
        for entry in record.texts.values():
            if entry["follows"].get(original):
                entry["original"] = original
    given = [
        name
        for name in edited_columns(record_type)
        if record._meta.get_field(name).value_from_object(record) not in (None, "")  # type: ignore[union-attr]
    ]
    write_followed(record, record_type, given)
    if copied_from is not None:
        record.texts = deepcopy(copied_from.texts)
    validate(record)
    record.save(force_insert=True)
    write_parts(record, record_type, parts or {}, by=by)
    note(record, record_type, Verb.CREATED, by=by)
    return record


def amend(
    record: R,
    *,
    changes: Mapping[str, Any],
    base_version: int,
    by: Author,
    base: Mapping[str, Any] | None = None,
    confirmed: Collection[str] = (),
    check: Callable[[Mapping[str, Any], Mapping[str, Any]], None] | None = None,
) -> R:
    """Write `changes` (path → plain value) to a record that `locked` gave.

    The author started from `base_version`. Where the record has moved on since, and
    `base` says what the author saw, fields that only one side touched are merged;
    without `base` any newer version is a conflict. `confirmed` names columns of
    texts that still follow their original as they are. An edit that changes nothing
    raises no version and leaves no change. `check` may refuse what would be written; it
    is given that, after merging, and the current values.

    Raises `EditConflict` and `Invalid`.
    """
    record_type = registry.of(record)
    current = read_values(record, record_type, by)
    if unknown := set(changes) - set(current):
        raise Invalid({path: [_("This record has no such field.")] for path in sorted(unknown)})

    if base is None and record.version != base_version:
        raise strict_conflict(record, record_type, changes, current, base_version)
    if base is not None:
        merged = merge(base=base, theirs=current, mine=changes)
        if merged.conflicts:
            raise EditConflict(record.version, merged.conflicts)
        changes = merged.changes
    changes = {path: value for path, value in changes.items() if value != current[path]}
    if not changes and not confirmed:
        return record
    if check:
        check(changes, current)

    texts = columns(type(record))
    before = {name: current[name] for name in texts if name in current}
    own = {path: value for path, value in changes.items() if "/" not in path and is_column(record, path)}
    write_columns(record, own)
    revise(record, before, authentic=record.authentic_languages(), confirmed=confirmed)
    followed = write_followed(record, record_type, changes)
    validate(record)
    write_parts(record, record_type, {path: changes[path] for path in changes.keys() - own.keys()}, by=by)

    record.version += 1
    record.updated_at, record.updated_by_id = timezone.now(), by.user_id
    record.save(update_fields=[*{*own, *followed}, "texts", "version", "updated_at", "updated_by"])
    note(record, record_type, Verb.EDITED, by=by, fields=sorted({*changes, *confirmed, *followed}))
    return record


def require_version(record: Tracked, base_version: int) -> None:
    """An act on the whole record is on the record as its author saw it. Raises `EditConflict`."""
    if record.version != base_version:
        raise EditConflict(record.version, [])


def archive(record: R, *, base_version: int, by: Author) -> R:
    """Take a record that `locked` gave out of the lists; its history stays. Raises `EditConflict`."""
    require_version(record, base_version)
    if record.archived_at is None:
        set_archived(record, timezone.now(), Verb.ARCHIVED, by=by)
    return record


def restore(record: R, *, base_version: int, by: Author) -> R:
    """Bring an archived record that `locked` gave back into the lists. Raises `EditConflict`."""
    require_version(record, base_version)
    if record.archived_at is not None:
        set_archived(record, None, Verb.RESTORED, by=by)
    return record


def touch(record: Tracked, fields: Collection[str], *, by: Author) -> None:
    """Save these columns of a locked record as its next version; the caller notes the change."""
    record.version += 1
    record.updated_at, record.updated_by_id = timezone.now(), by.user_id
    record.save(update_fields=[*fields, "version", "updated_at", "updated_by"])


def put(record: R, *, base_version: int, by: Author, **values: Any) -> R:
    """Set columns of a locked record that no form edits, as its next version.

    Values that it has already raise none. Raises `EditConflict` and `Invalid`.
    """
    require_version(record, base_version)
    changed = [name for name, value in values.items() if getattr(record, name) != value]
    if not changed:
        return record
    for name in changed:
        setattr(record, name, values[name])
    validate(record)
    touch(record, changed, by=by)
    note(record, registry.of(record), Verb.EDITED, by=by, fields=changed)
    return record


def set_archived(record: Tracked, moment: Any, verb: Verb, *, by: Author) -> None:
    record.archived_at = moment
    touch(record, ["archived_at"], by=by)
    note(record, registry.of(record), verb, by=by)


def note(
    record: Any, record_type: RecordType, verb: str, *, by: Author, fields: Collection[str] = ()
) -> Change:
    """Add the change to the feed, in the transaction of the write that it tells of."""
    path = getattr(record, "programme_path", None)  # a kind without one is everybody's to see
    announce()
    return Change.objects.create(
        kind=record_type.kind,
        record_id=record.pk,
        version=record.version,
        verb=verb,
        fields=list(fields),
        programme_id=record.pk if path == "pk" else getattr(record, "programme_id", None),
        visibility=record.visibility if path else Visibility.PUBLIC,
        owner_city_id=record.owner_city_id if path else None,
        city_id=by.city_id,
        user_id=by.user_id,
    )


def write_parts(record: Any, record_type: RecordType, values: Mapping[str, Any], *, by: Author) -> None:
    left = dict(values)
    for part in record_type.parts:
        mine = {path: left.pop(path) for path in list(left) if path.split("/")[0] == part.name}
        if mine:
            part.write(record, mine, by)
    if left:
        raise LookupError(f"{record_type.kind} has no part {sorted(left)[0]!r}.")


def write_followed(record: Tracked, record_type: RecordType, given: Collection[str]) -> Collection[str]:
    """Set what follows from what was given, and say which columns that changed. Raises `Invalid`."""
    if record_type.follows is None:
        return ()
    found = record_type.follows(record, given)
    changed = [name for name, value in found.items() if getattr(record, name) != value]
    for name in changed:
        setattr(record, name, found[name])
    return changed


def validate(record: Tracked) -> None:
    """What the model itself asks for. Raises `Invalid` with the sentences of each field."""
    try:
        record.full_clean(validate_unique=True)
    except ValidationError as error:
        raise Invalid(
            {
                ("" if field == "__all__" else field): messages
                for field, messages in error.message_dict.items()
            }
        ) from None


def strict_conflict(
    record: Tracked,
    record_type: RecordType,
    changes: Mapping[str, Any],
    current: Mapping[str, Any],
    base_version: int,
) -> EditConflict:
    """The conflict of an author who named a version but not what stood in it."""
    since = Change.objects.filter(kind=record_type.kind, record_id=record.pk, version__gt=base_version)
    touched = {path for fields in since.values_list("fields", flat=True) for path in fields}
    return EditConflict(
        record.version,
        [
            FieldConflict(path, None, current[path], value)
            for path, value in changes.items()
            if path in touched and value != current[path]
        ],
    )
