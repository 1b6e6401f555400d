"""What a notice says to its reader: resolved when it is read, from what they may see then."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, JSONField, OuterRef, Q, Subquery, When
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.naming import author_of
from delivery.models import JOB, Notice, Reason
from records.jobs import LABELS
from records.models import Job
from records.named import is_seen, named, with_records


@dataclass(frozen=True)
class Line:
    """One line of the page of notices, and the whole of an e-mail.

    `said` is what happened, `why` is why this reader is told, `note` what kind of
    record it is, or why a job has failed.
    """

    kind: str
    record_id: Any
    title: str
    url: str
    said: str
    why: str
    note: str
    when: datetime
    unread: bool
    icon: str
    by: str = ""
    side: Any = None
    count: int = 1


def of_job() -> Any:
    return Job.objects.filter(pk=OuterRef("record_id"), user=OuterRef("user"))


def with_subject(notices: Any, actor: Actor) -> Any:
    """The notices whose record this actor sees now, or whose job is theirs, with what a line needs."""
    fields = {name: name for name in ("id", "kind", "error", "state", "result_url")}
    job = Subquery(of_job().values_list(JSONObject(**fields)), output_field=JSONField())
    found = with_records(notices, actor, kind="kind", pk="record_id", others=[When(kind=JOB, then=job)])
    return found.filter(record_json__isnull=False)


def is_told(actor: Actor, kinds: Collection[str]) -> Q:
    """The condition for counting notices of these kinds: `with_subject` without what stands in them."""
    return is_seen(actor, kind="kind", pk="record_id", among=kinds) | Q(Exists(of_job()), kind=JOB)


def line_of(notice: Any, actor: Actor) -> Line:
    """The line of a notice that `with_subject` gave, in the active language."""
    if notice.kind == JOB:
        return line_of_job(notice)
    record, change = named(notice.kind, notice.record_json), notice.change
    return Line(
        kind=notice.kind,
        record_id=notice.record_id,
        title=record.title,
        url=record.url,
        said=_("you are mentioned") if notice.reason == Reason.MENTIONED else change.label,
        why=str(Reason(notice.reason).label),
        note=record.label,
        when=change.at,
        unread=notice.read_at is None,
        icon="message" if notice.reason == Reason.MENTIONED else "pencil",
        by=author_of(change, actor),
        side=change.city,
        count=getattr(notice, "count", 1) or 1,
    )


def line_of_job(notice: Notice) -> Line:
    job = Job(**notice.record_json)  # type: ignore[attr-defined]
    done = notice.reason == Reason.JOB_DONE
    return Line(
        kind=JOB,
        record_id=notice.record_id,
        title=str(LABELS.get(job.kind, job.kind)),
        url=job.result_url if done else "",
        said=_("ready") if done else _("failed"),
        why=str(Reason(notice.reason).label),
        note="" if done else job.error,
        when=notice.created_at,
        unread=notice.read_at is None,
        icon="circle-check" if done else "alert-circle",
    )
