"""What a project consists of: each part is a record of its own, seen by whoever sees the project."""

from datetime import date
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.lookups import GreaterThanOrEqual
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import City, Organisation
from projects.models.guards import part_guard
from projects.models.project import Project
from records.fields import LastDay
from records.models import Child
from records.registry import registry

NEWLY_ACHIEVED = (
    "NEW.achieved_on IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.achieved_on IS DISTINCT FROM OLD.achieved_on)"
    " OR TG_OP = 'UPDATE' AND OLD.achieved_on IS NOT NULL AND NEW.achieved_on IS NULL"
)


class ProjectPart(Child):
    """A part of a project. What both sides agreed on in it is in `agreed`: it changes by a proposal.

    `side_path` leads to the city whose editors alone edit the part; without one, those
    of either side do.
    """

    parent_name = "project"
    seen_through = ("project__",)
    agreed: ClassVar[tuple[str, ...]] = ()
    always_joint: ClassVar[tuple[str, ...]] = ()  # also while the project is a draft
    side_path: ClassVar[str] = ""

    project = models.ForeignKey(Project, models.PROTECT, editable=False, related_name="%(class)ss")

    class Meta(Child.Meta):
        abstract = True

    def get_absolute_url(self) -> str:
        whole = reverse("projects:project-detail", args=[self.project_id])
        return f"{whole}#{registry.of(self).kind}-{self.pk}"

    def beside(self, name: str, text: str) -> str:
        """A text after the name of a related record, where that came along; asks for nothing."""
        known = self._state.fields_cache.get(name)
        return f"{known}: {text}" if known else text

    @property
    def is_term(self) -> bool:
        """Whether it is itself something agreed on, which neither side adds or removes alone."""
        return False

    @property
    def side_id(self) -> Any:
        """The city whose row this is; None when it is both sides'."""
        found: Any = self
        for name in filter(None, self.side_path.split("__")):
            found = getattr(found, name, None)
        return found.pk if found is not None and self.side_path else None


class Milestone(ProjectPart):
    """A dated result. It counts as achieved once both sides have confirmed it."""

    agreed = ("title", "due_on", "achieved_on")
    always_joint = ("achieved_on",)
    is_term = True

    title = models.CharField(_("title"), max_length=300)
    due_on = models.DateField(_("due"))
    forecast_on = models.DateField(_("forecast"), null=True, blank=True)
    achieved_on = models.DateField(_("achieved"), null=True, blank=True)

    class Meta(ProjectPart.Meta):
        verbose_name, verbose_name_plural = _("milestone"), _("milestones")
        indexes: ClassVar = [
            models.Index(fields=["project", "due_on"], name="projects_milestone_of_project"),
            models.Index(
                fields=["due_on"],
                name="projects_milestone_due",
                condition=Q(achieved_on=None, archived_at=None),
            ),
        ]
        triggers: ClassVar = [
            *ProjectPart.Meta.triggers,
            part_guard(columns=("due_on", "archived_at"), texts=("title",), always=NEWLY_ACHIEVED),
        ]

    def __str__(self) -> str:
        return self.text_state("title").value


class MilestoneState(models.TextChoices):
    PLANNED = "planned", _("planned")
    OVERDUE = "overdue", _("overdue")
    ACHIEVED = "achieved", _("achieved")


def milestone_state(on: date) -> Case:
    """The state of milestones as SQL: overdue are those that both sides agreed on and that are late.

    A closed programme has nothing overdue, and neither has a project that is over.
    """
    late = Q(
        due_on__lt=on,
        project__state__in=[Project.State.AGREED, Project.State.ACTIVE, Project.State.SUSPENDED],
    )
    return Case(
        When(achieved_on__isnull=False, then=Value(MilestoneState.ACHIEVED.value)),
        When(late & Q(GreaterThanOrEqual(LastDay("project__programme__period"), Value(on))),
             then=Value(MilestoneState.OVERDUE.value)),
        default=Value(MilestoneState.PLANNED.value),
        output_field=models.CharField(),
    )  # fmt: skip


class Participation(ProjectPart):
    """An organisation's part in a project, beside the two that lead it."""

    class Role(models.TextChoices):
        PARTNER = "partner", _("partner")
        CONTRACTOR = "contractor", _("contractor")
        FUNDER = "funder", _("funder")
        SUPPORTER = "supporter", _("supporter")
        BENEFICIARY = "beneficiary", _("beneficiary")

    side_path = "organisation__city"

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, verbose_name=_("organisation"), related_name="participations"
    )
    role = models.CharField(_("role"), max_length=11, choices=Role, default=Role.PARTNER)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta(ProjectPart.Meta):
        verbose_name, verbose_name_plural = _("participation"), _("participations")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "organisation", "role"],
                name="projects_participation_unique",
                condition=Q(archived_at=None),
                violation_error_message=_("This organisation has this part in the project already."),
            ),
            models.CheckConstraint(
                name="projects_participation_role_known",
                condition=Q(role__in=["partner", "contractor", "funder", "supporter", "beneficiary"]),
            ),
        ]

    def __str__(self) -> str:
        return self.beside("organisation", self.get_role_display())


class Risk(ProjectPart):
    """What may go wrong, how likely it is, how much harm it would do, and what is done about it."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("a risk", "open")
        OCCURRED = "occurred", _("has occurred")
        CLOSED = "closed", pgettext_lazy("a risk", "closed")

    LEVELS = ((1, _("low")), (2, _("medium")), (3, _("high")))

    title = models.CharField(_("what may happen"), max_length=300)
    mitigation = models.TextField(_("what is done about it"), max_length=5_000, blank=True)
    likelihood = models.PositiveSmallIntegerField(
        _("likelihood"), choices=LEVELS, default=2, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    impact = models.PositiveSmallIntegerField(
        _("impact"), choices=LEVELS, default=2, validators=[MinValueValidator(1), MaxValueValidator(3)]
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    city = models.ForeignKey(
        City, models.PROTECT, null=True, blank=True, verbose_name=_("watched by"), related_name="+"
    )

    class Meta(ProjectPart.Meta):
        verbose_name, verbose_name_plural = _("risk"), _("risks")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="projects_risk_state_known", condition=Q(state__in=["open", "occurred", "closed"])
            ),
            models.CheckConstraint(
                name="projects_risk_levels",
                condition=Q(likelihood__gte=1, likelihood__lte=3, impact__gte=1, impact__lte=3),
            ),
        ]

    def __str__(self) -> str:
        return self.text_state("title").value

    @property
    def weight(self) -> int:
        """Likelihood times impact, 1 to 9."""
        return self.likelihood * self.impact
