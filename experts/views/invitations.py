"""The page of an invitation, and what the officials of both cities do on it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.views import actor_of
from experts import asking, asking_forms
from experts import asking_queries as queries
from experts.models import Invitation
from experts.services import invitations as services
from experts.services.requests import require
from experts.views.requests import CHANGED
from records.errors import EditConflict, Invalid


@dataclass(frozen=True)
class Act:
    """What is done to an invitation: by which service, with which form, and what is said then."""

    serve: Callable[..., Any]
    told: Any
    refusal: Callable[..., Any]
    form: Any = asking_forms.ActForm


ACTS = {
    "invite": Act(
        services.invitation_invite,
        gettext_lazy("Invited: the expert's city decides on the release."),
        asking.invite_refusal,
        asking_forms.InviteForm,
    ),
    "withdraw": Act(services.invitation_withdraw, gettext_lazy("Withdrawn."), asking.withdraw_refusal),
    "remove": Act(services.invitation_remove, gettext_lazy("Taken off the list."), asking.remove_refusal),
    "release": Act(
        services.invitation_release,
        gettext_lazy("Released: the expert gets a link by e-mail."),
        asking.release_refusal,
    ),
    "refuse": Act(
        services.invitation_refuse,
        gettext_lazy("Refused. The asking city reads why."),
        asking.release_refusal,
        asking_forms.RefuseForm,
    ),
    "link": Act(
        services.invitation_link_renew,
        gettext_lazy("A fresh link goes to the expert; the one before opens nothing any more."),
        asking.link_refusal,
    ),
    "reply": Act(
        services.invitation_reply,
        gettext_lazy("Sent. The expert gets an e-mail with the link."),
        asking.reply_refusal,
        asking_forms.ReplyForm,
    ),
}


@require_safe
def invitation_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    invitation = asking.invitation_to_read(pk=pk, actor=actor)
    return page(request, invitation, {})


def page(
    request: HttpRequest, invitation: Invitation, forms: dict[str, Any], status: int = 200
) -> HttpResponse:
    first = {"version": invitation.version, "note": invitation.note}
    shown = {
        f"{name}_form": forms.get(name) or ACTS[name].form(initial=first, auto_id=f"{name}_%s")
        for name in ("invite", "refuse", "reply")
    }
    context = {**queries.invitation_page(invitation, actor_of(request)), **shown}
    return render(request, "experts/invitation_detail.html", context, status=status)


@never_cache
@require_POST
def invitation_act(request: HttpRequest, pk: UUID, act: str) -> HttpResponse:
    actor, doing = actor_of(request), ACTS[act]
    invitation = asking.invitation_to_read(pk=pk, actor=actor)
    require(doing.refusal(actor, invitation))
    form = doing.form(request.POST, auto_id=f"{act}_%s")
    if form.is_valid():
        values = dict(form.cleaned_data)
        version = values.pop("version")
        try:
            made = doing.serve(invitation=invitation, base_version=version, by=actor, **values)
        except EditConflict:
            form.add_error(None, CHANGED)
        except Invalid as refused:
            form.refuse(refused)
        else:
            return done(request, act, made, invitation)
    if doing.form is asking_forms.ActForm:
        messages.warning(request, CHANGED)
        return redirect(invitation)
    return page(request, invitation, {act: form}, status=422)


def done(request: HttpRequest, act: str, made: Any, invitation: Invitation) -> HttpResponse:
    """Where the link is to be handed over, the answer itself shows it, this once."""
    link = made[1] if isinstance(made, tuple) else None
    if link:
        context = {"invitation": invitation, "expert": invitation.expert, "link": link}
        return render(request, "experts/invitation_link.html", context)
    messages.success(request, ACTS[act].told)
    return redirect(invitation.request if act == "remove" else invitation)
