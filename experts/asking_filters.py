"""How requests and engagements are filtered."""

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import City
from experts.models import Engagement, ExpertiseRequest
from experts.owed import unanswered
from programme.filters import YES_OR_NO, Choice, Option, ProgrammeRecordFilter
from programme.models import Area


class RequestFilter(ProgrammeRecordFilter):
    texts = ("title", "text")

    state = Option(choices=ExpertiseRequest.State.choices, label=_("State"))
    city = Choice(City, label=_("Asking city"))
    area = Choice(Area, label=_("Area"))
    unanswered = django_filters.BooleanFilter(
        label=_("Nobody answers"),
        method="filter_unanswered",
        widget=forms.Select(choices=YES_OR_NO),
    )

    class Meta:
        model = ExpertiseRequest
        fields: list[str] = []

    def filter_unanswered(self, queryset: Any, name: str, value: bool) -> Any:
        found = unanswered(ExpertiseRequest.objects.all()).values("pk")
        return queryset.filter(pk__in=found) if value else queryset.exclude(pk__in=found)


class EngagementFilter(ProgrammeRecordFilter):
    state = Option(choices=Engagement.State.choices, label=_("State"))
    city = Choice(City, field_name="request__city", label=_("Asking city"))

    class Meta:
        model = Engagement
        fields: list[str] = []

    def filter_search(self, queryset: Any, name: str, value: str) -> Any:
        rows = ExpertiseRequest.objects.all()
        found = RequestFilter.filter_search(RequestFilter(), rows, name, value)
        return queryset.filter(request__in=found.values("pk"))
