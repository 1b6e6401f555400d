"""What the pages of requests, invitations and engagements show, in a constant number of queries."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.access import edit_refusal
from accounts.actors import Actor
from experts import asking
from experts.access import contact_refusal
from experts.languages import language_label
from experts.models import Engagement, Expert, ExpertiseRequest, Invitation
from experts.queries import fields_with_parents
from experts.search import matches
from experts.states import ENGAGEMENT, REQUEST
from records.pages.display import listed
from records.pages.feed import recent_changes

State = Invitation.State
ICONS = {
    "open": "send",
    "close": "circle-check",
    "cancel": "ban",
    "start": "player-play",
    "withdraw": "arrow-back-up",
}


def with_sight(rows: Any, actor: Actor) -> Any:
    """Each with `is_shown`: whether this actor is shown the expert, and not only that there is one."""
    seen = Expert.objects.visible_to(actor).filter(pk=OuterRef("expert"))
    return rows.annotate(is_shown=Exists(seen))


def request_rows(actor: Actor) -> Any:
    """Each with how many of the experts whom this actor may know of were invited, and accepted."""
    found = ExpertiseRequest.objects.visible_to(actor).live().select_related("city", "owner_city")
    mine = Q(invitations__in=Invitation.objects.visible_to(actor).live())
    past = ~Q(invitations__state__in=[State.SHORTLISTED, State.WITHDRAWN])
    return found.annotate(
        shortlisted=Count("invitations", mine & Q(invitations__state=State.SHORTLISTED)),
        invited=Count("invitations", mine & past),
        accepted=Count("invitations", mine & Q(invitations__state=State.ACCEPTED)),
    ).order_by("-opened_at", "-created_at", "pk")


def engagement_rows(actor: Actor) -> Any:
    rows = Engagement.objects.visible_to(actor).live()
    return with_sight(rows.select_related("request__city", "expert__owner_city"), actor)


def request_page(request: ExpertiseRequest, actor: Actor) -> dict[str, Any]:
    invited = with_sight(Invitation.objects.visible_to(actor).live().filter(request=request), actor)
    rows = list(invited.select_related("expert__owner_city").order_by("created_at", "pk"))
    asks = asking.ask_refusal(actor, request)
    return {
        "request_": request,
        "fields": list(fields_with_parents().live().filter(requests=request)),
        "work_languages": listed(language_label(code) for code in request.languages),
        "shortlist": [row for row in rows if row.state == State.SHORTLISTED],
        "invitations": [row for row in rows if row.state != State.SHORTLISTED],
        "own": actor.city_id == request.city_id,
        "refusal": asks,
        "acts": acts_of(request, actor, REQUEST, asking.request_refusal),
        "changes": recent_changes(request, viewer=actor),
    }


def acts_of(record: Any, actor: Actor, life: Any, rule: Any) -> list[dict[str, Any]]:
    """The steps of a life that this actor may take now."""
    return [
        {"name": act, "label": label, "icon": ICONS[act]}
        for act, (_sources, _to, label) in life.items()
        if rule(actor, record, act) is None
    ]


def request_matching(request: ExpertiseRequest, actor: Actor) -> dict[str, Any]:
    """The best experts of other cities for a request, and which of them are on the list already."""
    listed_ones = Invitation.objects.visible_to(actor).live().filter(request=request)
    known = dict(listed_ones.values_list("expert", "pk"))
    found = matches(request, actor=actor)
    return {
        "request_": request,
        "matches": [{"match": each, "invitation": known.get(each.expert.pk)} for each in found],
        "refusal": asking.shortlist_refusal(actor, request),
    }


def invitation_page(invitation: Invitation, actor: Actor) -> dict[str, Any]:
    expert, request = invitation.expert, invitation.request
    engagement = Engagement.objects.visible_to(actor).filter(invitation=invitation).first()
    return {
        "invitation": invitation,
        "request_": request,
        "expert": expert,
        "is_shown": Expert.objects.visible_to(actor).filter(pk=expert.pk).exists(),
        "own": actor.city_id == request.city_id,
        "releasing": actor.city_id == expert.owner_city_id,
        "engagement": engagement,
        "messages_": thread(invitation),
        "contact_refusal": contact_refusal(actor, expert),
        "invite_refusal": asking.invite_refusal(actor, invitation),
        "release_refusal": asking.release_refusal(actor, invitation),
        "withdraw_refusal": asking.withdraw_refusal(actor, invitation),
        "reply_refusal": asking.reply_refusal(actor, invitation),
        "link_refusal": asking.link_refusal(actor, invitation),
        "may_remove": asking.remove_refusal(actor, invitation) is None,
        "changes": recent_changes(invitation, viewer=actor),
    }


def thread(invitation: Invitation) -> list[Any]:
    return list(invitation.messages.select_related("user").order_by("pk"))


def engagement_page(engagement: Engagement, actor: Actor) -> dict[str, Any]:
    expert = engagement.expert
    return {
        "engagement": engagement,
        "request_": engagement.request,
        "expert": expert,
        "is_shown": Expert.objects.visible_to(actor).filter(pk=expert.pk).exists(),
        "refusal": edit_refusal(actor, engagement),
        "acts": acts_of(engagement, actor, ENGAGEMENT, asking.engagement_refusal),
        "contact_refusal": contact_refusal(actor, expert),
        "feedback_refusal": asking.feedback_refusal(actor, engagement),
        "messages_": [each for each in thread(engagement.invitation) if each.kind == "feedback"],
        "changes": recent_changes(engagement, viewer=actor),
    }


def answer_page(invitation: Invitation) -> dict[str, Any]:
    """What an expert reads of an invitation: what concerns them, none of the officials' notes."""
    expert, request = invitation.expert, invitation.request
    engagement: Any = Engagement.objects.filter(invitation=invitation).first()
    over = (Engagement.State.CLOSED, Engagement.State.CANCELLED)
    return {
        "invitation": invitation,
        "request_": request,
        "expert": expert,
        "fields": list(fields_with_parents().live().filter(requests=request)),
        "work_languages": listed(language_label(code) for code in request.languages),
        "engagement": engagement,
        "is_over": engagement is not None and engagement.state in over,
        "messages_": thread(invitation),
        "is_shown": asking.is_shown(expert, request.city),
        "shown_parts": parts_named(expert.consent_covers),
        "shown_to": countries_named(expert, request.programme),
    }


def parts_named(covers: Iterable[str]) -> str:
    """Everything of a profile that a consent lets others see."""
    labels = dict(Expert.Covers.choices)
    always = (_("names"), _("fields of expertise"), _("languages"), _("availability"))
    return listed([*always, *(str(labels[name]) for name in covers if name in labels)])


def countries_named(expert: Expert, programme: Any) -> str:
    """The countries of a consent by the cities that act there, as far as they are sides."""
    cities = {city.country: str(city) for city in programme.cities.all()}
    return listed(
        f"{cities[code]} ({code})" if code in cities else code for code in expert.consent_countries
    )
