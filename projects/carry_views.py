"""The pages by which projects are carried over to the next programme: one with its choices, or several."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Actor
from accounts.views import actor_of
from programme.access import programme_to_read
from programme.models import Area, Programme, Provision
from projects import access
from projects.carrying import (
    carry_refusal,
    indicators_of,
    matched,
    measured,
    open_risks,
    shifted,
    successor_of,
    undone_milestones,
)
from projects.models import Project
from projects.services import project_carry_over
from records.errors import Invalid, NotAllowed

MOST = 100  # chosen at once


class CarryForm(forms.Form):
    """What a project is placed under in the later programme beside what has the same codes."""

    areas = forms.ModelMultipleChoiceField(
        Area.objects.none(),
        label=gettext_lazy("Further areas"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    provisions = forms.ModelMultipleChoiceField(
        Provision.objects.none(),
        label=gettext_lazy("Further provisions"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, programme: Programme, actor: Actor, without: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in (("areas", Area), ("provisions", Provision)):
            rows: Any = model.objects
            there = rows.visible_to(actor).live().filter(programme=programme)
            self.fields[name].queryset = there.exclude(pk__in=[each.pk for each in without[name]])  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def project_carry(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    project = access.project_to_read(pk=pk, actor=actor)
    programme = successor_of(project.programme, actor)
    if refusal := carry_refusal(actor, project, programme):
        raise refusal
    found: Any = {
        "areas": matched(Area, project, programme, actor),  # type: ignore[arg-type]  # refused without one
        "provisions": matched(Provision, project, programme, actor),  # type: ignore[arg-type]
    }
    without = {name: each.found for name, each in found.items()}
    posted = request.POST if request.method == "POST" else None
    form = CarryForm(posted, programme=programme, actor=actor, without=without)  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        chosen = {name: [each.pk for each in picked] for name, picked in form.cleaned_data.items()}
        try:
            copy = project_carry_over(project=project, programme=programme, by=actor, **chosen)  # type: ignore[arg-type]
        except Invalid as refused:
            for name, texts in refused.errors.items():
                form.add_error(name if name in form.fields else None, texts)
        else:
            messages.success(request, _("Carried over. It is a draft there, until both sides agree on it."))
            return redirect(copy)
    context = {
        "project": project,
        "programme": programme,
        "form": form,
        **found,
        "milestones": [
            (each, shifted(each.due_on, project.programme, programme))  # type: ignore[arg-type]
            for each in undone_milestones(project)
        ],
        "risks": open_risks(project),
        "indicators": [(each, measured(each)) for each in indicators_of(project)],
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "projects/project_carry_over.html", context, status=status)


@require_POST
def projects_carry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Several projects at once, each by itself: one that can't go on yet holds up no other."""
    actor = actor_of(request)
    programme = programme_to_read(pk=pk, actor=actor)
    successor = successor_of(programme, actor)
    seen: Any = Project.objects.visible_to(actor).live().filter(programme=programme)
    try:
        chosen = list(seen.filter(pk__in=request.POST.getlist("project")[:MOST]).order_by("code"))
    except ValidationError:  # what was sent is no id at all
        chosen = []
    done = 0
    for project in chosen:
        if refusal := carry_refusal(actor, project, successor):
            messages.warning(request, told(project, f"{refusal}"))
            continue
        try:
            project_carry_over(project=project, programme=successor, by=actor)  # type: ignore[arg-type]
            done += 1
        except Invalid as refused:
            sentence = " ".join(text for texts in refused.errors.values() for text in texts)
            messages.warning(request, told(project, sentence))
        except NotAllowed as refused:
            messages.warning(request, told(project, f"{refused}"))
    if done:
        text = ngettext("%(n)s project was carried over.", "%(n)s projects were carried over.", done)
        messages.success(request, text % {"n": done})
    elif not chosen:
        messages.warning(request, _("Choose projects first."))
    return redirect(reverse("overview:results", args=[programme.pk]))


def told(project: Project, sentence: str) -> str:
    return _("%(code)s: %(why)s") % {"code": project.code, "why": sentence}
