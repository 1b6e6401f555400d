"""Reminders of what a side owes, and proposals whose answer was asked by a day that is over."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import edit_refusal
from accounts.actors import Actor
from accounts.models import City
from approvals import access
from approvals.concerns import owing
from approvals.models import Proposal, Reminder
from approvals.services import proposal_expire
from records import services
from records.errors import NotAllowed
from records.jobs import every_minute
from records.models import Verb
from records.registry import registry
from records.workdays import working_days_between

STEPS = (3, 7, 14)  # working days of the side that owes the answer
AT_ONCE = 500

log = structlog.get_logger()


def owed_since(proposal: Proposal) -> Any:
    return proposal.opened_at or proposal.created_at


def remind_refusal(actor: Actor, proposal: Proposal) -> NotAllowed | None:
    """Why this actor may not remind the other side of a proposal; None when they may."""
    if refusal := edit_refusal(actor, proposal):
        return refusal
    if proposal.state != Proposal.State.OPEN:
        return NotAllowed(_("This proposal awaits no answer of the other side."))
    if proposal.city_id != actor.city_id:
        return NotAllowed(_("It is your own side that owes the answer."))
    return None


def proposal_remind(*, pk: UUID, by: Actor) -> None:
    """Remind the side that owes a proposal its answer; once a day. Raises `NotVisible` and `NotAllowed`."""
    proposal = access.proposal_to_read(pk=pk, actor=by)
    if refusal := remind_refusal(by, proposal):
        raise refusal
    with services.locked(proposal, by=by) as fresh:
        if refusal := remind_refusal(by, fresh):
            raise refusal
        if not remind(fresh, owing(fresh), by=by):
            raise NotAllowed(
                _("The other side has been reminded of this today."), _("Remind it again tomorrow.")
            )


def remind(record: Any, cities: Iterable[Any], *, by: Actor, step: int = 0) -> bool:
    """Note that these cities are reminded of a record that `locked` gave; False where they were already.

    Whom the record's type names as concerned is told, from the change in the feed.
    """
    kind, told = registry.of(record).kind, False
    for city_id in cities:
        reminder = Reminder(
            kind=kind,
            record_id=record.pk,
            city_id=city_id,
            step=step,
            day=timezone.localdate(),
            user_id=by.user_id,
        )
        try:
            with transaction.atomic():
                reminder.save(force_insert=True)
        except IntegrityError:
            continue
        told = True
    if told:
        services.note(record, registry.of(record), Verb.REMINDED, by=by)
    return told


@every_minute
def proposals_look_after() -> None:
    """Remind of what is owed for too long, and withdraw what has expired. One that fails stops no other."""
    by = Actor.system("reminders")
    for proposal in expired():
        attempt(proposal, lambda found: proposal_expire(proposal=found, by=by))
    for proposal in not_fully_reminded():
        attempt(proposal, lambda found: remind_by_calendar(found, by))


def attempt(record: Any, act: Callable[[Any], Any]) -> None:
    """Do this to a record; where it fails, that is logged and stops no other."""
    try:
        act(record)
    except Exception as error:
        log.error("not_looked_after", record=str(record.pk), exc_info=error)


def expired() -> Any:
    return Proposal.objects.filter(state__in=Proposal.PENDING, expires_on__lt=timezone.localdate())[
        :AT_ONCE
    ]


def not_fully_reminded() -> Any:
    """Pending proposals older than the first step, whose last step is still to come for who owes a word."""
    last = Reminder.objects.filter(kind="proposal", record_id=OuterRef("pk"), step=STEPS[-1])
    inside = Q(Exists(last.filter(city=OuterRef("city"))), state=Proposal.State.UNCONFIRMED)
    outside = Q(Exists(last.exclude(city=OuterRef("city"))), state=Proposal.State.OPEN)
    old = timezone.now() - timedelta(days=STEPS[0])
    pending = Proposal.objects.live().filter(state__in=Proposal.PENDING, created_at__lte=old)
    return pending.exclude(inside | outside).select_related("programme").order_by("created_at", "pk")


def remind_by_calendar(proposal: Proposal, by: Actor) -> None:
    """Remind each side that owes a word by the last step that its own working days have reached."""
    for city in City.objects.filter(pk__in=owing(proposal)):

        def owed(found: Proposal, pk: Any = city.pk) -> Any:
            return owed_since(found) if found.is_pending and pk in owing(found) else None

        remind_when_due(proposal, city, owed, by=by)


def remind_when_due(record: Any, city: City, owed: Callable[[Any], Any], *, by: Actor) -> bool:
    """Remind a side of a record of any kind by the last step that its working days have reached.

    `owed` says since when the side owes it, for the record as it stands; None when it does not.
    """
    steps = steps_reached(owed(record), city)
    if not steps or was_reminded(record, city, steps[-1]):
        return False
    with services.locked(record, by=by) as fresh:
        if steps_reached(owed(fresh), city) != steps:
            return False
        skip(fresh, city, steps[:-1])
        return remind(fresh, [city.pk], by=by, step=steps[-1])


def steps_reached(since: Any, city: City) -> list[int]:
    """The steps that a side has reached by its own calendar: days of its time zone, its country's work."""
    if since is None:
        return []
    zone = ZoneInfo(city.timezone)
    start, now = (moment.astimezone(zone).date() for moment in (since, timezone.now()))
    days = working_days_between(start, now, city.country)
    return [step for step in STEPS if step <= days]


def was_reminded(record: Any, city: City, step: int) -> bool:
    rows = Reminder.objects.filter(kind=registry.of(record).kind, record_id=record.pk)
    return rows.filter(city=city, step=step).exists()


def skip(record: Any, city: City, steps: list[int]) -> None:
    """Steps that nobody was told of in time (the system stood still) are told by the later one."""
    kind, day = registry.of(record).kind, timezone.localdate()
    Reminder.objects.bulk_create(
        [Reminder(kind=kind, record_id=record.pk, city=city, step=step, day=day) for step in steps],
        ignore_conflicts=True,
    )
