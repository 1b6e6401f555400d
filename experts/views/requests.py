"""The pages of requests: written, opened, matched, and the list of them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import Actor
from accounts.held import forget_post, returned_post
from accounts.views import actor_of
from experts import asking_queries as queries
from experts.access import expert_to_read
from experts.asking import ask_refusal, request_to_read, shortlist_refusal
from experts.asking_filters import RequestFilter
from experts.asking_forms import RequestForm
from experts.asking_tables import RequestTable
from experts.models import ExpertiseRequest
from experts.services import invitations
from experts.services import requests as services
from experts.views.acts import version_of
from experts.views.keeping import chosen, programmes_of
from programme.views import record_list
from records.errors import EditConflict, Invalid, NotAllowed
from records.values import is_column, write_columns

FORM = require_http_methods(["GET", "HEAD", "POST"])
ASIDE = ("suggest", "look")  # buttons that show the form again, and save nothing
CHANGED = gettext_lazy("Somebody changed this meanwhile. Look at it once more, and try again.")


@require_safe
def request_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    return record_list(
        request,
        "experts/request_list.html",
        queries.request_rows(actor),
        RequestFilter,
        RequestTable,
        may_ask=bool(actor.may_write and actor.city and actor.programme_ids),
    )


@require_safe
def request_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    found = request_to_read(pk=pk, actor=actor)
    return render(request, "experts/request_detail.html", queries.request_page(found, actor))


@require_safe
def request_matches(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Experts for a request: a page, and by htmx a section of the request's own."""
    actor = actor_of(request)
    found = request_to_read(pk=pk, actor=actor)
    part = "#matches" if request.htmx else ""  # type: ignore[attr-defined]
    context = queries.request_matching(found, actor)
    return render(request, f"experts/request_matches.html{part}", context)


@FORM
def request_new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    programmes = programmes_of(actor)
    if not programmes or actor.city is None or not actor.may_write:
        raise NotAllowed(
            _("Requests are written by the editors of a programme's sides."),
            _("An administrator can make you an editor of your city."),
        )
    if "discard" in request.POST:
        return forget_post(request, redirect(request.path))
    data = posted_or_held(request)
    pk = RequestForm.new_id(data)
    programme = chosen(programmes, request.GET.get("programme"))
    record = ExpertiseRequest(programme=programme, city=actor.city, **({"pk": pk} if pk else {}))
    form = request_form(request, data, record, actor)
    if is_sent(request) and form.is_valid():
        if ExpertiseRequest.objects.visible_to(actor).filter(pk=record.pk).exists():
            messages.info(request, _("It is added already."))
            return forget_post(request, redirect(record))
        if add(form, record, actor):
            messages.success(request, _("Saved as a draft that only your city sees."))
            return forget_post(request, redirect(record))
    return form_page(request, form, programmes=programmes if len(programmes) > 1 else [])


def add(form: RequestForm, record: ExpertiseRequest, actor: Actor) -> bool:
    """Whether it was added; the form says what is wrong where it was not."""
    values = form.value_set()
    own = {name: value for name, value in values.items() if is_column(record, name)}
    parts = {name: value for name, value in values.items() if name not in own}
    try:
        write_columns(record, own)
        services.request_create(request=record, parts=parts, original=original(form), by=actor)
    except Invalid as refusal:
        form.refuse(refusal)
        return False
    return True


def original(form: RequestForm) -> str | None:
    """The language that it is first written in: the reader's own, if its title stands in it."""
    here = get_language()
    return here if here and form.cleaned_data.get(f"title_{here.replace('-', '_')}") else None


@FORM
def request_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    record = to_edit(pk, actor)
    if "discard" in request.POST:
        return forget_post(request, redirect(request.path))
    form = request_form(request, posted_or_held(request), record, actor)
    if is_sent(request) and form.is_valid():
        try:
            services.request_amend(
                request=record,
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
            return forget_post(request, redirect(record))
    return form_page(request, form)


def to_edit(pk: UUID, actor: Actor) -> ExpertiseRequest:
    record = request_to_read(pk=pk, actor=actor)
    services.require(ask_refusal(actor, record))
    return record


def posted_or_held(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else returned_post(request)


def is_sent(request: HttpRequest) -> bool:
    """Whether the form is to be saved: a button may also suggest fields, or look for some."""
    return request.method == "POST" and not any(name in request.POST for name in ASIDE)


def request_form(request: HttpRequest, data: Any, record: Any, actor: Actor) -> RequestForm:
    return RequestForm(data, record=record, actor=actor, suggesting="suggest" in request.POST)


def form_page(request: HttpRequest, form: RequestForm, **context: Any) -> HttpResponse:
    status = 200
    if is_sent(request):
        status = 409 if form.conflicts else 422
    context |= {
        "form": form,
        "record": form.record,
        "aside": request.method == "POST" and not is_sent(request),
        "returned": form.is_bound and request.method != "POST",
    }
    return render(request, "experts/request_form.html", context, status=status)


ACTS = {
    "open": (services.request_open, gettext_lazy("Opened: the other city sees the request now.")),
    "close": (services.request_close, gettext_lazy("Closed.")),
    "cancel": (services.request_cancel, gettext_lazy("Cancelled.")),
}


@require_POST
def request_act(request: HttpRequest, pk: UUID, act: str) -> HttpResponse:
    actor = actor_of(request)
    record = request_to_read(pk=pk, actor=actor)
    serve, told = ACTS[act]
    try:
        serve(request=record, base_version=version_of(request), by=actor)
    except EditConflict:
        messages.warning(request, CHANGED)
    except Invalid as refused:
        for sentences in refused.errors.values():
            messages.error(request, " ".join(map(str, sentences)))
    else:
        messages.success(request, told)
    return redirect(record)


@require_POST
def request_shortlist(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    record = request_to_read(pk=pk, actor=actor)
    services.require(shortlist_refusal(actor, record))
    try:
        expert = expert_to_read(pk=UUID(request.POST.get("expert", "")), actor=actor)
    except ValueError:
        messages.warning(request, _("Choose an expert."))
        return redirect(record)
    try:
        made = invitations.invitation_shortlist(request=record, expert=expert, by=actor)
    except Invalid as refused:
        messages.warning(request, str(refused))
        return redirect(record)
    messages.success(request, _("On the shortlist, which only your city sees."))
    return redirect(made)
