"""What a report freezes: what the record says now, and what happened in the period.

A snapshot holds what the programme's sides share and the public sees, never one
city's own. It is plain JSON with every text in all its languages, so that the files
of any language can be drawn from it at any later time, and come out the same.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Max, Prefetch
from django.utils import timezone

from programme import access
from programme.citations import citations_seen
from programme.models import Agreement, Area, Event, EventParticipant, Provision, Source
from programme.queries import in_time_order
from projects.models import Lead, Project
from records.models import Change
from records.named import named, of_seen_records
from records.registry import registry
from records.texts import LANGUAGES, is_stale, text_in
from reports.models import Report

FORMAT = 1
MOST_CHANGES = 60  # records whose changes are listed one by one; the rest are counted
TOLD_OF = (
    "programme", "area", "provision", "project", "agreement", "event", "statement", "organisation",
    "source",
)  # fmt: skip

Json = dict[str, Any]


@dataclass(frozen=True)
class Sides:
    """The reader that a report is written for: both sides together, and neither alone."""

    programme_ids: Collection[UUID]
    city_id: UUID | None = None
    sees_all: bool = False
    sees_shared: bool = False


def taken(report: Report) -> Json:
    """The snapshot of a report's programme and period, as of one moment."""
    programme = report.programme
    period: Any = report.period
    sides: Any = Sides(frozenset({programme.pk}))
    with one_moment():
        mine = {
            name: rows.filter(programme=programme)
            for name, rows in {
                "areas": access.areas(sides),
                "provisions": access.provisions(sides).prefetch_related(only(Area, "areas", sides)),
                "agreements": access.with_parties(access.agreements(sides)),
                "events": in_time_order(access.events(sides)).select_related("city"),
                "statements": access.statements(sides).prefetch_related(only(Area, "areas", sides)),
                "projects": access.seen(Project, sides).order_by("code"),
            }.items()
        }
        events = [event for event in with_participants(mine["events"]) if not_after(event, period.last)]
        return {
            "format": FORMAT,
            "kind": report.kind,
            "period": str(period),
            "edition": report.edition,
            "frozen_at": timezone.now().astimezone(UTC).isoformat(timespec="seconds"),
            "programme": programme_json(programme, period),
            "cities": [
                city_json(side) for side in programme.sides.select_related("city").order_by("city__code")
            ],
            "areas": [
                base(area, "name") | {"code": area.code}
                for area in mine["areas"].order_by("position", "code")
            ],
            "provisions": [
                base(item, "title") | {"code": item.code, "areas": ids(item.areas.all())}
                for item in mine["provisions"].order_by("code")
            ],
            "projects": [project_json(item) for item in with_links(mine["projects"], sides)],
            "agreements": [agreement_json(item, period) for item in mine["agreements"]],
            "events": [event_json(item, period) for item in events],
            "statements": [
                base(item, "text", "said_by") | {"kind": item.kind, "areas": ids(item.areas.all())}
                for item in mine["statements"]
            ],
            "changes": changes_json(programme.pk, sides, period),
            **citations_json(programme.pk, sides),
        }


@contextmanager
def one_moment() -> Iterator[None]:
    """All queries inside see the same state, whatever is written meanwhile."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


# How each kind of record is taken down


def text(record: Any, field: str) -> Json:
    """A translated text in every language, with its original's language and what is out of date."""
    written = {language: text_in(record, field, language) for language in LANGUAGES}
    return {
        **{language: value for language, value in written.items() if value},
        "original": record.texts.get(field, {}).get("original") or LANGUAGES[0],
        "stale": [language for language in LANGUAGES if is_stale(record, field, language)],
    }


def base(record: Any, *texts: str) -> Json:
    return {"id": str(record.pk), **{field: text(record, field) for field in texts}}


def ids(records: Iterable[Any]) -> list[str]:
    return [str(record.pk) for record in records]


def only(model: Any, path: str, sides: Any) -> Prefetch:
    return Prefetch(path, access.seen(model, sides))


def iso(period: Any) -> str:
    return str(period) if period else ""


def day(value: Any) -> str:
    return value.isoformat() if value else ""


def programme_json(programme: Any, period: Any) -> Json:
    return {
        **base(programme, "title", "modes", "signed_how"),
        "period": iso(programme.period),
        "signed_on": iso(programme.signed_on),
        "closed": programme.is_closed(period.last + timedelta(days=1)),
    }


def city_json(side: Any) -> Json:
    """A side; its row has the texts of the signatory in columns without an original of their own."""
    city = side.city
    return {
        **base(city, "name", "letter"),
        "code": city.code,
        "language": city.language,
        "colour": city.colour,
        "signatory": plain_texts(side, "signatory"),
        "office": plain_texts(side, "office"),
    }


def plain_texts(row: Any, field: str) -> Json:
    written = {language: text_in(row, field, language) for language in LANGUAGES}
    filled = {language: value for language, value in written.items() if value}
    return {**filled, "original": next(iter(filled), LANGUAGES[0]), "stale": []}


def organisation_json(organisation: Any) -> Json:
    return {**base(organisation, "name"), "city": organisation.city.code}


def with_links(projects: Any, sides: Any) -> Any:
    leads = Lead.objects.filter(organisation__isnull=False).select_related("organisation__city", "city")
    return projects.prefetch_related(
        Prefetch("leads", leads.order_by("city__code")),
        only(Area, "areas", sides),
        only(Provision, "provisions", sides),
    )


