"""Measured results of a project: what is to be reached, and what each side has reached so far."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import City
from projects.indicators import overlaps
from projects.models.guards import part_guard
from projects.models.parts import ProjectPart
from records.fields import PeriodField
from records.models import Child
from records.pages.display import quantity
from records.period import show_period

NO_SUM = _("Values of overlapping periods can't add up. Archive some of them first.")


class Indicator(ProjectPart):
    """A measured result. How its values of several periods and sides add up is declared."""

    class Aggregation(models.TextChoices):
        CUMULATIVE = "cumulative", _("values of all periods add up")
        LATEST = "latest", _("the latest value counts")

    agreed = ("name", "unit", "aggregation", "baseline", "goal", "goal_on")

    name = models.CharField(_("name"), max_length=200)
    unit = models.CharField(_("unit"), max_length=60)
    aggregation = models.CharField(
        _("how values add up"), max_length=10, choices=Aggregation, default=Aggregation.CUMULATIVE
    )
    baseline = models.DecimalField(_("baseline"), max_digits=18, decimal_places=4, null=True, blank=True)
    goal = models.DecimalField(_("goal"), max_digits=18, decimal_places=4, null=True, blank=True)
    goal_on = models.DateField(_("to be reached by"), null=True, blank=True)

    class Meta(ProjectPart.Meta):
        verbose_name, verbose_name_plural = _("indicator"), _("indicators")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="projects_indicator_aggregation_known",
                condition=Q(aggregation__in=["cumulative", "latest"]),
            )
        ]
        triggers: ClassVar = [
            *ProjectPart.Meta.triggers,
            part_guard(
                columns=("aggregation", "baseline", "goal", "goal_on", "archived_at"),
                texts=("name", "unit"),
                term="{row}.goal IS NOT NULL",
            ),
        ]

    def __str__(self) -> str:
        return self.text_state("name").value

    def clean(self) -> None:
        """Values that may stand side by side as long as the latest counts need not add up."""
        super().clean()
        if self.aggregation == self.Aggregation.CUMULATIVE and not self._state.adding:
            sides: dict[Any, list[Any]] = {}
            for city, period in self.values.live().values_list("city", "period"):
                sides.setdefault(city, []).append(period)
            if any(overlaps(periods) for periods in sides.values()):
                raise ValidationError(
                    {
                        "aggregation": _(
                            "Values of overlapping periods can't add up. Archive some of them first."
                        )
                    }
                )

    @property
    def is_term(self) -> bool:
        return self.goal is not None


class IndicatorValue(Child):
    """What one side measured in one period."""

    parent_name = "indicator"
    seen_through = ("indicator__project__",)
    side_path = "city"

    indicator = models.ForeignKey(Indicator, models.PROTECT, editable=False, related_name="values")
    city = models.ForeignKey(City, models.PROTECT, related_name="+", verbose_name=_("city"))
    period = PeriodField(_("period"), blank=False)
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=4)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta(Child.Meta):
        verbose_name, verbose_name_plural = _("value of an indicator"), _("values of indicators")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["indicator", "city", "period"],
                name="projects_indicatorvalue_unique",
                condition=Q(archived_at=None),
                violation_error_message=_("This side has a value for this period already."),
            )
        ]

    def __str__(self) -> str:
        return f"{show_period(self.period)}: {quantity(self.value)}"

    def get_absolute_url(self) -> str:
        where = reverse("projects:indicator-value-list", args=[self.indicator_id])
        return f"{where}#indicator-value-{self.pk}"

    def clean(self) -> None:
        """Where values add up, no day is counted twice."""
        super().clean()
        if self.period and self.indicator.aggregation == Indicator.Aggregation.CUMULATIVE:
            others = IndicatorValue.objects.live().filter(indicator=self.indicator, city=self.city_id)
            for period in others.exclude(pk=self.pk).values_list("period", flat=True):
                if period != self.period and overlaps([period, self.period]):
                    raise ValidationError(
                        {
                            "period": _("This overlaps %(period)s, and values of all periods add up.")
                            % {"period": period.show()}
                        }
                    )

    @property
    def project(self) -> Any:
        return self.indicator.project

    @property
    def side_id(self) -> Any:
        return self.city_id
