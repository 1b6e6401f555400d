"""E-mails of notices: in the reader's language, at once, never twice.

A notice is claimed before its e-mail is handed to the mail server, and only put back
when the server has certainly not taken it. Where a process dies between the two, or
the connection breaks in the middle, nobody knows; such a mail is not sent again, and
the notice stands on the page in any case.
"""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.models import User
from delivery.lines import Line, line_of, with_subject
from delivery.models import Notice
from records.jobs import Work, job_create, job_kind

KIND = "notice-mail"
AT_ONCE = 200
LONGEST_WAIT = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=3)

log = structlog.get_logger()


def mails_due() -> Any:
    return Notice.objects.filter(mail=Notice.Mail.WAITING, mail_due_at__lte=timezone.now())


def mails_ask() -> None:
    """Ask for the e-mails that are due to be sent; one job at a time does it."""
    if mails_due().exists():
        job_create(kind=KIND, arguments={}, by=Actor.system("delivery"), key=KIND)


@job_kind(KIND, gettext_lazy("e-mail of a notice"))
def send_job(work: Work) -> None:
    mails_send(work)


def mails_send(work: Work | None = None) -> int:
    """Send what is due; returns how many. While the mail server is away all wait, and nothing fails."""
    old = timezone.now() - GIVEN_UP_AFTER
    Notice.objects.filter(mail=Notice.Mail.WAITING, created_at__lt=old).update(mail=Notice.Mail.DROPPED)
    sent = 0
    while due := list(mails_due().order_by("mail_due_at", "pk").values_list("pk", flat=True)[:AT_ONCE]):
        connection = get_connection()
        try:
            connection.open()
        except OSError as error:  # smtplib's own errors are OSErrors too
            log.warning("mail_server_away", error=str(error))
            wait(due)
            break
        try:
            sent += sum(send(pk, connection) for pk in due)
        finally:
            connection.close()
        if work:
            work.step(f"{sent}", 50)
    return sent


def send(pk: int, connection: Any) -> bool:
    """Send one e-mail, if nobody else does or did, and there is something that its reader may be told."""
    mine = Notice.objects.filter(pk=pk, mail=Notice.Mail.WAITING)
    if not mine.update(mail=Notice.Mail.SENDING):
        return False
    mine = Notice.objects.filter(pk=pk, mail=Notice.Mail.SENDING)
    try:
        message = compose(pk)
    except Exception as error:  # one that can't be written keeps no other back
        log.error("mail_not_written", notice=pk, exc_info=error)
        mine.update(mail=Notice.Mail.DROPPED)
        return False
    if message is None:
        mine.update(mail=Notice.Mail.DROPPED)
        return False
    try:
        connection.send_messages([message])
    except SMTPRecipientsRefused as error:
        log.warning("mail_refused", notice=pk, error=str(error))
        mine.update(mail=Notice.Mail.DROPPED)
        return False
    except SMTPResponseException as error:  # the server answered, and took nothing
        log.warning("mail_not_taken", notice=pk, error=str(error))
        mine.update(mail=Notice.Mail.WAITING)
        wait([pk])
        return False
    except OSError as error:  # nobody knows whether it was taken
        log.warning("mail_unknown", notice=pk, error=str(error))
        return False
    mine.update(mail=Notice.Mail.SENT)
    return True


def wait(pks: list[int]) -> None:
    """Try again after one, two, four… minutes, at last once an hour."""
    for notice in Notice.objects.filter(pk__in=pks):
        pause = min(timedelta(minutes=2 ** min(notice.mail_tries, 8)), LONGEST_WAIT)
        Notice.objects.filter(pk=notice.pk).update(
            mail_tries=F("mail_tries") + 1, mail_due_at=timezone.now() + pause
        )


def compose(pk: int) -> EmailMultiAlternatives | None:
    """The e-mail of a notice as its reader may see it now; None when there is nothing to tell."""
    notice = Notice.objects.get(pk=pk)
    user = User.objects.with_standing().get(pk=notice.user_id)
    if not user.is_active:
        return None
    actor = Actor(user=user)
    found = with_subject(Notice.objects.filter(pk=pk), actor).select_related("change__city").first()
    if found is None:
        return None
    with translation.override(user.language):
        line = line_of(found, actor)
        context = {
            "line": line,
            "reader": user,
            "url": settings.SITE_URL + line.url if line.url else "",
            "notices_url": f"{settings.SITE_URL}/notices/",
            "site_name": settings.SITE_NAME,
            "language": user.language,
        }
        message = EmailMultiAlternatives(
            subject=subject(line),
            body=render_to_string("delivery/mail.txt", context),
            to=[user.email],
            headers={
                "Auto-Submitted": "auto-generated",
                "Message-ID": f"<notice-{pk}@{settings.SITE_URL.split('//')[-1].split(':')[0]}>",
            },
        )
        message.attach_alternative(render_to_string("delivery/mail.html", context), "text/html")
    return message


def subject(line: Line) -> str:
    """One line, whatever was typed into a title."""
    text = _("%(title)s: %(said)s") % {"title": line.title, "said": line.said}
    return " ".join(text.split())[:200]
