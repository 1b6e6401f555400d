"""The records that documents, remarks and links hang on, reached through the registry only."""

import re
from typing import Any
from uuid import UUID

from django.db.models import Q

from records.by_kind import seen_by_kind
from records.models import Viewer, Visible
from records.named import address, kinds_with_pages
from records.registry import RecordType, registry

PK_IN_PATH = re.compile(r"/([0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})/")


def subject_types() -> list[RecordType]:
    """The kinds that something can hang on: records of a programme that have a page of their own.

    What hangs on a record is none, unless it says so: nothing hangs on a remark.
    """
    return [
        record_type
        for record_type in kinds_with_pages()
        if issubclass(record_type.model, Visible) and getattr(record_type.model, "is_subject", True)
    ]


def on_seen_records(
    viewer: Viewer, *, kind: str = "subject_kind", pk: str = "subject_id", among: list[RecordType]
) -> Q:
    """The rows whose record, named by these columns, is one of these kinds and seen by this viewer."""
    return Q(seen_by_kind(among, viewer, kind=kind, pk=pk))


def subject_type(kind: str) -> RecordType | None:
    return next((found for found in subject_types() if found.kind == kind), None)


def subject_url(record: Any) -> str:
    return address(registry.of(record), record)


def named_by_path(path: str) -> tuple[RecordType, UUID] | None:
    """The record whose page has this address, as far as the path tells; it may not exist."""
    if found := PK_IN_PATH.search(path):
        pk = UUID(found[1])
        for record_type in subject_types():
            if address(record_type, record_type.model(pk=pk)) == path:
                return record_type, pk
    return None
