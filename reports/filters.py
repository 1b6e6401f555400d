"""How reports are searched and filtered, on the page and in the API alike."""

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programme.models import Programme
from records.period import Period
from records.search import search_texts, visible_choices
from reports.models import Kind, Report


class ReportFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(label=pgettext_lazy("of a report", "Period"), method="filter_search")
    programme = django_filters.ModelChoiceFilter(
        queryset=visible_choices(Programme), label=_("Programme"), empty_label=_("any")
    )
    kind = django_filters.ChoiceFilter(choices=Kind.choices, label=_("Kind"), empty_label=_("any"))
    period = django_filters.CharFilter(label=_("Exact period"), method="filter_period")
    state = django_filters.ChoiceFilter(
        choices=Report.State.choices, label=_("State"), empty_label=_("any")
    )

    class Meta:
        model = Report
        fields: list[str] = []

    def filter_search(self, queryset: Any, name: str, value: str) -> Any:
        return search_texts(queryset, value, plain=("period",))

    def filter_period(self, queryset: Any, name: str, value: str) -> Any:
        """The written form, such as 2021-Q1. What is no period finds nothing."""
        return queryset.filter(period__in=[value]) if is_period(value) else queryset.none()


def is_period(value: str) -> bool:
    try:
        Period.parse(value)
    except ValueError:
        return False
    return True
