"""That a person was erased, by whom and why: all that is still said of it."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import City
from experts.models.expert import Expert


class Erasure(models.Model):
    """One erasure of a person. It says nothing of the person.

    `counts` says how much there was, by the name of the place (`records.erasure.Reach`). Whoever
    restores a backup from before erases these again.
    """

    class Ground(models.TextChoices):
        ASKED = "asked", _("the person asked for it")
        CONSENT = "consent", _("the consent has ended")
        NOT_NEEDED = "not_needed", _("the data are no longer needed")
        OTHER = "other", pgettext_lazy("ground of an erasure", "another ground")

    id: Any = models.BigAutoField(primary_key=True)
    expert = models.OneToOneField(
        Expert, models.PROTECT, related_name="erasure", verbose_name=_("record of the expert")
    )
    city = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name=_("city"))
    ground = models.CharField(_("ground"), max_length=10, choices=Ground)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    client = models.CharField(_("partner system"), max_length=255, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)
    counts = models.JSONField(_("how much there was"), default=dict)

    class Meta:
        verbose_name, verbose_name_plural = _("erasure of a person"), _("erasures of people")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="experts_erasure_ground_known",
                condition=Q(ground__in=["asked", "consent", "not_needed", "other"]),
            )
        ]
        indexes: ClassVar = [models.Index(fields=["city", "-at", "-id"], name="experts_erasure_city")]
        triggers: ClassVar = [pgtrigger.Protect(name="kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.get_ground_display()
