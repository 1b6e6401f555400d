"""The pages on which a file of experts is brought, looked at, and saved; and the export of a view."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import Actor
from accounts.views import actor_of
from experts.access import require_edit
from experts.importing import services
from experts.importing.export import experts_export
from experts.importing.plan import Plan
from experts.importing.reading import ENCODINGS, MOST_MB, MOST_ROWS, plan_of
from experts.importing.template import errors_xlsx, explanations, notes, template_csv, template_xlsx
from experts.importing.wording import row_shown
from experts.models import ExpertImport
from programme.access import programme_now, programmes
from programme.models import Programme
from records.errors import Invalid, NotAllowed, NotVisible
from records.pages import errors
from records.rows import ADD, CHANGED, SAME, WRONG
from records.sheets import TYPES

PER_PAGE = 50
MOST_LISTED = 10
DELIMITERS = {
    ";": gettext_lazy("semicolons"),
    ",": gettext_lazy("commas"),
    "\t": gettext_lazy("tabs"),
}


class ImportForm(forms.Form):
    upload = forms.FileField(
        label=gettext_lazy("File"),
        error_messages={
            "empty": gettext_lazy("This file is empty."),
            "required": gettext_lazy("Choose a file."),
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the texts"),
        choices=settings.LANGUAGES,
        help_text=gettext_lazy("For columns that name none."),
    )
    programme = forms.ModelChoiceField(Programme.objects.none(), label=gettext_lazy("Programme"))

    def __init__(self, *args: Any, offered: list[Programme], now: Programme, **kwargs: Any) -> None:
        super().__init__(*args, use_required_attribute=False, **kwargs)
        self.fields["upload"].help_text = _("XLSX or CSV; up to %(most)s MB and %(rows)s rows.") % {
            "most": MOST_MB,
            "rows": MOST_ROWS,
        }
        self.fields["language"].initial = get_language()
        chosen: Any = self.fields["programme"]
        chosen.queryset = Programme.objects.filter(pk__in=[each.pk for each in offered])
        chosen.initial = now.pk
        if len(offered) < 2:
            del self.fields["programme"]


def own_programmes(actor: Actor) -> list[Programme]:
    """Those of the actor's city, the latest first. Raises `NotAllowed` where it has none."""
    found = [each for each in programmes(actor) if each.pk in actor.programme_ids]
    if not found:
        raise NotAllowed(_("Experts are brought by the sides of a programme."))
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: HttpRequest) -> HttpResponse:
    """Where a file is brought, what it may hold, and what one has brought before."""
    actor = actor_of(request)
    offered = own_programmes(actor)
    now = programme_now(offered, timezone.localdate()) or offered[0]
    require_edit(actor, services.new_expert(now, actor))
    post = request.method == "POST"
    form = ImportForm(
        request.POST if post else None, request.FILES if post else None, offered=offered, now=now
    )
    if post and form.is_valid():
        data = form.cleaned_data
        try:
            brought = services.import_bring(
                upload=data["upload"],
                programme=data.get("programme") or now,
                language=data["language"],
                by=actor,
            )
            return redirect(brought)
        except Invalid as refusal:
            for sentence in dict.fromkeys(text for texts in refusal.errors.values() for text in texts):
                form.add_error("upload", sentence)
    if post and getattr(request, "upload_too_large", False) and not form.files:
        form.errors.pop("upload", None)
        form.add_error("upload", _("This file is larger than %(most)s MB.") % {"most": MOST_MB})
    language = get_language() or settings.LANGUAGE_CODE
    mine = ExpertImport.objects.filter(user=actor.user_id, city=actor.city_id).select_related("job")
    context = {
        "form": form,
        "columns": list(explanations(language)),
        "notes": notes(),
        "languages": settings.LANGUAGES,
        "brought": mine.order_by("-created_at")[:MOST_LISTED],
    }
    return render(request, "experts/import_list.html", context, status=422 if post else 200)


