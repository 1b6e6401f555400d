"""The forms in which minutes are written: points, and what each side owes from them."""

from typing import Any

from django import forms
from django.db.models import Q
from django.forms.models import fields_for_model
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import City, Organisation, User
from attachments.access import visibilities
from attachments.forms import NewForm
from programme.access import own_word_refusal
from programme.duedates import due_date_field
from programme.models import Event, Obligation, Resolution
from records.errors import Invalid
from records.models import Visibility
from records.pages.dates import date_field
from records.pages.forms import RecordForm
from records.texts import LANGUAGES, column

__all__ = ["NewObligationForm", "NewResolutionForm", "ObligationForm", "ResolutionForm"]


def texts(model: Any, *fields: str) -> dict[str, forms.Field]:
    """The fields of texts, one for each language."""
    names = [column(field, language) for field in fields for language in LANGUAGES]
    made = fields_for_model(model, fields=names)
    for field in made.values():
        field.widget.attrs["rows"] = 2
    return made


def number_field(required: bool) -> forms.IntegerField:
    return forms.IntegerField(label=_("Number"), min_value=1, max_value=32_767, required=required)


def own_fields(city: Any, organisation: Any = None, person: Any = None) -> dict[str, forms.Field]:
    """Who of a side fulfils an obligation: for an editor of that side only.

    Whoever is named already stays among the choices, also after having left.
    """
    staff = Q(city=city, is_active=True) | Q(pk=person)
    return {
        "organisation": forms.ModelChoiceField(
            Organisation.objects.filter(Q(city=city, archived_at=None) | Q(pk=organisation)).order_by(
                "name"
            ),
            label=_("Responsible organisation"),
            required=False,
            empty_label=_("not named yet"),
        ),
        "person": forms.ModelChoiceField(
            User.objects.filter(staff).order_by("name"),
            label=_("Responsible person"),
            required=False,
            empty_label=_("not named yet"),
            help_text=_("Shown to the programme's sides only."),
        ),
    }


class NewPartForm(forms.Form):
    """Something new within another record, seen by both sides or by the author's own."""

    def __init__(self, data: Any = None, *, outer: Any, actor: Actor, own: bool = True) -> None:
        # Several of these may stand open in one page.
        super().__init__(data, auto_id=f"{self.html_id}_%s", use_required_attribute=False)
        self.fields.update(texts(self.model, "text"))
        choices = [
            choice
            for choice in visibilities(outer, actor)
            if choice == Visibility.SHARED or (choice == Visibility.OWN and own)
        ]
        self.fields["visibility"] = forms.ChoiceField(
            label=_("Who sees it"),
            choices=[(choice.value, NewForm.who_sees(choice, actor)) for choice in choices],
            widget=forms.RadioSelect,
            initial=choices[0] if choices else None,
        )

    model: Any
    html_id = "new"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(column("text", language)) for language in LANGUAGES):
            here = translation.get_language() or LANGUAGES[0]
            self.add_error(column("text", here), _("Write this in at least one language."))
        return cleaned

    @property
    def original(self) -> str | None:
        """The language that it is first written in: the reader's own, if there is a text in it."""
        here = translation.get_language()
        return here if here and self.cleaned_data.get(column("text", here)) else None

    def made(self, **where: Any) -> Any:
        """The record that the form describes, not yet saved."""
        return self.model(**where, **self.cleaned_data)

    def refuse(self, refusal: Invalid) -> None:
        """Put a service's sentences beside their fields."""
        for field, sentences in refusal.errors.items():
            for sentence in sentences:
                self.add_error(field if field in self.fields else None, sentence)


class NewResolutionForm(NewPartForm):
    model = Resolution

    number = number_field(required=False)

    def __init__(self, data: Any = None, *, event: Event, actor: Actor) -> None:
        super().__init__(data, outer=event, actor=actor)
        self.fields["number"].help_text = _("Empty: the next one.")


class NewObligationForm(NewPartForm):
    model = Obligation

    def __init__(self, data: Any = None, *, resolution: Resolution, city: City, actor: Actor) -> None:
        is_own = city.pk == actor.city_id
        self.html_id = f"new-{resolution.pk}-{city.code}"
        super().__init__(data, outer=resolution, actor=actor, own=is_own)
        self.fields["due_on"] = due_date_field(_("Due"), programme_id=resolution.programme_id)
        if is_own:
            self.fields.update(own_fields(city))


class PartForm(RecordForm):
    """Several of these may stand open in one page."""

    def __init__(self, data: Any = None, *, record: Any, actor: Actor) -> None:
        self.html_id = f"edit-{record.pk}"
        super().__init__(data, record=record, actor=actor, auto_id=f"{self.html_id}_%s")


class ResolutionForm(PartForm):
    number = number_field(required=True)

    def prepare(self) -> None:
        self.fields.update(texts(Resolution, "text"))


class ObligationForm(PartForm):
    """What this reader may change of an obligation: see `programme.minutes.services`."""

    def prepare(self) -> None:
        record = self.record
        words = texts(Obligation, "text")
        if record.done_on:  # what was owed stays; a missing translation may still be added
            words = {name: field for name, field in words.items() if not self.values[name]}
        else:
            self.fields["due_on"] = due_date_field(_("Due"), programme_id=record.programme_id)
        self.fields.update(words)
        self.has_text = bool(words)
        self.says_own_word = own_word_refusal(self.actor, record) is None
        if self.says_own_word:
            self.fields.update(own_fields(record.city, record.organisation_id, record.person_id))
            self.fields["done_on"] = date_field(_("Done on"))
            self.fields.update(texts(Obligation, "outcome"))
