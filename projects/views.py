"""The pages of the joint projects."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_tables2 import RequestConfig

from accounts.held import forget_post, returned_post
from accounts.views import actor_of
from approvals.queries import overview
from programme.queries import Some
from projects import access, queries
from projects.exports import projects_export
from projects.forms import ProjectForm
from projects.models import Project
from projects.services import project_amend, project_archive, project_restore
from projects.tables import ProjectTable
from projects.timeline import PER_PAGE as PER_PAGE_OF_TIMELINE
from projects.timeline import UNDATED, timeline, timeline_rows
from records.errors import EditConflict, Invalid
from records.pages import errors

PER_PAGE = 25


@login_not_required
@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    found = queries.filtered_view(request.GET, actor, queries.project_rows(actor))
    table = ProjectTable(found.qs, actor=actor)
    RequestConfig(request, paginate={"per_page": PER_PAGE, "silent": True}).configure(table)
    return render(request, "projects/project_list.html", {"filter": found, "table": table})


@require_POST
def project_export(request: HttpRequest) -> HttpResponse:
    """A file of exactly the view that the form stood under."""
    try:
        job = projects_export(
            query=request.POST.get("query", ""),
            format=request.POST.get("format", ""),
            language=get_language() or settings.LANGUAGE_CODE,
            all_languages="all_languages" in request.POST,
            by=actor_of(request),
        )
    except Invalid:
        return errors.bad_request(request)
    return redirect("records:job-detail", pk=job.pk)


@login_not_required
@require_safe
def project_timeline(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    found = queries.filtered_view(request.GET, actor, queries.project_rows(actor))
    undated = found.qs.filter(starts_on=None, ends_on=None)
    page = Paginator(timeline_rows(found.qs, actor), PER_PAGE_OF_TIMELINE).get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "page": page,
        "timeline": timeline(page.object_list, actor, timezone.localdate()),
        "undated": Some.of(undated.prefetch_related(None).order_by("code"), UNDATED),
    }
    return render(request, "projects/project_timeline.html", context)


@login_not_required
@require_safe
def project_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    project = access.project_to_read(pk=pk, actor=actor)
    return render(request, "projects/project_detail.html", queries.project_page(project, actor))


@require_http_methods(["GET", "HEAD", "POST"])
def project_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    project = access.project_to_edit(pk=pk, actor=actor)
    if "discard" in request.POST:
        return forget_post(request, redirect("projects:project-edit", pk=pk))
    held = returned_post(request) if request.method != "POST" else None
    form = ProjectForm(request.POST if request.method == "POST" else held, record=project, actor=actor)
    status = 200
    if request.method == "POST":
        saved = save(form, project, actor) if form.is_valid() else None
        if saved:
            messages.success(request, told(saved, form))
            return forget_post(request, redirect(saved))
        status = 409 if form.conflicts else 422
    context = {
        "project": project,
        "form": form,
        "returned": held is not None,
        "covers": overview(project) if project.is_agreed else [],
        "has_open_title": any(name.startswith("title_") for name in form.fields),
    }
    return render(request, "projects/project_form.html", context, status=status)


def save(form: ProjectForm, project: Project, actor: Any) -> Project | None:
    """The saved project; None when the form has to be shown again."""
    try:
        return project_amend(
            project=project,
            changes=form.changes(),
            base_version=form.cleaned_data["version"],
            base=form.cleaned_data["base"],
            confirmed=form.confirmed(),
            by=actor,
        )
    except EditConflict as conflict:
        form.show_conflict(conflict, access.project_to_edit(pk=project.pk, actor=actor))
    except Invalid as refusal:
        form.refuse(refusal)
    return None


def told(saved: Project, form: ProjectForm) -> str:
    started_from = form.cleaned_data["version"]
    if not form.changes() and not form.confirmed():
        return _("Nothing was changed.")
    if saved.version > started_from + 1:
        return _("Saved, together with what somebody else changed meanwhile in other fields.")
    return _("Saved.")


@require_POST
def project_archive_or_restore(request: HttpRequest, pk: UUID, act: str) -> HttpResponse:
    actor = actor_of(request)
    project = access.project_to_read(pk=pk, actor=actor)
    serve = {"archive": project_archive, "restore": project_restore}[act]
    version = request.POST.get("version", "")
    try:
        serve(project=project, base_version=int(version) if version.isdecimal() else 0, by=actor)
    except EditConflict:
        messages.warning(
            request, _("Somebody changed this project meanwhile. Look at it once more, and try again.")
        )
    else:
        done = {
            "archive": _("Archived. It is out of the lists; its history stays."),
            "restore": _("Restored."),
        }
        messages.success(request, done[act])
    return redirect(project)
