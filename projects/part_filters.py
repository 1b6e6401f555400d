"""How the parts of projects are searched and filtered, in the API."""

from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import City, Organisation
from projects.models import (
    Contribution,
    Exchange,
    MilestoneState,
    Participation,
    Project,
    Risk,
    Update,
    milestone_state,
)
from records.fields import PeriodFormField
from records.search import search_texts, visible_choices


def among(model: Any, label: Any, field: str | None = None) -> django_filters.ModelChoiceFilter:
    return django_filters.ModelChoiceFilter(queryset=visible_choices(model), label=label, field_name=field)


class PeriodFilter(django_filters.Filter):
    field_class = PeriodFormField


class PartFilter(django_filters.FilterSet):
    texts: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()

    def filter_search(self, queryset: Any, name: str, value: str) -> Any:
        return search_texts(queryset, value, texts=self.texts, plain=self.plain)


def search() -> django_filters.CharFilter:
    return django_filters.CharFilter(label=_("Search"), method="filter_search")


class MilestoneFilter(PartFilter):
    texts = ("title",)

    search = search()
    state = django_filters.ChoiceFilter(
        choices=MilestoneState.choices, label=_("State"), method="filter_state"
    )
    due_before = django_filters.DateFilter("due_on", "lt", label=_("Due before this day"))
    due_after = django_filters.DateFilter("due_on", "gt", label=_("Due after this day"))

    def filter_state(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.alias(stands=milestone_state(timezone.localdate())).filter(stands=value)


class MilestonesEverywhereFilter(MilestoneFilter):
    project = among(Project, _("Joint project"))


class ParticipationFilter(PartFilter):
    organisation = among(Organisation, _("Organisation"))
    city = among(City, _("City"), "organisation__city")
    role = django_filters.ChoiceFilter(choices=Participation.Role.choices, label=_("Role"))


class RiskFilter(PartFilter):
    texts = ("title", "mitigation")

    search = search()
    city = among(City, _("Watched by"))
    state = django_filters.ChoiceFilter(choices=Risk.State.choices, label=_("State"))


class IndicatorFilter(PartFilter):
    texts = ("name",)

    search = search()


class ValueFilter(PartFilter):
    city = among(City, _("City"))
    period = PeriodFilter(label=_("Period"))


class ContributionFilter(PartFilter):
    organisation = among(Organisation, _("Organisation"))
    city = among(City, _("City"), "organisation__city")
    kind = django_filters.ChoiceFilter(choices=Contribution.Kind.choices, label=_("Kind"))
    currency = django_filters.ChoiceFilter(choices=Contribution.Currency.choices, label=_("Currency"))


class ExchangeFilter(PartFilter):
    texts = ("title",)

    search = search()
    kind = django_filters.ChoiceFilter(choices=Exchange.Kind.choices, label=_("Who travels"))
    from_city = among(City, _("From"))
    to_city = among(City, _("To"))


class DelegateFilter(PartFilter):
    plain = ("name", "latin_name", "organisation")

    search = search()


class UpdateFilter(PartFilter):
    city = among(City, _("City"))
    state = django_filters.ChoiceFilter(choices=Update.State.choices, label=_("State"))
    health = django_filters.ChoiceFilter(choices=Update.Health.choices, label=_("Health"))
    period = PeriodFilter(label=_("Period"))
