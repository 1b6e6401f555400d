"""What a notice says to its reader: resolved when it is read, from what they may see then."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, JSONField, OuterRef, Q, Subquery, When
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.naming import author_of
from approvals.models import ChainEntry
from delivery.models import CHAIN, JOB, Notice, Reason
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
    more: str = ""  # in the e-mail, below


# What a notice says happened, where the kind of change alone would not say it.
SAID = {
    Reason.MENTIONED: ("message", gettext_lazy("you are mentioned")),
    Reason.REMINDED: ("bell", gettext_lazy("still awaits your side's word")),
    Reason.ASSIGNED: ("message", gettext_lazy("your opinion is asked for")),
    Reason.RELEASE: ("message", gettext_lazy("an expert of your city is invited")),
    Reason.INVITED: ("message", gettext_lazy("there is an answer")),
    Reason.WROTE: ("message", gettext_lazy("the expert has written")),
    Reason.OPINION: ("message", gettext_lazy("the opinion has been given")),
}


def of_entry() -> Any:
    return ChainEntry.objects.filter(pk=OuterRef("entry"))


def of_job() -> Any:
    return Job.objects.filter(pk=OuterRef("record_id"), user=OuterRef("user"))


def with_subject(notices: Any, actor: Actor) -> Any:
    """The notices whose record this actor sees now, or whose job is theirs, with what a line needs."""
    fields = {name: name for name in ("id", "kind", "error", "state", "result_url")}
    job = Subquery(of_job().values_list(JSONObject(**fields)), output_field=JSONField())
    columns = JSONObject(position=F("position"), hash=F("hash"), at=F("at"))
    entry = Subquery(of_entry().values_list(columns), output_field=JSONField())
    others = [When(kind=JOB, then=job), When(kind=CHAIN, then=entry)]
    found = with_records(notices, actor, kind="kind", pk="record_id", others=others)
    return found.filter(is_told(actor))


def is_told(actor: Actor, kinds: Collection[str] | None = None) -> Q:
    """The condition that a notice is of a record (of these kinds, or any) or job that its reader sees."""
    return (
        is_seen(actor, kind="kind", pk="record_id", among=kinds)
        | Q(Exists(of_job()), kind=JOB)
        | Q(kind=CHAIN)
    )


def line_of(notice: Any, actor: Actor) -> Line:
    """The line of a notice that `with_subject` gave, in the active language."""
    if notice.kind == JOB:
        return line_of_job(notice)
    if notice.kind == CHAIN:
        return line_of_entry(notice)
    record, change = named(notice.kind, notice.record_json), notice.change
    icon, said = SAID.get(notice.reason, ("pencil", ""))
    return Line(
        kind=notice.kind,
        record_id=notice.record_id,
        title=record.title,
        url=record.url,
        said=str(said or change.label),
        why=str(Reason(notice.reason).label),
        note=record.label,
        when=change.at,
        unread=notice.read_at is None,
        icon=icon,
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


def line_of_entry(notice: Notice) -> Line:
    """The head of the chain after one entry: a place and a hash, and nothing of what was decided."""
    entry = notice.record_json  # type: ignore[attr-defined]
    said = _("entry %(position)s, head %(hash)s") % {"position": entry["position"], "hash": entry["hash"]}
    verify = _(
        "Keep this message outside the system. Whoever changes, or cuts off, anything in the chain up to"
        " this entry changes its head. To check: take an export of the chain and run"
        " “python verify_decisions.py EXPORT --head %(position)s:%(hash)s”."
    )
    return Line(
        kind=CHAIN,
        record_id=notice.record_id,
        title=_("Head of the chain of decisions"),
        url="",
        said=said,
        why=str(Reason.CHAIN.label),
        note="",
        when=notice.created_at,
        unread=notice.read_at is None,
        icon="link",
        count=getattr(notice, "count", 1) or 1,
        more=verify % {"position": entry["position"], "hash": entry["hash"]},
    )
