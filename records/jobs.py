"""Long work: a row in PostgreSQL says what is to be done, a message carries only its id.

A job is created in the transaction of the change that asks for it. Nothing is lost
when Redis forgets, a worker dies or a message comes twice: the row says whether the
work is still to be done, a lease says whether somebody is at it, and the relay sends
what nobody has taken. A job may therefore run twice; what must exist once is unique
in PostgreSQL. One that keeps failing is parked where an administrator sees it.

All times are the database's, so that machines whose clocks differ agree on what is
due. A run is known by its `holder`, a new one for each: whoever has lost the lease
changes nothing any more, however late it wakes up.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import structlog
from celery import current_app
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Case, F, Q, TextField, Value, When
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from records import logs
from records.errors import Refused
from records.heartbeat import Cancelled, Heartbeat
from records.models import Job

__all__ = [
    "Cancelled",
    "Hopeless",
    "Work",
    "every_minute",
    "job_cancel",
    "job_create",
    "job_kind",
    "job_retry",
]

MOST_ATTEMPTS = 3
RELAYED_AT_ONCE = 500
MOST_ENTRIES = 100  # of a job's log
DIED = "The worker died each time it was tried."

log = structlog.get_logger()
KINDS: dict[str, Callable[["Work"], None]] = {}
LABELS: dict[str, Any] = {}
EVERY_MINUTE: list[Callable[[], Any]] = []


def every_minute(function: Callable[[], Any]) -> Callable[[], Any]:
    """Registers what beat's one entry runs each minute. It may run twice, and at once with itself."""
    EVERY_MINUTE.append(function)
    return function


def job_kind(name: str, label: Any = "") -> Callable[[Callable[["Work"], None]], Callable[["Work"], None]]:
    """Registers the function that does jobs of this kind. It must be safe to run twice.

    `label` is what people read of it, as in “Import of trade figures”.
    """

    def register(function: Callable[["Work"], None]) -> Callable[["Work"], None]:
        if KINDS.setdefault(name, function) is not function:
            raise ValueError(f"There are two kinds of job named {name!r}.")
        LABELS[name] = label or name
        return function

    return register


class Hopeless(Refused):
    """This work cannot be done, and trying again will not help; the sentence says why."""


class Work:
    """A job as the function that does it sees it."""

    def __init__(self, job: Job, heartbeat: Heartbeat) -> None:
        self.job, self.heartbeat = job, heartbeat
        self.arguments: dict[str, Any] = job.arguments

    def step(self, text: str, progress: int) -> None:
        """Say how far the work has come (0 to 100 per cent). Raises `Cancelled` when it is to stop.

        Inside a transaction the word is passed on by the heartbeat, whose connection
        is another: people see the progress of an import that is whole or nothing.
        """
        self.job.log = [*self.job.log, entry(text)][-MOST_ENTRIES:]
        said = {"step": clean(text)[:200], "progress": max(0, min(progress, 100)), "log": self.job.log}
        if connection.in_atomic_block:
            self.heartbeat.say(said)
        else:
            self.heartbeat.beat(said)
        if self.heartbeat.stopped:
            raise Cancelled

    def show_result(self, url: str) -> None:
        """Say at which address of this product people find what the work has made."""
        held_by(self.job).update(result_url=url)


def held_by(job: Job) -> Any:
    """The job, as long as this run of it holds the lease."""
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, holder=job.holder)


def lease() -> Any:
    return Now() + timedelta(seconds=settings.JOB_LEASE)


def or_cancelled(otherwise: str) -> Case:
    """The state that a job goes to from a run: no further try for one that somebody asked to stop."""
    return Case(When(cancel_asked=True, then=Value(Job.State.CANCELLED)), default=Value(otherwise))


def job_create(*, kind: str, arguments: dict[str, Any], by: Any, key: str = "") -> Job:
    """Ask for work, in the transaction of the change that needs it.

    While a job with the same `key` waits or runs, that one is given back instead.
    """
    if kind not in KINDS:
        raise ValueError(f"There is no kind of job named {kind!r}.")
    while True:
        job = Job(kind=kind, arguments=arguments, key=key, user_id=by.user_id, city_id=by.city_id)
        try:
            with transaction.atomic():
                job.save(force_insert=True)
        except IntegrityError:
            same = Job.objects.active().filter(key=key).first() if key else None
            if same:
                return same
            if not key:
                raise
            continue  # it ended between the two statements, so there is room now
        transaction.on_commit(partial(send, job.pk), robust=True)
        return job


def job_cancel(*, job: Job) -> None:
    """Ask a job to stop: at once when it waits, at its next step when it runs.

    One statement: a job that fails at this very moment can't slip from running to
    waiting between two.
    """
    waits = Q(state=Job.State.QUEUED)
    Job.objects.active().filter(pk=job.pk).update(
        cancel_asked=True,
        state=Case(When(waits, then=Value(Job.State.CANCELLED)), default=F("state")),
        finished_at=Case(When(waits, then=Now()), default=F("finished_at")),
    )


def job_retry(*, job: Job) -> None:
    """Give a parked job another three tries. Raises `Refused` while the same work waits or runs already."""
    try:
        with transaction.atomic():
            again = Job.objects.filter(pk=job.pk, state=Job.State.PARKED).update(
                state=Job.State.QUEUED,
                attempts=0,
                step="",
                progress=0,
                error="",
                cancel_asked=False,
                finished_at=None,
                sent_at=None,
                run_after=Now(),
            )
    except IntegrityError:
        raise Refused(_("The same work has been asked for again meanwhile.")) from None
    if again:
        transaction.on_commit(partial(send, job.pk), robust=True)


