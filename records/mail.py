"""Sending e-mails that rows of the database ask for: at once, each never twice.

A row is claimed before its e-mail is handed to the mail server, and only put back
when the server has certainly not taken it. Where a process dies between the two, or
the connection breaks in the middle, nobody knows; such an e-mail is not sent again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Any

import structlog
from django.core.mail import EmailMessage, get_connection
from django.db.models import F
from django.utils import timezone

from records.jobs import Work

AT_ONCE = 200
LONGEST_WAIT = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=3)
WAITING, SENDING, SENT, DROPPED = "waiting", "sending", "sent", "dropped"

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Post:
    """The rows of one model that ask for an e-mail each.

    `state`, `due` and `tries` are its columns that say what became of the e-mail, when it
    is to be sent and how often it was put back. `compose` writes the e-mail of a row as it
    may be told now; None when there is nothing to tell any more.
    """

    model: Any
    compose: Callable[[int], EmailMessage | None]
    state: str = "state"
    due: str = "due_at"
    tries: str = "tries"

    def in_state(self, state: str) -> Any:
        return self.model.objects.filter(**{self.state: state})

    def waiting(self) -> Any:
        """Whatever is due to be sent."""
        return self.in_state(WAITING).filter(**{f"{self.due}__lte": timezone.now()})

    def send_all(self, work: Work | None = None) -> int:
        """Send what is due; returns how many. While the mail server is away all wait, and nothing fails."""
        old = timezone.now() - GIVEN_UP_AFTER
        self.in_state(WAITING).filter(created_at__lt=old).update(**{self.state: DROPPED})
        sent = 0
        while due := list(self.waiting().order_by(self.due, "pk").values_list("pk", flat=True)[:AT_ONCE]):
            connection = get_connection()
            try:
                connection.open()
            except OSError as error:  # smtplib's own errors are OSErrors too
                log.warning("mail_server_away", error=str(error))
                self.wait(due)
                break
            try:
                sent += sum(self.send(pk, connection) for pk in due)
            finally:
                connection.close()
            if work:
                work.step(f"{sent}", 50)
        return sent

    def send(self, pk: int, connection: Any) -> bool:
        """Send one, if nobody else does or did, and there is something that its reader may be told."""
        if not self.in_state(WAITING).filter(pk=pk).update(**{self.state: SENDING}):
            return False
        told = {"of": self.model._meta.label_lower, "pk": pk}
        try:
            message = self.compose(pk)
        except Exception as error:  # one that can't be written keeps no other back
            log.error("mail_not_written", **told, exc_info=error)
            return self.done(pk, DROPPED)
        if message is None:
            return self.done(pk, DROPPED)
        try:
            connection.send_messages([message])
        except SMTPRecipientsRefused:  # what it says names the address
            log.warning("mail_refused", **told)
            return self.done(pk, DROPPED)
        except SMTPResponseException as error:  # the server answered, and took nothing
            log.warning("mail_not_taken", **told, error=str(error))
            self.done(pk, WAITING)
            self.wait([pk])
            return False
        except OSError as error:  # nobody knows whether it was taken
            log.warning("mail_unknown", **told, error=str(error))
            return False
        return self.done(pk, SENT)

    def done(self, pk: int, state: str) -> bool:
        self.in_state(SENDING).filter(pk=pk).update(**{self.state: state})
        return state == SENT

    def wait(self, pks: list[int]) -> None:
        """Try again after one, two, four… minutes, at last once an hour."""
        for pk, tries in self.model.objects.filter(pk__in=pks).values_list("pk", self.tries):
            pause = min(timedelta(minutes=2 ** min(tries, 8)), LONGEST_WAIT)
            self.model.objects.filter(pk=pk).update(
                **{self.tries: F(self.tries) + 1, self.due: timezone.now() + pause}
            )
