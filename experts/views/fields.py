"""The pages of the fields of expertise: the tree, and one field."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.access import visible
from accounts.views import actor_of
from experts.counting import field_counts
from experts.listing import answer, rows_of, sides_of
from experts.models import ExpertiseField
from experts.queries import field_path, fields_with_parents
from records.search import search_texts
from records.texts import LANGUAGES

SEARCHED_AT_ONCE = 50


@require_safe
def field_list(request: HttpRequest) -> HttpResponse:
    """The two upper levels of the tree, or what a search for words finds in all of it."""
    actor = actor_of(request)
    words = request.GET.get("search", "").strip()[:150]
    fields = fields_with_parents().live()
    page = None
    if words:
        found = search_texts(fields, words, texts=("name", "synonyms"))
        page = Paginator(found, SEARCHED_AT_ONCE).get_page(request.GET.get("page"))
        shown, roots = list(page), []
    else:
        shown = list(fields.filter(Q(parent=None) | Q(parent__parent=None)))
        roots = [field for field in shown if field.parent_id is None]
    counted(shown, actor)
    below(roots, shown)
    context = {"words": words, "page": page, "found": shown if words else [], "roots": roots}
    return render(request, "experts/field_list.html", context)


def counted(fields: list[Any], actor: Any) -> None:
    """Give each field its `counts`, and its `path` in the tree."""
    counts = field_counts([field.pk for field in fields], actor)
    for field in fields:
        field.counts = counts.get(field.pk, [])
        field.path = field_path(field)


def below(roots: list[Any], fields: list[Any]) -> None:
    """Give each of these its `lower` ones among the fields."""
    for root in roots:
        root.lower = [field for field in fields if field.parent_id == root.pk]


@require_safe
def field_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    field = visible(fields_with_parents(), pk=pk, actor=actor)
    if field.merged_into_id:
        return redirect(field.merged_into)
    lower = list(fields_with_parents().live().filter(parent=field))
    counted([field, *lower], actor)
    found, page = answer("", actor, request.GET.get("page"), field=field.pk)
    context = {
        "field": field,
        "above": above(field),
        "lower": lower,
        "words": [(language, field.words(language)) for language in LANGUAGES],
        "page": page,
        "rows": rows_of(found, actor, sides_of(actor)),
    }
    return render(request, "experts/field_detail.html", context)


def above(field: ExpertiseField) -> list[ExpertiseField]:
    """The fields that this one stands within, the widest first."""
    found: list[ExpertiseField] = []
    parent = field.parent
    while parent is not None:
        found.insert(0, parent)
        parent = parent.parent if parent.parent_id else None
    return found
