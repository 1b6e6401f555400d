"""A file of experts that an official has brought, from its upload to its end."""

from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import City
from records.models import Job


class ExpertImport(models.Model):
    """A table of experts, looked at before anything is saved.

    It is its uploader's alone. The file goes once it was applied or dropped, or after seven
    days; what stays says who brought which file when, and how many rows came of it, and
    nothing of the people in it. `shown` is what the confirmed preview promised: numbers of
    rows, ids, versions and names of columns.
    """

    class State(models.TextChoices):
        READ = "read", pgettext_lazy("an import", "to be confirmed")
        CONFIRMED = "confirmed", pgettext_lazy("an import", "confirmed")
        APPLIED = "applied", pgettext_lazy("an import", "saved")
        REFUSED = "refused", pgettext_lazy("an import", "not saved")
        DROPPED = "dropped", pgettext_lazy("an import", "dropped")

    id: Any = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    programme = models.ForeignKey("programme.Programme", models.PROTECT, related_name="+")
    city = models.ForeignKey(City, models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(_("file"), max_length=200)
    format = models.CharField(max_length=4)
    language = models.CharField(_("language of the texts"), max_length=7, choices=settings.LANGUAGES)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(_("size"))
    encoding = models.CharField(max_length=20, blank=True)
    delimiter = models.CharField(max_length=1, blank=True)
    stored = models.FileField(max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.READ)
    shown = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    conflicts = models.JSONField(default=list)  # numbers of the rows that would do something else by now
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(_("brought"), default=timezone.now)
    applied_at = models.DateTimeField(_("saved"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("import of experts"), _("imports of experts")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="experts_expertimport_state_known",
                condition=Q(state__in=["read", "confirmed", "applied", "refused", "dropped"]),
            ),
            models.CheckConstraint(
                name="experts_expertimport_format_known", condition=Q(format__in=["csv", "xlsx"])
            ),
            models.CheckConstraint(
                name="experts_expertimport_applied_when",
                condition=Q(state="applied", applied_at__isnull=False)
                | (~Q(state="applied") & Q(applied_at=None)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["city", "sha256"], name="experts_import_file"),
            models.Index(fields=["user", "-created_at"], name="experts_import_user"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("experts:import-detail", args=[self.pk])

    @property
    def may_be_confirmed(self) -> bool:
        """Whether its file is there, and no job is about to save it or has done so."""
        stopped = self.state == self.State.CONFIRMED and (self.job is None or self.job.is_over)
        return bool(self.stored) and (self.state in {self.State.READ, self.State.REFUSED} or stopped)
