"""What the workers of the fault tests do, and each guard of the jobs switched off for its control."""

import os
import signal
import time
from typing import Any

from django.db import connection

from records import jobs
from records.models import Job

OFF = os.environ.get("GUARD_OFF", "")


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@jobs.job_kind("row")
def write_row(work: jobs.Work) -> None:
    """One row for each job, which exists once, and a note of each run from its begin to its end."""
    pk, run = work.job.pk, work.job.holder or work.job.pk
    sql("INSERT INTO faults_run (job, holder, began) VALUES (%s, %s, clock_timestamp())", pk, run)
    work.step("Writing", 50)
    time.sleep(float(work.arguments["seconds"]))
    sql("INSERT INTO faults_row (job) VALUES (%s) ON CONFLICT DO NOTHING", pk)
    sql("UPDATE faults_run SET ended = clock_timestamp() WHERE job = %s AND holder = %s", pk, run)


@jobs.job_kind("poison")
def kill_oneself(work: jobs.Work) -> None:
    sql(
        "INSERT INTO faults_run (job, holder, began) VALUES (%s, %s, clock_timestamp())",
        work.job.pk,
        work.job.pk,
    )
    os.kill(os.getpid(), signal.SIGKILL)


def claim_without_looking(pk: Any) -> Job | None:
    """Read, then write: what a claim would be without its compare-and-set."""
    job = Job.objects.get(pk=pk)
    if job.state != Job.State.QUEUED:
        return None
    time.sleep(0.2)
    Job.objects.filter(pk=pk).update(state=Job.State.RUNNING, attempts=job.attempts + 1)
    return job


claim = jobs.claim


def claim_and_count_later(pk: Any) -> Job | None:
    """The attempt is counted once the work is over, which for some it never is."""
    job = claim(pk)
    if job:
        Job.objects.filter(pk=pk).update(attempts=0)
    return job


match OFF:
    case "claim":
        jobs.claim = claim_without_looking
    case "attempts":
        jobs.claim = claim_and_count_later
    case "relay":
        jobs.EVERY_MINUTE.remove(jobs.relay)
