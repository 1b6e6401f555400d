"""Every write to a programme and its records."""

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from accounts.access import require_edit
from accounts.actors import Actor
from accounts.models import City
from programme.models import Citation, Programme
from records import services
from records.errors import Invalid, NotAllowed
from records.models import Record, Visibility
from records.registry import registry

R = TypeVar("R", bound=Record)


def programme_create(
    *, programme: Programme, sides: Mapping[City, Mapping[str, str]], original: str, by: Actor
) -> Programme:
    """Add a programme with its sides (city → the texts of signatory and office). Raises `Invalid`.

    Only the system adds one, from a file of facts: a programme is signed outside.
    """
    if not by.is_system:
        raise NotAllowed("A programme is loaded from a file of facts (manage.py load_programme).")
    with services.writing(by=by):
        parts = {f"sides/{city.code}": dict(texts) for city, texts in sides.items()}
        return services.create(programme, parts=parts, by=by, original=original)


def record_create(
    *, record: R, parts: Mapping[str, Any] | None = None, original: str | None = None, by: Actor
) -> R:
    """Add an area, provision, agreement, event, statement, source or citation.

    Raises `NotAllowed` and `Invalid`.
    """
    with services.writing(by=by):
        require_edit(by, record)
        return services.create(record, parts=parts, by=by, original=original)


def citation_create(*, record: Citation, by: Actor) -> Citation:
    """Say where a record, or one field of it, comes from.

    A citation of one city's own record is that city's own too. Raises `NotAllowed` and `Invalid`.
    """
    kind = record.subject_kind
    seen = registry[kind].visible_to(by).filter(pk=record.subject_id) if kind in registry else None
    subject = seen.first() if seen is not None else None
    if subject is None:
        raise Invalid({"subject_id": [_("There is no such record.")]})
    if getattr(subject, "visibility", None) == Visibility.OWN:
        record.visibility, record.owner_city = Visibility.OWN, subject.owner_city
    return record_create(record=record, by=by)


def record_amend(
    *,
    record: Any,
    changes: Mapping[str, Any],
    base_version: int,
    by: Actor,
    base: Mapping[str, Any] | None = None,
    confirmed: Collection[str] = (),
    reason: str = "",
) -> Any:
    """Edit a programme or one of its records; see `records.services.amend` for the versions.

    With a `reason`, which the history keeps, it is an administrator's correction.
    Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`.
    """
    with services.locked(record, by=by, reason=reason) as fresh:
        require_edit(by, fresh, correcting=bool(reason))
        return services.amend(
            fresh, changes=changes, base_version=base_version, base=base, confirmed=confirmed, by=by
        )


def record_archive(*, record: Any, base_version: int, by: Actor, reason: str = "") -> Any:
    """Take a record out of the lists. Raises `NotVisible`, `NotAllowed` and `EditConflict`."""
    with services.locked(record, by=by, reason=reason) as fresh:
        require_edit(by, fresh, correcting=bool(reason))
        return services.archive(fresh, base_version=base_version, by=by)


def record_restore(*, record: Any, base_version: int, by: Actor, reason: str = "") -> Any:
    """Bring an archived record back. Raises `NotVisible`, `NotAllowed` and `EditConflict`."""
    with services.locked(record, by=by, reason=reason) as fresh:
        require_edit(by, fresh, archived=True, correcting=bool(reason))
        return services.restore(fresh, base_version=base_version, by=by)
