"""What an expert does by the signed link: an act of the person, who has no account.

The link names the invitation and its serial; the lock on the invitation and its state see to it that
an answer has one effect, however often and however much at once it comes.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from experts.asking import is_shown
from experts.link import Opened
from experts.models import (
    Engagement,
    Expert,
    ExpertAccess,
    ExpertiseRequest,
    Invitation,
    InvitationMessage,
)
from experts.services.experts import consent_give, consent_withdraw
from experts.services.invitations import has_address, link_raised, message_add
from experts.services.letters import letter_ask
from experts.states import step_refusal, target
from records import services
from records.errors import NotAllowed, NotVisible
from records.models import Visibility

State = Invitation.State
THE_EXPERT = Actor.system("expert")
OPENS = (State.RELEASED, State.ACCEPTED, State.DECLINED, State.WITHDRAWN)
FRESH_AFTER = timedelta(hours=1)
CONSENT_FOR = timedelta(days=3 * 365)  # the longest that a consent by link may last


class LinkOver(NotAllowed):
    """The link was good and is so no longer: its days are over, or a newer one was made."""


def is_current(invitation: Invitation, link: Opened) -> bool:
    return not link.is_over and link.serial == invitation.link_serial


@contextmanager
def answering(link: Opened) -> Iterator[Invitation]:
    """The invitation of a link, locked after its request. Raises `NotVisible` and `LinkOver`."""
    # An engagement points to its request; who closes that has locked it before its invitations.
    asked = Invitation.objects.filter(pk=link.pk).values_list("request", flat=True).first()
    with (
        services.locked(ExpertiseRequest(pk=asked), by=THE_EXPERT),
        services.locked(Invitation(pk=link.pk), by=THE_EXPERT) as invitation,
    ):
        if invitation.archived_at or invitation.state not in OPENS:
            raise NotVisible
        if not is_current(invitation, link):
            raise LinkOver(_("This link is over."), _("Have a new one sent to you."))
        yield invitation


def invitation_accept(*, link: Opened) -> Engagement:
    """Accept: an engagement comes into being and the asking city may read how the expert is reached.

    A second time changes nothing. Raises `NotVisible` and `NotAllowed`.
    """
    by = THE_EXPERT
    with answering(link) as invitation:
        if invitation.state == State.ACCEPTED:
            return invitation.engagement
        if refusal := step_refusal(invitation, "accept"):
            raise refusal
        # A consent that is withdrawn at this moment is seen withdrawn.
        expert = locked_expert(invitation)
        if not is_shown(expert, invitation.request.city):
            raise NotAllowed(
                _("The asking city may not know who you are, for no consent of yours holds."),
                _("Give your consent first, further down on this page."),
            )
        made = services.put(
            invitation,
            base_version=invitation.version,
            by=by,
            state=target(invitation, "accept"),
            answered_at=timezone.now(),
        )
        starts_on, ends_on = dates_agreed(made)
        engagement = Engagement(
            invitation=made,
            request=made.request,
            expert=expert,
            programme=made.programme,
            visibility=Visibility.SHARED,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        ExpertAccess.objects.create(
            expert=expert, act=ExpertAccess.Act.RELEASED, city_id=made.request.city_id
        )
        return services.create(engagement, by=by)


def locked_expert(invitation: Invitation) -> Expert:
    """The expert as they stand now, after the invitation in the order of locks."""
    rows: Any = Expert.objects.select_for_update(of=("self",))
    return rows.get(pk=invitation.expert_id)


def dates_agreed(invitation: Invitation) -> tuple[date | None, date | None]:
    """The last dates that the asking city agreed to, or else those of its request."""
    said = invitation.messages.filter(by_expert=False, starts_on__isnull=False).order_by("-pk").first()
    found = said or invitation.request
    return found.starts_on, found.ends_on


def invitation_decline(*, link: Opened, text: str = "") -> Invitation:
    """Decline, with a word or without. A second time changes nothing. Raises as `invitation_accept`."""
    by = THE_EXPERT
    with answering(link) as invitation:
        if invitation.state == State.DECLINED:
            return invitation
        if refusal := step_refusal(invitation, "decline"):
            raise refusal
        if text.strip():
            message_add(invitation, InvitationMessage(kind=InvitationMessage.Kind.ANSWER, text=text), by=by)
        return services.put(
            invitation,
            base_version=invitation.version,
            by=by,
            state=target(invitation, "decline"),
            answered_at=timezone.now(),
        )


def invitation_ask(
    *, link: Opened, text: str, starts_on: date | None = None, ends_on: date | None = None
) -> InvitationMessage:
    """Ask the officials something, or propose another date. Raises as `invitation_feedback`."""
    kinds = InvitationMessage.Kind
    with answering(link) as invitation:
        if invitation.state not in (State.RELEASED, State.ACCEPTED):
            raise NotAllowed(_("This invitation is over."))
        said = InvitationMessage(
            kind=kinds.DATES if starts_on else kinds.QUESTION,
            text=text,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        return message_add(invitation, said, by=THE_EXPERT)


def invitation_feedback(*, link: Opened, text: str) -> InvitationMessage:
    """Say how it went, once the engagement is over. Raises `NotVisible`, `NotAllowed` and `Invalid`."""
    with answering(link) as invitation:
        over = (Engagement.State.CLOSED, Engagement.State.CANCELLED)
        if not Engagement.objects.filter(invitation=invitation, state__in=over).exists():
            raise NotAllowed(_("Feedback is asked for when the work is over."))
        said = InvitationMessage(kind=InvitationMessage.Kind.FEEDBACK, text=text)
        return message_add(invitation, said, by=THE_EXPERT)


def own_consent_give(*, link: Opened, purpose: str, covers: Sequence[str], expires_on: date) -> Expert:
    """Agree to be shown to the asking city's country, beside those agreed to already.

    Raises `NotVisible`, `NotAllowed` and `Invalid`.
    """
    with answering(link) as invitation:
        expert = locked_expert(invitation)
        today = timezone.localdate()
        lasts = bool(expert.consent_expires_on and expert.consent_expires_on >= today)
        held = expert.consent_countries if lasts else []
        return consent_give(
            expert=expert,
            purpose=purpose,
            countries=[*held, invitation.request.city.country],
            covers=covers,
            given_on=today,
            expires_on=min(expires_on, today + CONSENT_FOR),
            base_version=expert.version,
            by=THE_EXPERT,
        )


def own_consent_withdraw(*, link: Opened) -> Expert:
    """Agree no longer: from this moment no other city is shown the person. Raises as above."""
    with answering(link) as invitation:
        expert = locked_expert(invitation)
        return consent_withdraw(expert=expert, base_version=expert.version, by=THE_EXPERT)


def invitation_link_ask(*, link: Opened) -> bool:
    """Send a fresh link to the address that is known, in the place of one that is over.

    It never comes back to whoever asks. False where one was sent a short while ago, or no address
    is known. Raises `NotVisible`.
    """
    by = THE_EXPERT
    with services.locked(Invitation(pk=link.pk), by=by) as invitation:
        if invitation.archived_at or invitation.state not in OPENS:
            raise NotVisible
        sent = invitation.link_sent_at
        if (sent and timezone.now() - sent < FRESH_AFTER) or not has_address(invitation.expert):
            return False
        made = link_raised(invitation, invitation.version, by)
        return letter_ask(invitation=made, kind="link", number=made.link_serial, by=by)
