"""When notices are made: after each commit that changed a record, and each minute in any case."""

from celery import current_app, shared_task
from kombu.exceptions import OperationalError as BrokerAway
from structlog import get_logger

from delivery.maker import notices_make
from records.jobs import every_minute

log = get_logger()


@shared_task
def make_notices() -> None:
    notices_make()


def ask_for_notices() -> None:
    """Without Redis nothing is lost: the next minute makes them."""
    try:
        current_app.send_task("delivery.tasks.make_notices", retry=False, expires=60)
    except (BrokerAway, OSError) as error:
        log.warning("notices_not_asked", error=str(error))


every_minute(notices_make)
