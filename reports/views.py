"""The pages of the reports."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_tables2 import RequestConfig

from accounts.views import actor_of
from records.errors import Invalid, NotAllowed
from reports import access, queries
from reports.brief import document, files
from reports.filters import ReportFilter
from reports.forms import ReportForm
from reports.models import ReportFile
from reports.services import report_cancel, report_request
from reports.tables import ReportTable

PER_PAGE = 25
TYPES = {
    ReportFile.Format.PDF: "application/pdf",
    ReportFile.Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@login_not_required
@require_safe
def report_list(request: HttpRequest) -> HttpResponse:
    return listed(request, ReportForm(actor=actor_of(request)))


def listed(request: HttpRequest, form: ReportForm, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    found = ReportFilter(request.GET, queryset=queries.report_rows(actor), request=request)
    table = ReportTable(found.qs)
    RequestConfig(request, paginate={"per_page": PER_PAGE, "silent": True}).configure(table)
    may_make = bool(form.fields["period"].choices)  # type: ignore[attr-defined]
    context = {"filter": found, "table": table, "form": form if may_make else None}
    return render(request, "reports/report_list.html", context, status=status)


@require_POST
def report_ask(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = ReportForm(request.POST, actor=actor)
    if not form.fields["period"].choices:  # type: ignore[attr-defined]
        raise refused(actor)
    if form.is_valid():
        try:
            return redirect(report_request(**form.cleaned_data, by=actor))
        except Invalid as invalid:
            for field, sentences in invalid.errors.items():
                form.add_error(field or None, sentences)  # type: ignore[arg-type]
    return listed(request, form, status=422)


def refused(actor: Any) -> NotAllowed:
    """Why somebody who has no programme to report on may not ask for a report."""
    return NotAllowed(
        _("Your role does not let you have reports made."),
        _("A coordinator or secretary of one of the programme's sides can."),
    )


@login_not_required
@require_safe
def report_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    report = access.report_to_read(pk=pk, actor=actor)
    return render(request, "reports/report_detail.html", queries.report_page(report, actor))


@require_POST
def report_stop(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    report = access.report_to_read(pk=pk, actor=actor)
    report_cancel(report=report, by=actor)
    messages.success(request, _("The making of the files stops."))
    return redirect(report)


@require_POST
def report_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    report = access.report_to_read(pk=pk, actor=actor)
    period: Any = report.period
    return redirect(report_request(programme=report.programme, kind=report.kind, period=period, by=actor))


@login_not_required
@require_safe
def report_file(request: HttpRequest, pk: UUID, language: str, format: str) -> HttpResponse:
    file = access.file_to_read(pk=pk, language=language, format=format, actor=actor_of(request))
    return sent(file)


def sent(file: ReportFile) -> HttpResponse:
    """The file as a download: never shown inside the site, never guessed to be something else."""
    report = file.report
    with default_storage.open(file.stored.name) as stored:
        response = HttpResponse(stored.read(), content_type=TYPES[ReportFile.Format(file.format)])
    name = f"{report.kind}-{report.period}-{report.edition}-{file.name}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = f'"{file.sha256}"'
    return response


@require_safe
def brief_file(request: HttpRequest, pk: UUID, language: str, format: str) -> HttpResponse:
    """What to raise at a meeting, made anew for this reader. It takes less than two seconds."""
    actor = actor_of(request)
    event = access.meeting_to_read(pk=pk, actor=actor)
    made = files.file_of(document.brief(event, actor, language, timezone.now()), format)
    response = HttpResponse(made, content_type=files.TYPES[format])
    day = event.held.first.isoformat() if event.held else event.pk  # type: ignore[attr-defined]  # a Period
    response["Content-Disposition"] = f'attachment; filename="meeting-brief-{day}-{language}.{format}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
