"""What the pages of a programme show, each in a constant number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.core.paginator import Paginator
from django.db.models import Count, F, Min, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Organisation
from accounts.order import sides_in_order
from programme import access
from programme.citations import (
    by_field,
    citations_of,
    citations_of_seen_records,
    cite_each,
    disagreements_among,
)
from programme.marks import agreement_marks, programme_marks
from programme.minutes.queries import minutes_of
from programme.models import (
    Agreement,
    Area,
    Event,
    EventParticipant,
    Programme,
    Provision,
    Side,
    Source,
    Statement,
)
from records.fields import FirstDay
from records.named import named

PER_PAGE = 25
NO_IDS = Value([])


@dataclass(frozen=True)
class Some:
    """The first records of a list, and whether there are more."""

    items: list[Any]
    more: bool

    @classmethod
    def of(cls, rows: Any, most: int = PER_PAGE) -> "Some":
        found = list(rows[: most + 1])
        return cls(found[:most], len(found) > most)


def sides_of(programme: Programme, actor: Actor) -> list[Side]:
    sides = programme.sides.select_related("city")  # type: ignore[attr-defined]
    return sides_in_order(sides, actor, city_of=lambda side: side.city)


def standing(programme: Programme, actor: Actor, on: date) -> dict[str, Any]:
    """Whether a programme has begun or ended, who signed it, what came before and after."""
    successor = getattr(programme, "successor", None)
    sides = sides_of(programme, actor)
    return {
        "programme": programme,
        "sides": sides,
        "marks": programme_marks(sides, programme.signed_on),
        "is_closed": programme.is_closed(on),
        "is_ahead": programme.period.first > on,  # type: ignore[attr-defined]  # a Period
        "predecessor": access.other(Programme, pk=programme.succeeds_id, actor=actor),
        "successor": access.other(Programme, pk=successor and successor.pk, actor=actor),
    }


def projects_count(actor: Actor) -> Count:
    """How many joint projects that the actor sees belong to an area or a provision."""
    return Count("projects", filter=Q(projects__in=access.joint_projects(actor)), distinct=True)


def area_ids() -> ArrayAgg:
    return ArrayAgg("areas", filter=Q(areas__isnull=False), distinct=True, default=NO_IDS)


def programme_page(programme: Programme, actor: Actor, on: date) -> dict[str, Any]:
    areas = list(
        access.areas(actor).filter(programme=programme).annotate(projects_count=projects_count(actor))
    )
    provisions = list(
        access.provisions(actor)
        .filter(programme=programme)
        .annotate(projects_count=projects_count(actor), area_ids=area_ids())
    )
    statements = Some.of(access.statements(actor).filter(programme=programme).annotate(area_ids=area_ids()))
    agreements = Some.of(access.agreements(actor).filter(programme=programme).annotate(city_ids=city_ids()))
    events = Some.of(in_time_order(access.events(actor).filter(programme=programme)))
    place_in_areas([*provisions, *statements.items], areas)
    context, languages = standing(programme, actor, on), dict(settings.LANGUAGES)
    cities = [side.city for side in context["sides"]]
    for agreement in agreements.items:
        parties = [city for city in cities if city.pk in agreement.city_ids]
        agreement.marks, agreement.state_now = agreement_marks(agreement, parties), agreement.state(on)
    listed = [programme, *areas, *provisions, *agreements.items, *events.items, *statements.items]
    cite_each(listed, actor)
    return context | {
        "record": programme,
        "authentic": [languages.get(code, code) for code in programme.authentic],
        "citations": programme.cited,  # type: ignore[attr-defined]
        "areas": areas,
        "provisions": provisions,
        "agreements": agreements,
        "events": events,
        "statements": statements,
        "statements_by_kind": by_kind(statements.items),
        "disagreements": disagreements_among(listed),
    }


def city_ids() -> ArrayAgg:
    return ArrayAgg("cities", filter=Q(cities__isnull=False), distinct=True, default=NO_IDS)


def place_in_areas(records: Iterable[Any], areas: Sequence[Area]) -> None:
    """Give each record, which knows its `area_ids`, those of its areas that the reader sees."""
    for record in records:
        record.areas_shown = [area for area in areas if area.pk in record.area_ids]


def in_time_order(events: Any) -> Any:
    """The first first; an event without a date of its own stands with the one that it is part of."""
    first = Coalesce(FirstDay("held"), FirstDay("within__held"))
    return events.annotate(first=first).order_by(
        F("first").asc(nulls_last=True), F("within").asc(nulls_first=True), "created_at", "pk"
    )


def by_kind(statements: Iterable[Statement]) -> list[tuple[str, list[Statement]]]:
    order = Statement.Kind.values
    ordered = sorted(statements, key=lambda statement: order.index(statement.kind))
    groups = groupby(ordered, lambda statement: statement.kind)
    return [(str(Statement.Kind(kind).label), list(group)) for kind, group in groups]


def base(record: Any, actor: Actor, *listed: Any) -> dict[str, Any]:
    """What every record's page shows: the record, its sources and the programme that it belongs to.

    What is `listed` on the page is given its sources too, by the same query.
    """
    cite_each([record, *listed], actor)
    programme = access.other(Programme, pk=record.programme_id, actor=actor)
    return {"record": record, "programme": programme, "citations": record.cited}


def projects_of(projects: Any, number: Any) -> dict[str, Any]:
    """One page of joint projects, and how many there are in each state."""
    states = dict(projects.model._meta.get_field("state").flatchoices)
    counts = dict(projects.order_by().values_list("state").annotate(Count("pk", distinct=True)))
    pages = Paginator(projects.order_by("code"), PER_PAGE)
    pages.count = sum(counts.values())  # known already: each project is in one state
    return {
        "projects": pages.get_page(number),
        "project_states": [(code, label, counts[code]) for code, label in states.items() if code in counts],
    }


def area_page(area: Area, actor: Actor, number: Any) -> dict[str, Any]:
    provisions = access.provisions(actor).filter(areas=area).annotate(projects_count=projects_count(actor))
    statements = Some.of(access.with_areas(access.statements(actor).filter(areas=area), actor))
    return {
        **base(area, actor, *provisions, *statements.items),
        **projects_of(access.joint_projects(actor).filter(areas=area), number),
        "provisions": provisions,
        "statements": statements,
    }


def provision_page(provision: Provision, actor: Actor, number: Any) -> dict[str, Any]:
    return {
        **base(provision, actor),
        **projects_of(access.joint_projects(actor).filter(provisions=provision), number),
        "areas": list(access.areas(actor).filter(provisions=provision)),
    }


def agreement_page(agreement: Agreement, actor: Actor, on: date) -> dict[str, Any]:
    cities = sides_in_order(agreement.cities.all(), actor)
    organisations = sides_in_order(
        agreement.organisations.select_related("city"), actor, city_of=lambda party: party.city
    )
    related = access.agreements(actor).filter(Q(pk=agreement.basis_id) | Q(basis=agreement))[: PER_PAGE + 1]
    return {
        **base(agreement, actor),
        "cities": cities,
        "organisations": organisations,
        "marks": agreement_marks(agreement, cities),
        "state": agreement.state(on),
        "basis": next((other for other in related if other.pk == agreement.basis_id), None),
        "based_on_it": [other for other in related if other.basis_id == agreement.pk],
        "part_of": access.other(Statement, pk=agreement.part_of_id, actor=actor),
        "projects": access.joint_projects(actor).filter(agreements=agreement).order_by("code")[:PER_PAGE],
    }


def event_page(event: Event, actor: Actor, number: Any = None) -> dict[str, Any]:
    participants = access.participants_in(event)
    return {
        **base(event, actor),
        **minutes_of(event, actor, timezone.now(), number),
        "participants": [
            (label, sides_in_order(group, actor, city_of=lambda part: part.organisation.city))
            for label, group in by_role(participants)
        ],
        "within": access.other(Event, pk=event.within_id, actor=actor),
        "parts": list(in_time_order(access.events(actor).filter(within=event))[:PER_PAGE]),
    }


def by_role(participants: Iterable[Any]) -> list[tuple[str, list[Any]]]:
    order = EventParticipant.Role.values
    ordered = sorted(participants, key=lambda part: order.index(part.role))
    return [(label, list(group)) for label, group in groupby(ordered, lambda part: part.get_role_display())]


def statement_page(statement: Statement, actor: Actor) -> dict[str, Any]:
    return {
        **base(statement, actor),
        "areas": list(access.areas(actor).filter(statements=statement)),
        "agreements": list(access.agreements(actor).filter(part_of=statement)[:PER_PAGE]),
    }


def source_page(source: Source, actor: Actor, number: Any) -> dict[str, Any]:
    """Everything that rests on a source, record by record in the order in which they were entered."""
    cited = citations_of_seen_records(actor).filter(source=source)
    subjects = cited.values_list("subject_kind", "subject_id").annotate(first=Min("created_at"))
    page = Paginator(subjects.order_by("first", "subject_id"), PER_PAGE).get_page(number)
    groups: dict[Any, list[Any]] = {(kind, pk): [] for kind, pk, _first in page}
    for citation in cited.filter(subject_id__in=[pk for _kind, pk in groups]):
        groups[citation.subject_kind, citation.subject_id].append(citation)
    return {
        **base(source, actor),
        "page": page,
        "cited": [
            (named(kind, group[0].record_json), by_field(group)) for (kind, _pk), group in groups.items()
        ],
    }


def organisation_page(organisation: Organisation, actor: Actor, number: Any) -> dict[str, Any]:
    led = access.joint_projects(actor).filter(leads__organisation=organisation)
    events = access.events(actor).filter(participants__organisation=organisation).distinct()
    return {
        "record": organisation,
        "organisation": organisation,
        "citations": citations_of(organisation, actor),
        "agreements": Some.of(access.agreements(actor).filter(organisations=organisation)),
        "events": Some.of(events),
        **projects_of(led, number),
    }
