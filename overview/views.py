"""What waits on whom, how the programme stands, as a whole and by provision, and how a record stood."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.services import changes_look as look
from accounts.views import actor_of, back
from overview.compare_page import compare_page, record_to_compare
from overview.coverage_page import coverage_page
from overview.queries import home_page, is_official, waiting_page
from overview.results import results_page
from programme.access import programme_to_read
from records.errors import NotVisible
from records.pages.errors import bad_request
from records.waiting import SOURCES, Source


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "overview/home.html", home_page(actor_of(request), timezone.localdate()))


def source_of(request: HttpRequest, name: str) -> Source:
    """One sort of thing that waits, for an official of a side. Raises `NotVisible`."""
    if name not in SOURCES or not is_official(actor_of(request)):
        raise NotVisible
    return SOURCES[name]


@require_safe
def waiting_list(request: HttpRequest, name: str) -> HttpResponse:
    source = source_of(request, name)
    context = waiting_page(source, actor_of(request), timezone.localdate(), request.GET.get("page"))
    return render(request, "overview/waiting_list.html", context)


@require_POST
def remind(request: HttpRequest, name: str, pk: UUID) -> HttpResponse:
    source = source_of(request, name)
    if source.remind is None:
        raise NotVisible
    source.remind(pk=pk, by=actor_of(request))
    messages.success(request, _("The other side has been reminded."))
    return back(request)


@require_POST
def changes_look(request: HttpRequest) -> HttpResponse:
    position = request.POST.get("position", "")
    if not (position.isascii() and position.isdecimal() and len(position) < 19):
        return bad_request(request)
    look(position=int(position), by=actor_of(request))
    return redirect("overview:home")


@login_not_required
@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    context = coverage_page(request, actor_of(request), timezone.localdate())
    return render(request, "overview/coverage.html", context)


@login_not_required
@require_safe
def results(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    programme = programme_to_read(pk=pk, actor=actor)
    context = results_page(programme, actor, timezone.localdate(), request.GET.get("page"))
    return render(request, "overview/results.html", context)


@login_not_required
@require_safe
def compare(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    record = record_to_compare(kind=kind, pk=pk, actor=actor_of(request))
    context = compare_page(request, record, actor_of(request))
    return render(
        request, "overview/compare.html", context, status=200 if context["form"].is_valid() else 400
    )
