"""How proposals are filtered, on the page and in the API."""

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import City
from approvals.models import Proposal
from records.registry import registry
from records.search import search_texts, visible_choices

State = Proposal.State
PROGRAMME: Any = Proposal._meta.get_field("programme").related_model


def acts() -> list[tuple[str, Any]]:
    """The acts of all kinds of record that the sides agree on."""
    found = {name: act.label for kind in registry if kind.terms for name, act in kind.terms.acts.items()}
    return list(found.items())


def waits_on(city_id: Any) -> Q:
    """The proposals on which this city owes the next word."""
    return Q(state=State.UNCONFIRMED, city=city_id) | (Q(state=State.OPEN) & ~Q(city=city_id))


class ProposalFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(
        label=_("Words of the message, or number of a letter"), method="filter_search"
    )
    waits = django_filters.ChoiceFilter(
        label=_("Waits on"),
        choices=[("mine", _("my side")), ("other", _("the other side")), ("over", _("nobody: it is over"))],
        empty_label=_("any"),
        method="filter_waits",
    )
    programme = django_filters.ModelChoiceFilter(
        queryset=visible_choices(PROGRAMME), label=_("Programme"), empty_label=_("any")
    )
    act = django_filters.ChoiceFilter(label=_("What is asked"), choices=acts(), empty_label=_("any"))

    class Meta:
        model = Proposal
        fields: list[str] = []

    def filter_search(self, queryset: Any, name: str, value: str) -> Any:
        return search_texts(queryset, value, plain=("message", "letter_number"))

    def filter_waits(self, queryset: Any, name: str, value: str) -> Any:
        if value == "over":
            return queryset.exclude(state__in=Proposal.PENDING)
        actor = self.request.actor  # type: ignore[union-attr]
        mine = waits_on(actor.city_id) & Q(programme__in=actor.programme_ids)
        pending = queryset.filter(state__in=Proposal.PENDING)
        return pending.filter(mine) if value == "mine" else pending.exclude(mine)


class ProposalApiFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=State.choices, label="How it stands")
    subject = django_filters.UUIDFilter(
        field_name="subject_id", label="The id of the record that it is about"
    )
    act = django_filters.ChoiceFilter(choices=acts(), label="What is asked")
    programme = django_filters.ModelChoiceFilter(queryset=visible_choices(PROGRAMME), label="Its programme")
    waits_on = django_filters.ModelChoiceFilter(
        queryset=lambda request: City.objects.all(),
        to_field_name="code",
        label="The side that owes the next word, by its code",
        method="filter_waits_on",
    )

    class Meta:
        model = Proposal
        fields: list[str] = []

    def filter_waits_on(self, queryset: Any, name: str, city: City) -> Any:
        return queryset.filter(waits_on(city.pk), programme__cities=city)
