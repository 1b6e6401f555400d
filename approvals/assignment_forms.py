"""The forms in which opinions are asked for and given."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.forms import DayInput, RefusableForm
from accounts.models import Organisation, User
from records.pages.forms import RecordForm


class AssignmentForm(RefusableForm):
    """A colleague or a unit of one's own city, what to look at, and by when."""

    assignee = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none(), required=False)
    unit = forms.ModelChoiceField(
        label=_("or a unit"),
        queryset=Organisation.objects.none(),
        required=False,
        help_text=_("Without a person, anybody of the unit answers."),
    )
    task = forms.CharField(
        label=_("What to look at"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Seen by your side only, as the opinion is."),
    )
    due_on = forms.DateField(label=_("Opinion asked by"), required=False, widget=DayInput())

    def __init__(self, data: Any = None, *, actor: Actor) -> None:
        super().__init__(data, auto_id="assignment_%s", use_required_attribute=False)
        people = User.objects.filter(city=actor.city_id, is_active=True, memberships__isnull=False)
        units = Organisation.objects.filter(city=actor.city_id, archived_at=None)
        self.fields["assignee"].queryset = people.distinct().order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["unit"].queryset = units.order_by("name", "pk")  # type: ignore[attr-defined]


class AssignmentEditForm(RecordForm):
    task = forms.CharField(
        label=_("What to look at"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    due_on = forms.DateField(label=_("Opinion asked by"), required=False, widget=DayInput())


class OpinionForm(RecordForm):
    opinion = forms.CharField(
        label=_("Your opinion"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Seen by your side only."),
    )
