"""Long work: a row in PostgreSQL says what is to be done, a message carries only its id.

A job is created in the transaction of the change that asks for it. Nothing is lost
when Redis forgets, a worker dies or a message comes twice: the row says whether the
work is still to be done, a lease says whether somebody is at it, and the relay sends
what nobody has taken. A job may therefore run twice; what must exist once is unique
in PostgreSQL. One that keeps failing is parked where an administrator sees it.
"""

import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from celery import current_app
from django.db import IntegrityError, close_old_connections, connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway

from records.errors import Refused
from records.models import Job

LEASE = timedelta(seconds=60)
HEARTBEAT = 15.0  # seconds; a worker that misses four of them counts as dead
MOST_ATTEMPTS = 3
SENT_AGAIN_AFTER = timedelta(minutes=2)
RELAYED_AT_ONCE = 500

log = structlog.get_logger()
KINDS: dict[str, Callable[["Work"], None]] = {}
TOLD: dict[str, "Told"] = {}

EVERY_MINUTE: list[Callable[[], Any]] = []


def every_minute(function: Callable[[], Any]) -> Callable[[], Any]:
    """Registers what beat's one entry runs each minute. It may run twice, and at once with itself."""
    EVERY_MINUTE.append(function)
    return function


class Cancelled(Exception):
    """Somebody has asked for the job to stop."""


@dataclass(frozen=True)
class Told:
    """What the person who asked for a job of some kind is told when it has ended."""

    label: Any
    url: Callable[[Job], str]


def no_page(job: Job) -> str:
    return ""


def job_kind(
    name: str, *, label: Any = "", url: Callable[[Job], str] = no_page
) -> Callable[[Callable[["Work"], None]], Callable[["Work"], None]]:
    """Registers the function that does jobs of this kind. It must be safe to run twice.

    `label` is what its reader calls such a job; `url` gives the page of what it made.
    """

    def register(function: Callable[["Work"], None]) -> Callable[["Work"], None]:
        if KINDS.setdefault(name, function) is not function:
            raise ValueError(f"There are two kinds of job named {name!r}.")
        TOLD[name] = Told(label or name, url)
        return function

    return register


class Work:
    """A job as the function that does it sees it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.arguments: dict[str, Any] = job.arguments

    def step(self, text: str, progress: int) -> None:
        """Say how far the work has come (0 to 100 per cent). Raises `Cancelled` when it is to stop."""
        now = timezone.now()
        entry = {"at": now.isoformat(timespec="seconds"), "step": text}
        going = Job.objects.filter(pk=self.job.pk, state=Job.State.RUNNING, attempts=self.job.attempts)
        self.job.log = [*self.job.log, entry]
        if not going.update(step=text, progress=progress, lease_until=now + LEASE, log=self.job.log):
            raise Cancelled
        if going.filter(cancel_asked=True).exists():
            raise Cancelled


def job_create(*, kind: str, arguments: dict[str, Any], by: Any, key: str = "") -> Job:
    """Ask for work, in the transaction of the change that needs it.

    While a job with the same `key` waits or runs, that one is given back instead.
    """
    if kind not in KINDS:
        raise ValueError(f"There is no kind of job named {kind!r}.")
    job = Job(kind=kind, arguments=arguments, key=key or None, user_id=by.user_id, city_id=by.city_id)
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError:
        return Job.objects.active().get(key=key)
    transaction.on_commit(lambda: send(job.pk))
    return job


def job_cancel(*, job: Job) -> None:
    """Ask a job to stop: at once when it waits, at its next step when it runs."""
    now = timezone.now()
    stopped = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED)
    if not stopped.update(state=Job.State.CANCELLED, finished_at=now, key=None):
        Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(cancel_asked=True)


def job_retry(*, job: Job) -> None:
    """Give a parked job another three tries."""
    again = Job.objects.filter(pk=job.pk, state=Job.State.PARKED)
    if again.update(
        state=Job.State.QUEUED, attempts=0, error="", finished_at=None, run_after=timezone.now()
    ):
        transaction.on_commit(lambda: send(job.pk))


def send(pk: UUID) -> bool:
    """Put the id into Redis. Without Redis nothing is lost: the relay tries again."""
    try:
        current_app.send_task("records.tasks.run_job", [str(pk)], retry=False)
    except (BrokerAway, OSError) as error:
        log.warning("job_not_sent", job=str(pk), error=str(error))
        return False
    Job.objects.filter(pk=pk).update(sent_at=timezone.now())
    return True


@every_minute
def relay() -> int:
    """Take up jobs whose worker has died, and send what is due and was not taken; returns how many."""
    now = timezone.now()
    lost = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=now)
    lost.filter(attempts__gte=MOST_ATTEMPTS).update(
        state=Job.State.PARKED, finished_at=now, error="The worker died each time it was tried.", key=None
    )
    lost.update(state=Job.State.QUEUED, sent_at=None, run_after=now)
    due = Job.objects.filter(state=Job.State.QUEUED, run_after__lte=now).filter(
        Q(sent_at=None) | Q(sent_at__lt=now - SENT_AGAIN_AFTER) | Q(sent_at__lt=F("run_after"))
    )
    sent = 0
    for pk in due.order_by("created_at").values_list("pk", flat=True)[:RELAYED_AT_ONCE]:
        if not send(pk):
            break
        sent += 1
    return sent


def run(pk: UUID) -> None:
    """Do a job, if nobody else does it or has done it. The attempt is written before the work starts."""
    now = timezone.now()
    waiting = Job.objects.filter(pk=pk, state=Job.State.QUEUED, run_after__lte=now)
    if not waiting.update(
        state=Job.State.RUNNING,
        attempts=F("attempts") + 1,
        started_at=now,
        lease_until=now + LEASE,
        error="",
    ):
        return
    job = Job.objects.get(pk=pk)
    mine = Job.objects.filter(pk=pk, state=Job.State.RUNNING, attempts=job.attempts)
    try:
        with heartbeat(job):
            KINDS[job.kind](Work(job))
    except Cancelled:
        mine.update(state=Job.State.CANCELLED, finished_at=timezone.now(), key=None)
    except Exception as error:  # whatever it is, the job must say so and be tried again
        failed(job, error)
    else:
        mine.update(state=Job.State.DONE, progress=100, finished_at=timezone.now(), key=None)


def failed(job: Job, error: Exception) -> None:
    """Try again a little later, or park the job after its last try."""
    log.error("job_failed", job=str(job.pk), kind=job.kind, attempt=job.attempts, exc_info=error)
    said = str(error) if isinstance(error, Refused) else f"{type(error).__name__}: {error}"
    now = timezone.now()
    mine = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)
    trace = "".join(traceback.format_exception(error))[-8000:]
    entries = [*job.log, {"at": now.isoformat(timespec="seconds"), "step": said, "trace": trace}]
    if job.attempts >= MOST_ATTEMPTS:
        mine.update(state=Job.State.PARKED, finished_at=now, error=said, log=entries, key=None)
    else:
        wait = timedelta(seconds=5 * 4 ** (job.attempts - 1))
        mine.update(state=Job.State.QUEUED, run_after=now + wait, sent_at=None, error=said, log=entries)


@contextmanager
def heartbeat(job: Job) -> Iterator[None]:
    """Renews the lease while the work goes on, however long one step takes."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(HEARTBEAT):
            mine = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)
            close_old_connections()
            mine.update(lease_until=timezone.now() + LEASE)
        connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
