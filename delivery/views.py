"""The pages of notices, and following a record."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.views import actor_of, back
from delivery import queries, services
from delivery.models import Reason
from records.pages.errors import bad_request


@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "page": queries.notice_page(actor, request.GET.get("page")),
        "choices": queries.mail_choices(actor),
    }
    return render(request, "delivery/notice_list.html", context)


@require_safe
def follow_list(request: HttpRequest) -> HttpResponse:
    page = queries.follow_page(actor_of(request), request.GET.get("page"))
    return render(request, "delivery/follow_list.html", {"page": page})


@require_POST
def notice_read_all(request: HttpRequest) -> HttpResponse:
    services.notices_read(by=actor_of(request))
    return redirect("delivery:notice-list")


@require_POST
def notice_read(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    services.notices_read(by=actor_of(request), kind=kind, record_id=pk)
    return redirect("delivery:notice-list")


@require_POST
def mail_choose(request: HttpRequest) -> HttpResponse:
    reasons = request.POST.getlist("reasons")
    if "save" not in request.POST or set(reasons) - set(Reason.values):
        return bad_request(request)
    services.mail_choose(reasons=reasons, by=actor_of(request))
    messages.success(request, _("Saved."))
    return redirect("delivery:notice-list")


@require_POST
def follow_or_not(request: HttpRequest, kind: str, pk: UUID, act: str) -> HttpResponse:
    serve = {"follow": services.record_follow, "unfollow": services.record_unfollow}[act]
    serve(kind=kind, record_id=pk, by=actor_of(request))
    return back(request)
