"""Notices are made from the feed of changes and from jobs that have ended, never by the apps themselves.

The maker may run at any time, in many places at once, and again after it was killed:
its place in the feed is a row that is locked while it works and moves on in the same
transaction as the notices are written; and what must exist once is unique besides.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Role, User
from approvals.chain import head
from approvals.models import ChainEntry
from delivery.mail import mails_ask
from delivery.models import (
    ALWAYS_MAILED,
    CHAIN,
    CHAIN_ID,
    JOB,
    Follow,
    MailChoice,
    Notice,
    Place,
    Reason,
)
from records.changes import positions_assign
from records.models import Change, Job, Verb
from records.registry import registry

READER = "notices"
BATCH = 500
JOBS_SINCE = timedelta(days=7)  # the end of a job that nobody was told of for so long is no news
ENDS = {Job.State.DONE: Reason.JOB_DONE, Job.State.PARKED: Reason.JOB_FAILED}


def notices_make() -> int:
    """Make the notices that are missing, and ask for their e-mails; returns how many changes were read."""
    positions_assign()
    Place.objects.bulk_create([Place(reader=READER)], ignore_conflicts=True)
    read = 0
    while batch := read_batch():
        read += batch
    tell_of_jobs()
    tell_of_chain()
    mails_ask()
    return read


@transaction.atomic
def read_batch() -> int:
    """Read on from the stored place; 0 when all is read, or another maker is at it."""
    place = Place.objects.select_for_update(skip_locked=True).filter(reader=READER).first()
    if place is None:
        return 0
    changes = list(Change.objects.filter(position__gt=place.position).order_by("position")[:BATCH])
    if not changes:
        return 0
    write(list(of_changes(changes)))
    place.position = changes[-1].position or place.position
    place.save(update_fields=["position"])
    return len(changes)


def of_changes(changes: list[Change]) -> Iterator[Notice]:
    """A notice for each person who follows or is named, may see the record now, and did not do it."""
    asked: dict[tuple[int, int], Reason] = {}
    for change, user_id in followed(changes):
        asked[change.pk, user_id] = Reason.FOLLOWED
    for change, user_id in mentioned(changes):
        asked[change.pk, user_id] = Reason.MENTIONED
    for change, user_id, why in concerned(changes):
        asked[change.pk, user_id] = Reason(why)
    people = User.objects.with_standing().filter(pk__in={user for _pk, user in asked}, is_active=True)
    seen = Sight(changes, [Actor(user=user) for user in people])
    for change in changes:
        for user_id in seen.actors:
            reason = asked.get((change.pk, user_id))
            if reason and change.user_id != user_id and seen.sees(user_id, change):
                yield Notice(
                    user_id=user_id,
                    reason=reason,
                    kind=change.kind,
                    record_id=change.record_id,
                    change=change,
                )


def followed(changes: list[Change]) -> Iterator[tuple[Change, int]]:
    """Each change with each person who followed its record before it happened."""
    followers: dict[tuple[str, UUID], list[Follow]] = defaultdict(list)
    for follow in Follow.objects.filter(record_id__in={change.record_id for change in changes}):
        followers[follow.kind, follow.record_id].append(follow)
    for change in changes:
        for follow in followers[change.kind, change.record_id]:
            if follow.created_at <= change.at:
                yield change, follow.user_id


def mentioned(changes: list[Change]) -> Iterator[tuple[Change, int]]:
    """Each change that wrote or edited a text, with each person whom it names for the first time."""
    for record_type in registry:
        written = [
            change
            for change in changes
            if change.kind == record_type.kind and change.verb in {Verb.CREATED, Verb.EDITED}
        ]
        if record_type.mentions is None or not written:
            continue
        ids = {change.record_id for change in written}
        records = record_type.model.objects.in_bulk(ids)
        known = set(
            Notice.objects.filter(record_id__in=ids, reason=Reason.MENTIONED).values_list(
                "record_id", "user_id"
            )
        )
        for change in written:
            record = records.get(change.record_id)
            for user_id in record_type.mentions(record) if record else ():
                if (change.record_id, user_id) not in known:
                    known.add((change.record_id, user_id))
                    yield change, user_id


def concerned(changes: list[Change]) -> Iterator[tuple[Change, int, str]]:
    """Each change with each person whom its record's type says it concerns, and why."""
    for record_type in registry:
        own = [change for change in changes if change.kind == record_type.kind]
        if record_type.concerns is None or not own:
            continue
        records = record_type.model.objects.in_bulk({change.record_id for change in own})
        for change in own:
            if record := records.get(change.record_id):
                for user_id, reason in record_type.concerns(record, change):
                    yield change, user_id, reason


