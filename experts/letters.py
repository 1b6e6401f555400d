"""E-mails to experts, in the language that they want letters in; `records.mail` says how they are sent.

They tell that there is something to read and carry the signed link to it; what officials wrote is
read there.
"""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from experts.link import LASTS, address_of
from experts.models import Engagement, Invitation, Letter
from records.jobs import Work
from records.mail import Post

Kind = Letter.Kind
State = Invitation.State


def compose(pk: int) -> EmailMultiAlternatives | None:
    """A letter as things stand now; None when what it tells is past, or has no address."""
    ways = ("invitation__request__city", "invitation__expert__contact", "invitation__expert__owner_city")
    letter = Letter.objects.select_related(*ways).get(pk=pk)
    invitation = letter.invitation
    contact = getattr(invitation.expert, "contact", None)
    if contact is None or contact.archived_at or not contact.email or not is_news(letter):
        return None
    with translation.override(contact.language):
        request = invitation.request
        context = {
            "kind": letter.kind,
            "name": invitation.expert.name_in(contact.language),
            "request": request,
            "asking": request.city,
            "releasing": invitation.expert.owner_city,
            "url": "" if letter.kind == Kind.WITHDRAWN else address_of(invitation),
            "days": LASTS.days,
            "site_name": settings.SITE_NAME,
            "language": contact.language,
        }
        message = EmailMultiAlternatives(
            subject=subject(letter),
            body=render_to_string("experts/letter.txt", context),
            to=[contact.email],
            headers={
                "Auto-Submitted": "auto-generated",
                "Message-ID": f"<expert-letter-{pk}@{settings.SITE_URL.split('//')[-1].split(':')[0]}>",
            },
        )
        message.attach_alternative(render_to_string("experts/letter.html", context), "text/html")
    return message


def is_news(letter: Letter) -> bool:
    """Whether what a letter tells still holds when it is sent."""
    invitation = letter.invitation
    if invitation.archived_at:
        return False
    if letter.kind == Kind.LINK:
        return letter.number == invitation.link_serial and invitation.state in (
            State.RELEASED,
            State.ACCEPTED,
        )
    if letter.kind == Kind.ANSWER:
        return invitation.state in (State.RELEASED, State.ACCEPTED)
    if letter.kind == Kind.REMINDER:
        return invitation.state == State.RELEASED
    if letter.kind == Kind.WITHDRAWN:
        return invitation.state == State.WITHDRAWN
    over = (Engagement.State.CLOSED, Engagement.State.CANCELLED)
    return Engagement.objects.filter(invitation=invitation, state__in=over).exists()


def subject(letter: Letter) -> str:
    """One line, whatever was typed into a title."""
    said = {
        Kind.LINK: _("You are asked for your expertise: %(title)s"),
        Kind.ANSWER: _("An answer to you: %(title)s"),
        Kind.REMINDER: _("Your answer is awaited: %(title)s"),
        Kind.WITHDRAWN: _("The invitation was withdrawn: %(title)s"),
        Kind.CLOSED: _("How did it go? %(title)s"),
    }
    text = said[Kind(letter.kind)] % {"title": letter.invitation.request}
    return " ".join(text.split())[:200]


def letters_send(work: Work | None = None) -> int:
    """Send what is due; returns how many."""
    return POST.send_all(work)


POST = Post(model=Letter, compose=compose)
