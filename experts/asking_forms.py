"""The forms of requests, invitations and engagements, and of the expert's own answer."""

from typing import Any

from django import forms
from django.forms.models import fields_for_model
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy

from experts.forms import NewRecordForm
from experts.languages import FIRST, language_label
from experts.models import Engagement, Expert, ExpertiseRequest
from experts.queries import field_path
from experts.search import suggest_fields
from experts.widgets import FieldsField
from programme.models import Area
from records.errors import EditConflict, Invalid
from records.pages.dates import date_field
from records.pages.forms import RecordForm
from records.texts import LANGUAGES, column


def texts(model: Any, *names: str) -> dict[str, forms.Field]:
    """The fields of texts, one for each language."""
    return fields_for_model(model, fields=[column(name, each) for name in names for each in LANGUAGES])


def capitalized(form: forms.BaseForm) -> None:
    for field in form.fields.values():
        field.label = str(field.label or "")[:1].upper() + str(field.label or "")[1:]


class RequestForm(NewRecordForm):
    """A request. Its fields may be suggested from its text, and looked for, before it is saved."""

    fields_of_expertise = FieldsField(required=False)
    languages = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label=gettext_lazy("Languages of work")
    )
    starts_on = date_field(pgettext_lazy("day", "From"))
    ends_on = date_field(pgettext_lazy("day", "Until"))
    answer_by = date_field(gettext_lazy("Answer wanted by"))

    paths = {"fields_of_expertise": "fields"}  # a form has `fields` of its own

    def __init__(self, data: Any = None, *, record: Any, actor: Any, suggesting: bool = False) -> None:
        self.words = ((data or {}).get("find") or "").strip()[:150]
        self.suggesting, self.number_found = suggesting, 0
        super().__init__(data, record=record, actor=actor)
        self.offer_fields()

    def prepare(self) -> None:
        self.fields.update(texts(ExpertiseRequest, "title", "text", "costs"))
        self.fields.update(fields_for_model(ExpertiseRequest, fields=["area", "mode", "payer"]))
        area: Any = self.fields["area"]
        area.queryset = Area.objects.visible_to(self.actor).live().filter(programme=self.record.programme)
        languages: Any = self.fields["languages"]
        codes = dict.fromkeys([*FIRST, *self.values["languages"]])
        languages.choices = [(code, language_label(code)) for code in codes]
        capitalized(self)

    @property
    def whole_text(self) -> str:
        names = [column(name, each) for name in ("title", "text") for each in LANGUAGES]
        return "\n".join(str(self[name].value() or "") for name in names).strip()

    def offer_fields(self) -> None:
        """What is chosen, what is looked for, and, once asked for, what the text speaks of."""
        field: Any = self.fields["fields_of_expertise"]
        chosen = self["fields_of_expertise"].value()
        self.number_found = field.offer(chosen, self.words)
        self.suggested = suggest_fields(self.whole_text) if self.suggesting and self.whole_text else []
        offered = {value for value, _label in field.widget.choices}
        field.widget.choices = [
            *field.widget.choices,
            *(
                (str(concept.field.pk), f"{field_path(concept.field)} — «{concept.matched}»")
                for concept in self.suggested
                if str(concept.field.pk) not in offered
            ),
        ]

    def show_conflict(self, conflict: EditConflict, current: Any) -> None:
        super().show_conflict(conflict, current)
        self.offer_fields()

    @property
    def fields_of_expertise_bound(self) -> Any:
        return self["fields_of_expertise"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", gettext_lazy("The end must not lie before the start."))
        for name in ("title", "text"):
            if not any(cleaned.get(column(name, each)) for each in LANGUAGES):
                here = column(name, get_language() or LANGUAGES[0])
                self.add_error(here, gettext_lazy("Write this in at least one language."))
        return cleaned


class EngagementForm(RecordForm):
    starts_on = date_field(pgettext_lazy("day", "From"))
    ends_on = date_field(pgettext_lazy("day", "Until"))

    def prepare(self) -> None:
        self.fields.update(texts(Engagement, "work", "outcome"))
        capitalized(self)


class ActForm(forms.Form):
    """Something that is done to a record as its reader saw it."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def refuse(self, refusal: Invalid) -> None:
        for name, sentences in refusal.errors.items():
            self.add_error(name if name in self.fields else None, list(sentences))


def text_field(label: Any, *, most: int = 5_000, required: bool = True, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, required=required, widget=forms.Textarea(attrs={"rows": rows})
    )


class InviteForm(ActForm):
    note = forms.CharField(
        label=gettext_lazy("Why this expert"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("The expert's city reads it; the expert does not."),
    )
    message = text_field(gettext_lazy("Message to the expert"))


class RefuseForm(ActForm):
    reason = text_field(gettext_lazy("Why the expert is not released"), most=1_000, rows=3)


class ReplyForm(ActForm):
    text = text_field(gettext_lazy("Answer"), required=False)
    starts_on = date_field(gettext_lazy("Dates agreed to, from"))
    ends_on = date_field(pgettext_lazy("day", "Until"))


class FeedbackForm(ActForm):
    text = text_field(gettext_lazy("How did it go?"))


class DeclineForm(forms.Form):
    text = text_field(gettext_lazy("A word to the officials, if you like"), required=False, rows=3)


class AskForm(forms.Form):
    text = text_field(gettext_lazy("Question, or a word on the dates"), required=False)
    starts_on = date_field(gettext_lazy("Dates that suit you better, from"))
    ends_on = date_field(pgettext_lazy("day", "Until"))


class OwnFeedbackForm(forms.Form):
    text = text_field(gettext_lazy("How did it go?"))


class OwnConsentForm(forms.Form):
    covers = forms.MultipleChoiceField(
        label=gettext_lazy("They may also see"),
        choices=Expert.Covers.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    expires_on = date_field(pgettext_lazy("day", "Until"), required=True)
