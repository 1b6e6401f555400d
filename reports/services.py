"""Every write to reports and their schedules."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from accounts.models import City
from programme.models import Programme
from records import services
from records.errors import EditConflict, Invalid, Refused
from records.jobs import job_cancel, job_create
from records.models import Job, Verb
from records.period import Period
from records.registry import registry
from reports import access, periods, snapshot
from reports.drawing import Drawn, draw
from reports.models import (
    Kind,
    Report,
    ReportBuild,
    ReportFile,
    ReportSchedule,
    Snapshot,
    all_formats,
    all_languages,
)

JOB = "report.build"
SNAPSHOT_STEP = gettext_noop("Taking down what the record says")
FILES_STEP = gettext_noop("Writing the files")
STORE_STEP = gettext_noop("Storing the files")

log = structlog.get_logger()
Step = Callable[[str, int], None]


def report_request(
    *,
    programme: Programme,
    kind: str,
    period: Period,
    by: Actor,
    languages: Sequence[str] = (),
    formats: Sequence[str] = (),
) -> Report:
    """Ask for a report. Where there is one of this kind and period already, that one is given back.

    Its files are made by a job, which waits or runs in `build_of(report)`; one that
    failed or was cancelled is followed by another. Raises `NotAllowed` and `Invalid`.
    """
    with services.writing(by=by):
        report = report_open(programme=programme, kind=kind, period=period, by=by)
        # Whoever asks at the same time waits here, and then sees the job.
        Report.objects.select_for_update(of=("self",)).only("pk").get(pk=report.pk)
        wanted = {
            "languages": list(languages or all_languages()),
            "formats": list(formats or all_formats()),
        }
        if is_wanting(report, **wanted):
            job = job_create(
                kind=JOB, arguments={"report": str(report.pk), **wanted}, by=by, key=f"{JOB}:{report.pk}"
            )
            ReportBuild.objects.get_or_create(report=report, job=job)
    return report


def report_open(*, programme: Programme, kind: str, period: Period, by: Actor) -> Report:
    """The one report of a kind and period, without asking for its files. Raises `NotAllowed`, `Invalid`."""
    access.require_making(by, programme)
    require_period(programme, kind, period)
    with services.writing(by=by):
        return report_found(programme, kind, period) or report_created(programme, kind, period, by)


def require_period(programme: Programme, kind: str, period: Period) -> None:
    """Raises `Invalid`."""
    span: Any = programme.period
    if kind not in Kind.values:
        raise Invalid({"kind": [_("There is no such kind of report: %(kind)s.") % {"kind": kind}]})
    if not periods.is_reportable(period):
        raise Invalid({"period": [_("Choose one month, quarter or year, such as 2021-Q1.")]})
    if period.first > span.last or period.last < span.first:
        raise Invalid(
            {
                "period": [
                    _("The programme runs %(period)s; choose a time within it.") % {"period": span.show()}
                ]
            }
        )
    if not period.is_past(timezone.localdate()):
        raise Invalid({"period": [_("This period has not ended yet; its report is made when it has.")]})


def report_found(programme: Programme, kind: str, period: Period) -> Report | None:
    """The latest edition of the report on the programme itself."""
    same = Report.objects.filter(programme=programme, kind=kind, subject_kind="", period=period)
    return same.order_by("-edition").first()


def report_created(programme: Programme, kind: str, period: Period, by: Actor) -> Report:
    """A new report, or the one that somebody else made in the same moment: the database holds but one."""
    try:
        with transaction.atomic():
            return services.create(Report(programme=programme, kind=kind, period=period), by=by)
    except (IntegrityError, Invalid):
        found = report_found(programme, kind, period)
        if found is None:
            raise
        return found


def is_wanting(report: Report, languages: Sequence[str], formats: Sequence[str]) -> bool:
    """Whether a file is missing that nobody is making."""
    there = set(ReportFile.objects.filter(report=report).values_list("language", "format"))
    if there >= {(language, format) for language in languages for format in formats}:
        return False
    return not Job.objects.active().filter(report_build__report=report).exists()


def build_of(report: Report) -> Job | None:
    """The latest job that makes, or made, the files of a report."""
    return Job.objects.filter(report_build__report=report).order_by("-created_at", "-pk").first()


def report_cancel(*, report: Report, by: Actor) -> None:
    """Stop the making of a report's files. What was done already stays. Raises `NotAllowed`."""
    access.require_making(by, report.programme)
    with services.writing(by=by):
        for job in Job.objects.active().filter(report_build__report=report):
            job_cancel(job=job)


