"""The page of a job: how far it has come, and the wish to stop it or to try it again."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from records import jobs, results
from records.errors import NotVisible, Refused
from records.models import Job

BARS: dict[str, str] = {
    Job.State.DONE: "done",
    Job.State.CANCELLED: "cancelled",
    Job.State.PARKED: "failed",
}


def job_to_see(request: Any, pk: UUID) -> Job:
    """The job, for whoever asked for it and for administrators. Raises `NotVisible`."""
    job = Job.objects.select_related("user").filter(pk=pk).first()
    if job is None or not (job.user_id == request.actor.user_id or "administrator" in request.actor.roles):
        raise NotVisible
    return job


@never_cache
@require_safe
def job_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The page, and for htmx the part of it that changes."""
    job = job_to_see(request, pk)
    part = "#job" if getattr(request, "htmx", False) else ""
    return render(request, f"records/job_detail.html{part}", shown(job))


@never_cache
@require_safe
def job_file(request: HttpRequest, pk: UUID) -> FileResponse:
    """The file that a job has made, as a download, for whoever asked for it and nobody else."""
    found = results.result_to_read(pk=pk, actor=request.actor)  # type: ignore[attr-defined]
    response = FileResponse(
        found.stored.open("rb"), as_attachment=True, filename=found.name, content_type=found.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def job_act(request: HttpRequest, pk: UUID, act: str) -> HttpResponse:
    job = job_to_see(request, pk)
    try:
        {"cancel": jobs.job_cancel, "retry": jobs.job_retry}[act](job=job)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("records:job-detail", pk=pk)


def shown(job: Job) -> dict[str, Any]:
    return {
        "job": job,
        "label": jobs.LABELS.get(job.kind, job.kind),
        "sentence": sentence(job),
        "bar": BARS.get(job.state, "running"),  # type: ignore[call-overload]
        "value": job.progress if job.progress or job.is_over else None,
    }


def sentence(job: Job) -> str:
    """What is to be said of the job now."""
    match job.state:
        case Job.State.QUEUED if job.attempts:
            return _("It failed and will be tried again shortly. %(error)s") % {"error": job.error}
        case Job.State.QUEUED:
            return _("Waiting for a free worker.")
        case Job.State.RUNNING if job.cancel_asked:
            return _("Stopping at the next step.")
        case Job.State.RUNNING:
            return job.step or _("Started.")
        case Job.State.DONE:
            return _("Done.")
        case Job.State.CANCELLED:
            return _("Cancelled.")
        case Job.State.PARKED if job.attempts < jobs.MOST_ATTEMPTS:
            return job.error
    return _("It failed three times and was given up. %(error)s") % {"error": job.error}
