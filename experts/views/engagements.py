"""The pages of engagements: what was done, what came of it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import require_edit
from accounts.actors import Actor
from accounts.held import forget_post, returned_post
from accounts.views import actor_of
from experts import asking_queries as queries
from experts.asking import engagement_to_read, feedback_refusal
from experts.asking_filters import EngagementFilter
from experts.asking_forms import EngagementForm, FeedbackForm
from experts.asking_tables import EngagementTable
from experts.models import Engagement
from experts.services import engagements as services
from experts.services.requests import require
from experts.views.acts import version_of
from experts.views.requests import CHANGED
from programme.views import record_list
from records.errors import EditConflict, Invalid

ACTS = {
    "start": (services.engagement_start, gettext_lazy("The work has begun.")),
    "close": (services.engagement_close, gettext_lazy("Closed. The expert is asked how it went.")),
    "cancel": (services.engagement_cancel, gettext_lazy("Cancelled.")),
}


@require_safe
def engagement_list(request: HttpRequest) -> HttpResponse:
    rows = queries.engagement_rows(actor_of(request))
    return record_list(request, "experts/engagement_list.html", rows, EngagementFilter, EngagementTable)


@require_safe
def engagement_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    return page(request, engagement_to_read(pk=pk, actor=actor_of(request)))


def page(
    request: HttpRequest, engagement: Engagement, form: object = None, status: int = 200
) -> HttpResponse:
    context = queries.engagement_page(engagement, actor_of(request))
    context["feedback_form"] = form or FeedbackForm(initial={"version": engagement.version})
    return render(request, "experts/engagement_detail.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def engagement_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    engagement = to_edit(pk, actor)
    if "discard" in request.POST:
        return forget_post(request, redirect(request.path))
    posted = request.method == "POST"
    held = None if posted else returned_post(request)
    form = EngagementForm(request.POST if posted else held, record=engagement, actor=actor)
    if posted and form.is_valid():
        try:
            services.engagement_amend(
                engagement=engagement,
                changes=form.changes(),
                base_version=form.cleaned_data["version"],
                base=form.cleaned_data["base"],
                confirmed=form.confirmed(),
                by=actor,
            )
        except EditConflict as conflict:
            form.show_conflict(conflict, to_edit(pk, actor))
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved."))
            return forget_post(request, redirect(engagement))
    status = (409 if form.conflicts else 422) if posted else 200
    context = {"form": form, "engagement": engagement, "returned": held is not None}
    return render(request, "experts/engagement_form.html", context, status=status)


def to_edit(pk: UUID, actor: Actor) -> Engagement:
    engagement = engagement_to_read(pk=pk, actor=actor)
    require_edit(actor, engagement)
    return engagement


@require_POST
def engagement_act(request: HttpRequest, pk: UUID, act: str) -> HttpResponse:
    actor = actor_of(request)
    engagement = engagement_to_read(pk=pk, actor=actor)
    if act == "feedback":
        return feedback(request, engagement, actor)
    serve, told = ACTS[act]
    try:
        serve(engagement=engagement, base_version=version_of(request), by=actor)
    except EditConflict:
        messages.warning(request, CHANGED)
    except Invalid as refused:
        for sentences in refused.errors.values():
            messages.error(request, " ".join(map(str, sentences)))
    else:
        messages.success(request, told)
    return redirect(engagement)


def feedback(request: HttpRequest, engagement: Engagement, actor: Actor) -> HttpResponse:
    require(feedback_refusal(actor, engagement))
    form = FeedbackForm(request.POST)
    if form.is_valid():
        try:
            services.engagement_feedback(engagement=engagement, text=form.cleaned_data["text"], by=actor)
        except Invalid as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Thank you: both cities read it."))
            return redirect(engagement)
    return page(request, engagement, form, status=422)