@never_cache
@require_safe
def import_template(request: HttpRequest, language: str, format: str) -> HttpResponse:
    """A template to fill in, with its explanations, in one of the languages."""
    if language not in dict(settings.LANGUAGES) or format not in TYPES:
        raise NotVisible
    content = {"xlsx": template_xlsx, "csv": template_csv}[format](language)
    return download(content, f"experts-{language}.{format}", format)


def download(content: bytes, name: str, format: str) -> HttpResponse:
    response = HttpResponse(content, content_type=TYPES[format])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@never_cache
@require_safe
def import_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a file would do, row by row; or what came of it."""
    actor = actor_of(request)
    brought = services.import_to_see(pk=pk, by=actor)
    return render(request, "experts/import_detail.html", page(request, brought, actor))


def page(request: HttpRequest, brought: ExpertImport, actor: Actor) -> dict[str, Any]:
    context: dict[str, Any] = {
        "brought": brought,
        "encoding": ENCODINGS.get(brought.encoding, ""),
        "delimiter": DELIMITERS.get(brought.delimiter, ""),
        "same": services.same_file(brought),
        "counts": brought.counts,
        "acts": [],
    }
    if not brought.may_be_confirmed:
        return context
    try:
        plan = plan_of(brought, by=actor)
    except Invalid as refusal:  # read before, and now its columns or fields are others
        return context | {"refusal": str(refusal)}
    chosen = request.GET.get("act", "")
    rows = plan.of(chosen) if chosen in plan.counts else plan.rows
    shown = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return (
        context
        | preview(plan, brought, chosen)
        | {
            "page": shown,
            "rows": [row_shown(row, plan) for row in shown],
        }
    )


def preview(plan: Plan, brought: ExpertImport, chosen: str) -> dict[str, Any]:
    for row in plan.rows:
        row.moved = row.number in brought.conflicts
    names = {
        ADD: _("New"), CHANGED: _("Changes"), SAME: _("Unchanged"), WRONG: _("Wrong"),
    }  # fmt: skip
    counts = plan.counts
    return {
        "plan": plan,
        "counts": counts,
        "acts": [
            {"act": "", "name": _("All rows"), "count": len(plan.rows), "here": chosen not in counts},
            *(
                {"act": act, "name": name, "count": counts[act], "here": chosen == act}
                for act, name in names.items()
            ),
        ],
    }


@require_POST
def import_apply(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have saved what the preview showed; on to the page of the job that does it."""
    actor = actor_of(request)
    brought = services.import_to_see(pk=pk, by=actor)
    try:
        confirmed = services.import_confirm(brought=brought, token=request.POST.get("token", ""), by=actor)
    except (services.PlanMoved, Invalid) as refusal:
        messages.warning(request, str(refusal))
        return redirect(brought)
    return redirect("records:job-detail", pk=confirmed.job_id)


@require_POST
def import_drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    services.import_drop(brought=services.import_to_see(pk=pk, by=actor), by=actor)
    messages.success(request, _("The file was deleted, and nothing of it was saved."))
    return redirect("experts:import-list")


@never_cache
@require_safe
def import_errors(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The rows that are wrong, with what is wrong, as a workbook."""
    actor = actor_of(request)
    brought = services.import_to_see(pk=pk, by=actor)
    if not brought.may_be_confirmed:
        raise NotVisible
    try:
        plan = plan_of(brought, by=actor)
    except Invalid:
        raise NotVisible from None
    content = errors_xlsx(plan, get_language() or settings.LANGUAGE_CODE)
    return download(content, f"errors-{brought.created_at:%Y-%m-%d}.xlsx", "xlsx")


@require_POST
def expert_export(request: HttpRequest) -> HttpResponse:
    """A file of exactly the view that the form stood under."""
    try:
        job = experts_export(
            query=request.POST.get("query", ""),
            format=request.POST.get("format", ""),
            language=get_language() or settings.LANGUAGE_CODE,
            by=actor_of(request),
        )
    except Invalid:
        return errors.bad_request(request)
    return redirect("records:job-detail", pk=job.pk)
