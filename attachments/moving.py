"""What hangs on a record moves to another one, when two records turn out to be one."""

from typing import Any

from django.utils import timezone

from accounts.actors import Actor
from attachments.models import Document, Link, Remark
from records import services
from records.models import Verb
from records.registry import registry


def attached_move(*, source: Any, target: Any, by: Actor) -> None:
    """Hang documents, remarks and links of `source` on `target`, a record of the same kind.

    Call it in the transaction that has locked both. A link that `target` has already, or
    that would lead to itself, is archived instead.
    """
    kind = registry.of(source).kind
    for model in (Document, Remark):
        for each in model.objects.filter(subject_kind=kind, subject_id=source.pk).order_by("pk"):
            write(each, by=by, subject_id=target.pk)
    for name in ("subject", "target"):
        ends = {f"{name}_kind": kind, f"{name}_id": source.pk}
        for link in Link.objects.filter(**ends).order_by("pk"):
            move_link(link, f"{name}_id", target, by=by)


def move_link(link: Link, end: str, target: Any, *, by: Actor) -> None:
    ends = {
        name: getattr(link, name) for name in ("subject_kind", "subject_id", "target_kind", "target_id")
    } | {end: target.pk}
    to_itself = (ends["subject_kind"], ends["subject_id"]) == (ends["target_kind"], ends["target_id"])
    same = Link.objects.live().filter(relation=link.relation, **ends)
    if to_itself or (link.archived_at is None and same.exists()):
        if link.archived_at is None:
            link.archived_at = timezone.now()
            services.touch(link, ["archived_at"], by=by)
            services.note(link, registry.of(link), Verb.ARCHIVED, by=by)
        return
    write(link, by=by, **{end: target.pk})


def write(record: Any, *, by: Actor, **values: Any) -> None:
    for name, value in values.items():
        setattr(record, name, value)
    services.touch(record, list(values), by=by)
    services.note(record, registry.of(record), Verb.EDITED, by=by, fields=list(values))
