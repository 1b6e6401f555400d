"""What the pages of reports show, in a constant number of queries."""

from typing import Any

from django.db.models import OuterRef, Prefetch, Subquery
from django.utils.translation import gettext as _

from accounts.actors import Actor
from records.models import Job
from reports import access
from reports.models import Report, ReportFile
from reports.services import build_of

SHOWN = {
    Job.State.QUEUED: "running",
    Job.State.RUNNING: "running",
    Job.State.DONE: "done",
    Job.State.CANCELLED: "cancelled",
    Job.State.PARKED: "failed",
}


def report_rows(actor: Actor) -> Any:
    """The reports that an actor sees, the latest period first, with files and how their jobs stand."""
    latest = Job.objects.filter(report_build__report=OuterRef("pk")).order_by("-created_at", "-pk")
    return (
        access.reports(actor)
        .annotate(job_state=Subquery(latest.values("state")[:1]))
        .select_related("owner_city")
        .prefetch_related(Prefetch("files", ReportFile.objects.order_by("language", "format")))
        .order_by("-period", "-edition", "pk")
    )


def files_by_language(report: Report) -> list[tuple[str, list[ReportFile]]]:
    found: dict[str, list[ReportFile]] = {}
    for file in report.files.all():  # type: ignore[attr-defined]
        found.setdefault(file.language, []).append(file)
    return list(found.items())


def report_page(report: Report, actor: Actor) -> dict[str, Any]:
    """Everything on a report's page."""
    job = build_of(report)
    refusal = access.making_refusal(actor, report.programme)
    files = files_by_language(report)
    going = job is not None and not job.is_over
    return {
        "report": report,
        "programme": report.programme,
        "files": files,
        "job": job,
        "is_going": going,
        "progress": making(job) if job and (going or job.state != Job.State.DONE) else None,
        "may_make": refusal is None,
        "may_retry": refusal is None and job is not None and job.is_over and job.state != Job.State.DONE,
    }


def making(job: Job) -> dict[str, Any]:
    """How the making of the files stands, in the words of the page kit's `progress`."""
    state = SHOWN[Job.State(job.state)]
    if state == "failed":
        sentence = _("The files could not be made: %(reason)s") % {"reason": job.error}
    elif state == "cancelled":
        sentence = _("Cancelled. Nothing of it was kept that is not listed here.")
    elif job.cancel_asked:
        sentence = _("It stops at the next step.")
    elif job.error:
        sentence = _("It failed and will be tried again shortly: %(reason)s") % {"reason": job.error}
    else:
        sentence = _(job.step) if job.step else _("Waiting to begin.")
    waits = job.state == Job.State.QUEUED and not job.error
    return {"sentence": sentence, "value": None if waits else job.progress, "state": state}
