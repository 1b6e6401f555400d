"""A joint project and what differs in it by side."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import City, Organisation
from programme.models import Agreement, Area, Event, Programme, Provision
from projects.models.guards import part_guard, project_guard
from records.models import Record


class Project(Record):
    """Joint work of the programme's sides. `agreed` names what neither changes alone once both agreed."""

    agreed: ClassVar[tuple[str, ...]] = ("title", "areas", "provisions", "leads", "starts_on", "ends_on")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PROPOSED = "proposed", _("proposed")
        AGREED = "agreed", _("agreed")
        ACTIVE = "active", _("active")
        SUSPENDED = "suspended", _("suspended")
        COMPLETED = "completed", _("completed")
        CANCELLED = "cancelled", _("cancelled")

    code = models.CharField(
        _("code"), max_length=20, unique=True, editable=False, help_text=_("First area, year, counter.")
    )
    title = models.CharField(_("title"), max_length=300)
    summary = models.TextField(_("summary"), blank=True, max_length=10_000)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    starts_on = models.DateField(_("starts"), null=True, blank=True)
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    areas: Any = models.ManyToManyField(Area, verbose_name=_("areas"), related_name="projects")
    provisions: Any = models.ManyToManyField(
        Provision, verbose_name=_("provisions"), related_name="projects", blank=True
    )
    agreements: Any = models.ManyToManyField(
        Agreement, verbose_name=_("agreements"), related_name="projects", blank=True
    )

    events: Any = models.ManyToManyField(
        Event, verbose_name=_("events"), related_name="projects", blank=True
    )

    carried_from = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="carried_on_by",
        verbose_name=_("carried over from"),
    )

    class Meta(Record.Meta):
        verbose_name, verbose_name_plural = _("joint project"), _("joint projects")
        triggers: ClassVar = [*Record.Meta.triggers, project_guard()]
        constraints: ClassVar = [
            *Record.Meta.constraints,
            models.UniqueConstraint(
                fields=["carried_from", "programme"],
                name="projects_project_carried_once",
                violation_error_message=_("This project has been carried over to that programme already."),
            ),
            models.CheckConstraint(
                name="projects_project_not_carried_from_itself",
                condition=Q(carried_from=None) | ~Q(carried_from=models.F("id")),
            ),
            models.CheckConstraint(
                name="projects_project_ends_after_start",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
                violation_error_message=_("The end must not lie before the start."),
            ),
            models.CheckConstraint(
                name="projects_project_state_known",
                condition=Q(
                    state__in=[
                        "draft",
                        "proposed",
                        "agreed",
                        "active",
                        "suspended",
                        "completed",
                        "cancelled",
                    ]
                ),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["created_at", "id"], name="projects_project_created"),
            models.Index(fields=["updated_at", "id"], name="projects_project_updated"),
        ]

    def __str__(self) -> str:
        return self.text_state("title").value

    def get_absolute_url(self) -> str:
        return reverse("projects:project-detail", args=[self.pk])

    @property
    def is_agreed(self) -> bool:
        """Both sides have agreed on it, so that neither changes its terms alone."""
        return self.state not in {self.State.DRAFT, self.State.PROPOSED}


class Lead(models.Model):
    """A side's lead organisation in a project, and whom to ask there."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="leads")
    city = models.ForeignKey(City, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("lead organisation"),
        related_name="leads",
    )
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("contact"),
        related_name="+",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "city"], name="projects_lead_unique")
        ]
        triggers: ClassVar = [
            part_guard(columns=("organisation_id", "city_id"), term="{row}.organisation_id IS NOT NULL")
        ]

    def __str__(self) -> str:
        return f"{self.city}: {self.organisation}"


class CodeCounter(models.Model):
    """The last number given out for codes such as `TRA-2021-`."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="+")
    prefix = models.CharField(max_length=16, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.prefix}{self.last:03}"
