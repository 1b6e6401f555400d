"""The pages of experts: the search, and a profile."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.views import actor_of
from experts import access, queries
from experts.listing import list_page
from experts.models import Expert, ExpertAccess
from experts.services.experts import contact_show
from experts.services.reading import looks_log
from experts.views.erasure import erased_page


@require_safe
def expert_list(request: HttpRequest) -> HttpResponse:
    """Found by a question, a word or a name; without one, all that the reader sees."""
    return render(request, "experts/expert_list.html", list_page(request, actor_of(request)))


@require_safe
def expert_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    expert = access.expert_to_read(pk=pk, actor=actor)
    if expert.state == Expert.State.ERASED:
        return erased_page(request, expert)
    looks_log(pks=[expert.pk], act=ExpertAccess.Act.VIEWED, by=actor)
    return render(request, "experts/expert_detail.html", queries.profile_page(expert, actor))


@never_cache
@require_POST
def expert_contact(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Contact details, as the answer to a request to see them: no address shows them by itself."""
    actor = actor_of(request)
    expert = access.expert_to_read(pk=pk, actor=actor)
    context = {
        "expert": expert,
        "contact": contact_show(expert=expert, by=actor),
        "own": access.is_own(expert, actor),
    }
    return render(request, "experts/expert_contact.html", context)
