"""From a question to the experts that answer it, with reasons and counts."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import get_language

from accounts.actors import Actor
from accounts.models import City
from experts.access import covered, is_own
from experts.models import Expert
from experts.search import index
from experts.search.answers import Facet, Facets, Found, Hit, Reason
from experts.search.asking import Group, Question, question
from experts.search.candidates import OF_SCOPE, Candidate, Filters, candidates
from experts.search.concepts import Vocabulary, vocabulary
from programme.models import Area
from records.texts import text_in

MOST_FACETS = 30


def find(
    text: str,
    *,
    actor: Actor,
    city: Any = None,
    area: str | None = None,
    field: Any = None,
    language: str | None = None,
    availability: str | None = None,
    limit: int = 25,
    offset: int = 0,
) -> Found:
    """The experts that this actor sees who answer a question in any language, the best first.

    `city` and `field` are ids or records, `area` a code, `language` ISO 639. An empty text lists everybody,
    the latest changed first.
    """
    known = vocabulary()
    asked = question(text, known) if text.strip() else Question([], [])
    filters = Filters(
        city=UUID(str(getattr(city, "pk", city))) if city else None,
        area=simple(getattr(area, "code", area)),
        field=index.short(UUID(str(getattr(field, "pk", field)))) if field else None,
        language=simple(language),
        availability=simple(availability),
    )
    if text.strip() and not asked.groups:
        return Found([], 0, Facets(), asked.concepts)
    rows = candidates(asked.groups, filters, actor)
    page = rows[offset : offset + limit]
    return Found(
        hits=hits(page, asked.groups, actor, known),
        total=len(rows),
        facets=facets(rows, actor, known),
        concepts=asked.concepts,
        more=max(Counter(row.city_id == actor.city_id for row in rows).values(), default=0) >= OF_SCOPE,
    )


def simple(value: Any) -> str | None:
    """A filter as part of a token: what is no word filters for nothing that there is."""
    text = str(value) if value else ""
    return (text if text.isalnum() else "none") if text else None


def hits(page: Sequence[Candidate], groups: Sequence[Group], actor: Actor, known: Vocabulary) -> list[Hit]:
    """The experts of a page, read once more through the rule of who sees whom."""
    experts = shown(page, actor, known)
    return [
        Hit(experts[row.pk], round(row.score, 3), reasons(experts[row.pk], groups, actor, known))
        for row in page
        if row.pk in experts
    ]


def shown(page: Iterable[Candidate], actor: Actor, known: Vocabulary) -> dict[UUID, Expert]:
    """These profiles with all that they are told apart by, as far as this actor sees them."""
    rows = {row.pk: row for row in page}
    visible: Any = (
        Expert.objects.visible_to(actor).live().select_related("owner_city", "programme", "organisation")
    )
    found = {each.pk: each for each in visible.filter(pk__in=rows).prefetch_related("languages", "works")}
    for pk, expert in found.items():
        index.keep_fields(expert, index.fields_of(known, rows[pk].field_ids))
    return found


def reasons(expert: Expert, groups: Sequence[Group], actor: Actor, known: Vocabulary) -> list[Reason]:
    """Why this expert answers these groups, told by nothing but what the actor is shown."""
    if not groups:
        return []
    held = (
        index.own_tokens(expert, known)
        if is_own(expert, actor)
        else index.tokens(expert, covered(expert, actor), known)
    )
    found: dict[tuple[str, str], Reason] = {}
    for group in groups:
        best = next(((token, held[token]) for token, _ in group.best if token in held), None)
        if best is None:
            continue
        source = best[1]
        if source.kind == "field" and source.field_id:
            label = field_label(known, source.field_id, source.text, expert)
            made = Reason(label, group.matched, "field")
        else:
            made = Reason(source.text, group.matched, "name" if source.kind == "name" else "word")
        found.setdefault((made.label.casefold(), made.kind), made)
    return list(found.values())


def field_label(known: Vocabulary, pk: UUID, said: str, expert: Expert) -> str:
    """The field as the reader calls it, and as the profile or its city does."""
    each = known.fields[pk]
    language = get_language() or "en"
    name = str(each)
    of_city = expert.owner_city.language if expert.owner_city else language
    theirs = said or text_in(each, "name", of_city)
    if theirs and theirs.casefold() != name.casefold() and (said or of_city != language):
        return f"{name}: {theirs}"
    return name


def facets(rows: Sequence[Candidate], actor: Actor, known: Vocabulary) -> Facets:
    """What the whole answer can be narrowed by, with counts; it takes two queries, whatever there is."""
    cities = Counter(row.city_id for row in rows)
    fields = Counter(pk for row in rows for pk in row.field_ids if pk in known.fields)
    areas = Counter(
        area
        for row in rows
        for area in {
            code for pk in row.field_ids if pk in known.fields for code in known.fields[pk].area_codes
        }
    )  # fmt: skip
    languages = Counter(language for row in rows for language in set(row.languages))
    available = Counter(row.availability for row in rows)
    city_names = {each.pk: str(each) for each in City.objects.filter(pk__in=cities)} if cities else {}
    known_areas: Any = Area.objects.visible_to(actor).live().filter(code__in=areas) if areas else ()
    area_names = {each.code: str(each) for each in known_areas}
    labels = dict(Expert.Availability.choices)
    return Facets(
        city=counted(cities, city_names),
        area=counted(areas, area_names),
        field=counted(fields, {pk: str(known.fields[pk]) for pk in fields}),
        language=counted(languages, {}),
        availability=counted(available, labels),
    )


def counted(counts: Counter, labels: dict[Any, Any]) -> list[Facet]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], str(labels.get(item[0], item[0]))))
    return [Facet(value, str(labels.get(value, value)), count) for value, count in ordered[:MOST_FACETS]]
