"""The pages of a programme, open to everybody as far as the visibility of a record allows."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_tables2 import RequestConfig

from accounts.views import actor_of
from programme import access, filters, queries, tables


def record_list(
    request: HttpRequest, template: str, rows: Any, filterset: Any, table: Any, **context: Any
) -> HttpResponse:
    """A filtered, sorted, paged list. The programme is a filter only where there are several."""
    found = filterset(request.GET, queryset=rows, request=request)
    if access.programmes(actor_of(request)).count() < 2:
        found.filters.pop("programme")
    shown = table(found.qs)
    RequestConfig(request, paginate={"per_page": queries.PER_PAGE, "silent": True}).configure(shown)
    return render(request, template, {"filter": found, "table": shown, **context})


@login_not_required
@require_safe
def programme_list(request: HttpRequest) -> HttpResponse:
    programmes = list(access.programmes(actor_of(request)))
    if len(programmes) == 1:
        return redirect(programmes[0])
    on = timezone.localdate()
    rows = [(programme, programme.is_closed(on)) for programme in programmes]
    return render(request, "programme/programme_list.html", {"programmes": rows})


@login_not_required
@require_safe
def programme_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    programme = access.programme_to_read(pk=pk, actor=actor)
    context = queries.programme_page(programme, actor, timezone.localdate())
    return render(request, "programme/programme_detail.html", context)


@login_not_required
@require_safe
def area_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    area = access.area_to_read(pk=pk, actor=actor)
    context = queries.area_page(area, actor, request.GET.get("page"))
    return render(request, "programme/area_detail.html", context)


@login_not_required
@require_safe
def provision_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    provision = access.provision_to_read(pk=pk, actor=actor)
    context = queries.provision_page(provision, actor, request.GET.get("page"))
    return render(request, "programme/provision_detail.html", context)


@login_not_required
@require_safe
def agreement_list(request: HttpRequest) -> HttpResponse:
    rows = access.with_parties(access.agreements(actor_of(request)))
    return record_list(
        request, "programme/agreement_list.html", rows, filters.AgreementFilter, tables.AgreementTable
    )


@login_not_required
@require_safe
def agreement_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    agreement = access.agreement_to_read(pk=pk, actor=actor)
    context = queries.agreement_page(agreement, actor, timezone.localdate())
    return render(request, "programme/agreement_detail.html", context)


@login_not_required
@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    rows = access.events(actor_of(request)).select_related("city")
    return record_list(request, "programme/event_list.html", rows, filters.EventFilter, tables.EventTable)


@login_not_required
@require_safe
def event_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    event = access.event_to_read(pk=pk, actor=actor)
    context = queries.event_page(event, actor, request.GET.get("page"))
    return render(request, "programme/event_detail.html", context)


@login_not_required
@require_safe
def statement_list(request: HttpRequest) -> HttpResponse:
    rows = access.with_areas(access.statements(actor_of(request)), actor_of(request))
    return record_list(
        request, "programme/statement_list.html", rows, filters.StatementFilter, tables.StatementTable
    )


@login_not_required
@require_safe
def statement_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    statement = access.statement_to_read(pk=pk, actor=actor)
    return render(request, "programme/statement_detail.html", queries.statement_page(statement, actor))


@login_not_required
@require_safe
def source_list(request: HttpRequest) -> HttpResponse:
    rows = access.sources(actor_of(request))
    return record_list(
        request, "programme/source_list.html", rows, filters.SourceFilter, tables.SourceTable
    )


@login_not_required
@require_safe
def source_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    source = access.source_to_read(pk=pk, actor=actor)
    context = queries.source_page(source, actor, request.GET.get("page"))
    return render(request, "programme/source_detail.html", context)


@login_not_required
@require_safe
def organisation_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    organisation = access.organisation_to_read(pk=pk, actor=actor)
    context = queries.organisation_page(organisation, actor, request.GET.get("page"))
    return render(request, "programme/organisation_detail.html", context)
