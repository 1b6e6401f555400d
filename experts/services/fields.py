"""Every write to the fields of expertise."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from experts.access import require_reference_data
from experts.models import Expert, ExpertiseField
from experts.search import index
from records import services
from records.errors import Invalid, NotVisible
from records.models import Verb
from records.registry import registry
from records.texts import LANGUAGES, column, revise, text_in


def field_create(*, field: ExpertiseField, by: Actor) -> ExpertiseField:
    """Add a field of expertise. Raises `NotAllowed` and `Invalid`."""
    with services.writing(by=by):
        require_reference_data(by, field)
        return services.create(field, by=by)


def field_amend(
    *,
    field: ExpertiseField,
    changes: Mapping[str, Any],
    base_version: int,
    by: Actor,
    base: Mapping[str, Any] | None = None,
    confirmed: Collection[str] = (),
    reason: str = "",
) -> ExpertiseField:
    """Edit a field; a parent below itself is refused.

    Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`.
    """
    with services.locked(field, by=by, reason=reason) as fresh:
        require_reference_data(by, fresh)
        if changes.get("parent"):
            require_above(fresh, changes["parent"])
        made = services.amend(
            fresh, changes=changes, base_version=base_version, base=base, confirmed=confirmed, by=by
        )
        index.refresh_field(made)
        return made


def field_archive(
    *, field: ExpertiseField, base_version: int, by: Actor, reason: str = ""
) -> ExpertiseField:
    """Take a field out of the tree, if no field stands below it and no expert or request names it.

    Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`.
    """
    with services.locked(field, by=by, reason=reason) as fresh:
        require_reference_data(by, fresh)
        if ExpertiseField.objects.live().filter(parent=fresh).exists():
            raise Invalid({"": [_("Fields stand below this one: move them first.")]})
        if (
            fresh.experts.exclude(state=Expert.State.ERASED).exists()
            or fresh.requests.filter(archived_at=None).exists()
        ):
            raise Invalid(
                {"": [_("Experts or requests name this field: merge it into another one instead.")]}
            )
        made = services.archive(fresh, base_version=base_version, by=by)
        index.refresh_field(made)
        return made


def field_restore(
    *, field: ExpertiseField, base_version: int, by: Actor, reason: str = ""
) -> ExpertiseField:
    """Bring an archived field back. Raises `NotVisible`, `NotAllowed` and `EditConflict`."""
    with services.locked(field, by=by, reason=reason) as fresh:
        require_reference_data(by, fresh, archived=True)
        services.require_version(fresh, base_version)
        fresh.merged_into, fresh.archived_at = None, None
        services.validate(fresh)
        services.touch(fresh, ["merged_into", "archived_at"], by=by)
        services.note(fresh, registry.of(fresh), Verb.RESTORED, by=by)
        index.refresh_field(fresh)
        return fresh


def fields_merge(
    *,
    kept: ExpertiseField,
    gone: ExpertiseField,
    base_version: int | None = None,
    by: Actor,
    reason: str = "",
) -> ExpertiseField:
    """Merge one field into another: its experts, requests and subfields move, its words become synonyms.

    Both are locked, in the order of their ids; `base_version` is of the one that goes.
    Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`.
    """
    with services.writing(by=by, reason=reason):
        pks = sorted([kept.pk, gone.pk])
        locked = {
            field.pk: field
            for field in ExpertiseField.objects.select_for_update().filter(pk__in=pks).order_by("pk")
        }
        if len(locked) < 2:
            raise NotVisible if kept.pk != gone.pk else Invalid({"": [_("Choose two different fields.")]})
        kept, gone = locked[kept.pk], locked[gone.pk]
        require_reference_data(by, kept)
        require_reference_data(by, gone)
        if base_version is not None:
            services.require_version(gone, base_version)
        require_above(gone, kept.pk)
        records: list[Any] = [*gone.experts.all(), *gone.requests.all()]
        for record in records:
            record.fields.add(kept)
            record.fields.remove(gone)
            services.touch(record, [], by=by)
            services.note(record, registry.of(record), Verb.EDITED, by=by, fields=["fields"])
        for child in ExpertiseField.objects.filter(parent=gone):
            child.parent = kept
            services.touch(child, ["parent"], by=by)
            services.note(child, registry.of(child), Verb.EDITED, by=by, fields=["parent"])
        take_words(kept, gone, by=by)
        gone.merged_into, gone.archived_at = kept, timezone.now()
        services.touch(gone, ["merged_into", "archived_at"], by=by)
        services.note(gone, registry.of(gone), Verb.ARCHIVED, by=by)
        index.refresh_many([record.pk for record in records if isinstance(record, Expert)])
        return kept


def take_words(kept: ExpertiseField, gone: ExpertiseField, *, by: Actor) -> None:
    """The label and synonyms of a merged field go on as synonyms of the one that it went into."""
    names = [column("synonyms", language) for language in LANGUAGES]
    before = {name: getattr(kept, name) or "" for name in names}
    for language, name in zip(LANGUAGES, names, strict=True):
        words = dict.fromkeys([*text_in(kept, "synonyms", language).splitlines(), *gone.words(language)])
        words.pop(text_in(kept, "name", language), None)
        setattr(kept, name, "\n".join(filter(None, words)))
    revise(kept, before, authentic=())
    services.validate(kept)
    services.touch(kept, [*names, "texts"], by=by)
    services.note(kept, registry.of(kept), Verb.EDITED, by=by, fields=names)


def require_above(field: ExpertiseField, parent_id: Any) -> None:
    """A field stands neither below itself nor below its own subfields. Raises `Invalid`."""
    above: Any = parent_id
    while above is not None:
        if str(above) == str(field.pk):
            raise Invalid({"parent": [_("A field cannot stand below itself.")]})
        above = ExpertiseField.objects.filter(pk=above).values_list("parent", flat=True).first()
