"""What the records of a programme bring before a meeting: see `records.matters`."""

from datetime import datetime, time
from itertools import groupby
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import pgettext

from attachments.subjects import subject_types
from programme.citations import citations_of_seen_records
from programme.models import Citation
from records.matters import Found, Matter, Occasion
from records.models import Change
from records.named import field_label, is_seen, named, of_seen_records
from records.pages.display import listed

LOOKED_AT = 300  # citations that disagree; a programme has a few dozen
FIELDS = 4


def disagreements(occasion: Occasion, most: int) -> Found:
    """The facts that their sources tell differently, each source's word beside the other's."""
    reader: Any = occasion.reader
    told = citations_of_seen_records(reader).filter(programme=occasion.programme, disagrees=True)
    rows = list(
        told.order_by("subject_kind", "subject_id", "field", "source__created_at", "pk")[:LOOKED_AT]
    )
    groups = [
        list(group)
        for _key, group in groupby(rows, lambda row: (row.subject_kind, row.subject_id, row.field))
    ]
    return Found([difference(group) for group in groups[:most]], len(groups))


def difference(citations: list[Any]) -> Matter:
    first = citations[0]
    record = named(first.subject_kind, first.record_json)
    label = field_label(first.subject_kind, first.field) if first.field else record.label
    words = [word(citation) for citation in citations]
    return Matter(
        text=pgettext("a field and its record", "%(field)s: %(record)s")
        % {"field": label[:1].upper() + label[1:], "record": record.title},
        detail=pgettext("between parts of a sentence", "; ").join(words),
    )


def word(citation: Citation) -> str:
    said = citation.text_state("claim").value or citation.text_state("note").value
    return f"{citation.source.title}: {said}" if said else citation.source.title


def changes(occasion: Occasion, most: int) -> Found:
    """The records that changed since the sides last met, each with the fields that did."""
    reader: Any = occasion.reader
    kinds = [record_type.kind for record_type in subject_types()]
    done = Change.objects.filter(programme_id=occasion.programme.pk, kind__in=kinds)
    if occasion.since:
        done = done.filter(at__gte=timezone.make_aware(datetime.combine(occasion.since, time.max)))
    seen = done.filter(is_seen(reader, kind="kind", pk="record_id")).order_by()
    records = seen.values_list("kind", "record_id").annotate(last=Max("at"))
    latest = list(records.order_by("-last", "record_id")[:most])
    if not latest:
        return Found()
    rows = done.filter(record_id__in=[pk for _kind, pk, _at in latest]).select_related("city")
    rows = rows.order_by("-at", "-id")
    by_record: dict[Any, list[Any]] = {(kind, pk): [] for kind, pk, _at in latest}
    for change in of_seen_records(rows, reader, kind="kind", pk="record_id")[:LOOKED_AT]:
        by_record.get((change.kind, change.record_id), []).append(change)
    matters = [changed(found) for found in by_record.values() if found]
    return Found(matters, records.count() if len(latest) == most else len(latest))


def changed(done: list[Any]) -> Matter:
    """One record's changes, the latest first: never what stood in it."""
    latest = done[0]
    record = named(latest.kind, latest.record_json)
    verbs = list(dict.fromkeys(change.label for change in reversed(done)))
    fields = dict.fromkeys(field_label(latest.kind, path) for change in done for path in change.fields)
    said = listed(verbs) + (f" ({listed(list(fields)[:FIELDS])})" if fields else "")
    return Matter(
        text=record.title,
        detail=f"{record.label}, {said}",
        cities=[latest.city] if latest.city else [],
        on=timezone.localdate(latest.at),
    )
