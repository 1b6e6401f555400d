"""What came of an accepted invitation."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from experts.models.expert import Expert
from experts.models.invitation import Invitation, titled
from experts.models.request import ExpertiseRequest
from records.models import Record


class Engagement(Record):
    """An expert's work for the other city. A link ties it to a project (`attachments.Link`)."""

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("an engagement", "planned")
        RUNNING = "running", pgettext_lazy("an engagement", "under way")
        CLOSED = "closed", pgettext_lazy("an engagement", "closed")
        CANCELLED = "cancelled", pgettext_lazy("an engagement", "cancelled")

    parent_name: ClassVar[str] = "request"
    seen_through: ClassVar[tuple[str, ...]] = ("", "request__")

    invitation = models.OneToOneField(Invitation, models.PROTECT, editable=False, related_name="engagement")
    request = models.ForeignKey(
        ExpertiseRequest, models.PROTECT, editable=False, related_name="engagements"
    )
    expert = models.ForeignKey(Expert, models.PROTECT, editable=False, related_name="engagements")
    starts_on = models.DateField(pgettext_lazy("day", "from"), null=True, blank=True)
    ends_on = models.DateField(pgettext_lazy("day", "until"), null=True, blank=True)
    work = models.TextField(_("work done"), max_length=10_000, blank=True)
    outcome = models.TextField(_("outcome"), max_length=5_000, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.PLANNED, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)

    class Meta(Record.Meta):
        verbose_name, verbose_name_plural = _("engagement"), _("engagements")
        constraints: ClassVar = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="experts_engagement_state_known",
                condition=Q(state__in=["planned", "running", "closed", "cancelled"]),
            ),
            models.CheckConstraint(
                name="experts_engagement_ends_after_start",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
                violation_error_message=_("The end must not lie before the start."),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["created_at", "id"], name="experts_engagement_created"),
        ]

    def __str__(self) -> str:
        return titled(self, _("engagement"))

    def get_absolute_url(self) -> str:
        return reverse("experts:engagement-detail", args=[self.pk])
