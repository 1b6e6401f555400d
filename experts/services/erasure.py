"""Erasing a person: one act that reaches every copy, and is itself recorded without the person."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from experts.access import erase_refusal
from experts.erasure import person_of
from experts.models import Engagement, Erasure, Expert, Invitation
from records import services
from records.copies import OF_PEOPLE, results_delete
from records.erasure import Person, Reach, erase_all, preview
from records.errors import Invalid, NotAllowed, NotVisible
from records.jobs import every_minute
from records.models import ResultFile, Verb
from records.registry import registry


def expert_erase(*, expert: Expert, ground: str, by: Actor) -> Erasure:
    """Erase a person from the record: every copy of what was said of them, history included.

    What stays are ids, states and dates, and who looked at the profile. It cannot be undone.
    Out of reach are backups, what another city has copied, and mails that were sent.

    Raises `NotVisible`, `NotAllowed` and `Invalid`.
    """
    with services.writing(by=by):
        fresh = lock_all(expert)
        if refusal := erase_refusal(by, fresh):
            raise refusal
        if fresh.state == Expert.State.ERASED:
            raise NotAllowed(_("This expert has been erased."))
        if ground not in Erasure.Ground.values:
            raise Invalid({"ground": [_("Choose one of the grounds.")]})
        person = person_of(fresh)
        before = {kind: versions(kind, person) for kind in ("invitation", "engagement")}
        counts = erase_all(person)
        Expert.objects.filter(pk=fresh.pk).update(updated_by=by.user_id)
        fresh.refresh_from_db()
        services.note(fresh, registry.of(fresh), Verb.ARCHIVED, by=by, fields=["state"])
        for kind, known in before.items():
            note_changed(kind, known, by)
        return Erasure.objects.create(
            expert=fresh,
            city_id=fresh.owner_city_id,
            ground=ground,
            user_id=by.user_id,
            client=by.client.name if by.client else "",
            counts={name: count for name, count in counts.items() if count},
        )


def erasure_preview(expert: Expert) -> list[tuple[Reach, int]]:
    """What an erasure would reach, place by place, with how much there is."""
    return preview(person_of(expert))


def lock_all(expert: Expert) -> Expert:
    """The profile, locked, and before it what hangs on it, in the order in which others lock these.

    Once the profile is locked nothing new is added to it. Raises `NotVisible`.
    """
    for model in (Invitation, Engagement):
        rows = model.objects.filter(expert=expert.pk).order_by("pk")
        list(rows.select_for_update(of=("self",)).values_list("pk"))
    try:
        return Expert.objects.select_for_update(of=("self",)).get(pk=expert.pk)
    except Expert.DoesNotExist:
        raise NotVisible from None


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
