"""The forms in which people say that they are away, and in which a leaver's work is handed over."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User


def colleagues(person: User) -> Any:
    """Who may stand in for a person, or take over from them."""
    same_city = User.objects.filter(city=person.city_id, city__isnull=False, is_active=True)
    able = same_city.filter(memberships__isnull=False).exclude(pk=person.pk)
    return able.distinct().order_by("name", "pk")


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class RefusableForm(forms.Form):
    def refuse(self, errors: Any) -> None:
        """Put a service's sentences beside their fields."""
        for field, sentences in errors.items():
            for sentence in sentences:
                self.add_error(field if field in self.fields else None, sentence)


class AbsenceForm(RefusableForm):
    deputy = forms.ModelChoiceField(
        label=_("Who stands in for you"),
        queryset=User.objects.none(),
        required=False,
        help_text=_("While you are away, what waits on you waits on this colleague too."),
    )
    away_from = forms.DateField(label=_("Away from"), required=False, widget=DayInput())
    away_until = forms.DateField(
        label=_("Away until"), required=False, widget=DayInput(), help_text=_("The last day, included.")
    )

    def __init__(self, data: Any = None, *, person: User) -> None:
        initial = {name: getattr(person, name) for name in ("deputy", "away_from", "away_until")}
        super().__init__(data, initial=initial, use_required_attribute=False)
        self.fields["deputy"].queryset = colleagues(person)  # type: ignore[attr-defined]


class HandOverForm(RefusableForm):
    to = forms.ModelChoiceField(label=_("Who takes over"), queryset=User.objects.none())

    def __init__(self, data: Any = None, *, person: User) -> None:
        super().__init__(data, use_required_attribute=False)
        self.fields["to"].queryset = colleagues(person)  # type: ignore[attr-defined]
