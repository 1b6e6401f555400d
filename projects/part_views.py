"""The sections of a project's page: each loads by itself, and is a whole page without JavaScript."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.held import forget_post, returned_post
from accounts.views import actor_of
from projects import services
from projects.access import alone_refusal, edit_refusal, require_edit
from projects.part_forms import PartForm
from projects.sections import SECTIONS
from projects.sections.base import Section, propose_address
from records.errors import EditConflict, Invalid, NotAllowed
from records.values import write_columns

FORM = require_http_methods(["GET", "HEAD", "POST"])
ARCHIVED_SHOWN = 20


@login_not_required
@require_safe
def part_list(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    section = SECTIONS[kind]
    return shown(request, section, section.parent_to_read(pk=pk, actor=actor_of(request)))


def shown(request: HttpRequest, section: Section, parent: Any) -> HttpResponse:
    """A section by itself for htmx, within a page of its own for everybody else."""
    where = section.address(parent)
    fragment = bool(request.htmx)  # type: ignore[attr-defined]
    here = urlsplit(request.htmx.current_url or "") if fragment else None  # type: ignore[attr-defined]
    embedded = here is not None and here.path != where
    asked = parse_qs(here.query).get("page", ["1"])[0] if here else request.GET.get("page")
    context = section_context(request, section, parent, 1 if embedded else asked)
    context |= {"embedded": embedded, "fragment": fragment}
    response = render(request, f"projects/part_list.html{'#section' if fragment else ''}", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def section_context(request: HttpRequest, section: Section, parent: Any, number: Any) -> dict[str, Any]:
    actor, project = actor_of(request), section.project_of(parent)
    found = section.rows(parent, actor)
    page = Paginator(section.arranged(found.live()), section.per_page).get_page(number)
    archived, writes = [], edit_refusal(actor, project) is None
    if writes:
        archived = list(found.exclude(archived_at=None)[:ARCHIVED_SHOWN])
    rows = list(page)
    for row in (*rows, *archived):
        section.settle(row, parent)
        row.refusal = section.row_refusal(row, actor, project)
        row.is_theirs = writes and row.side_id not in (None, actor.city_id)
    around = section.about(parent, rows, actor)
    return {
        "section": section,
        "element": section.element(parent),
        "address": section.address(parent),
        "add_address": section.add_address(parent),
        "paste_address": section.paste_address(parent),
        "propose_address": propose_address(project),
        "parent": parent,
        "project": project,
        "page": page,
        "rows": rows,
        "table": section.table(rows, empty_text="", request=request),
        "may_write": writes,
        "refusal": section.refusal(parent, actor),
        "archived": [
            row for row in archived if section.row_refusal(row, actor, project, archived=True) is None
        ],
        **around,
    }


@FORM
def part_add(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    section, actor = SECTIONS[kind], actor_of(request)
    parent = section.parent_to_read(pk=pk, actor=actor)
    require_edit(actor, section.project_of(parent))
    if refusal := section.refusal(parent, actor):
        raise refusal
    if "discard" in request.POST:
        return forget_post(request, redirect(request.path))
    posted = request.method == "POST"
    data = request.POST if posted else kept(request)
    part = section.new(parent, actor, PartForm.new_id(data))
    form = PartForm(data, section=section, record=part, actor=actor)
    if posted and form.is_valid():
        if section.model.objects.filter(pk=part.pk).exists():
            return saved(request, section, parent, part, _("It is added already."))
        try:
            write_columns(part, form.value_set())
            added = services.part_create(part=part, original=get_language(), by=actor)
        except Invalid as refused:
            form.refuse(refused)
        except NotAllowed as refused:
            form.add_error(None, f"{refused.reason} {refused.remedy}".strip())
        else:
            told = [_("Added."), section.notice(added, added, form)]
            return saved(request, section, parent, part, " ".join(filter(None, told)))
    return form_page(request, section, parent, form, 422 if posted else 200)


@FORM
def part_edit(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    section, actor = SECTIONS[kind], actor_of(request)
    part = section.part_to_read(pk=pk, actor=actor)
    parent = section.parent_of(part)
    if refusal := section.row_refusal(part, actor, section.project_of(parent)):
        raise refusal
    if "discard" in request.POST:
        return forget_post(request, redirect(request.path))
    posted = request.method == "POST"
    data = request.POST if posted else kept(request)
    form = PartForm(data, section=section, record=part, actor=actor)
    if posted and form.is_valid():
        try:
            amended = services.part_amend(
                part=part,
                changes=form.changes(),
                base_version=form.cleaned_data["version"],
                base=form.cleaned_data["base"],
                confirmed=form.confirmed(),
                by=actor,
            )
        except EditConflict as conflict:
            form.show_conflict(conflict, section.part_to_read(pk=pk, actor=actor))
        except Invalid as refused:
            form.refuse(refused)
        except NotAllowed as refused:
            form.add_error(None, f"{refused.reason} {refused.remedy}".strip())
        else:
            told = [_("Saved."), section.notice(part, amended, form)]
            return saved(request, section, parent, part, " ".join(filter(None, told)))
    return form_page(request, section, parent, form, (409 if form.conflicts else 422) if posted else 200)


def kept(request: HttpRequest) -> Any:
    """What was typed before a login ran out: on the form's own page, where the sign-in leads."""
    return None if request.htmx else returned_post(request)  # type: ignore[attr-defined]


