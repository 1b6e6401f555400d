"""What one city asks experts of the other for."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import City
from experts.models.expert import LANGUAGE
from experts.models.fields import ExpertiseField
from programme.models import Area
from records.models import Record


class ExpertiseRequest(Record):
    """A question or a task for experts of another city, written in one language.

    A draft is the asking city's own; opened, it is shared.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("an expertise request", "draft")
        OPEN = "open", pgettext_lazy("an expertise request", "open")
        CLOSED = "closed", pgettext_lazy("an expertise request", "closed")
        CANCELLED = "cancelled", pgettext_lazy("an expertise request", "cancelled")

    class Mode(models.TextChoices):
        REMOTE = "remote", _("at a distance")
        VISIT = "visit", _("on the spot")
        EITHER = "either", _("either way")

    class Payer(models.TextChoices):
        ASKING = "asking", _("the asking city")
        SENDING = "sending", _("the expert's city")
        EACH = "each", _("each city its own costs")
        NOBODY = "nobody", _("nobody: without pay")

    city = models.ForeignKey(
        City, models.PROTECT, editable=False, related_name="+", verbose_name=_("asking city")
    )
    title = models.CharField(_("title"), max_length=300)
    text = models.TextField(_("what is asked"), max_length=10_000)
    fields: Any = models.ManyToManyField(
        ExpertiseField, verbose_name=_("fields of expertise"), related_name="requests", blank=True
    )
    area = models.ForeignKey(
        Area,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("area"),
        related_name="expertise_requests",
    )
    languages = ArrayField(
        models.CharField(max_length=3, validators=[LANGUAGE]),
        verbose_name=_("languages of work"),
        default=list,
        blank=True,
    )
    mode = models.CharField(_("how"), max_length=6, choices=Mode, default=Mode.EITHER)
    starts_on = models.DateField(pgettext_lazy("day", "from"), null=True, blank=True)
    ends_on = models.DateField(pgettext_lazy("day", "until"), null=True, blank=True)
    answer_by = models.DateField(_("answer wanted by"), null=True, blank=True)
    payer = models.CharField(_("who pays"), max_length=7, choices=Payer, default=Payer.ASKING)
    costs = models.CharField(
        _("for what"), max_length=500, blank=True, help_text=_("Such as travel, lodging, a fee.")
    )
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT, editable=False)
    opened_at = models.DateTimeField(_("opened"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)

    class Meta(Record.Meta):
        verbose_name, verbose_name_plural = _("expertise request"), _("expertise requests")
        constraints: ClassVar = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                name="experts_expertiserequest_state_known",
                condition=Q(state__in=["draft", "open", "closed", "cancelled"]),
            ),
            models.CheckConstraint(
                name="experts_expertiserequest_mode_known",
                condition=Q(mode__in=["remote", "visit", "either"]),
            ),
            models.CheckConstraint(
                name="experts_expertiserequest_payer_known",
                condition=Q(payer__in=["asking", "sending", "each", "nobody"]),
            ),
            models.CheckConstraint(
                name="experts_expertiserequest_draft_is_own",
                condition=~Q(state="draft") | Q(visibility="own", owner_city=models.F("city")),
            ),
            models.CheckConstraint(
                name="experts_expertiserequest_ends_after_start",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
                violation_error_message=_("The end must not lie before the start."),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["created_at", "id"], name="experts_request_created"),
            models.Index(fields=["updated_at", "id"], name="experts_request_updated"),
        ]

    def __str__(self) -> str:
        return self.text_state("title").value

    def get_absolute_url(self) -> str:
        return reverse("experts:request-detail", args=[self.pk])
