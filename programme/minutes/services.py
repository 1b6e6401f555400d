"""Every write to the minutes of a meeting: its resolutions, and what each side owes from them.

Any editor of either side writes what both share. Who fulfils an obligation, and that it
is done, its own side says; what is owed and by when, either side, until it is done.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require_edit
from accounts.actors import Actor
from accounts.models import Organisation, User
from attachments.access import owner_of
from programme.access import OWN_WORD, own_word_refusal
from programme.models import Event, Obligation, Resolution
from programme.services import record_archive, record_restore
from records import services
from records.errors import Invalid, NotAllowed
from records.models import Visibility
from records.registry import registry
from records.texts import columns
from records.values import read_values

__all__ = [
    "obligation_amend",
    "obligation_archive",
    "obligation_create",
    "obligation_restore",
    "resolution_amend",
    "resolution_archive",
    "resolution_create",
    "resolution_restore",
]


def resolution_create(*, resolution: Resolution, original: str | None = None, by: Actor) -> Resolution:
    """Add a point to the minutes of its event. Without a number it becomes the last one.

    Raises `NotVisible`, `NotAllowed` and `Invalid`.
    """
    with services.locked(resolution.event, by=by) as event:
        require_edit(by, event)
        place(resolution, event, by=by)
        if resolution.number is None:
            resolution.number = next_number(event)
        require_free(resolution.number, event)
        return services.create(resolution, by=by, original=original)


def resolution_amend(
    *,
    resolution: Resolution,
    changes: Mapping[str, Any],
    base_version: int,
    by: Actor,
    base: Mapping[str, Any] | None = None,
    confirmed: Collection[str] = (),
    reason: str = "",
) -> Resolution:
    """Edit a point; see `records.services.amend` for versions and merging.

    With a `reason`, which the history keeps, it is an administrator's correction.
    Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`.
    """
    # The event is locked first, as when a point is added: two points never get one number.
    with (
        services.locked(resolution.event, by=by, reason=reason) as event,
        services.locked(resolution, by=by, reason=reason) as fresh,
    ):
        require_edit(by, fresh, correcting=bool(reason))
        if "number" in touched(fresh, changes, by):
            require_free(changes["number"], event)
        return services.amend(
            fresh, changes=changes, base_version=base_version, base=base, confirmed=confirmed, by=by
        )


def resolution_archive(
    *, resolution: Resolution, base_version: int, by: Actor, reason: str = ""
) -> Resolution:
    """Take a point out of the minutes, and with it what is owed from it. Raises as `record_archive`."""
    return record_archive(record=resolution, base_version=base_version, by=by, reason=reason)


def resolution_restore(
    *, resolution: Resolution, base_version: int, by: Actor, reason: str = ""
) -> Resolution:
    """Bring it back under its number, which no other point has got. Raises as `record_restore`."""
    return record_restore(record=resolution, base_version=base_version, by=by, reason=reason)


def obligation_create(*, obligation: Obligation, original: str | None = None, by: Actor) -> Obligation:
    """Add what a side owes from a resolution.

    Either side may add it for either; who fulfils it only its own side says. One
    city's own obligation is that city's. Raises `NotVisible`, `NotAllowed` and `Invalid`.
    """
    with services.locked(obligation.resolution, by=by) as resolution:
        require_edit(by, resolution)
        place(obligation, resolution, by=by)
        if not obligation.programme.cities.filter(pk=obligation.city_id).exists():
            raise Invalid({"city": [_("This city is not a side of the programme.")]})
        if obligation.visibility == Visibility.OWN and obligation.owner_city_id != obligation.city_id:
            raise Invalid({"city": [_("What only your side sees is owed by your side.")]})
        given = {path for path, value in values(obligation, by).items() if value}
        require_own_word(obligation, given, by)
        check(obligation, values(obligation, by), given)
        return services.create(obligation, by=by, original=original)


def obligation_amend(
    *,
    obligation: Obligation,
    changes: Mapping[str, Any],
    base_version: int,
    by: Actor,
    base: Mapping[str, Any] | None = None,
    confirmed: Collection[str] = (),
    reason: str = "",
) -> Obligation:
    """Edit an obligation; see `records.services.amend` for versions and merging.

    With a `reason`, which the history keeps, it is an administrator's correction; it
    says no side's word for it. Raises `NotVisible`, `NotAllowed`, `EditConflict` and
    `Invalid`.
    """
    with services.locked(obligation, by=by, reason=reason) as fresh:
        require_edit(by, fresh, correcting=bool(reason))
        now = values(fresh, by)
        asked = touched(fresh, changes, by)
        require_own_word(fresh, asked, by)
        require_not_settled(fresh, {**now, **changes}, asked, now)
        check(fresh, {**now, **changes}, asked)
        return services.amend(
            fresh, changes=changes, base_version=base_version, base=base, confirmed=confirmed, by=by
        )


def obligation_archive(
    *, obligation: Obligation, base_version: int, by: Actor, reason: str = ""
) -> Obligation:
    """Take an obligation out of the lists. Raises as `record_archive`."""
    return record_archive(record=obligation, base_version=base_version, by=by, reason=reason)


def obligation_restore(
    *, obligation: Obligation, base_version: int, by: Actor, reason: str = ""
) -> Obligation:
    """Bring it back. Raises as `record_restore`."""
    return record_restore(record=obligation, base_version=base_version, by=by, reason=reason)


# The rules.


def place(record: Any, outer: Any, *, by: Actor) -> None:
    """Put a new record into what it is part of. Raises `Invalid` if more people would see it."""
    record.programme = outer.programme
    if not by.is_system:
        record.owner_city_id = owner_of(outer, record.visibility, by)


def next_number(event: Event) -> int:
    """After the last point, archived ones among them: a number is never given twice."""
    return (Resolution.objects.filter(event=event).aggregate(last=Max("number"))["last"] or 0) + 1


def require_free(number: Any, event: Event) -> None:
    """Raises `Invalid` when the minutes have this point already."""
    same = Resolution.objects.filter(event=event, number=number)
    if isinstance(number, int) and number < 2**15 and same.exists():
        raise Invalid({"number": [_("The minutes have a point %(number)s already.") % {"number": number}]})


def values(record: Any, by: Actor) -> dict[str, Any]:
    return read_values(record, registry.of(record), by)


def touched(record: Any, changes: Mapping[str, Any], by: Actor) -> set[str]:
    """The paths whose value differs from what stands there now."""
    now = values(record, by)
    return {path for path, value in changes.items() if value != now.get(path)}


def field_of(path: str) -> str:
    """The field that a column is of: `outcome` for `outcome_ru`."""
    return columns(Obligation).get(path, (path, ""))[0]


def require_own_word(obligation: Obligation, paths: Collection[str], by: Actor) -> None:
    """Raises `NotAllowed` when one side would say what only the other one says."""
    if {field_of(path) for path in paths} & OWN_WORD and not by.is_system:
        # Whether it may be edited at all has been asked; an administrator corrects for their own city.
        if obligation.city_id == by.city_id:
            return
        if refusal := own_word_refusal(by, obligation):
            raise refusal


def require_not_settled(
    obligation: Obligation, then: Mapping[str, Any], paths: Collection[str], now: Mapping[str, Any]
) -> None:
    """What was owed, and by when, stays once it is done; a missing translation may still be added."""
    if obligation.done_on is None or not then["done_on"]:
        return
    if any(field_of(path) in ("text", "due_on") and now[path] for path in paths):
        raise NotAllowed(
            _("This is done: what was owed, and by when, stays as it was."),
            _("The side that owed it can open it again."),
        )


def check(obligation: Obligation, then: Mapping[str, Any], paths: Collection[str]) -> None:
    """What of an obligation's new values does not fit together. Raises `Invalid`."""
    errors: dict[str, list[str]] = {}
    ours = {"organisation": Organisation.objects.live(), "person": User.objects.filter(is_active=True)}
    for path, choices in ours.items():
        wanted = then[path]
        if path in paths and wanted and not is_among(choices.filter(city=obligation.city_id), wanted):
            errors[path] = [_("Choose one of this side's own.")]
    held: Any = obligation.resolution.event.held
    if held:
        for path in {"due_on", "done_on"} & set(paths):
            if then[path] and str(then[path]) < held.first.isoformat():
                errors[path] = [_("This lies before the meeting itself.")]
    today = obligation.city.today(timezone.now()).isoformat()
    if "done_on" in paths and then["done_on"] and str(then["done_on"]) > today:
        errors["done_on"] = [_("This lies in the future.")]
    if not then["done_on"] and any(value for path, value in then.items() if field_of(path) == "outcome"):
        errors["done_on"] = [_("Say also when it was done.")]
    if errors:
        raise Invalid(errors)


def is_among(choices: Any, pk: Any) -> bool:
    try:
        return choices.filter(pk=pk).exists()
    except (ValidationError, ValueError, TypeError):
        return False
