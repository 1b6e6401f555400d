"""The one fixed entry of beat: once a minute, whatever is due."""

from celery import shared_task
from django.core.management import call_command

from records.held import forget_expired


@shared_task
def every_minute() -> None:
    forget_expired()
    call_command("clearsessions")
