"""One side's word on a period of a project."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import City
from projects.models.project import Project
from records.fields import PeriodField
from records.models import Record


class Update(Record):
    """A side's report on a period: what was done, how it stands, which help is needed.

    A draft is that side's own; handed in, it is seen by whoever sees the project. It is
    sent back section by section (`returned`: section → the remark), stays in sight, and
    is handed in again.
    """

    class Health(models.TextChoices):
        ON_TRACK = "on_track", _("on track")
        AT_RISK = "at_risk", _("at risk")
        OFF_TRACK = "off_track", _("off track")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("an update", "draft")
        SUBMITTED = "submitted", _("handed in")
        RETURNED = "returned", _("sent back")

    SECTIONS = ("narrative", "health", "help_needed")
    parent_name: ClassVar[str] = "project"
    seen_through: ClassVar[tuple[str, ...]] = ("", "project__")
    side_path: ClassVar[str] = "city"
    agreed: ClassVar[tuple[str, ...]] = ()

    project = models.ForeignKey(Project, models.PROTECT, editable=False, related_name="updates")
    city = models.ForeignKey(City, models.PROTECT, editable=False, related_name="+")
    period = PeriodField(_("period"), blank=False)
    narrative = models.TextField(_("what was done"), max_length=10_000, blank=True)
    health = models.CharField(_("health"), max_length=9, choices=Health, blank=True)
    help_needed = models.TextField(_("help needed"), max_length=5_000, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT, editable=False)
    submitted_at = models.DateTimeField(_("handed in"), null=True, editable=False)
    returned = models.JSONField(default=dict, blank=True, editable=False)

    class Meta(Record.Meta):
        verbose_name, verbose_name_plural = _("update"), _("updates")
        constraints: ClassVar = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                fields=["project", "city", "period"],
                name="projects_update_unique",
                condition=Q(archived_at=None),
                violation_error_message=_("Your side has an update for this period already."),
            ),
            models.CheckConstraint(
                name="projects_update_health_known",
                condition=Q(health__in=["", "on_track", "at_risk", "off_track"]),
            ),
            models.CheckConstraint(
                name="projects_update_state_known",
                condition=Q(state__in=["draft", "submitted", "returned"]),
            ),
            models.CheckConstraint(
                name="projects_update_draft_is_own",
                condition=~Q(state="draft") | Q(visibility="own", owner_city=models.F("city")),
            ),
            models.CheckConstraint(
                name="projects_update_handed_in_has_health",
                condition=Q(state="draft") | ~Q(health=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.city}, {self.period.show() if self.period else ''}"

    def get_absolute_url(self) -> str:
        return f"{self.project.get_absolute_url()}#update-{self.pk}"

    @property
    def side_id(self) -> object:
        return self.city_id