def project_json(project: Project) -> Json:
    return {
        **base(project, "title", "summary"),
        "code": project.code,
        "state": project.state,
        "starts_on": day(project.starts_on),
        "ends_on": day(project.ends_on),
        "areas": ids(project.areas.all()),
        "provisions": ids(project.provisions.all()),
        "leads": [organisation_json(lead.organisation) for lead in project.leads.all()],  # type: ignore[attr-defined]
    }


def agreement_json(agreement: Agreement, period: Any) -> Json:
    """With its state on the last day of the period; one signed later was planned then."""
    signed, expires = agreement.signed_on, agreement.expires_on
    later = bool(signed and signed.first > period.last)
    return {
        **base(agreement, "title", "note"),
        "kind": agreement.kind,
        "state": "planned" if later else str(agreement.state(period.last).value),
        "signed_on": iso(signed),
        "expires_on": iso(expires),
        "term_years": agreement.term_years,
        "cities": sorted(city.code for city in agreement.cities.all()),
        "parties": [organisation_json(party) for party in agreement.organisations.all()],
        "signed_then": then(signed, period),
        "expired_then": bool(expires and period.first <= expires.last <= period.last),
    }


def with_participants(events: Any) -> Any:
    parts = EventParticipant.objects.select_related("organisation__city").order_by("role", "id")
    return events.select_related("within").prefetch_related(Prefetch("participants", parts))


def held(event: Event) -> Any:
    """When it was: an event without a date of its own was held with the one that it is part of."""
    return event.held or (event.within and event.within.held)


def not_after(event: Event, last: Any) -> bool:
    when = held(event)
    return when is None or when.first <= last


def event_json(event: Event, period: Any) -> Json:
    return {
        **base(event, "title", "occasion"),
        "kind": event.kind,
        "mode": event.mode,
        "held": iso(event.held),
        "city": event.city.code if event.city else "",
        "place": text(event.city, "name") if event.city else None,
        "within": str(event.within_id) if event.within_id else "",
        "participants": [
            organisation_json(part.organisation) | {"role": part.role}
            for part in event.participants.all()  # type: ignore[attr-defined]
        ],
        "then": then(held(event), period),
    }


def then(when: Any, period: Any) -> str:
    """Whether a date lies in the period: `yes`, or `maybe` when it is known less exactly, or empty."""
    if not when or when.last < period.first or when.first > period.last:
        return ""
    return "yes" if when.first >= period.first and when.last <= period.last else "maybe"


# What changed, and where the facts come from


def changes_json(programme: UUID, sides: Any, period: Any) -> Json:
    """The records that were changed in the period (days in UTC), the last changed first."""
    begins = datetime.combine(period.first, time(), UTC)
    ends = datetime.combine(period.last + timedelta(days=1), time(), UTC)
    kinds = [registry[kind] for kind in TOLD_OF]
    found = Change.objects.filter(programme_id=programme, at__gte=begins, at__lt=ends)
    found = of_seen_records(found, sides, kind="kind", pk="record_id", among=kinds)
    by_verb = found.order_by().values_list("kind", "verb").annotate(n=Count("record_id", distinct=True))
    records = found.order_by().values("kind", "record_id").annotate(times=Count("pk"), last=Max("at"))
    listed = list(records.order_by("-last", "record_id")[: MOST_CHANGES + 1])
    latest = {
        (change.kind, change.record_id): change
        for change in found.filter(record_id__in=[row["record_id"] for row in listed]).order_by("at", "id")
    }
    return {
        "counts": sorted([kind, verb, n] for kind, verb, n in by_verb),
        "more": len(listed) > MOST_CHANGES,
        "records": [
            {
                "kind": row["kind"],
                "title": record_title(latest[row["kind"], row["record_id"]]),
                "verb": latest[row["kind"], row["record_id"]].verb,
                "times": row["times"],
                "last": row["last"].astimezone(UTC).date().isoformat(),
            }
            for row in listed[:MOST_CHANGES]
        ],
    }


TITLES = ("title", "name", "text")


def record_title(change: Any) -> Json:
    """What a changed record is called, in each language; its JSON came with the change."""
    record_type = registry[change.kind]
    record = record_type.model(**change.record_json)
    for field in TITLES:
        if hasattr(record, f"{field}_en"):
            return text(record, field)
    called = named(change.kind, change.record_json).title
    return {"en": called, "original": "en", "stale": []}


def citations_json(programme: UUID, sides: Any) -> Json:
    """Every citation of what is in the snapshot, in the order in which a report tells of the records."""
    order = {kind: number for number, kind in enumerate(TOLD_OF)}
    found = list(citations_seen(sides).filter(programme=programme, subject_kind__in=TOLD_OF))
    found.sort(key=lambda citation: order[citation.subject_kind])
    sources: dict[str, Source] = {str(citation.source_id): citation.source for citation in found}
    return {
        "sources": {
            pk: {
                "kind": source.kind,
                "title": source.title,
                "publisher": source.publisher,
                "published_on": iso(source.published_on),
                "sha256": source.sha256,
                "note": text(source, "note"),
            }
            for pk, source in sources.items()
        },
        "citations": [
            {
                **base(citation, "claim", "note", "how", "doubt"),
                "kind": citation.subject_kind,
                "subject": str(citation.subject_id),
                "field": citation.field,
                "source": str(citation.source_id),
                "locator": citation.locator,
                "derived": citation.derived,
                "disagrees": citation.disagrees,
            }
            for citation in found
        ],
    }
