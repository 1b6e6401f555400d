"""Two profiles that may be of one person."""

from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import City
from experts.models.expert import Expert


class DuplicatePair(models.Model):
    """Two profiles of one city, found alike by a job. A person says whether they are one.

    `evidence` names what speaks for it, each with its points, and holds nothing of the
    people: `{"name": 40, "organisation": 20}`.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("a possible duplicate", "open")
        DISMISSED = "dismissed", pgettext_lazy("a possible duplicate", "not the same person")
        MERGED = "merged", pgettext_lazy("a possible duplicate", "merged")

    id: Any = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    city = models.ForeignKey(City, models.PROTECT, related_name="+")
    first = models.ForeignKey(Expert, models.PROTECT, related_name="+")
    second = models.ForeignKey(Expert, models.PROTECT, related_name="+")
    evidence = models.JSONField(default=dict)
    score = models.PositiveSmallIntegerField(_("score"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN)
    found_at = models.DateTimeField(_("found"), default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        verbose_name, verbose_name_plural = _("possible duplicate"), _("possible duplicates")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="experts_duplicatepair_once"),
            models.CheckConstraint(
                name="experts_duplicatepair_in_order", condition=Q(first__lt=F("second"))
            ),
            models.CheckConstraint(
                name="experts_duplicatepair_state_known",
                condition=Q(state__in=["open", "dismissed", "merged"]),
            ),
            models.CheckConstraint(
                name="experts_duplicatepair_decided_by_a_person",
                condition=Q(state="open", decided_by=None, decided_at=None)
                | (~Q(state="open") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["city", "state", "-score", "id"], name="experts_duplicate_list")
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def get_absolute_url(self) -> str:
        return reverse("experts:duplicate-detail", args=[self.pk])
