"""Jobs: each is done once, none is lost, and one that keeps failing is parked."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings as product
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from records import jobs
from records.errors import Refused
from records.models import Job

pytestmark = pytest.mark.django_db(transaction=True)
NOBODY = SimpleNamespace(user_id=None, city_id=None)
THREADS = 8


@pytest.fixture
def sent(monkeypatch):
    """The ids that would go into Redis; nobody takes them."""
    ids: list[str] = []
    monkeypatch.setattr(
        "records.jobs.current_app.send_task", lambda name, args, **options: ids.append(args[0])
    )
    return ids


@pytest.fixture
def work(monkeypatch, sent):
    """A kind of job, "sample", that does what `work.does` says."""
    kind = SimpleNamespace(does=lambda work: None, runs=0)

    def do(work: jobs.Work) -> None:
        kind.runs += 1
        kind.does(work)

    monkeypatch.setitem(jobs.KINDS, "sample", do)
    return kind


def ask(**options: Any) -> Job:
    return jobs.job_create(kind="sample", arguments={}, by=NOBODY, **options)


def at_once(act: Any, count: int = THREADS) -> list[Any]:
    barrier = threading.Barrier(count, timeout=120)

    def run(number: int) -> Any:
        try:
            barrier.wait(10)
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def fresh(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def now_due(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(run_after=timezone.now() - timedelta(seconds=1))


def lose(job: Job) -> None:
    """Its worker is dead, and the lease is over."""
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_job_is_sent_once_its_transaction_is_over_and_not_before(work, sent):
    with transaction.atomic():
        job = ask()
        assert sent == []
    assert sent == [str(job.pk)]
    with transaction.atomic():
        ask()
        transaction.set_rollback(True)
    assert sent == [str(job.pk)]
    assert Job.objects.count() == 1


def test_it_is_done_with_its_progress(work):
    def does(work: jobs.Work) -> None:
        work.step("Half of it\x00", 50)
        assert (fresh(job).step, fresh(job).progress) == ("Half of it�", 50)
        work.show_result("/projects/")

    work.does = does
    job = ask()
    jobs.run(job.pk)
    job = fresh(job)
    assert (job.state, job.progress, job.attempts, job.result_url) == ("done", 100, 1, "/projects/")
    assert job.finished_at >= job.started_at >= job.created_at


def test_a_message_that_comes_many_times_at_once_starts_one_run(work):
    work.does = lambda work: threading.Event().wait(0.3)
    job = ask()
    at_once(lambda number: jobs.run(job.pk))
    assert (work.runs, fresh(job).state) == (1, "done")
    jobs.run(job.pk)
    assert work.runs == 1


def test_without_the_compare_and_set_there_would_be_several(work, monkeypatch):
    """The negative control of the test above."""
    meeting = threading.Barrier(THREADS, timeout=120)

    def careless(pk: Any) -> Job | None:
        job = Job.objects.get(pk=pk)
        meeting.wait(10)
        if job.state != Job.State.QUEUED:
            return None
        job.state, job.attempts = Job.State.RUNNING, job.attempts + 1
        job.save()
        return job

    monkeypatch.setattr(jobs, "claim", careless)
    job = ask()
    at_once(lambda number: jobs.run(job.pk))
    assert work.runs > 1


def test_it_fails_three_times_and_is_parked_then_tried_anew(work, sent):
    def does(work: jobs.Work) -> None:
        raise ValueError("a NUL \x00 in what it says")

    work.does = does
    job = ask()
    for attempt in (1, 2, 3):
        now_due(job)
        jobs.run(job.pk)
        assert fresh(job).attempts == attempt
    job = fresh(job)
    assert (job.state, work.runs) == ("parked", 3)
    assert job.error == "ValueError: a NUL � in what it says"
    assert "Traceback" in job.log[-1]["trace"]

    sent.clear()
    work.does = lambda work: None
    jobs.job_retry(job=job)
    assert sent == [str(job.pk)]
    jobs.run(job.pk)
    assert (fresh(job).state, fresh(job).attempts) == ("done", 1)


def test_between_two_tries_it_waits_and_the_relay_sends_it_again(work, sent):
    def does(work: jobs.Work) -> None:
        raise ValueError

    work.does = does
    job = ask()
    jobs.run(job.pk)
    jobs.run(job.pk)
    assert work.runs == 1
    assert jobs.relay() == 0
    now_due(job)
    sent.clear()
    assert jobs.relay() == 1
    assert sent == [str(job.pk)]


def test_when_the_worker_dies_each_time_it_is_parked(work):
    job = ask()
    for attempt in (1, 2, 3):
        assert jobs.claim(job.pk).attempts == attempt
        jobs.relay()
        assert fresh(job).state == "running", "its lease goes on"
        lose(job)
        jobs.relay()
    assert (fresh(job).state, fresh(job).error) == ("parked", jobs.DIED)
    assert jobs.claim(job.pk) is None


def test_whoever_wakes_up_after_losing_the_lease_changes_nothing(work):
    """Its attempt has the same number as the one that goes on, since somebody has given it new tries."""
    job = ask()
    late = jobs.claim(job.pk)
    for _attempt in range(3):
        lose(job)
        jobs.relay()
        now = jobs.claim(job.pk)
    assert fresh(job).state == "parked"
    jobs.job_retry(job=job)
    now = jobs.claim(job.pk)
    assert now.attempts == late.attempts

    jobs.failed(late, ValueError("late"))
    assert (fresh(job).state, fresh(job).error, fresh(job).holder) == ("running", "", now.holder)
    beat = jobs.Heartbeat(jobs.held_by(late), jobs.lease)
    with pytest.raises(jobs.Cancelled):
        jobs.Work(late, beat).step("late", 1)
    assert fresh(job).step == ""


def test_the_heartbeat_keeps_the_lease_while_one_step_takes_long(work, settings):
    settings.JOB_LEASE, settings.JOB_HEARTBEAT = 1, 0.2

    def does(work: jobs.Work) -> None:
        for _ in range(8):
            threading.Event().wait(0.25)
            jobs.relay()

    work.does = does
    job = ask()
    jobs.run(job.pk)
    assert (fresh(job).state, work.runs, fresh(job).attempts) == ("done", 1, 1)


def test_without_the_heartbeat_it_would_be_taken_for_dead(work, settings):
    """The negative control of the test above."""
    settings.JOB_LEASE, settings.JOB_HEARTBEAT = 1, 60
    seen = []

    def does(work: jobs.Work) -> None:
        threading.Event().wait(1.2)
        jobs.relay()
        seen.append(fresh(work.job).state)

    work.does = does
    jobs.run(ask().pk)
    assert seen == ["queued"]


def test_a_database_that_is_away_for_a_moment_does_not_end_the_heartbeat(work, settings, monkeypatch):
    settings.JOB_HEARTBEAT = 0.05
    beats = []
    real = jobs.Heartbeat.beat

    def beat(self: jobs.Heartbeat, said: Any) -> None:
        beats.append(said)
        if len(beats) < 3:
            raise OperationalError("server closed the connection unexpectedly")
        real(self, said)

    monkeypatch.setattr(jobs.Heartbeat, "beat", beat)
    work.does = lambda work: threading.Event().wait(0.6)
    job = ask()
    jobs.run(job.pk)
    assert len(beats) > 4
    assert fresh(job).state == "done"


def test_progress_is_seen_and_a_wish_to_stop_is_heard_inside_a_transaction(work, settings):
    settings.JOB_HEARTBEAT = 0.05
    seen: list[Any] = []

    def look(until: Any) -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(lambda: (until(), connection.close())).result(10)

    def wait_for_step() -> None:
        for _ in range(100):
            if fresh(job).step == "Row 1":
                seen.append("Row 1")
                jobs.job_cancel(job=job)
                return
            threading.Event().wait(0.02)

    def does(work: jobs.Work) -> None:
        with transaction.atomic():
            Job.objects.create(kind="left behind?")
            work.step("Row 1", 10)
            look(wait_for_step)
            for _ in range(100):
                threading.Event().wait(0.02)
                work.step("Row 2", 20)

    work.does = does
    job = ask()
    jobs.run(job.pk)
    assert seen == ["Row 1"]
    assert fresh(job).state == "cancelled"
    assert Job.objects.count() == 1, "what the transaction wrote is undone"


def test_cancelled_while_it_waits_it_never_starts(work):
    job = ask()
    jobs.job_cancel(job=job)
    assert fresh(job).state == "cancelled"
    jobs.run(job.pk)
    jobs.job_cancel(job=job)
    assert (work.runs, fresh(job).state) == (0, "cancelled")


@pytest.mark.parametrize("end", ["fails", "dies"])
def test_cancelled_while_it_runs_it_is_not_tried_again(work, end):
    job = ask()
    running = jobs.claim(job.pk)
    jobs.job_cancel(job=job)
    assert (fresh(job).state, fresh(job).cancel_asked) == ("running", True)
    if end == "fails":
        jobs.failed(running, ValueError())
    else:
        lose(job)
        jobs.relay()
    assert fresh(job).state == "cancelled"
    assert fresh(job).finished_at


def test_cancelling_and_failing_at_once_never_loses_the_wish(work):
    for _ in range(15):
        job = ask()
        running = jobs.claim(job.pk)
        at_once(
            lambda number, job=job, running=running: (
                jobs.job_cancel(job=job) if number else jobs.failed(running, ValueError())
            ),
            count=2,
        )
        assert fresh(job).state == "cancelled"


def test_of_those_with_one_key_one_waits_or_runs(work):
    found = at_once(lambda number: ask(key="import 1").pk)
    assert len(set(found)) == 1
    assert Job.objects.count() == 1
    jobs.run(found[0])
    assert ask(key="import 1").pk != found[0]


def test_a_holder_of_the_key_that_ends_in_between_makes_room(work, monkeypatch):
    """The insert meets the holder, and when one looks for it, it is over."""
    first = ask(key="k")
    real = jobs.Job.objects.active
    asked = []

    def active() -> Any:
        asked.append(1)
        Job.objects.filter(pk=first.pk).update(state="done")
        return real()

    monkeypatch.setattr(type(jobs.Job.objects), "active", lambda self: active())
    second = ask(key="k")
    assert second.pk != first.pk
    assert asked


def test_a_parked_one_is_not_tried_again_beside_its_successor(work):
    first = ask(key="k")
    Job.objects.filter(pk=first.pk).update(state="parked")
    second = ask(key="k")
    with pytest.raises(Refused):
        jobs.job_retry(job=first)
    jobs.run(second.pk)
    jobs.job_retry(job=first)
    assert fresh(first).state == "queued"


def test_relays_at_once_send_each_job_once(work, sent, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "send", lambda pk: False)
        made = {str(ask().pk) for _ in range(20)}
    at_once(lambda number: jobs.relay())
    assert sorted(sent) == sorted(made)


def test_without_the_queue_nothing_is_lost(work, monkeypatch):
    def away(*args: Any, **options: Any) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patched:
        patched.setattr("records.jobs.current_app.send_task", away)
        job = ask()
        assert jobs.relay() == 0
    assert fresh(job).sent_at is None
    assert jobs.relay() == 1


def test_a_message_that_is_lost_is_sent_again_a_while_later(work, sent):
    job = ask()
    assert jobs.relay() == 0
    Job.objects.filter(pk=job.pk).update(
        sent_at=timezone.now() - timedelta(seconds=product.JOB_SENT_AGAIN_AFTER + 1)
    )
    assert jobs.relay() == 1


def test_a_clock_that_runs_ahead_does_not_delay_a_job(work, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: __import__("datetime").datetime(2099, 1, 1))
    job = ask()
    jobs.run(job.pk)
    assert fresh(job).state == "done"


def test_the_database_knows_the_rules(work):
    for wrong in ({"state": "lost"}, {"progress": 101}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Job.objects.create(kind="sample", **wrong)


def test_whoever_sends_knows_the_queue():
    from celery import current_app

    assert current_app.main == "tracker"
    assert current_app.conf.broker_url == product.CELERY_BROKER_URL


def test_a_minute_goes_on_after_a_part_that_fails(monkeypatch):
    from records import tasks

    done = []

    def breaks() -> None:
        raise ValueError

    monkeypatch.setattr(jobs, "EVERY_MINUTE", [breaks, lambda: done.append(1)])
    tasks.every_minute()
    assert done == [1]
