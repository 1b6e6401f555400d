"""Who looked at whose profile, and who took it along: what an auditor asks."""

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


class ExpertAccess(models.Model):
    """One look at a profile or at contact details, or one export. It says nothing of the person."""

    class Act(models.TextChoices):
        VIEWED = "viewed", pgettext_lazy("access to a profile", "viewed")
        EXPORTED = "exported", pgettext_lazy("access to a profile", "exported")
        HELD = "held", _("exported with everything held")
        CONTACT = "contact", _("contact details viewed")
        RELEASED = "released", _("contact details released")

    id: Any = models.BigAutoField(primary_key=True)
    expert = models.ForeignKey(Expert, models.PROTECT, related_name="accesses")
    act = models.CharField(_("what"), max_length=8, choices=Act)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    client = models.CharField(_("partner system"), max_length=255, blank=True)
    city = models.ForeignKey(City, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("access to a profile"), _("accesses to profiles")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="experts_expertaccess_act_known",
                condition=Q(act__in=["viewed", "exported", "held", "contact", "released"]),
            )
        ]
        indexes: ClassVar = [models.Index(fields=["expert", "-at"], name="experts_access_expert")]
        triggers: ClassVar = [pgtrigger.Protect(name="kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.get_act_display()