def due() -> Any:
    """Jobs that wait, may run now, and have not been sent, or so long ago that the message is lost."""
    lost = Now() - timedelta(seconds=settings.JOB_SENT_AGAIN_AFTER)
    unsent = Q(sent_at=None) | Q(sent_at__lt=lost) | Q(sent_at__lt=F("run_after"))
    return Job.objects.filter(unsent, state=Job.State.QUEUED, run_after__lte=Now())


def send(pk: UUID) -> bool:
    """Put the id into Redis, unless somebody has just done so. False when Redis does not take it.

    The moment is noted first: of several relays at once one sends. Without Redis,
    or when this process dies in between, nothing is lost: a relay sends it again.
    """
    if not due().filter(pk=pk).update(sent_at=Now()):
        return True
    try:
        current_app.send_task("records.tasks.run_job", [str(pk)], retry=False)
    except Exception as error:  # whatever the queue says, what was saved stays saved
        log.warning("job_not_sent", job=str(pk), error=str(error))
        Job.objects.filter(pk=pk, state=Job.State.QUEUED).update(sent_at=None)
        return False
    return True


def take_up_lost() -> None:
    """Jobs whose worker has died wait again, or are parked after the last try.

    A row that is locked belongs to a worker that lives: it is in the middle of a
    transaction that has written to it.
    """
    with transaction.atomic():
        lost = Job.objects.select_for_update(skip_locked=True).filter(
            state=Job.State.RUNNING, lease_until__lt=Now()
        )
        tried_enough = Q(attempts__gte=MOST_ATTEMPTS)
        over = tried_enough | Q(cancel_asked=True)
        Job.objects.filter(pk__in=[job.pk for job in lost]).update(
            state=Case(
                When(cancel_asked=True, then=Value(Job.State.CANCELLED)),
                When(tried_enough, then=Value(Job.State.PARKED)),
                default=Value(Job.State.QUEUED),
            ),
            error=Case(When(tried_enough, then=Value(DIED)), default=F("error"), output_field=TextField()),
            finished_at=Case(When(over, then=Now())),
            holder=None,
            sent_at=None,
            run_after=Now(),
        )


@every_minute
def relay() -> int:
    """Take up jobs whose worker has died, and send what is due and was not taken; returns how many."""
    take_up_lost()
    sent = 0
    for pk in list(due().order_by("created_at").values_list("pk", flat=True)[:RELAYED_AT_ONCE]):
        if not send(pk):
            break
        sent += 1
    return sent


def claim(pk: UUID) -> Job | None:
    """The job, for this run alone; None when somebody else does it, has done it, or it is to stop.

    The attempt is written before the work starts, so that one which kills its worker
    is counted too.
    """
    holder = uuid4()
    waiting = Job.objects.filter(
        pk=pk, state=Job.State.QUEUED, run_after__lte=Now(), cancel_asked=False, attempts__lt=MOST_ATTEMPTS
    )
    taken = waiting.update(
        state=Job.State.RUNNING,
        holder=holder,
        attempts=F("attempts") + 1,
        started_at=Now(),
        lease_until=lease(),
        step="",
        progress=0,
        error="",
    )
    return Job.objects.filter(pk=pk, holder=holder).first() if taken else None


def run(pk: UUID) -> None:
    """Do a job, if nobody else does it or has done it."""
    job = claim(pk)
    if job is None:
        return
    try:
        with Heartbeat(held_by(job), lease) as heartbeat:
            KINDS[job.kind](Work(job, heartbeat))
    except Cancelled:
        reconnect()
        held_by(job).update(state=Job.State.CANCELLED, finished_at=Now())
    except Exception as error:  # whatever it is, the job must say so and be tried again
        reconnect()
        failed(job, error)
    else:
        reconnect()
        held_by(job).update(state=Job.State.DONE, progress=100, finished_at=Now())


def reconnect() -> None:
    """The end of a job is written even if its own connection broke meanwhile."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def failed(job: Job, error: Exception) -> None:
    """Try again a little later, or park the job after its last try, or when no other would help."""
    log.error("job_failed", job=str(job.pk), kind=job.kind, attempt=job.attempts, exc_info=error)
    said = clean(str(error) if isinstance(error, Refused) else logs.told(error))
    trace = clean(logs.traced(error))[-8000:]
    told = {"error": said, "log": [*job.log, {**entry(said), "trace": trace}], "holder": None}
    if job.attempts >= MOST_ATTEMPTS or isinstance(error, Hopeless):
        held_by(job).update(state=or_cancelled(Job.State.PARKED), finished_at=Now(), **told)
        return
    wait = timedelta(seconds=5 * 4 ** (job.attempts - 1))
    held_by(job).update(
        state=or_cancelled(Job.State.QUEUED),
        finished_at=Case(When(cancel_asked=True, then=Now())),
        run_after=Now() + wait,
        sent_at=None,
        **told,
    )


def entry(text: str) -> dict[str, str]:
    return {"at": timezone.now().isoformat(timespec="seconds"), "step": clean(text)[:500]}


def clean(text: str) -> str:
    """PostgreSQL keeps no NUL character, and a job must be able to say why it failed."""
    return text.replace("\x00", "�")
