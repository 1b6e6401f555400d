"""The page on which rows from a spreadsheet are pasted, looked at, and saved."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.actors import Actor
from accounts.held import forget_post, returned_post
from accounts.views import actor_of
from projects.access import project_to_edit
from projects.models import Delegate, Project
from projects.paste.kinds import KINDS, Kind
from projects.paste.plan import PasteMoved, Plan, paste_apply, paste_plan
from projects.wording import Names, shown
from records.errors import Invalid, NotVisible
from records.registry import registry
from records.values import path_label

NO_NAMES = Names({})  # what is pasted names no other records
MARKS = [("", gettext_lazy("as it is clear from the numbers")), (",", "1 234,5"), (".", "1,234.5")]


class PasteForm(forms.Form):
    of: Any = forms.ModelChoiceField(queryset=None)
    text = forms.CharField(
        label=gettext_lazy("Cells copied from a spreadsheet"),
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        strip=False,
        max_length=500_000,
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the texts"), choices=settings.LANGUAGES)
    decimal = forms.ChoiceField(
        label=gettext_lazy("How decimals are written"), choices=MARKS, required=False
    )
    token = forms.CharField(widget=forms.HiddenInput, required=False)
    message = forms.CharField(
        label=gettext_lazy("Message to the other side"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=5_000,
    )

    def __init__(self, *args: Any, kind: Kind, project: Project, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind.parent is None:
            del self.fields["of"]
        else:
            of: Any = self.fields["of"]
            of.queryset = kind.parent.objects.visible_to(actor).live().filter(project=project)
            if kind.model is Delegate:  # who travels is named by the side that sends them
                of.queryset = of.queryset.filter(from_city=actor.city_id)
            of.label = str(registry.of(kind.parent).label).capitalize()
        if not any(column.field == "value" for column in kind.columns):
            del self.fields["decimal"]

    def wish(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "text": data["text"],
            "parent": data.get("of"),
            "language": data["language"],
            "decimal": data.get("decimal", ""),
        }


@require_http_methods(["GET", "HEAD", "POST"])
def paste(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    actor = actor_of(request)
    project = project_to_edit(pk=pk, actor=actor)
    if kind not in KINDS:
        raise NotVisible
    chosen = KINDS[kind]
    if "discard" in request.POST:
        return forget_post(request, redirect(request.get_full_path()))
    data = request.POST if request.method == "POST" else returned_post(request)
    initial = {"language": translation.get_language(), "of": request.GET.get("of")}
    form = PasteForm(data, kind=chosen, project=project, actor=actor, initial=initial)
    plan, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            plan, status, saved = answer(request, form, project, kind, actor)
            if saved:
                return forget_post(request, redirect(project))
    context = page(form, project, kind, plan, actor) | {
        "returned": request.method != "POST" and data is not None
    }
    return render(request, "projects/paste.html", context, status=status)


def answer(
    request: HttpRequest, form: PasteForm, project: Project, kind: str, actor: Actor
) -> tuple[Plan | None, int, bool]:
    """The preview to show with its status, or nothing when it was saved."""
    wish = {"project": project, "kind": kind, "by": actor, **form.wish()}
    try:
        if "save" not in request.POST:
            plan = paste_plan(**wish)
            return plan, 422 if plan.counts["wrong"] else 200, False
        data = form.cleaned_data
        done = paste_apply(**wish, token=data["token"], message=data["message"])
    except PasteMoved as moved:
        return moved.plan, 409, False
    except Invalid as refusal:
        for sentences in refusal.errors.values():
            for sentence in sentences:
                form.add_error(None, sentence)
        return None, 422, False
    messages.success(request, told(done))
    return None, 200, True


def told(done: Any) -> str:
    if done.proposal:
        return _("Done. What both sides agreed on has been proposed, and awaits the other side’s word.")
    return _("Saved: %(added)d added, %(changed)d changed.") % {
        "added": done.added,
        "changed": done.changed,
    }


def page(form: PasteForm, project: Project, kind: str, plan: Plan | None, actor: Actor) -> dict[str, Any]:
    chosen = KINDS[kind]
    record_type = registry.of(chosen.model)
    context = {
        "form": form,
        "project": project,
        "kind": kind,
        "plural": record_type.plural,
        "columns": [path_label(record_type, column.field) for column in chosen.columns],
        "plan": plan,
    }
    if plan:
        context |= {"rows": [row_shown(row, record_type) for row in plan.rows], "token": plan.token()}
    return context


def row_shown(row: Any, record_type: Any) -> dict[str, Any]:
    """A row of the preview in a reader's words."""
    return {
        "row": row,
        "changes": [
            {
                "label": path_label(record_type, path),
                "was": shown(record_type.model, path, was, NO_NAMES),
                "to": shown(record_type.model, path, to, NO_NAMES),
            }
            for path, (was, to) in row.changes.items()
        ],
    }
