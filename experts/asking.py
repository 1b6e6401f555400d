"""Who may see and do what with requests, invitations and engagements."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.access import edit_refusal, visible
from accounts.actors import Actor
from experts.models import Engagement, Expert, ExpertiseRequest, Invitation
from experts.states import step_refusal
from records.errors import NotAllowed


def request_to_read(*, pk: UUID, actor: Actor) -> ExpertiseRequest:
    """Raises `NotVisible`."""
    rows = ExpertiseRequest.objects.select_related("programme", "owner_city", "city", "area", "created_by")
    return visible(rows, pk=pk, actor=actor)


def invitation_to_read(*, pk: UUID, actor: Actor) -> Invitation:
    """Raises `NotVisible`."""
    ways = ("programme", "owner_city", "request__city", "request__programme", "expert__owner_city")
    rows = Invitation.objects.select_related(*ways, "released_by")
    return visible(rows, pk=pk, actor=actor)


def engagement_to_read(*, pk: UUID, actor: Actor) -> Engagement:
    """Raises `NotVisible`."""
    rows = Engagement.objects.select_related(
        "programme", "owner_city", "request__city", "request__programme", "expert__owner_city", "invitation"
    )
    return visible(rows, pk=pk, actor=actor)


State = Invitation.State


@dataclass(frozen=True)
class CityAsViewer:
    """A city as whoever of its officials looks, for rules that ask what that city sees."""

    city: Any
    programme_ids: frozenset[UUID]
    sees_all: bool = False
    sees_shared: bool = False

    @property
    def city_id(self) -> UUID:
        return self.city.pk


def is_shown(expert: Expert, city: Any) -> bool:
    """Whether a city is shown this expert now, as far as its officials see their programme."""
    viewer = CityAsViewer(city, frozenset({expert.programme_id}))
    return Expert.objects.visible_to(viewer).live().filter(pk=expert.pk).exists()


def ask_refusal(actor: Actor, request: ExpertiseRequest) -> NotAllowed | None:
    """Why this actor may not act for the asking city on this request; None when they may."""
    if refusal := edit_refusal(actor, request):
        return refusal
    if actor.is_system or actor.city_id == request.city_id:
        return None
    return NotAllowed(
        _("Another city asks this."), _("Only officials of the city that asks change its request.")
    )


def request_refusal(actor: Actor, request: ExpertiseRequest, act: str) -> NotAllowed | None:
    """Why this actor may not take this step with a request; None when they may."""
    return ask_refusal(actor, request) or step_refusal(request, act)


def shortlist_refusal(actor: Actor, request: ExpertiseRequest) -> NotAllowed | None:
    """Why this actor may put no expert on the shortlist of this request; None when they may."""
    if refusal := ask_refusal(actor, request):
        return refusal
    if request.state in (ExpertiseRequest.State.DRAFT, ExpertiseRequest.State.OPEN):
        return None
    return NotAllowed(_("This request is over."), _("Write a new one."))


def invite_refusal(actor: Actor, invitation: Invitation) -> NotAllowed | None:
    """Why this actor may not invite this expert now; None when they may."""
    if refusal := ask_refusal(actor, invitation.request) or step_refusal(invitation, "invite"):
        return refusal
    if invitation.request.state != ExpertiseRequest.State.OPEN:
        return NotAllowed(
            _("Experts are invited to an open request."), _("Open the request; then both cities see it.")
        )
    if not is_shown(invitation.expert, invitation.request.city):
        return not_shown()
    return None


def withdraw_refusal(actor: Actor, invitation: Invitation) -> NotAllowed | None:
    """Why this actor may not withdraw this invitation; None when they may."""
    return ask_refusal(actor, invitation.request) or step_refusal(invitation, "withdraw")


def remove_refusal(actor: Actor, invitation: Invitation) -> NotAllowed | None:
    """Why this actor may not take this expert off the list; None when they may."""
    if refusal := shortlist_refusal(actor, invitation.request):
        return refusal
    over = (State.SHORTLISTED, State.REFUSED, State.DECLINED, State.WITHDRAWN)
    if invitation.archived_at or invitation.state not in over:
        return NotAllowed(_("This expert has been invited."), _("Withdraw the invitation first."))
    return None


def release_refusal(actor: Actor, invitation: Invitation, act: str = "release") -> NotAllowed | None:
    """Why this actor may not release this expert for their city, or refuse to; None when they may."""
    if refusal := edit_refusal(actor, invitation):
        return refusal
    if actor.city_id is None or actor.city_id != invitation.expert.owner_city_id:
        return NotAllowed(
            _("An expert is released by the city that vouches for them."), _("Wait for that city's word.")
        )
    if not actor.deciding_roles:
        return NotAllowed(
            _("A city releases its experts by its coordinators and secretaries."), _("Ask one of them.")
        )
    return step_refusal(invitation, act) if act else None


def link_refusal(actor: Actor, invitation: Invitation) -> NotAllowed | None:
    """Why this actor may not have a fresh link made for the expert; None when they may."""
    if refusal := release_refusal(actor, invitation, act=""):
        return refusal
    if invitation.state in (State.RELEASED, State.ACCEPTED):
        return None
    return NotAllowed(_("Only an expert whom their city has released is sent a link."))


def reply_refusal(actor: Actor, invitation: Invitation) -> NotAllowed | None:
    """Why this actor may not write to the expert on this invitation; None when they may."""
    if refusal := ask_refusal(actor, invitation.request):
        return refusal
    if invitation.state in (State.RELEASED, State.ACCEPTED):
        return None
    return NotAllowed(_("An expert is written to between the release and the end of the work."))


def engagement_refusal(actor: Actor, engagement: Engagement, act: str) -> NotAllowed | None:
    """Why this actor may not take this step with an engagement; None when they may."""
    return edit_refusal(actor, engagement) or step_refusal(engagement, act)


def feedback_refusal(actor: Actor, engagement: Engagement) -> NotAllowed | None:
    """Why this actor may not say how the work went; None when they may."""
    if refusal := reply_refusal(actor, engagement.invitation):
        return refusal
    if engagement.state in (Engagement.State.CLOSED, Engagement.State.CANCELLED):
        return None
    return NotAllowed(_("Feedback is given when the work is over."), _("Close the engagement first."))


def not_shown() -> NotAllowed:
    return NotAllowed(
        _("The asking city is not shown this expert: not published, or without a consent in force."),
        _("The expert's city publishes profiles; the expert gives the consent."),
    )
