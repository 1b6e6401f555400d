"""Erasing a person: one act that reaches every copy, and is itself recorded without the person."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from experts.access import erase_refusal
from experts.erasure import person_of, same_person
from experts.models import Engagement, Erasure, Expert, Invitation
from records import services
from records.copies import OF_PEOPLE, results_delete
from records.erasure import Person, Reach, erase_all, preview
from records.errors import Invalid, NotAllowed, NotVisible
from records.jobs import every_minute
from records.models import ResultFile, Verb
from records.registry import registry


def expert_erase(*, expert: Expert, ground: str, base_version: int | None = None, by: Actor) -> Erasure:
    """Erase a person from the record: every copy of what was said of them, history included.

    What stays are ids, states and dates, and who looked at the profile. It cannot be undone.
    Out of reach are backups, what another city has copied, and mails that were sent.

    `base_version`, where it is given, is the profile as its author saw it.
    Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`.
    """
    with services.writing(by=by):
        fresh, *others = lock_all(expert)
        if refusal := erase_refusal(by, fresh):
            raise refusal
        if fresh.state == Expert.State.ERASED:
            raise NotAllowed(_("This expert has been erased."))
        if base_version is not None:
            services.require_version(fresh, base_version)
        if ground not in Erasure.Ground.values:
            raise Invalid({"ground": [_("Choose one of the grounds.")]})
        person = person_of(fresh)
        before = {kind: versions(kind, person) for kind in ("invitation", "engagement")}
        counts = {place.name: count for place, count in preview(person)}  # as the page has shown them
        erase_all(person)
        for kind, known in before.items():
            note_changed(kind, known, by)
        for other in others:
            record(other, ground, {}, by)
        return record(fresh, ground, {name: count for name, count in counts.items() if count}, by)


def record(expert: Expert, ground: str, counts: dict[str, int], by: Actor) -> Erasure:
    """Note that a profile was erased, for its city's auditors and for whoever keeps a copy."""
    Expert.objects.filter(pk=expert.pk).update(updated_by=by.user_id)
    expert.refresh_from_db()
    services.note(expert, registry.of(expert), Verb.ARCHIVED, by=by, fields=["state"])
    return Erasure.objects.create(
        expert=expert,
        city_id=expert.owner_city_id,
        ground=ground,
        user_id=by.user_id,
        client=by.client.name if by.client else "",
        counts=counts,
    )


def erasure_preview(expert: Expert) -> list[tuple[Reach, int]]:
    """What an erasure would reach, place by place, with how much there is."""
    return preview(person_of(expert))


def lock_all(expert: Expert) -> list[Expert]:
    """The profile and those merged with it, locked, and before them what hangs on them, as others do.

    Once the profile is locked nothing new is added to it. Raises `NotVisible`.
    """
    same = same_person(expert)
    for model in (Invitation, Engagement):
        rows = model.objects.filter(expert__in=same).order_by("pk")
        list(rows.select_for_update(of=("self",)).values_list("pk"))
    found = Expert.objects.filter(pk__in=same).order_by("pk").select_for_update(of=("self",))
    locked: dict[UUID, Any] = {each.pk: each for each in found}
    if expert.pk not in locked:
        raise NotVisible
    return [locked.pop(expert.pk), *locked.values()]


def versions(kind: str, person: Person) -> dict[Any, int]:
    rows = registry[kind].model.objects.filter(pk__in=person.ids(kind))  # type: ignore[attr-defined]
    return dict(rows.values_list("pk", "version"))


def note_changed(kind: str, known: dict[Any, int], by: Actor) -> None:
    """Those who keep a copy of these records learn that they changed."""
    record_type = registry[kind]
    for record in record_type.model.objects.filter(pk__in=known).order_by("pk"):  # type: ignore[attr-defined]
        if record.version > known[record.pk]:
            services.note(record, record_type, Verb.EDITED, by=by, fields=sorted(record_type.edited))


@every_minute
def late_files_delete() -> int:
    """Delete files with people in them that were being made while somebody was erased."""
    last = Erasure.objects.order_by("-at").first()
    if last is None:
        return 0
    with transaction.atomic():
        late = ResultFile.objects.filter(
            job__kind__startswith=OF_PEOPLE, job__started_at__lte=last.at
        ).select_for_update(of=("self",))
        return results_delete(late)
