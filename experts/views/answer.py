"""The page that an expert opens by a signed link: no account, and looking at it changes nothing.

It sends no referrer to other places (the product's policy is `same-origin`; with `no-referrer` a
browser would say nothing of where a form comes from either, and every answer would be refused).
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from experts import asking_forms as forms
from experts.asking_queries import answer_page
from experts.link import Opened, opened
from experts.models import Expert, Invitation
from experts.services import answers as services
from records.errors import Invalid, NotAllowed, NotVisible
from records.texts import LANGUAGES

FORMS: dict[str, Any] = {
    "decline": forms.DeclineForm,
    "ask": forms.AskForm,
    "feedback": forms.OwnFeedbackForm,
    "consent": forms.OwnConsentForm,
}


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_answer(request: HttpRequest, token: str) -> HttpResponse:
    try:
        link = opened(token)
    except (BadSignature, ValueError):
        raise Http404 from None
    rows = Invitation.objects.live().filter(pk=link.pk, state__in=services.OPENS)
    ways = ("request__city", "request__programme", "request__area", "expert__owner_city", "expert__contact")
    invitation = rows.select_related(*ways).first()
    if invitation is None:
        raise Http404
    with translation.override(language_of(request, invitation.expert)):
        respond = answered if services.is_current(invitation, link) else renewed
        response = respond(request, link, invitation)
        response.headers["Content-Language"] = translation.get_language() or ""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def language_of(request: HttpRequest, expert: Expert) -> str:
    """The language that was chosen on a page, else the one of the letters."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    contact = getattr(expert, "contact", None)
    here = translation.get_language() or settings.LANGUAGE_CODE
    return chosen if chosen in LANGUAGES else contact.language if contact else here


def renewed(request: HttpRequest, link: Opened, invitation: Invitation) -> HttpResponse:
    """A link that is over tells nothing of the invitation; it only has a fresh one sent."""
    asked = request.method == "POST"
    if asked:
        services.invitation_link_ask(link=link)
    older = link.serial != invitation.link_serial
    context = {"older": older, "asked": asked}
    return render(request, "experts/answer_over.html", context, status=200 if asked else 410)


def answered(request: HttpRequest, link: Opened, invitation: Invitation) -> HttpResponse:
    bound: dict[str, Any] = {}
    if request.method == "POST":
        act = request.POST.get("act", "")
        form = FORMS[act](request.POST, auto_id=f"{act}_%s") if act in FORMS else None
        if form is None or form.is_valid():
            try:
                told = act_on(act, link, form.cleaned_data if form else {})
            except NotVisible:
                raise Http404 from None
            except NotAllowed as refusal:
                messages.error(request, f"{refusal.reason} {refusal.remedy}".strip())
                return redirect(request.path)
            except Invalid as refused:
                for name, sentences in refused.errors.items():
                    form.add_error(name if name in form.fields else None, list(sentences))  # type: ignore[union-attr]
            else:
                messages.success(request, told)
                return redirect(request.path)
        bound[act] = form
    page = answer_page(invitation)
    for name, make in FORMS.items():
        page[f"{name}_form"] = bound.get(name) or make(initial=first(invitation), auto_id=f"{name}_%s")
    return render(request, "experts/answer.html", page, status=422 if bound else 200)


def first(invitation: Invitation) -> dict[str, Any]:
    expert = invitation.expert
    year = timezone.localdate() + timedelta(days=365)
    return {"covers": expert.consent_covers, "expires_on": expert.consent_expires_on or year}


def act_on(act: str, link: Opened, values: dict[str, Any]) -> str:
    """Do what was asked, and say so. Raises `NotVisible` for what is no act."""
    purpose = _("Requests for expertise within the programme of cooperation")
    acts: dict[str, tuple[Callable[..., Any], dict[str, Any], str]] = {
        "accept": (services.invitation_accept, {}, _("Thank you. The asking city may reach you now.")),
        "decline": (services.invitation_decline, values, _("You declined. Both cities know it.")),
        "ask": (services.invitation_ask, values, _("Sent. You get an e-mail once there is an answer.")),
        "feedback": (services.invitation_feedback, values, _("Thank you: both cities read it.")),
        "consent": (
            services.own_consent_give,
            values | {"purpose": purpose},
            _("Your consent is recorded."),
        ),
        "withdraw": (
            services.own_consent_withdraw,
            {},
            _("Your consent is withdrawn: no other city sees you from now on."),
        ),
    }
    if act not in acts:
        raise NotVisible
    serve, given, told = acts[act]
    serve(link=link, **given)
    return told
