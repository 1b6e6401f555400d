"""Asking for an e-mail to an expert, in the transaction of the change that it tells of."""

from django.utils import timezone

from accounts.actors import Actor
from experts.models import Invitation, Letter
from records.jobs import job_create

KIND = "expert-letters"


def letter_ask(*, invitation: Invitation, kind: str, number: int = 0, by: Actor) -> bool:
    """Have one letter sent; False where it has been asked for already."""
    _letter, is_new = Letter.objects.get_or_create(invitation=invitation, kind=kind, number=number)
    if is_new:
        letters_ask(by=by)
    return is_new


def letters_ask(*, by: Actor) -> None:
    """Ask for the letters that are due to be sent; one job at a time does it."""
    if Letter.objects.filter(state=Letter.State.WAITING, due_at__lte=timezone.now()).exists():
        job_create(kind=KIND, arguments={}, by=by, key=KIND)
