"""How projects are searched and filtered, on the page and in the API alike."""

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from programme.models import Agreement, Area, Programme, Provision
from projects.models import Project
from records.models import Visibility
from records.search import search_texts, visible_choices


class ProjectFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(label=_("Code, title or summary"), method="filter_search")
    programme = django_filters.ModelChoiceFilter(
        queryset=visible_choices(Programme), label=_("Programme"), empty_label=_("any")
    )
    area = django_filters.ModelChoiceFilter(
        field_name="areas", queryset=visible_choices(Area), label=_("Area"), empty_label=_("any")
    )
    provision = django_filters.ModelChoiceFilter(
        field_name="provisions",
        queryset=visible_choices(Provision),
        label=_("Provision"),
        empty_label=_("any"),
    )
    agreement = django_filters.ModelChoiceFilter(
        field_name="agreements",
        queryset=visible_choices(Agreement),
        label=_("Agreement"),
        empty_label=_("any"),
    )
    state = django_filters.ChoiceFilter(
        choices=Project.State.choices, label=_("State"), empty_label=_("any")
    )
    visibility = django_filters.ChoiceFilter(
        choices=Visibility.choices, label=_("Visibility"), empty_label=_("any")
    )

    class Meta:
        model = Project
        fields: list[str] = []

    def filter_search(self, queryset: Any, name: str, value: str) -> Any:
        return search_texts(queryset, value, texts=("title", "summary"), plain=("code",))
