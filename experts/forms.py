"""The forms in which a city keeps its profiles."""

from typing import Any
from uuid import UUID

from django import forms
from django.core import signing
from django.forms.models import fields_for_model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation, User
from experts.languages import language_label
from experts.models import Expert, Level, Work
from experts.names import suggested
from experts.widgets import FieldsField, LanguagesField
from records.errors import EditConflict
from records.pages.dates import date_field
from records.pages.display import listed
from records.pages.forms import SALT, RecordForm
from records.texts import LANGUAGES, column

NAMES = ("native_name", "latin_name", "russian_name", "chinese_name")
PERIOD_HELP = gettext_lazy("As 2021, 2021-05, 2021-05-17, or a range such as 2021-01/2021-05.")
TEXTS = [column(field, language) for field in ("affiliation", "summary") for language in LANGUAGES]


class NewRecordForm(RecordForm):
    """Also adds a record. Its id is in the signed base, so that a form which is sent twice adds one."""

    @property
    def is_new(self) -> bool:
        return self.record._state.adding

    @staticmethod
    def new_id(data: Any) -> UUID | None:
        """The id that a posted form gave to the record that it adds."""
        try:
            pk, _values = signing.loads((data or {}).get("base", ""), salt=SALT)
            return UUID(pk)
        except (signing.BadSignature, ValueError, TypeError):
            return None

    def value_set(self) -> dict[str, Any]:
        """Everything that was filled in, for a new record."""
        return {self.path(name): self.plain_value(name) for name in self.edited}


class ExpertForm(NewRecordForm):
    """A profile. Names may be suggested, and fields looked for, before it is saved."""

    fields_of_expertise = FieldsField(required=False)
    languages = LanguagesField(required=False, label=gettext_lazy("Languages"))
    available_from = date_field(gettext_lazy("Available from"))

    paths = {"fields_of_expertise": "fields"}  # a form has `fields` of its own

    def __init__(self, data: Any = None, *, record: Any, actor: Any, suggesting: bool = False) -> None:
        self.suggesting = suggesting
        self.words = ((data or {}).get("find") or "").strip()[:150]
        self.number_found = 0
        super().__init__(data, record=record, actor=actor)
        self.offer_fields()

    def prepare(self) -> None:
        plain = fields_for_model(
            Expert, fields=[*NAMES, *TEXTS, "orcid", "organisation", "availability", "reference", "keeper"]
        )
        for name, field in plain.items():
            if field is None:
                continue
            if field.label and name not in TEXTS:
                field.label = str(field.label)[:1].upper() + str(field.label)[1:]
            self.fields[name] = field
        self.fields["orcid"].widget.attrs |= {"placeholder": "0000-0002-1825-0097", "inputmode": "latin"}
        self.choose("organisation", Organisation.objects.live())
        self.choose("keeper", User.objects.filter(is_active=True).order_by("name"))

    def offer_fields(self) -> None:
        """What is chosen stays in sight, whatever is looked for."""
        field: Any = self.fields["fields_of_expertise"]
        self.number_found = field.offer(self["fields_of_expertise"].value(), self.words)

    def show_conflict(self, conflict: EditConflict, current: Any) -> None:
        super().show_conflict(conflict, current)
        self.offer_fields()

    def choose(self, name: str, choices: Any) -> None:
        """Organisation and keeper are of the city that vouches for the expert."""
        field: Any = self.fields[name]
        field.queryset = choices.filter(city=self.record.owner_city_id)
        field.empty_label = _("none")

    @property
    def suggestions(self) -> list[dict[str, str]]:
        """How the names that are empty might read, once somebody asks; what to press to take one."""
        if not self.suggesting:
            return []
        names = {name: str(self[name].value() or "") for name in NAMES}
        return [
            {"field": name, "label": str(self.fields[name].label), "form": form, "take": f"{name}={form}"}
            for name, form in suggested(names).items()
        ]

    @property
    def names(self) -> list[Any]:
        return [self[name] for name in NAMES]

    @property
    def fields_of_expertise_bound(self) -> Any:
        return self["fields_of_expertise"]

    def shown(self, name: str, value: Any) -> str:
        if name == "languages":
            labels = dict(Level.choices)
            return listed(
                f"{language_label(code)}: {labels.get(level, level)}" for code, level in value.items()
            )
        return super().shown(name, value)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(name) for name in NAMES) and not any(name in self.errors for name in NAMES):
            self.add_error("native_name", _("Write the name in at least one script."))
        return cleaned


def with_taken(data: Any) -> Any:
    """The posted data, with the suggestion in it that was taken: "latin_name=Wang Xiaoming"."""
    name, _equals, form = data.get("take", "").partition("=")
    if name not in NAMES:
        return data
    data = data.copy()
    data[name] = form[:150]
    return data


class WorkForm(NewRecordForm):
    """A publication or a past engagement."""

    def prepare(self) -> None:
        self.fields |= fields_for_model(Work, fields=["kind", "title", "where", "when"])
        self.fields["when"].help_text = PERIOD_HELP
        link = Work._meta.get_field("link")
        self.fields["link"] = forms.URLField(
            label=link.verbose_name, required=False, max_length=200, assume_scheme="https"
        )
        for field in self.fields.values():
            field.label = str(field.label or "")[:1].upper() + str(field.label or "")[1:]


class ContactForm(forms.Form):
    """How an expert is reached. What is typed here is not kept in the browser, as other forms do."""

    email = forms.EmailField(label=gettext_lazy("E-mail address"), required=False)
    phone = forms.CharField(label=gettext_lazy("Telephone"), required=False, max_length=60)
    address = forms.CharField(label=gettext_lazy("Address"), required=False, max_length=300)
    language = forms.ChoiceField(label=gettext_lazy("Language of letters"))
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, languages: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = languages  # type: ignore[attr-defined]
        for name in ("email", "phone", "address"):
            self.fields[name].widget.attrs["autocomplete"] = "off"


class ConsentForm(forms.Form):
    """What the person agreed to, as they signed it."""

    purpose = forms.CharField(
        label=gettext_lazy("Purpose"),
        max_length=300,
        help_text=gettext_lazy("As the person was told, in the words of the consent."),
    )
    countries = forms.MultipleChoiceField(
        label=gettext_lazy("Recipient countries"), widget=forms.CheckboxSelectMultiple
    )
    covers = forms.MultipleChoiceField(
        label=gettext_lazy("Covers also"),
        choices=Expert.Covers.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("Names, fields, languages and availability are covered by every consent."),
    )
    given_on = date_field(gettext_lazy("Given"), required=True)
    expires_on = date_field(gettext_lazy("Expires"), required=True)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def __init__(self, *args: Any, cities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: dict[str, list[str]] = {}
        for city in cities:
            named.setdefault(city.country, []).append(str(city))
        self.fields["countries"].choices = [  # type: ignore[attr-defined]
            (country, f"{listed(names)} ({country})") for country, names in named.items()
        ]

    def clean_given_on(self) -> Any:
        given = self.cleaned_data["given_on"]
        if given > timezone.localdate():
            raise forms.ValidationError(_("A consent that has not been given yet cannot be recorded."))
        return given

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given, expires = cleaned.get("given_on"), cleaned.get("expires_on")
        if given and expires and expires < given:
            self.add_error("expires_on", _("A consent does not end before it was given."))
        return cleaned
