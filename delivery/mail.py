"""E-mails of notices: in the reader's language, at once, never twice.

How they are sent is in `records.mail`. A mail of which nobody knows whether it was
taken is not sent again; the notice stands on the page in any case.
"""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.models import User
from delivery.lines import Line, line_of, with_subject
from delivery.models import Notice
from records.jobs import Work, job_create, job_kind
from records.mail import Post

KIND = "notice-mail"


def mails_ask() -> None:
    """Ask for the e-mails that are due to be sent; one job at a time does it."""
    if POST.waiting().exists():
        job_create(kind=KIND, arguments={}, by=Actor.system("delivery"), key=KIND)


@job_kind(KIND, gettext_lazy("e-mail of a notice"))
def send_job(work: Work) -> None:
    mails_send(work)


def mails_send(work: Work | None = None) -> int:
    """Send what is due; returns how many."""
    return POST.send_all(work)


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


POST = Post(model=Notice, compose=compose, state="mail", due="mail_due_at", tries="mail_tries")
