"""What Celery runs: ids come in, the services do the work."""

from uuid import UUID

import structlog
from celery import shared_task
from django.core.management import call_command

from records import jobs
from records.changes import positions_assign
from records.held import forget_expired
from records.results import results_forget

log = structlog.get_logger()


@shared_task
def run_job(pk: str) -> None:
    jobs.run(UUID(pk))


@shared_task
def every_minute() -> None:
    """The one fixed entry of beat: whatever is due. One part that fails does not keep the others back."""
    for part in jobs.EVERY_MINUTE:
        try:
            part()
        except Exception as error:
            log.error("minute_failed", part=part.__name__, exc_info=error)


@jobs.every_minute
def forget_old_sessions() -> None:
    call_command("clearsessions")


jobs.every_minute(forget_expired)
jobs.every_minute(positions_assign)
jobs.every_minute(results_forget)
