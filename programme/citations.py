"""Where the facts of a record come from, as far as a reader may see it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import F

from accounts.actors import Actor
from programme.models import Citation, Source
from records.named import field_label, of_seen_records
from records.registry import registry


@dataclass(frozen=True)
class Disagreement:
    """A fact that its sources tell differently or that is in doubt: each source's word, none preferred."""

    kind: str
    field: str
    citations: list[Citation]
    record: Any = None

    @property
    def label(self) -> str:
        return field_label(self.kind, self.field) if self.field else str(registry[self.kind].label)

    @property
    def is_doubt(self) -> bool:
        return not any(citation.disagrees for citation in self.citations)


class Citations(dict[str, list[Citation]]):
    """The citations of a record by field, those of the whole record under the empty name.

    A field without citations of its own rests on the documents that name the record.
    """

    def get(self, field: str, default: Any = ()) -> Any:
        return super().get(field) or self.documents or default

    @property
    def documents(self) -> list[Citation]:
        return [citation for citation in super().get("", ()) if not is_claim(citation)]

    @property
    def wording(self) -> list[Citation]:
        """Those of the text that the record goes by."""
        return next((self[field] for field in ("title", "name", "text") if field in self), [])

    @property
    def claims(self) -> dict[str, list[Citation]]:
        """What outside sources say of a field. It stands beside the stated fact, never in its place."""
        found = {field: [item for item in listed if is_claim(item)] for field, listed in self.items()}
        return {field: listed for field, listed in found.items() if listed}

    @property
    def claims_of_whole(self) -> list[Citation]:
        return self.claims.get("", [])

    @property
    def disagreements(self) -> list[Disagreement]:
        return [
            Disagreement(listed[0].subject_kind, field, listed)
            for field, listed in self.items()
            if any(citation.disagrees or citation.doubt for citation in listed)
        ]


def is_claim(citation: Citation) -> bool:
    return citation.source.kind == Source.Kind.OUTSIDE


def citations_seen(actor: Actor) -> Any:
    """The citations whose source the actor sees too: documents first, then outside sources."""
    citations: Any = Citation.objects.visible_to(actor).live()
    return (
        citations.filter(source__in=Source.objects.visible_to(actor))
        .select_related("source")
        .order_by("source__kind", F("source__created_at"), "created_at", "pk")
    )


def citations_of_seen_records(actor: Actor) -> Any:
    """Those of records that the actor sees, each with that record's `record_json` (`programme.named`)."""
    return of_seen_records(citations_seen(actor), actor, kind="subject_kind", pk="subject_id", live=True)


def citations_of(record: Any, actor: Actor) -> Citations:
    return citations_by_record([record], actor)[record.pk]


def citations_by_record(records: Collection[Any], actor: Actor) -> dict[UUID, Citations]:
    """The citations of records of any kinds, in one query."""
    by_record = {record.pk: Citations() for record in records}
    kinds = {registry.of(record).kind for record in records}
    for citation in citations_seen(actor).filter(subject_kind__in=kinds, subject_id__in=by_record):
        by_record[citation.subject_id].setdefault(citation.field, []).append(citation)
    return by_record


def cite_each(records: Iterable[Any], actor: Actor) -> None:
    """Give each record its citations as `cited`, in one query."""
    listed = list(records)
    found = citations_by_record(listed, actor)
    for record in listed:
        record.cited = found[record.pk]


def disagreements_among(records: Iterable[Any]) -> list[Disagreement]:
    """What is told differently or in doubt among records that `cite_each` has been given."""
    return [
        Disagreement(found.kind, found.field, found.citations, record)
        for record in records
        for found in record.cited.disagreements
    ]


@dataclass(frozen=True)
class FieldCited:
    """A field that a source speaks of, and where."""

    label: str
    citations: list[Citation]


def by_field(citations: Iterable[Citation]) -> list[FieldCited]:
    """One record's citations, each field's together; those of the whole record first."""
    ordered = sorted(citations, key=lambda citation: citation.field)
    return [
        FieldCited(field_label(kind, field) if field else "", list(listed))
        for (kind, field), listed in groupby(
            ordered, key=lambda citation: (citation.subject_kind, citation.field)
        )
    ]
