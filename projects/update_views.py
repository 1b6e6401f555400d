"""Handing in an update, sending it back, and what was handed in before."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.held import forget_post, returned_post
from accounts.views import actor_of
from projects import services
from projects.access import return_refusal
from projects.models import Update
from projects.part_views import act, onward
from projects.sections import SECTIONS
from projects.services.updates import REMARK_LENGTH
from records.errors import EditConflict, Invalid
from records.texts import column

FORM = require_http_methods(["GET", "HEAD", "POST"])


@require_POST
def update_submit(request: HttpRequest, pk: UUID) -> HttpResponse:
    def submit(*, part: Any, **write: Any) -> None:
        services.update_submit(update=part, **write)

    section = SECTIONS["update"]
    try:
        return act(request, pk, section, submit, _("Handed in."))
    except Invalid as refusal:
        part = section.part_to_read(pk=pk, actor=actor_of(request))
        told = " ".join(sentence for sentences in refusal.errors.values() for sentence in sentences)
        return onward(request, section, part.project, told)


class ReturnForm(forms.Form):
    """A remark on each section that needs more work."""

    def __init__(self, data: Any = None, *, update: Update) -> None:
        super().__init__(data)
        self.fields["version"] = forms.IntegerField(
            widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1, initial=update.version
        )
        for name in Update.SECTIONS:
            label = Update._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            self.fields[name] = forms.CharField(
                label=str(label).capitalize(),
                required=False,
                max_length=REMARK_LENGTH,
                widget=forms.Textarea,
            )

    def refuse(self, refusal: Invalid) -> None:
        for name, sentences in refusal.errors.items():
            self.add_error(name if name in self.fields else None, sentences)


@FORM
def update_return(request: HttpRequest, pk: UUID) -> HttpResponse:
    section, actor = SECTIONS["update"], actor_of(request)
    update = section.part_to_read(pk=pk, actor=actor)
    if refusal := return_refusal(actor, update, update.project):
        raise refusal
    posted = request.method == "POST"
    form = ReturnForm(request.POST if posted else returned_post(request), update=update)
    if posted and form.is_valid():
        try:
            services.update_return(
                update=update,
                sections={name: form.cleaned_data[name] for name in Update.SECTIONS},
                base_version=form.cleaned_data["version"],
                by=actor,
            )
        except EditConflict:
            form.add_error(None, _("Somebody changed this meanwhile. Look at it once more, and try again."))
        except Invalid as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Sent back, with your remarks."))
            where = f"{section.address(update.project)}#update-{update.pk}"
            return forget_post(request, redirect(where))
    context = {
        "update": update,
        "project": update.project,
        "form": form,
        "address": section.address(update.project),
    }
    return render(request, "projects/update_return.html", context, status=422 if posted else 200)


@login_not_required
@require_safe
def update_history(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Each version of an update that was handed in, the last one first."""
    section, actor = SECTIONS["update"], actor_of(request)
    update = section.part_to_read(pk=pk, actor=actor)
    handed_in: dict[Any, Any] = {}
    rows = update.history.filter(state=Update.State.SUBMITTED, visibility__in=seen(update))
    for row in rows.order_by("pgh_id"):
        handed_in.setdefault(row.submitted_at, row)
    found = [told(row) for row in reversed(list(handed_in.values()))][:20]
    context = {
        "update": update,
        "project": update.project,
        "handed_in": found,
        "address": section.address(update.project),
    }
    return render(request, "projects/update_history.html", context)


def seen(update: Update) -> list[str]:
    """Whoever sees the update sees what was handed in of it: never a draft, which is its side's own."""
    return ["public", "shared", "own"] if update.visibility == "own" else ["public", "shared"]


def told(row: Any) -> dict[str, Any]:
    """A past state as a record of today shows itself, with its texts in every language."""
    past = Update(health=row.health, texts=row.texts)
    for field in ("narrative", "help_needed"):
        for language in ("en", "ru", "zh-hans"):
            setattr(past, column(field, language), getattr(row, column(field, language)))
    return {"at": row.submitted_at, "update": past}