def report_build(
    *,
    report_id: UUID,
    by: Actor,
    languages: Sequence[str] = (),
    formats: Sequence[str] = (),
    step: Step = lambda text, progress: None,
) -> Report:
    """Freeze the snapshot if that is not done, and write the files that are missing.

    It may run twice, also at once: the first snapshot stays, and a file is stored
    once. `step` is told how far it has come, and may raise to stop it.
    """
    step(SNAPSHOT_STEP, 5)
    report = Report.objects.select_related("programme").get(pk=report_id)
    frozen = report.snapshot or report_freeze(report=report, by=by)
    there = set(ReportFile.objects.filter(report=report).values_list("language", "format"))
    wanted = [
        (language, format)
        for language in languages or all_languages()
        for format in formats or all_formats()
        if (language, format) not in there
    ]
    step(FILES_STEP, 20)
    drawn: list[Drawn] = []
    for done, file in enumerate(draw(frozen, wanted, is_draft=report.state != "signed"), start=1):
        drawn.append(file)
        step(FILES_STEP, 20 + 70 * done // len(wanted))
    step(STORE_STEP, 95)
    return files_store(report=report, drawn=drawn, by=by)


def report_freeze(*, report: Report, by: Actor) -> dict[str, Any]:
    """Take the snapshot; where somebody has, theirs stays and is given back."""
    taken = snapshot.taken(report)
    with services.locked(report, by=by) as fresh:
        made, is_new = Snapshot.objects.get_or_create(report=fresh, defaults={"content": taken})
        if is_new:
            fresh.version += 1
            fresh.updated_at, fresh.updated_by_id = timezone.now(), by.user_id
            fresh.save(update_fields=["version", "updated_at", "updated_by"])
            services.note(fresh, registry["report"], Verb.EDITED, by=by, fields=["snapshot"])
        return made.content


def files_store(*, report: Report, drawn: Sequence[Drawn], by: Actor) -> Report:
    """Keep the files of a report, each once, all together.

    A file that an interrupted attempt left in the storage without a row is replaced.
    """
    with services.locked(report, by=by) as fresh:
        there = set(fresh.files.values_list("language", "format"))
        new = [file for file in drawn if (file.language, file.format) not in there]
        for file in new:
            name = f"reports/{fresh.pk}/{file.language}.{file.format}"
            default_storage.delete(name)
            ReportFile.objects.create(
                report=fresh,
                language=file.language,
                format=file.format,
                sha256=hashlib.sha256(file.content).hexdigest(),
                size=len(file.content),
                stored=default_storage.save(name, ContentFile(file.content)),
            )
        if new:
            fresh.version += 1
            fresh.updated_at, fresh.updated_by_id = timezone.now(), by.user_id
            fresh.save(update_fields=["version", "updated_at", "updated_by"])
            services.note(fresh, registry["report"], Verb.EDITED, by=by, fields=["files"])
        return fresh


def schedule_create(
    *,
    programme: Programme,
    city: City,
    by: Actor,
    cadence: str = ReportSchedule.Cadence.QUARTERLY,
    at: time = time(9),
    now: datetime | None = None,
) -> ReportSchedule:
    """Have status reports of a programme made regularly, from its last period that is over onwards.

    A schedule of this cadence that is there already stays as it is. Raises `NotAllowed`.
    """
    access.require_making(by, programme)
    span: Any = programme.period
    due = periods.first_due(span, cadence, at, city.timezone, now or timezone.now())
    return ReportSchedule.objects.get_or_create(
        programme=programme,
        kind=Kind.PROGRAMME_STATUS,
        cadence=cadence,
        defaults={"city": city, "at": at, "next_due": due},
    )[0]


SCHEDULE_FIELDS = ("at", "city", "languages", "formats", "active")


def schedule_amend(
    *, schedule: ReportSchedule, base: Mapping[str, Any], changes: Mapping[str, Any], by: Actor
) -> ReportSchedule:
    """Set when and in what form a schedule's reports are made; the period that is due stays.

    `base` is what the author saw of the fields: one that somebody else has changed since
    is not overwritten. Raises `NotAllowed`, `EditConflict` and `Invalid`.
    """
    access.require_scheduling(by, schedule.programme)
    with services.writing(by=by):
        fresh = ReportSchedule.objects.select_for_update(of=("self",)).get(pk=schedule.pk)
        period = periods.due_period(fresh) if fresh.next_due else None
        for name in SCHEDULE_FIELDS:
            current, wanted = getattr(fresh, name), changes.get(name, base[name])
            if wanted == base[name] or wanted == current:
                continue
            if current != base[name]:
                raise EditConflict(0, [])
            setattr(fresh, name, wanted)
        try:
            fresh.full_clean()
        except ValidationError as error:
            raise Invalid(error.message_dict) from None
        if period:
            fresh.next_due = periods.due_at(period, fresh.at, fresh.city.timezone)
        fresh.save(update_fields=[*SCHEDULE_FIELDS, "next_due"])
        return fresh


def schedule_run(*, schedule_id: int, by: Actor, now: datetime | None = None) -> bool:
    """Ask for the one report that a schedule has due first, and move on to the next period.

    Both happen, or neither. False when nothing is due, or somebody else is at it.
    """
    now = now or timezone.now()
    with transaction.atomic():
        due = ReportSchedule.objects.filter(pk=schedule_id, active=True, next_due__lte=now)
        schedule = (
            due.select_for_update(of=("self",), skip_locked=True)
            .select_related("programme", "city")
            .first()
        )
        if schedule is None:
            return False
        span: Any = schedule.programme.period
        period = periods.due_period(schedule)
        try:
            with transaction.atomic():
                report_request(
                    programme=schedule.programme,
                    kind=schedule.kind,
                    period=period,
                    languages=schedule.languages,
                    formats=schedule.formats,
                    by=by,
                )
        except Refused as refused:  # it would be refused every minute, and keep the next ones back
            log.error(
                "scheduled_report_refused", schedule=schedule.pk, period=str(period), reason=str(refused)
            )
        schedule.next_due = periods.due_after(
            period, span, schedule.cadence, schedule.at, schedule.city.timezone
        )
        schedule.save(update_fields=["next_due"])
    return True
