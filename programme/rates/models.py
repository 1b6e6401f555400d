"""A rate as its source published it, on one day."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ExchangeRate(models.Model):
    """What a central bank published; nothing in it is worked out, and nothing is edited.

    The European Central Bank says how many units of the `currency` one euro is (`nominal`
    is 1); the Bank of Russia, how many roubles `nominal` units of the currency are.
    """

    class Source(models.TextChoices):
        ECB = "ecb", _("European Central Bank")
        CBR = "cbr", _("Bank of Russia")

    source = models.CharField(_("source of the rate"), max_length=3, choices=Source)
    currency = models.CharField(_("currency"), max_length=3)
    day = models.DateField(_("day"))
    nominal = models.PositiveIntegerField(_("for how many units"), default=1)
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=8)

    class Meta:
        verbose_name, verbose_name_plural = _("exchange rate"), _("exchange rates")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "currency", "day"], name="programme_exchangerate_unique"
            ),
            models.CheckConstraint(
                name="programme_exchangerate_source_known", condition=Q(source__in=["ecb", "cbr"])
            ),
            models.CheckConstraint(
                name="programme_exchangerate_positive", condition=Q(nominal__gt=0, value__gt=0)
            ),
            models.CheckConstraint(
                name="programme_exchangerate_ecb_per_euro", condition=~Q(source="ecb") | Q(nominal=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()}, {self.currency}, {self.day}: {self.value}"
