"""The pages of minutes: read, written in place with htmx, and on pages of their own without it."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.held import forget_post, returned_post
from accounts.models import City
from accounts.views import actor_of
from programme import access, filters, tables
from programme.duedates import due_remark, read_day
from programme.minutes import queries, services
from programme.minutes.forms import (
    NewObligationForm,
    NewResolutionForm,
    ObligationForm,
    ResolutionForm,
)
from programme.models import Obligation, Resolution
from programme.views import record_list
from records.errors import EditConflict, Invalid, NotVisible

FORM = require_http_methods(["GET", "HEAD", "POST"])


def shown(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A form by itself for htmx, within a page of its own for everybody else."""
    embedded = bool(request.htmx)  # type: ignore[attr-defined]
    template = f"programme/{name}.html" + ("#form" if embedded else "")
    response = render(request, template, {**context, "embedded": embedded}, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def at_point(resolution: Resolution) -> str:
    """Where a point stands in the minutes, on the page of its meeting."""
    return f"{resolution.event.get_absolute_url()}#resolution-{resolution.pk}"


@login_not_required
@require_safe
def resolution_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    resolution = access.resolution_to_read(pk=pk, actor=actor)
    context = queries.resolution_page(resolution, actor, timezone.now())
    return render(request, "programme/resolution_detail.html", context)


@login_not_required
@require_safe
def obligation_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    obligation = access.obligation_to_read(pk=pk, actor=actor)
    context = queries.obligation_page(obligation, actor, timezone.now())
    return render(request, "programme/obligation_detail.html", context)


@login_not_required
@require_safe
def obligation_list(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    rows = queries.obligation_rows(actor, now)
    return record_list(
        request,
        "programme/obligation_list.html",
        rows,
        filters.ObligationPageFilter,
        tables.ObligationTable,
        clocks=queries.all_clocks(actor, now),
    )


@FORM
def resolution_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    event = access.event_to_edit(pk=pk, actor=actor)
    data = request.POST if request.method == "POST" else returned_post(request)
    form = NewResolutionForm(data, event=event, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.resolution_create(
                resolution=form.made(event=event), original=form.original, by=actor
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The resolution is added."))
            return forget_post(request, redirect(at_point(made)))
    context = {"event": event, "form": form}
    return shown(request, "resolution_add", context, 422 if request.method == "POST" else 200)


@FORM
def obligation_add(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    actor = actor_of(request)
    resolution = access.resolution_to_edit(pk=pk, actor=actor)
    cities = queries.cities_of(resolution.programme, actor)
    city = side_of(cities, code)
    data = request.POST if request.method == "POST" else returned_post(request)
    form = NewObligationForm(data, resolution=resolution, city=city, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            services.obligation_create(
                obligation=form.made(resolution=resolution, city=city), original=form.original, by=actor
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The obligation is added."))
            return forget_post(request, redirect(at_point(resolution)))
    context = {
        "resolution": resolution,
        "city": city,
        "cities": cities,
        "form": form,
        "back": at_point(resolution),
    }
    return shown(request, "obligation_add", context, 422 if request.method == "POST" else 200)


def side_of(cities: list[City], code: str) -> City:
    """Raises `NotVisible` for a city that is no side of the programme."""
    found = next((city for city in cities if city.code == code), None)
    if found is None:
        raise NotVisible
    return found


@FORM
def resolution_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    resolution = access.resolution_to_edit(pk=pk, actor=actor)

    def save(**edit: Any) -> Resolution:
        return services.resolution_amend(resolution=resolution, by=actor, **edit)

    def again() -> Resolution:
        return access.resolution_to_edit(pk=pk, actor=actor)

    return edit(request, resolution, ResolutionForm, save, again, at_point(resolution), {})


@FORM
def obligation_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    obligation = access.obligation_to_edit(pk=pk, actor=actor)
    cities = queries.cities_of(obligation.programme, actor)

    def save(**edit: Any) -> Obligation:
        return services.obligation_amend(obligation=obligation, by=actor, **edit)

    def again() -> Obligation:
        return access.obligation_to_edit(pk=pk, actor=actor)

    back = at_point(obligation.resolution)
    return edit(request, obligation, ObligationForm, save, again, back, {"cities": cities})


def edit(
    request: HttpRequest,
    record: Any,
    form_class: Any,
    save: Callable[..., Any],
    again: Callable[[], Any],
    back: str,
    context: dict[str, Any],
) -> HttpResponse:
    """The edit form of either: conflicts are shown in it, and nothing typed is lost."""
    if "discard" in request.POST:
        return forget_post(request, redirect(request.path))
    posted = request.method == "POST"
    held = None if posted else returned_post(request)
    form = form_class(request.POST if posted else held, record=record, actor=actor_of(request))
    if posted and form.is_valid() and saved(form, save, again):
        messages.success(request, _("Saved."))
        return forget_post(request, redirect(back))
    status = (409 if form.conflicts else 422) if posted else 200
    context = {"record": record, "form": form, "back": back, "returned": held is not None, **context}
    return shown(request, f"{form.record_type.kind}_form", context, status)


def saved(form: Any, save: Callable[..., Any], again: Callable[[], Any]) -> bool:
    """Whether it was saved; False when the form has to be shown again."""
    try:
        save(
            changes=form.changes(),
            base_version=form.cleaned_data["version"],
            base=form.cleaned_data["base"],
            confirmed=form.confirmed(),
        )
    except EditConflict as conflict:
        form.show_conflict(conflict, again())
    except Invalid as refusal:
        form.refuse(refusal)
    else:
        return True
    return False


@require_POST
def obligation_put_off(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Move a due date to the next working day of both sides, which the page names beside it."""
    actor = actor_of(request)
    obligation = access.obligation_to_read(pk=pk, actor=actor)
    changes = {"due_on": request.POST.get("due_on", "")[:10]}
    done = _("The due date is moved.")
    act = partial(services.obligation_amend, obligation=obligation, changes=changes, by=actor)
    return acted(request, act, done, at_point(obligation.resolution))


@require_POST
def move(request: HttpRequest, pk: UUID, kind: str, act: str) -> HttpResponse:
    """Archive or restore, from the version that the page showed."""
    actor = actor_of(request)
    find = {"resolution": access.resolution_to_read, "obligation": access.obligation_to_read}[kind]
    record: Any = find(pk=pk, actor=actor)
    serve: Any = getattr(services, f"{kind}_{act}")
    done = _("Done. The history keeps what was there.")
    return acted(request, partial(serve, **{kind: record}, by=actor), done, record.get_absolute_url())


def acted(request: HttpRequest, act: Callable[..., Any], done: str, back: str) -> HttpResponse:
    """Do something to a record from the version that the page showed."""
    version = request.POST.get("version", "")
    try:
        act(base_version=int(version[:9]) if version.isascii() and version.isdecimal() else 0)
    except EditConflict:
        messages.warning(
            request, _("Somebody changed this meanwhile. Look at it once more, and try again.")
        )
    except Invalid as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(back)


@require_safe
def working_day(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What to know of a due date that is being chosen, for the programme's sides."""
    actor = actor_of(request)
    programme = access.programme_to_read(pk=pk, actor=actor)
    name = request.GET.get("field", "due_on")
    day = read_day(request.GET.get(name))
    remark = due_remark(day, queries.cities_of(programme, actor)) if day else None
    context = {"remark": remark, "button": True, "name": name}
    return render(request, "programme/due_remark.html", context)
