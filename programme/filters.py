"""How the records of a programme are searched and filtered, on the pages and in the API alike."""

from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import City, Organisation
from programme.models import (
    Agreement,
    Area,
    Event,
    EventParticipant,
    Obligation,
    Programme,
    Provision,
    Resolution,
    Source,
    State,
    Statement,
)
from records.search import search_texts, visible_choices
from records.texts import LANGUAGES, column

YES_OR_NO = [("", _("any")), ("true", _("yes")), ("false", _("no"))]


class Choice(django_filters.ModelChoiceFilter):
    """A choice among the records that the reader sees."""

    def __init__(self, model: Any, **kwargs: Any) -> None:
        super().__init__(queryset=visible_choices(model), empty_label=_("any"), **kwargs)


class Option(django_filters.ChoiceFilter):
    """A choice among a few words."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(empty_label=_("any"), **kwargs)


class ProgrammeRecordFilter(django_filters.FilterSet):
    """What every list of a programme's records can be filtered by."""

    texts: tuple[str, ...] = ("title",)
    plain: tuple[str, ...] = ()

    search = django_filters.CharFilter(label=_("Search"), method="filter_search")
    programme = Choice(Programme, label=_("Programme"))

    def filter_search(self, queryset: Any, name: str, value: str) -> Any:
        return search_texts(queryset, value, texts=self.texts, plain=self.plain)


class AreaFilter(ProgrammeRecordFilter):
    texts, plain = ("name",), ("code",)

    class Meta:
        model = Area
        fields: list[str] = []


class ProvisionFilter(ProgrammeRecordFilter):
    plain = ("code",)

    area = Choice(Area, field_name="areas", label=_("Area"))

    class Meta:
        model = Provision
        fields: list[str] = []


class AgreementFilter(ProgrammeRecordFilter):
    texts = ("title", "note")

    search = django_filters.CharFilter(label=_("Title or note"), method="filter_search")
    kind = Option(choices=Agreement.Kind.choices, label=_("Kind"))
    state = Option(choices=Agreement.State.choices, label=_("State"), method="filter_state")
    organisation = Choice(Organisation, field_name="organisations", label=_("Organisation"))

    class Meta:
        model = Agreement
        fields: list[str] = []

    def filter_state(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.in_state(value, on=timezone.localdate())


class EventFilter(ProgrammeRecordFilter):
    texts = ("title", "occasion")

    search = django_filters.CharFilter(label=_("Title or occasion"), method="filter_search")
    kind = Option(choices=Event.Kind.choices, label=_("Kind"))
    mode = Option(choices=Event.Mode.choices, label=_("Form"))
    city = Choice(City, label=_("Place"))
    organisation = Choice(Organisation, label=_("Organisation"), method="filter_organisation")

    class Meta:
        model = Event
        fields: list[str] = []

    def filter_organisation(self, queryset: Any, name: str, value: Organisation) -> Any:
        parts = EventParticipant.objects.filter(organisation=value)
        return queryset.filter(pk__in=parts.values("event"))


class StatementFilter(ProgrammeRecordFilter):
    texts = ("text", "said_by")

    search = django_filters.CharFilter(label=_("Text or speaker"), method="filter_search")
    kind = Option(choices=Statement.Kind.choices, label=_("Kind"))
    area = Choice(Area, field_name="areas", label=_("Area"))
    outside_areas = django_filters.BooleanFilter(
        label=_("Outside the programme's areas"), widget=forms.Select(choices=YES_OR_NO)
    )

    class Meta:
        model = Statement
        fields: list[str] = []


class SourceFilter(ProgrammeRecordFilter):
    texts, plain = ("note",), ("title", "publisher")

    search = django_filters.CharFilter(label=_("Title, publisher or note"), method="filter_search")
    kind = Option(choices=Source.Kind.choices, label=_("Kind"))
    language = Option(choices=settings.LANGUAGES, label=_("Language"))

    class Meta:
        model = Source
        fields: list[str] = []


class ResolutionFilter(ProgrammeRecordFilter):
    texts = ("text",)

    event = Choice(Event, label=_("Meeting"))

    class Meta:
        model = Resolution
        fields: list[str] = []


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"})


class ObligationFilter(ProgrammeRecordFilter):
    texts = ("text", "outcome")

    search = django_filters.CharFilter(label=_("What is owed"), method="filter_search")
    city = Choice(City, label=_("Side"))
    state = Option(choices=State.choices, label=_("State"), method="filter_state")
    done = django_filters.BooleanFilter(
        field_name="done_on",
        lookup_expr="isnull",
        exclude=True,
        label=pgettext_lazy("filter of obligations", "Done"),
        widget=forms.Select(choices=YES_OR_NO),
    )
    due_after = django_filters.DateFilter(
        field_name="due_on", lookup_expr="gte", label=_("Due from"), widget=day_input()
    )
    due_before = django_filters.DateFilter(
        field_name="due_on", lookup_expr="lte", label=_("Due until"), widget=day_input()
    )
    organisation = Choice(Organisation, label=_("Organisation"))
    event = Choice(Event, field_name="resolution__event", label=_("Meeting"))
    resolution = Choice(Resolution, label=_("Resolution"))

    class Meta:
        model = Obligation
        fields: list[str] = []

    def filter_state(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.standing(timezone.now()).filter(state_now=value)


class ObligationPageFilter(ObligationFilter):
    """On the page a meeting is found from its own page, and a state says whether it is done."""

    done = event = resolution = None  # type: ignore[assignment]

    class Meta(ObligationFilter.Meta):
        pass


class CitationFilter(django_filters.FilterSet):
    subject_kind = django_filters.CharFilter()
    subject_id = django_filters.UUIDFilter()
    field = django_filters.CharFilter()
    source = Choice(Source)
    derived = django_filters.BooleanFilter()
    disagrees = django_filters.BooleanFilter()
    doubted = django_filters.BooleanFilter(method="filter_doubted")

    def filter_doubted(self, queryset: Any, name: str, value: bool) -> Any:
        doubted = Q()
        for language in LANGUAGES:
            doubted |= Q(**{f"{column('doubt', language)}__gt": ""})
        return queryset.filter(doubted) if value else queryset.exclude(doubted)