class Sight:
    """Who sees which of the changed records now, asked once for all who see the same."""

    def __init__(self, changes: list[Change], actors: list[Actor]) -> None:
        self.actors = {actor.user.pk: actor for actor in actors if actor.user}
        self.ids: dict[str, set[UUID]] = defaultdict(set)
        for change in changes:
            self.ids[change.kind].add(change.record_id)
        self.known: dict[tuple[Any, ...], set[UUID]] = {}

    def sees(self, user_id: int, change: Change) -> bool:
        actor = self.actors[user_id]
        key = (change.kind, actor.city_id, actor.programme_ids)
        if key not in self.known:
            self.known[key] = self.visible(change.kind, actor)
        return change.record_id in self.known[key]

    def visible(self, kind: str, actor: Actor) -> set[UUID]:
        if kind not in registry:
            return set()
        return set(
            registry[kind].visible_to(actor).filter(pk__in=self.ids[kind]).values_list("pk", flat=True)
        )


@transaction.atomic
def tell_of_jobs() -> None:
    """A notice for everybody whose job has ended, once for each way in which it ended."""
    for state, reason in ENDS.items():
        told = Notice.objects.filter(user=OuterRef("user"), record_id=OuterRef("pk"), reason=reason)
        ended = Job.objects.filter(
            ~Exists(told),
            state=state,
            user__is_active=True,
            finished_at__gt=timezone.now() - JOBS_SINCE,
        )
        write(
            [
                Notice(user_id=job.user_id, reason=reason, kind=JOB, record_id=job.pk)
                for job in ended.order_by("finished_at")[:BATCH]
            ]
        )


@transaction.atomic
def tell_of_chain() -> None:
    """The head that each new entry makes, to the secretaries of all its programme's sides.

    A head kept outside is what shows that the chain was bent later. It names no
    proposal: one that still awaits its own side's confirmation is not the other's to know.
    """
    if head() is None:
        return
    Place.objects.bulk_create([Place(reader=CHAIN)], ignore_conflicts=True)
    place = Place.objects.select_for_update(skip_locked=True).filter(reader=CHAIN).first()
    if place is None:
        return
    entries = ChainEntry.objects.filter(position__gt=place.position).order_by("position")[:BATCH]
    last = place.position
    for entry in entries.annotate(of_programme=F("proposal__programme")):
        last = entry.position
        write(
            [
                Notice(user_id=pk, reason=Reason.CHAIN, kind=CHAIN, record_id=CHAIN_ID, entry=entry)
                for pk in secretaries(entry.of_programme)
            ]
        )
    if last != place.position:
        place.position = last
        place.save(update_fields=["position"])


def secretaries(programme_id: UUID) -> list[int]:
    people = User.objects.filter(is_active=True, city__programmes=programme_id)
    found = people.filter(memberships__role=Role.SECRETARY).order_by("pk")
    return list(found.values_list("pk", flat=True).distinct())


def write(notices: list[Notice]) -> None:
    """Save notices, each with an e-mail waiting unless its reader chose otherwise."""
    choices = MailChoice.objects.filter(user__in={notice.user_id for notice in notices}, by_mail=False)
    unwanted = set(choices.exclude(reason__in=ALWAYS_MAILED).values_list("user_id", "reason"))
    for notice in notices:
        if (notice.user_id, notice.reason) not in unwanted:
            notice.mail = Notice.Mail.WAITING
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
