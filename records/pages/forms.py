"""The form with a version: nothing that anybody typed is lost when two people edit at once.

A form carries, signed, the values that its author saw. When the record has moved on
meanwhile, fields that only one of them touched merge; for the others the form comes
back with what it was, what it is now, and what was typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext as _

from records.errors import EditConflict, Invalid
from records.models import Change
from records.pages.display import listed
from records.pages.fields import CONFIRM
from records.period import Period
from records.registry import registry
from records.texts import LANGUAGES, column, is_stale, translated_fields
from records.values import plain, read_values

SALT = "records.form-base"


@dataclass(frozen=True)
class ShownConflict:
    """A conflict as the page shows it, in a reader's words; `theirs_value` is for the widget."""

    field: str
    base: str
    theirs: str
    theirs_value: Any
    by: str = ""
    at: Any = None


class RecordForm(forms.Form):
    """Edits a record. A subclass lists its fields; `paths` names those whose field name is no path."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    base = forms.CharField(widget=forms.HiddenInput, max_length=200_000)

    paths: Mapping[str, str] = {}

    def __init__(self, data: Any = None, *, record: Any, actor: Any, **kwargs: Any) -> None:
        self.record, self.actor = record, actor
        self.record_type = registry.of(record)
        self.conflicts: dict[str, ShownConflict] = {}
        self.values = read_values(record, self.record_type, actor)
        super().__init__(data, **kwargs)
        self.prepare()
        self.stale_columns = [
            column(field, language)
            for field in translated_fields(type(record))
            for language in LANGUAGES
            if column(field, language) in self.fields and is_stale(record, field, language)
        ]
        for name in self.stale_columns:
            self.fields[CONFIRM + name] = forms.BooleanField(
                required=False, label=_("Checked: it still follows the original as it is")
            )
        for name in self.edited:
            self.fields[name].initial = self.values[self.path(name)]
        self.fields["version"].initial = record.version
        self.fields["base"].initial = self.signed(self.values)
        if data is not None:
            self.data = self.with_theirs_taken(data)

    def prepare(self) -> None:
        """For a subclass: add the fields that depend on the record, before values are filled in."""

    @property
    def edited(self) -> list[str]:
        return [
            name for name in self.fields if name not in ("version", "base") and not name.startswith(CONFIRM)
        ]

    def path(self, name: str) -> str:
        return self.paths.get(name, name)

    def signed(self, values: Mapping[str, Any]) -> str:
        mine = {self.path(name): values[self.path(name)] for name in self.edited}
        return signing.dumps([str(self.record.pk), mine], salt=SALT, compress=True)

    def read_base(self, text: str) -> dict[str, Any] | None:
        """The values that the author saw; None when they are not of this record or were bent."""
        try:
            pk, values = signing.loads(text, salt=SALT)
        except (signing.BadSignature, ValueError, TypeError):
            return None
        known = {self.path(name) for name in self.edited}
        return values if pk == str(self.record.pk) and known <= set(values) else None

    def with_theirs_taken(self, data: Any) -> Any:
        """The posted data, with the other's value wherever the author chose it in a conflict."""
        data = data.copy()
        base = self.read_base(data.get(self.add_prefix("base"), ""))
        for name in self.edited:
            html = self.add_prefix(name)
            if base is not None and data.get(f"{html}-resolve") == "theirs":
                self.put(data, html, base[self.path(name)])
        return data

    @staticmethod
    def put(data: Any, html: str, value: Any) -> None:
        if isinstance(value, list):
            data.setlist(html, value)
        else:
            data[html] = "" if value is None else value

    def clean_base(self) -> dict[str, Any]:
        base = self.read_base(self.cleaned_data["base"])
        if base is None:
            raise forms.ValidationError(
                _("This page is older than the system. Copy what you typed, and open it again.")
            )
        return base

    def changes(self) -> dict[str, Any]:
        """What the author touched: path → plain value, as far as it differs from what they saw."""
        base = self.cleaned_data["base"]
        asked = {self.path(name): self.plain_value(name) for name in self.edited}
        return {path: value for path, value in asked.items() if value != base[path]}

    def plain_value(self, name: str) -> Any:
        value = plain(self.cleaned_data[name])
        empty = self.values[self.path(name)]
        # An empty choice and an empty text are the same nothing.
        return "" if value is None and isinstance(empty, str) else value

    def confirmed(self) -> list[str]:
        """The columns of texts that the author found to follow their original still."""
        return [name for name in self.stale_columns if self.cleaned_data.get(CONFIRM + name)]

    def refuse(self, refusal: Invalid) -> None:
        """Put a service's sentences beside their fields."""
        names = {self.path(name): name for name in self.edited}
        for path, sentences in refusal.errors.items():
            name = names.get(path) or names.get(column(path, LANGUAGES[0]))
            for sentence in sentences:
                self.add_error(name, sentence)

    def show_conflict(self, conflict: EditConflict, current: Any) -> None:
        """Show both values of the fields in conflict, merge the rest, and start from what stands now.

        `current` is the record as it stands now. What was typed stays; saving once more
        then writes it knowingly.
        """
        theirs = read_values(current, self.record_type, self.actor)
        touched = self.changes()
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        disputed = {item.field for item in conflict.conflicts}
        for name in self.edited:
            path = self.path(name)
            if path not in touched:
                self.put(data, self.add_prefix(name), theirs[path])
            data.pop(f"{self.add_prefix(name)}-resolve", None)
        data[self.add_prefix("version")] = str(current.version)
        data[self.add_prefix("base")] = self.signed(theirs)
        base, since = self.cleaned_data["base"], self.changes_since()
        for name in self.edited:
            path = self.path(name)
            if path in disputed:
                # None when it was changed outside the product.
                who = next((change for change in since if path in change.fields), None)
                self.conflicts[name] = ShownConflict(
                    field=name,
                    base=self.shown(name, base[path]),
                    theirs=self.shown(name, theirs[path]),
                    theirs_value=theirs[path],
                    by=str(who.user) if who and who.user else "",
                    at=who.at if who else None,
                )
        self.data = data

    @property
    def changed_by(self) -> str:
        return next((item.by for item in self.conflicts.values() if item.by), "")

    @property
    def changed_at(self) -> Any:
        return next((item.at for item in self.conflicts.values() if item.at), None)

    def changes_since(self) -> list[Change]:
        """Who changed what since the author opened the form, the latest first."""
        changes = Change.objects.filter(
            kind=self.record_type.kind,
            record_id=self.record.pk,
            version__gt=self.cleaned_data["version"],
        )
        return list(changes.select_related("user").order_by("-version"))

    def shown(self, name: str, value: Any) -> str:
        """A plain value in a reader's words: the names of what was chosen, not their ids."""
        field: Any = self.fields[name]
        choices: Any = getattr(field, "queryset", None)
        if isinstance(field, forms.ModelMultipleChoiceField):
            chosen = choices.filter(pk__in=value or [])
            return listed(chosen)
        if isinstance(field, forms.ModelChoiceField):
            return str(choices.filter(pk=value).first() or "") if value else ""
        if isinstance(field, forms.MultipleChoiceField):
            names: Any = field.choices
            return listed(label for key, label in names if key in (value or ()))
        if isinstance(field, forms.ChoiceField):
            return str(dict(getattr(field, "choices", ())).get(value, value))
        if isinstance(field, forms.DateField) and value:
            return Period.parse(value).show()
        return "" if value is None else str(value)
