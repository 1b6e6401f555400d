"""Reports: a frozen snapshot of a programme for a period, the files made from it, and when they are due."""

from datetime import time
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import City
from programme.models import Programme
from records.fields import PeriodField, period_or_none
from records.models import Job, Record
from records.period import show_period
from records.texts import LANGUAGES

KINDS = ["programme-status"]
STATES = ["draft", "proposed", "signed"]
CADENCES = ["monthly", "quarterly", "annual"]
FORMATS = ["pdf", "xlsx"]


def all_languages() -> list[str]:
    return list(LANGUAGES)


def all_formats() -> list[str]:
    return list(FORMATS)


def validate_formats(formats: list[str]) -> None:
    if unknown := set(formats) - set(FORMATS):
        raise ValidationError(_("%(name)s is no format of a report."), params={"name": unknown.pop()})


def validate_report_languages(codes: list[str]) -> None:
    if unknown := set(codes) - set(LANGUAGES):
        raise ValidationError(_("%(code)s is no language of this system."), params={"code": unknown.pop()})


class Kind(models.TextChoices):
    PROGRAMME_STATUS = "programme-status", _("status of the programme")


class Report(Record):
    """What the record said of a programme for a period, frozen. A correction is a new edition.

    An empty subject means the programme itself. The `Snapshot`, once taken, stays as it
    is; the files are drawn from it alone.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PROPOSED = "proposed", _("proposed")
        SIGNED = "signed", _("signed")

    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.UUIDField(null=True, blank=True)
    period = PeriodField(pgettext_lazy("of a report", "period"), blank=False)
    edition = models.PositiveSmallIntegerField(_("edition"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)

    class Meta(Record.Meta):
        verbose_name, verbose_name_plural = _("report"), _("reports")
        constraints: ClassVar = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                fields=["programme", "kind", "subject_kind", "subject_id", "period", "edition"],
                nulls_distinct=False,
                name="reports_report_once",
            ),
            models.CheckConstraint(name="reports_report_kind_known", condition=Q(kind__in=KINDS)),
            models.CheckConstraint(name="reports_report_state_known", condition=Q(state__in=STATES)),
            models.CheckConstraint(name="reports_report_edition_counted", condition=Q(edition__gte=1)),
            models.CheckConstraint(
                name="reports_report_subject_whole",
                condition=Q(subject_kind="", subject_id=None)
                | (~Q(subject_kind="") & Q(subject_id__isnull=False)),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["created_at", "id"], name="reports_report_created")]

    def __str__(self) -> str:
        return f"{Kind(self.kind).label}, {show_period(period_or_none(self.period))}"

    def get_absolute_url(self) -> str:
        return reverse("reports:report-detail", args=[self.pk])

    @property
    def snapshot(self) -> dict[str, Any] | None:
        """What has been frozen, read anew; None before that."""
        return Snapshot.objects.filter(report=self).values_list("content", flat=True).first()


class Snapshot(models.Model):
    """What a report froze. A row of its own, so that no list or feed of reports carries it along."""

    report = models.OneToOneField(Report, models.PROTECT, primary_key=True, related_name="frozen")
    content = models.JSONField()

    class Meta:
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="RAISE EXCEPTION 'the snapshot of a report is frozen' USING ERRCODE = '23514';",
            )
        ]

    def __str__(self) -> str:
        return f"{self.report}"


class ReportFile(models.Model):
    """One language of a report in one format."""

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        XLSX = "xlsx", "XLSX"

    report = models.ForeignKey(Report, models.PROTECT, related_name="files")
    language = models.CharField(_("language"), max_length=7, choices=settings.LANGUAGES)
    format = models.CharField(_("format"), max_length=4, choices=Format)
    sha256 = models.CharField(
        "SHA-256", max_length=64, validators=[RegexValidator(r"^[0-9a-f]{64}$", _("Write 64 digits."))]
    )
    size = models.PositiveIntegerField(_("size, bytes"))
    stored: Any = models.FileField(max_length=200)

    class Meta:
        ordering: ClassVar = ["language", "format"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["report", "language", "format"], name="reports_reportfile_once"
            ),
            models.CheckConstraint(name="reports_reportfile_format_known", condition=Q(format__in=FORMATS)),
            models.CheckConstraint(
                name="reports_reportfile_language_known", condition=Q(language__in=list(LANGUAGES))
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("reports:report-file", args=[self.report_id, self.language, self.format])

    @property
    def name(self) -> str:
        """The last part of its address."""
        return f"{self.language}.{self.format}"


class ReportBuild(models.Model):
    """One attempt at making a report's files: the job that does it."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="builds")
    job = models.OneToOneField(Job, models.CASCADE, related_name="report_build")

    def __str__(self) -> str:
        return f"{self.report}: {self.job}"


class ReportSchedule(models.Model):
    """When the reports of a programme are due.

    `next_due` is the moment at which the next one is to be made: the given time of
    the first day after its period, where that city's clocks say so. It is empty once
    the programme's last period has been reported on.
    """

    class Cadence(models.TextChoices):
        MONTHLY = "monthly", _("every month")
        QUARTERLY = "quarterly", _("every quarter")
        ANNUAL = "annual", _("every year")

    programme = models.ForeignKey(
        Programme, models.CASCADE, related_name="report_schedules", verbose_name=_("programme")
    )
    kind = models.CharField(_("kind"), max_length=30, choices=Kind, default=Kind.PROGRAMME_STATUS)
    cadence = models.CharField(_("how often"), max_length=9, choices=Cadence, default=Cadence.QUARTERLY)
    at = models.TimeField(_("time of day"), default=time(9))
    city = models.ForeignKey(
        City, models.PROTECT, related_name="+", verbose_name=_("city whose clocks count")
    )
    languages = ArrayField(
        models.CharField(max_length=7),
        verbose_name=_("languages"),
        default=all_languages,
        validators=[validate_report_languages],
    )
    formats = ArrayField(
        models.CharField(max_length=4),
        verbose_name=_("formats"),
        default=all_formats,
        validators=[validate_formats],
    )
    next_due = models.DateTimeField(_("next due"), null=True, blank=True, db_index=True)
    active = models.BooleanField(pgettext_lazy("of a schedule", "active"), default=True)

    class Meta:
        verbose_name, verbose_name_plural = _("report schedule"), _("report schedules")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["programme", "kind", "cadence"], name="reports_reportschedule_unique"
            ),
            models.CheckConstraint(name="reports_reportschedule_kind_known", condition=Q(kind__in=KINDS)),
            models.CheckConstraint(
                name="reports_reportschedule_cadence_known", condition=Q(cadence__in=CADENCES)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.get_cadence_display()}"
