"""Reminders of what is owed on invitations and requests, after 3, 7 and 14 working days of who owes it."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.actors import Actor
from approvals.models import Reminder
from approvals.reminders import AT_ONCE, STEPS, attempt, remind_when_due, steps_reached
from experts.models import ExpertiseRequest, Invitation, Letter
from experts.owed import to_answer, uninvited
from experts.services.letters import letter_ask
from records import services

State = Invitation.State


def invitations_look_after() -> None:
    """Remind the expert's city, the asking city and the expert of what they owe."""
    by = Actor.system("reminders")
    old = timezone.now() - timedelta(days=STEPS[0])
    live = Invitation.objects.live().select_related("request__city", "expert__owner_city")
    for invitation in waiting(live.filter(state=State.INVITED, invited_at__lte=old), "expert__owner_city"):
        attempt(invitation, lambda found: remind_of_release(found, by))
    for invitation in waiting(to_answer(live).filter(asked_at__lte=old), "request__city"):
        attempt(invitation, lambda found: remind_of_question(found, by))
    last = Letter.objects.filter(invitation=OuterRef("pk"), kind=Letter.Kind.REMINDER, number=STEPS[-1])
    for invitation in live.filter(~Exists(last), state=State.RELEASED, released_at__lte=old)[:AT_ONCE]:
        attempt(invitation, lambda found: remind_expert(found, by))
    open_ones = uninvited(ExpertiseRequest.objects.live().select_related("city"))
    for request in waiting(open_ones.filter(opened_at__lte=old), "city"):
        attempt(request, lambda found: remind_of_request(found, by))


def waiting(rows: Any, city: str) -> Any:
    """Those whose last reminder of this city is still to come."""
    done = Reminder.objects.filter(record_id=OuterRef("pk"), city=OuterRef(city), step=STEPS[-1])
    return rows.filter(~Exists(done)).order_by("created_at", "pk")[:AT_ONCE]


def remind_of_release(invitation: Invitation, by: Actor) -> None:
    def owed(found: Invitation) -> Any:
        return found.invited_at if found.state == State.INVITED else None

    city: Any = invitation.expert.owner_city
    remind_when_due(invitation, city, owed, by=by)


def remind_of_question(invitation: Invitation, by: Actor) -> None:
    def owed(found: Invitation) -> Any:
        rows = to_answer(Invitation.objects.filter(pk=found.pk))
        return rows.values_list("asked_at", flat=True).first()

    remind_when_due(invitation, invitation.request.city, owed, by=by)


def remind_of_request(request: ExpertiseRequest, by: Actor) -> None:
    def owed(found: ExpertiseRequest) -> Any:
        rows = uninvited(ExpertiseRequest.objects.filter(pk=found.pk))
        return rows.values_list("opened_at", flat=True).first()

    remind_when_due(request, request.city, owed, by=by)


def remind_expert(invitation: Invitation, by: Actor) -> None:
    """A letter to the expert, whose working days are those of the city that released them."""
    city: Any = invitation.expert.owner_city
    if not steps_reached(invitation.released_at, city):
        return
    with services.locked(invitation, by=by) as fresh:
        steps = steps_reached(fresh.released_at if fresh.state == State.RELEASED else None, city)
        if steps:
            letter_ask(invitation=fresh, kind=Letter.Kind.REMINDER, number=steps[-1], by=by)
