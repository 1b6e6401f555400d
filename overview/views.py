"""How the programme stands, as a whole and provision by provision."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.views import actor_of
from overview.coverage_page import coverage_page
from overview.queries import home_page


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "overview/home.html", home_page(actor_of(request), timezone.localdate()))


@login_not_required
@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    context = coverage_page(request, actor_of(request), timezone.localdate())
    return render(request, "overview/coverage.html", context)
