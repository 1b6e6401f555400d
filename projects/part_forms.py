"""The form of a part of a project, put together from what its section names."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core import signing
from django.forms.models import fields_for_model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.access import is_agreed_path
from projects.sections.base import Section, agreed_note
from records.fields import PeriodFormField
from records.pages.forms import SALT, RecordForm
from records.texts import LANGUAGES, column, translated_fields

PERIOD_HELP = gettext_lazy("As 2021, 2021-Q2, 2021-05, or a range such as 2021-01/2021-05.")


class PartForm(RecordForm):
    """Adds or edits a part. What both sides agreed on stands there to be read, and says how it changes.

    A new part has its id before it is saved: the signed base carries it, so that a form
    which is sent twice adds one row.
    """

    def __init__(self, data: Any = None, *, section: Section, record: Any, actor: Any) -> None:
        self.section = section
        self.project = section.project_of(section.parent_of(record))
        super().__init__(data, record=record, actor=actor, auto_id=f"f-{record.pk}-%s")

    @property
    def is_new(self) -> bool:
        return self.record._state.adding

    @staticmethod
    def new_id(data: Any) -> UUID | None:
        """The id that a posted form gave to the part that it adds."""
        try:
            pk, _values = signing.loads((data or {}).get("base", ""), salt=SALT)
            return UUID(pk)
        except (signing.BadSignature, ValueError, TypeError):
            return None

    def prepare(self) -> None:
        self.paths = {}
        for name in self.section.fields:
            self.add(name)
        for name in self.fields:
            if name not in ("version", "base") and self.takes_both(name):
                self.fields[name].disabled = True
                always = name in getattr(self.section.model, "always_joint", ())
                self.fields[name].help_text = agreed_note(self.project, always=always)

    def add(self, name: str) -> None:
        model = self.section.model
        if self.is_new and name in getattr(model, "always_joint", ()):
            return
        texts = name in translated_fields(model)
        columns = [column(name, language) for language in LANGUAGES] if texts else [name]
        for each, field in fields_for_model(model, fields=columns).items():
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(
                    attrs={"type": "date", "min": "1990-01-01", "max": "2099-12-31"}, format="%Y-%m-%d"
                )
            if isinstance(field, forms.DecimalField):
                field.localize, field.widget = False, forms.TextInput(attrs={"inputmode": "decimal"})
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = self.section.choices(name, self.record, self.actor)
                if not field.required:
                    field.empty_label = _("nobody in particular")
            if isinstance(field, PeriodFormField):
                field.help_text = PERIOD_HELP
            if field.label and not texts:
                field.label = str(field.label)[:1].upper() + str(field.label)[1:]
            self.fields[each] = field

    def takes_both(self, path: str) -> bool:
        if self.is_new:
            return self.project.is_agreed and path in self.section.agreed_when_new
        return is_agreed_path(self.record, self.project, path, self.values[path])

    def value_set(self) -> dict[str, Any]:
        """Everything that was filled in, for a new part."""
        return {name: self.plain_value(name) for name in self.edited}

    def shown(self, name: str, value: Any) -> str:
        if isinstance(value, date):
            value = value.isoformat()
        return super().shown(name, value)
