"""What runs in the background: the making of a report, and each minute what is due."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import City, User
from programme.models import Programme
from records.jobs import Work, every_minute, job_kind
from reports.models import ReportSchedule
from reports.services import JOB, report_build, schedule_create, schedule_run

BY = "reports"


@job_kind(JOB, _("periodic report"))
def build(work: Work) -> None:
    asked_by = work.job.user_id and User.objects.with_standing().get(pk=work.job.user_id)
    report_id = UUID(work.arguments["report"])
    work.show_result(reverse("reports:report-detail", args=[report_id]))
    report_build(
        report_id=report_id,
        languages=work.arguments["languages"],
        formats=work.arguments["formats"],
        by=Actor(user=asked_by) if asked_by else Actor.system(BY),
        step=work.step,
    )


@every_minute
def make_due_reports() -> int:
    """Ask for every report that is due, the earliest period first; returns how many.

    A programme without any schedule is given one. Whoever wants no reports switches
    it off instead of deleting it.
    """
    by = Actor.system(BY)
    programmes: Any = Programme.objects.live()
    for programme in programmes.filter(report_schedules=None):
        city = City.objects.filter(programmes=programme).order_by("code").first()
        if city:
            schedule_create(programme=programme, city=city, by=by)
    due = ReportSchedule.objects.filter(active=True, next_due__lte=timezone.now())
    made = 0
    for pk in due.order_by("next_due", "pk").values_list("pk", flat=True):
        while schedule_run(schedule_id=pk, by=by):
            made += 1
    return made
