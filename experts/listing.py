"""The search of experts as its page shows it: the form, the answer, what narrows it."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.order import sides_in_order
from experts import access
from experts.languages import language_choices, language_label
from experts.models import Expert, ExpertiseField
from experts.queries import field_path, fields_with_parents
from experts.search import Found, Hit, find
from experts.seeing import consent_standing, unseen_because
from programme.models import Area, Programme
from records.pages.display import listed

PER_PAGE = 25
FACETS_SHOWN = 8
ANY = [("", _("any"))]


class SearchForm(forms.Form):
    """What is asked for, and what narrows the answer; a value that is no choice narrows nothing."""

    search = forms.CharField(
        label=_("What should the expert know? A question, a word or a name, in any of the three languages"),
        required=False,
        max_length=1_000,
    )
    city = forms.ChoiceField(label=_("City"), required=False)
    area = forms.ChoiceField(label=_("Area"), required=False)
    field = forms.ChoiceField(label=_("Field of expertise"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    availability = forms.ChoiceField(
        label=_("Availability"), required=False, choices=[*ANY, *Expert.Availability.choices]
    )

    def __init__(self, data: QueryDict, *, cities: list[Any], areas: list[Any]) -> None:
        super().__init__(data)
        asked = named_field(data.get("field", ""))
        choices = {
            "city": [(str(city.pk), str(city)) for city in cities],
            "area": list({area.code: (area.code, str(area)) for area in areas}.values()),
            "field": [(str(asked.pk), field_path(asked))] if asked else [],
            "language": language_choices(),
        }
        for name, values in choices.items():
            self.fields[name].choices = [*ANY, *values]  # type: ignore[attr-defined]

    @property
    def asked(self) -> dict[str, str]:
        """What may be asked of the search: values that are known, and nothing of the others."""
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value and name != "search"}

    @property
    def words(self) -> str:
        self.full_clean()
        return self.cleaned_data.get("search", "").strip()


def named_field(pk: str) -> ExpertiseField | None:
    try:
        field = forms.UUIDField(required=False).clean(pk)
    except forms.ValidationError:
        return None
    return fields_with_parents().live().filter(pk=field).first() if field else None


@dataclass(frozen=True)
class Row:
    """An expert in the answer, as the reader may see them; `seen_by` is told to the expert's own city."""

    expert: Expert
    own: bool
    covered: frozenset[str]
    names: str
    languages: str
    reasons: list[Any] = field(default_factory=list)
    consent: Any = None
    seen_by: str = ""
    why_not: str = ""


@dataclass(frozen=True)
class Narrowing:
    """One sort of facet: its label, and what can be chosen with how many it leaves."""

    name: str
    label: str
    choices: list[tuple[str, int, str]]  # label, count, address


def list_page(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """Everything on the page of the search."""
    sides = sides_of(actor)
    cities = sides_in_order({city.pk: city for each in sides.values() for city in each}.values(), actor)
    areas = Area.objects.visible_to(actor).live().filter(programme__in=actor.programme_ids)
    form = SearchForm(request.GET, cities=cities, areas=list(areas.order_by("position")))
    found, page = answer(form.words, actor, request.GET.get("page"), **form.asked)
    return {
        "filter": SimpleNamespace(form=form),
        "words": form.words,
        "narrowed": bool(form.asked),
        "found": found,
        "page": page,
        "rows": rows_of(found, actor, sides),
        "facets": narrowings(form, found, request.GET),
        "may_add": bool(actor.programme_ids and actor.may_write),
    }


def sides_of(actor: Actor) -> dict[UUID, list[Any]]:
    """The cities of each programme that the actor's city is a side of; two queries."""
    programmes: Any = Programme.objects.filter(pk__in=actor.programme_ids).prefetch_related("cities")
    return {programme.pk: list(programme.cities.all()) for programme in programmes}


def answer(words: str, actor: Actor, number: Any, **asked: Any) -> tuple[Found, Page[Any]]:
    """One page of the answer; the last one where fewer are left than was asked for."""
    text = str(number or "")
    at = max(int(text), 1) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
    found = find(words, actor=actor, limit=PER_PAGE, offset=(at - 1) * PER_PAGE, **asked)
    page = Paginator(range(found.total), PER_PAGE).get_page(at)
    if page.number != at and found.total:
        found = find(words, actor=actor, limit=PER_PAGE, offset=(page.number - 1) * PER_PAGE, **asked)
    return found, page


def rows_of(found: Found, actor: Actor, sides: dict[UUID, list[Any]]) -> list[Row]:
    return [row_of(hit, actor, sides.get(hit.expert.programme_id, [])) for hit in found.hits]


def row_of(hit: Hit, actor: Actor, sides: list[Any]) -> Row:
    expert, own, name = hit.expert, access.is_own(hit.expert, actor), str(hit.expert)
    others = [city for city in sides if own and city.pk != expert.owner_city_id]
    refused = {city: unseen_because(expert, city) for city in others}
    names = dict.fromkeys([expert.native_name, *expert.names.values()])
    return Row(
        expert=expert,
        own=own,
        covered=access.covered(expert, actor),
        names=" · ".join(form for form in names if form and form != name),
        languages=listed(language_label(row.language) for row in expert.languages.all()),
        reasons=hit.reasons,
        consent=consent_standing(expert) if own else None,
        seen_by=listed(city for city, why in refused.items() if not why),
        why_not=next((why for why in refused.values() if why), ""),
    )


def narrowings(form: SearchForm, found: Found, query: QueryDict) -> list[Narrowing]:
    """What the answer can be narrowed by, where there is a choice left."""
    made = []
    for name in ("city", "availability", "language", "area", "field"):
        facets = getattr(found.facets, name)
        if name in form.asked or len(facets) < 2:
            continue
        choices = [
            (
                language_label(facet.value) if name == "language" else facet.label,
                facet.count,
                address(query, name, facet.value),
            )
            for facet in facets[:FACETS_SHOWN]
        ]
        made.append(Narrowing(name, str(form.fields[name].label), choices))
    return made


def address(query: QueryDict, name: str, value: Any) -> str:
    kept = query.copy()
    kept.pop("page", None)
    kept[name] = str(value)
    return f"?{kept.urlencode()}"
