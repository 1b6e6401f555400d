"""How the programme stands, as a whole and provision by provision, and how a record stood before."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.views import actor_of
from overview.compare_page import compare_page, record_to_compare
from overview.coverage_page import coverage_page
from overview.queries import home_page
from overview.results import results_page
from programme.access import programme_to_read


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "overview/home.html", home_page(actor_of(request), timezone.localdate()))


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
