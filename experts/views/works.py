"""The forms of an expert's publications and past engagements."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.held import forget_post, returned_post
from accounts.views import actor_of
from experts import access
from experts.forms import WorkForm
from experts.models import Work
from experts.services.experts import work_amend, work_archive, work_create
from experts.views.acts import CHANGED, version_of
from records.errors import EditConflict, Invalid
from records.values import write_columns

FORM = require_http_methods(["GET", "HEAD", "POST"])


@FORM
def work_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    expert = access.expert_to_keep(pk=pk, actor=actor)
    if "discard" in request.POST:
        return forget_post(request, redirect(request.path))
    data = request.POST if request.method == "POST" else returned_post(request)
    new_id = WorkForm.new_id(data)
    kind = request.GET.get("kind", "")
    work = Work(expert=expert, **({"pk": new_id} if new_id else {}))
    if kind in Work.Kind.values:
        work.kind = kind
    form = WorkForm(data, record=work, actor=actor)
    if request.method == "POST" and form.is_valid():
        if Work.objects.filter(pk=work.pk).exists():
            messages.info(request, _("It is added already."))
            return forget_post(request, redirect(work))
        try:
            write_columns(work, form.value_set())
            work_create(work=work, by=actor)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Added."))
            return forget_post(request, redirect(work))
    return form_page(request, form)


@FORM
def work_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    work = access.work_to_keep(pk=pk, actor=actor)
    if "discard" in request.POST:
        return forget_post(request, redirect(request.path))
    data = request.POST if request.method == "POST" else returned_post(request)
    form = WorkForm(data, record=work, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            work_amend(
                work=work,
                changes=form.changes(),
                base_version=form.cleaned_data["version"],
                base=form.cleaned_data["base"],
                by=actor,
            )
        except EditConflict as conflict:
            form.show_conflict(conflict, access.work_to_keep(pk=pk, actor=actor))
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved."))
            return forget_post(request, redirect(work))
    return form_page(request, form)


def form_page(request: HttpRequest, form: WorkForm) -> HttpResponse:
    status = 200
    if request.method == "POST":
        status = 409 if form.conflicts else 422
    context = {
        "form": form,
        "work": form.record,
        "expert": form.record.expert,
        "returned": form.is_bound and request.method != "POST",
    }
    return render(request, "experts/work_form.html", context, status=status)


@require_POST
def work_take_off(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    work = access.work_to_keep(pk=pk, actor=actor)
    try:
        work_archive(work=work, base_version=version_of(request), by=actor)
    except EditConflict:
        messages.warning(request, CHANGED)
    else:
        messages.success(request, _("Taken off the profile. Its history stays."))
    return redirect(work)
