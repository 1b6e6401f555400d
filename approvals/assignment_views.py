"""Asking for an opinion on a record, and giving it: for one's own city only."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.held import forget_post, returned_post
from accounts.views import actor_of
from approvals import assignments as services
from approvals.access import assignment_to_read
from approvals.assignment_forms import AssignmentEditForm, AssignmentForm, OpinionForm
from approvals.models import Assignment
from approvals.opinions import opinion_page, opinions_of, subject_of_side
from attachments.queries import section
from records.errors import EditConflict, Invalid

FORM = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def opinions(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    """A section by itself for htmx, within a page of its own for everybody else."""
    actor = actor_of(request)
    subject = subject_of_side(kind=kind, pk=pk, actor=actor)
    context = opinions_of(subject, actor, request.GET.get("page"))
    if context["refusal"] is None:
        context["form"] = AssignmentForm(actor=actor)
    context["embedded"] = bool(request.htmx)  # type: ignore[attr-defined]
    part = "#section" if context["embedded"] else ""
    response = render(request, f"approvals/opinion_list.html{part}", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@FORM
def assignment_add(request: HttpRequest, kind: str, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    subject = subject_of_side(kind=kind, pk=pk, actor=actor)
    if refusal := services.create_refusal(actor, subject):
        raise refusal
    posted = request.method == "POST"
    form = AssignmentForm(request.POST if posted else returned_post(request), actor=actor)
    if posted and form.is_valid():
        try:
            made = services.assignment_create(subject=subject, by=actor, **form.cleaned_data)
        except Invalid as refused:
            form.refuse(refused.errors)
        else:
            messages.success(request, _("The opinion is asked for."))
            return forget_post(request, redirect(made))
    context = {**section(subject, actor), "form": form}
    return render(request, "approvals/assignment_add.html", context, status=422 if posted else 200)


@require_safe
def assignment_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    return render(
        request,
        "approvals/assignment_detail.html",
        opinion_page(assignment_to_read(pk=pk, actor=actor), actor),
    )


@FORM
def assignment_answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    assignment = assignment_to_read(pk=pk, actor=actor)
    if refusal := services.answer_refusal(actor, assignment):
        raise refusal

    def save(form: Any) -> None:
        services.assignment_answer(
            assignment=assignment,
            opinion=form.cleaned_data["opinion"],
            base_version=form.cleaned_data["version"],
            by=actor,
        )

    return edited(request, assignment, OpinionForm, "answer", save)


@FORM
def assignment_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    assignment = assignment_to_read(pk=pk, actor=actor)
    if refusal := services.manage_refusal(actor, assignment):
        raise refusal

    def save(form: Any) -> None:
        services.assignment_amend(
            assignment=assignment,
            changes=form.changes(),
            base=form.cleaned_data["base"],
            base_version=form.cleaned_data["version"],
            by=actor,
        )

    return edited(request, assignment, AssignmentEditForm, "edit", save)


def edited(
    request: HttpRequest, assignment: Assignment, form_class: Any, name: str, save: Callable[[Any], None]
) -> HttpResponse:
    """Save what a valid form holds; a conflict is shown in it, and nothing typed is lost."""
    actor, posted = actor_of(request), request.method == "POST"
    form = form_class(request.POST if posted else returned_post(request), record=assignment, actor=actor)
    if posted and form.is_valid():
        try:
            save(form)
        except EditConflict as conflict:
            form.show_conflict(conflict, assignment_to_read(pk=assignment.pk, actor=actor))
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved."))
            return forget_post(request, redirect(assignment))
    status = (409 if form.conflicts else 422) if posted else 200
    context = {**opinion_page(assignment, actor), "form": form}
    return render(request, f"approvals/assignment_{name}.html", context, status=status)


@require_POST
def assignment_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    assignment = assignment_to_read(pk=pk, actor=actor)
    version = request.POST.get("version", "")
    if refusal := services.manage_refusal(actor, assignment):
        raise refusal
    try:
        services.assignment_withdraw(
            assignment=assignment,
            base_version=int(version[:9]) if version.isascii() and version.isdecimal() else 0,
            by=actor,
        )
    except EditConflict:
        messages.warning(
            request, _("Somebody changed this meanwhile. Look at it once more, and try again.")
        )
    else:
        messages.success(request, _("Withdrawn: the opinion is asked for no more."))
    return redirect(assignment)
