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
from experts.counting import field_counts, of_field
from experts.listing import PER_PAGE, cities_in, row_of, sides_of
from experts.models import ExpertiseField
from experts.queries import expert_rows, field_path, fields_with_parents
from records.pages.display import language_name
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
    counted(shown, cities_in(sides_of(actor)), actor)
    below(roots, shown)
    context = {"words": words, "page": page, "found": shown if words else [], "roots": roots}
    return render(request, "experts/field_list.html", context)


def counted(fields: list[Any], cities: list[Any], actor: Any) -> None:
    """Give each field its `counts`, and its `path` in the tree."""
    counts = field_counts([field.pk for field in fields], cities, actor)
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
    whole = ExpertiseField.objects.select_related("parent__parent__parent__parent", "merged_into")
    field = visible(whole, pk=pk, actor=actor)
    if field.merged_into_id:
        return redirect(field.merged_into)
    lower = list(fields_with_parents().live().filter(parent=field))
    sides = sides_of(actor)
    counted([field, *lower], cities_in(sides), actor)
    experts = of_field(expert_rows(actor), field.pk).order_by("-confirmed_on", "pk")
    page = Paginator(experts, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "field": field,
        "above": above(field),
        "lower": lower,
        "words": [(code, language_name(code), field.words(code)) for code in LANGUAGES],
        "page": page,
        "rows": [row_of(expert, actor, sides.get(expert.programme_id, [])) for expert in page],
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
