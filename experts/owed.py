"""Who owes the next word on a request, an invitation or an engagement, and since when."""

from typing import Any

from django.db.models import Exists, OuterRef, Subquery

from experts.models import ExpertiseRequest, Invitation, InvitationMessage

State = Invitation.State
Kind = InvitationMessage.Kind
ASKS = (Kind.QUESTION, Kind.DATES)


def with_last_word(invitations: Any) -> Any:
    """Each with `asked_at`: when the expert last asked something that nobody has answered yet."""
    said = InvitationMessage.objects.filter(invitation=OuterRef("pk"))
    later = InvitationMessage.objects.filter(
        invitation=OuterRef("invitation"),
        by_expert=False,
        kind__in=[Kind.ANSWER, Kind.DATES],
        pk__gt=OuterRef("pk"),
    )
    open_ones = said.filter(~Exists(later), by_expert=True, kind__in=ASKS)
    return invitations.annotate(asked_at=Subquery(open_ones.order_by("pk").values("at")[:1]))


def to_answer(invitations: Any) -> Any:
    """Those on which the expert waits for the asking city."""
    running = invitations.filter(state__in=[State.RELEASED, State.ACCEPTED])
    return with_last_word(running).filter(asked_at__isnull=False)


def unanswered(requests: Any) -> Any:
    """Open requests that nobody answers: no expert has been invited, or none of those has said a word."""
    words = Invitation.objects.live().filter(request=OuterRef("pk"))
    spoken = words.filter(state__in=[State.ACCEPTED, State.DECLINED])
    return requests.filter(~Exists(spoken), state=ExpertiseRequest.State.OPEN)


def uninvited(requests: Any) -> Any:
    """Open requests for which nobody has been invited, or nobody any more."""
    words = Invitation.objects.live().filter(request=OuterRef("pk"))
    alive = words.filter(state__in=[State.INVITED, State.RELEASED, State.ACCEPTED, State.DECLINED])
    return requests.filter(~Exists(alive), state=ExpertiseRequest.State.OPEN)
