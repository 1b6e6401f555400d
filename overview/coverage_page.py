"""The page of what became of a programme's provisions."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest

from accounts.actors import Actor
from overview.coverage import coverage_of, in_order, summary, with_first_projects
from programme import access
from programme.filters import ProvisionFilter
from programme.models import Area, Programme

PER_PAGE = 25


def coverage_page(request: HttpRequest, actor: Actor, on: date) -> dict[str, Any]:
    """The chosen programme's provisions; of the one that runs now where none is chosen."""
    programmes = list(access.programmes(actor))
    found = ProvisionFilter(request.GET, queryset=access.provisions(actor), request=request)
    if len(programmes) < 2:
        found.filters.pop("programme")
    programme = chosen(found, programmes, on)
    if programme is None:
        return {"programme": None}
    if "area" in found.form.fields:
        found.form.fields["area"].queryset = access.areas(actor).filter(programme=programme)
    provisions = with_first_projects(found.qs.filter(programme=programme), actor, on)
    covered = in_order(coverage_of(provisions, actor, on))
    pages = Paginator(covered, PER_PAGE)
    return {
        "programme": programme,
        "filter": found,
        "is_closed": programme.is_closed(on),
        "summary": summary(covered),
        "page": pages.get_page(request.GET.get("page")),
    }


def chosen(found: ProvisionFilter, programmes: list[Programme], on: date) -> Programme | None:
    """The programme that the filters name, by itself or by one of its areas."""
    form: Any = found.form
    form.is_valid()
    area: Area | None = form.cleaned_data.get("area")
    named = form.cleaned_data.get("programme")
    pk = named.pk if named else area.programme_id if area else None
    return next((each for each in programmes if each.pk == pk), access.programme_now(programmes, on))
