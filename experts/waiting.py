"""What waits with experts: releases, answers, questions, requests that nobody answers, work to close."""

from datetime import date
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from experts.concerns import along_request
from experts.models import Engagement, ExpertiseRequest, Invitation
from experts.owed import to_answer, unanswered
from records.named import address, named
from records.registry import registry
from records.texts import LANGUAGES, column
from records.waiting import Place, Source, waiting

State = Invitation.State


def invitations(actor: Actor, rule: Q, **order: Any) -> Any:
    found = Invitation.objects.visible_to(actor).live().filter(rule, programme__in=actor.programme_ids)
    return listed(found, actor, **order)


def listed(found: Any, actor: Actor, *, owes: str, mine: Q | None, **order: Any) -> Any:
    return waiting(found, mine=mine, city=F(owes), **along_request(actor), **order)


def release(actor: Actor, rule: Q) -> Any:
    mine = Q(expert__owner_city=actor.city_id) if actor.deciding_roles else None
    return invitations(
        actor,
        rule & Q(state=State.INVITED),
        owes="expert__owner_city",
        mine=mine,
        since="invited_at",
        due="request__answer_by",
    )


def to_release(actor: Actor, on: date) -> Any:
    return release(actor, Q(expert__owner_city=actor.city_id))


def awaited_release(actor: Actor, on: date) -> Any:
    return release(actor, ~Q(expert__owner_city=actor.city_id))


def answer_awaited(actor: Actor, on: date) -> Any:
    """Of the experts, who answer by the link: nobody's to do here but to wait, or to ask."""
    return invitations(
        actor,
        Q(state=State.RELEASED),
        owes="expert__owner_city",
        mine=None,
        since="released_at",
        due="request__answer_by",
    )


def questions(actor: Actor, on: date) -> Any:
    found = to_answer(Invitation.objects.visible_to(actor).live())
    found = found.filter(programme__in=actor.programme_ids, request__city=actor.city_id)
    mine = Q(request__city=actor.city_id) if actor.may_write else None
    return listed(found, actor, owes="request__city", mine=mine, since="asked_at")


def invitation_item(data: dict[str, Any]) -> dict[str, Any]:
    invitation = Invitation(pk=data["pk"])
    asked = named("expertise-request", data["request_json"]).title if data["request_json"] else ""
    return {
        "what": asked or str(invitation),
        "url": address(registry["invitation"], invitation),
        "side": data["city"],
        "kind": "invitation",
    }


def asks(sentence: Any) -> Any:
    """Reads a row as an invitation's, of which this is to be done."""

    def item(data: dict[str, Any]) -> dict[str, Any]:
        return {**invitation_item(data), "asks": str(sentence)}

    return item


def requests_unanswered(actor: Actor, on: date) -> Any:
    found = ExpertiseRequest.objects.visible_to(actor).live()
    found = unanswered(found).filter(programme__in=actor.programme_ids, city=actor.city_id)
    mine = Q(city=actor.city_id) if actor.may_write else None
    titles: dict[str, Any] = {
        column("title", language): F(column("title", language)) for language in LANGUAGES
    }
    return waiting(
        found, since="opened_at", due="answer_by", mine=mine, city=F("city_id"), texts=F("texts"), **titles
    )


def request_item(data: dict[str, Any]) -> dict[str, Any]:
    titles = {column("title", language): data[column("title", language)] for language in LANGUAGES}
    request = ExpertiseRequest(pk=data["pk"], texts=data["texts"], **titles)
    return {
        "what": str(request),
        "url": request.get_absolute_url(),
        "asks": _("No expert has answered it yet"),
        "side": data["city"],
        "kind": "expertise-request",
    }


def engagements_to_close(actor: Actor, on: date) -> Any:
    """Those whose last day has passed, or which have none, of the reader's own requests."""
    running = (Engagement.State.PLANNED, Engagement.State.RUNNING)
    found = Engagement.objects.visible_to(actor).live()
    found = found.filter(
        ends_on__lt=on, state__in=running, programme__in=actor.programme_ids, request__city=actor.city_id
    )
    mine = Q(request__city=actor.city_id) if actor.may_write else None
    return waiting(found, due="ends_on", mine=mine, city=F("request__city"), **along_request(actor))


def engagement_item(data: dict[str, Any]) -> dict[str, Any]:
    engagement = Engagement(pk=data["pk"])
    asked = named("expertise-request", data["request_json"]).title if data["request_json"] else ""
    return {
        "what": asked or str(engagement),
        "url": engagement.get_absolute_url(),
        "asks": _("Write what came of it, and close it"),
        "side": data["city"],
        "kind": "engagement",
    }


SOURCES = (
    Source(
        name="experts-to-release",
        place=Place.OURS,
        label=gettext_lazy("Experts to release"),
        rows=to_release,
        item=asks(gettext_lazy("Release the invited expert, or say why not")),
    ),
    Source(
        name="experts-awaited",
        place=Place.THEIRS,
        label=gettext_lazy("Experts whose release is awaited"),
        rows=awaited_release,
        item=asks(gettext_lazy("The expert's city decides on the release")),
    ),
    Source(
        name="expert-answers",
        place=Place.THEIRS,
        label=gettext_lazy("Answers of experts"),
        rows=answer_awaited,
        item=asks(gettext_lazy("The expert has not answered yet")),
    ),
    Source(
        name="expert-questions",
        place=Place.OURS,
        label=gettext_lazy("Questions of experts"),
        rows=questions,
        item=asks(gettext_lazy("The expert has asked something")),
    ),
    Source(
        name="requests-unanswered",
        place=Place.OURS,
        label=gettext_lazy("Requests that nobody answers"),
        rows=requests_unanswered,
        item=request_item,
    ),
    Source(
        name="engagements-to-close",
        place=Place.OURS,
        label=gettext_lazy("Engagements to close"),
        rows=engagements_to_close,
        item=engagement_item,
    ),
)