def form_page(
    request: HttpRequest, section: Section, parent: Any, form: PartForm, status: int
) -> HttpResponse:
    """The form in place of its row, or on a page of its own."""
    fragment, posted = bool(request.htmx), request.method == "POST"  # type: ignore[attr-defined]
    context = {
        "section": section,
        "element": section.element(parent),
        "parent": parent,
        "project": section.project_of(parent),
        "part": form.record,
        "form": form,
        "address": home_address(section, parent),
        "returned": form.is_bound and not posted,
        "in_row": fragment and request.htmx.target == f"{section.kind}-{form.record.pk}" and not posted,  # type: ignore[attr-defined]
        "form_url": section.add_address(parent) if form.is_new else section.edit_address(form.record),
        "form_id": f"new-{section.element(parent)}"
        if form.is_new
        else f"{section.kind}-edit-{form.record.pk}",
        "archive_refusal": alone_refusal(form.record, section.project_of(parent)),
        "width": len(section.table.base_columns),
    }
    response = render(
        request, f"projects/part_form.html{'#form' if fragment else ''}", context, status=status
    )
    if fragment and posted:
        response["HX-Retarget"], response["HX-Reswap"] = f"#form-{form.record.pk}", "outerHTML"
    patch_vary_headers(response, ["HX-Request"])
    return response


def home_of(section: Section, parent: Any) -> tuple[Section, Any]:
    """The section in whose rows this one is shown."""
    return (SECTIONS[section.home], parent.project) if section.home else (section, parent)


def home_address(section: Section, parent: Any) -> str:
    home, whole = home_of(section, parent)
    return home.address(whole)


def saved(request: HttpRequest, section: Section, parent: Any, part: Any, told: str) -> HttpResponse:
    """Back to the section: as it now stands for htmx, by its address for everybody else."""
    return forget_post(request, onward(request, section, parent, told, f"{section.kind}-{part.pk}"))


def onward(
    request: HttpRequest, section: Section, parent: Any, told: str, anchor: str = ""
) -> HttpResponse:
    """Back to the section, with what came of it; without an `anchor` nothing did."""
    home, whole = home_of(section, parent)
    messages.add_message(request, messages.SUCCESS if anchor else messages.WARNING, told)
    if request.htmx:  # type: ignore[attr-defined]
        if request.htmx.target == section.element(parent):  # type: ignore[attr-defined]
            home, whole = section, parent
        request.method = "GET"
        # Read anew: what was locked and written is not what was read before.
        whole = home.parent_to_read(pk=whole.pk, actor=actor_of(request))
        return shown(request, home, whole)
    return redirect(f"{home.address(whole)}#{anchor or section.element(parent)}")


@require_POST
def part_archive(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    return act(request, pk, SECTIONS[kind], services.part_archive)


@require_POST
def part_restore(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    return act(request, pk, SECTIONS[kind], services.part_restore)


def act(
    request: HttpRequest, pk: UUID, section: Section, serve: Callable[..., Any], told: str = ""
) -> HttpResponse:
    """Do something to a row as it was in the version that the page showed."""
    actor = actor_of(request)
    part = section.part_to_read(pk=pk, actor=actor)
    parent, version = section.parent_of(part), request.POST.get("version", "")
    try:
        serve(
            part=part,
            base_version=int(version[:9]) if version.isascii() and version.isdecimal() else 0,
            by=actor,
        )
    except EditConflict:
        told = _("Somebody changed this meanwhile. Look at it once more, and try again.")
        return onward(request, section, parent, told)
    told = told or _("Done. The history keeps what was there.")
    return onward(request, section, parent, told, f"{section.kind}-{part.pk}")
