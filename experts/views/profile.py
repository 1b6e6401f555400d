"""The pages of experts: the search, and a profile."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.views import actor_of
from experts import access
from experts.models import Expert

PER_PAGE = 25


@require_safe
def expert_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    found = (
        Expert.objects.visible_to(actor).live().select_related("owner_city").order_by("created_at", "id")
    )
    page = Paginator(found.order_by("created_at", "id"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "experts/expert_list.html", {"page": page})


@require_safe
def expert_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    expert = access.expert_to_read(pk=pk, actor=actor)
    context = {"expert": expert, "covered": access.covered(expert, actor)}
    return render(request, "experts/expert_detail.html", context)
