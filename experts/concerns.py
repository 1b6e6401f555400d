"""Whom a change of a request, an invitation or an engagement concerns, and why."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Subquery

from accounts.models import Role, User
from experts.models import Engagement, ExpertiseRequest, Invitation
from records.models import Change, Verb, Viewer
from records.named import record_json
from records.registry import registry

State = Invitation.State


def along_request(viewer: Viewer) -> dict[str, Any]:
    """The request of an invitation or engagement, by which lines name it."""
    return {"request_json": Subquery(record_json(registry["expertise-request"], viewer, "request_id"))}


def deciders_of(city_id: Any) -> Any:
    """Those who give a city's word."""
    roles = (Role.COORDINATOR, Role.SECRETARY)
    return User.objects.filter(is_active=True, memberships__city=city_id, memberships__role__in=roles)


def of_request(request: ExpertiseRequest, change: Change) -> Iterator[tuple[int, str]]:
    """Nobody answers it: whoever wrote it is reminded."""
    if change.verb == Verb.REMINDED and request.created_by_id:
        yield request.created_by_id, "reminded"


def of_invitation(invitation: Invitation, change: Change) -> Iterator[tuple[int, str]]:
    """Those whose word it awaits; those who invited, of what became of it and of what the expert says."""
    if invitation.archived_at:
        return
    expert_city = invitation.expert.owner_city_id
    is_current = change.version == invitation.version
    if change.verb == Verb.REMINDED:
        if invitation.state == State.INVITED:
            yield from ((pk, "reminded") for pk in ids(deciders_of(expert_city)))
        else:
            yield from ((pk, "reminded") for pk in askers(invitation))
    elif "messages" in change.fields:
        if change.user_id is None:
            yield from ((pk, "wrote") for pk in askers(invitation))
    elif "state" not in change.fields:
        return
    elif is_current and invitation.state == State.INVITED:
        yield from ((pk, "release") for pk in ids(deciders_of(expert_city)))
    elif invitation.state in (State.ACCEPTED, State.DECLINED, State.REFUSED):
        yield from ((pk, "invited") for pk in askers(invitation))
        if invitation.state != State.REFUSED and invitation.released_by_id:
            yield invitation.released_by_id, "invited"


def of_engagement(engagement: Engagement, change: Change) -> Iterator[tuple[int, str]]:
    """Its end is news to whoever asked and whoever released the expert."""
    over = (Engagement.State.CLOSED, Engagement.State.CANCELLED)
    if "state" in change.fields and engagement.state in over:
        people = [*askers(engagement.invitation), engagement.invitation.released_by_id]
        yield from ((pk, "invited") for pk in dict.fromkeys(people) if pk)


def askers(invitation: Invitation) -> list[int]:
    """Whoever put the expert on the list and whoever wrote the request."""
    people = (invitation.created_by_id, invitation.request.created_by_id)
    return [pk for pk in dict.fromkeys(people) if pk]


def ids(people: Any) -> list[int]:
    return list(people.order_by("pk").values_list("pk", flat=True).distinct())
