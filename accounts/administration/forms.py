"""The form in which an administrator corrects a record of any kind."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.forms import SimpleArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from modeltranslation.fields import TranslationField

from accounts.access import unmasked
from accounts.actors import Actor
from records.pages.forms import RecordForm
from records.registry import RecordType
from records.values import ManyPart, edited_columns, path_label, plain

LEAST_REASON = 3  # characters


class GroupWidget(forms.MultiWidget):
    """Several fields that make one value, each with its own label."""

    template_name = "admin/group_widget.html"

    def __init__(self, fields: Mapping[str, forms.Field]) -> None:
        self.keys = list(fields)
        self.labels = [str(field.label) for field in fields.values()]
        super().__init__({key: field.widget for key, field in fields.items()})

    def decompress(self, value: Any) -> list[Any]:
        return [(value or {}).get(key) for key in self.keys]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for label, inner in zip(self.labels, context["widget"]["subwidgets"], strict=True):
            inner["label"] = label
        return context


class GroupField(forms.MultiValueField):
    """A value that is a mapping, such as the texts of a side: one field for each key."""

    def __init__(
        self, fields: Mapping[str, forms.Field], *, keep_empty: bool = True, **kwargs: Any
    ) -> None:
        self.keys, self.keep_empty = list(fields), keep_empty
        inner = list(fields.values())
        super().__init__(
            inner, widget=GroupWidget(fields), require_all_fields=False, required=False, **kwargs
        )
        for field, widget in zip(inner, self.widget.widgets, strict=True):
            if isinstance(field, forms.ModelMultipleChoiceField):
                widget.choices = field.choices

    def compress(self, values: list[Any]) -> dict[str, Any]:
        # Nothing typed at all reaches this as an empty list.
        given = zip(self.keys, values or [""] * len(self.keys), strict=True)
        found = {key: plain(value) if value is not None else "" for key, value in given}
        return found if self.keep_empty else {key: value for key, value in found.items() if value}


def array_field(field: Any) -> forms.Field:
    """A list of known words as boxes to tick, any other as one line with commas."""
    if field.base_field.choices:
        return forms.MultipleChoiceField(
            choices=field.base_field.choices,
            widget=forms.CheckboxSelectMultiple,
            required=not field.blank,
        )
    return SimpleArrayField(
        field.base_field.formfield(), required=not field.blank, help_text=_("Separated by commas.")
    )


def column_field(field: Any, label: str, actor: Actor) -> forms.Field:
    """The form field of a column, offering only what this administrator may read."""
    made: Any
    if isinstance(field, ArrayField):
        made = array_field(field)
    else:
        extra = {"assume_scheme": "https"} if isinstance(field, models.URLField) else {}
        made = field.formfield(**extra)
    if isinstance(made, forms.DateField):
        made.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    if isinstance(made, forms.ModelChoiceField):
        made.queryset = unmasked(made.queryset, actor)
    if not isinstance(field, TranslationField):  # the kit says which language a text is in
        made.label = label
    return made


class CorrectionForm(RecordForm):
    """All that is edited of a record, with the reason why it is corrected.

    It is built from the record type. What a part holds that is no plain set of other
    records is made by `part_fields`: from part and record to `{path: field}`.
    """

    reason = forms.CharField(
        label=_("Why is this corrected?"),
        help_text=_("The history keeps it, for both sides to read."),
        min_length=LEAST_REASON,
        max_length=500,
    )
    part_fields: Callable[..., dict[str, forms.Field]] | None = None

    def __init__(self, data: Any = None, *, record: Any, actor: Actor, part_fields: Any, **kwargs: Any):
        self.part_fields = part_fields
        self.kept: dict[str, list[str]] = {}
        super().__init__(data, record=record, actor=actor.correcting(), **kwargs)

    def prepare(self) -> None:
        made: dict[str, forms.Field] = {}
        model = type(self.record)
        for name in edited_columns(self.record_type):
            field: Any = model._meta.get_field(name)
            built = column_field(field, label(self.record_type, name), self.actor)
            if not self.hides(built, self.values[name]):
                made[name] = built
        for part in self.record_type.parts:
            if isinstance(part, ManyPart):
                made[part.name] = self.choice_of_many(part)
            elif self.part_fields:
                made |= self.part_fields(part, self.record, self.actor)
        self.paths = {name: path for path in made if (name := path.replace("/", "__")) != path}
        for path, built in made.items():
            built.label = built.label or label(self.record_type, path)
            self.fields[path.replace("/", "__")] = built
        self.fields["reason"] = self.fields.pop("reason")  # asked last

    @staticmethod
    def hides(field: forms.Field, value: Any) -> bool:
        """Whether the value is a record that this administrator may not read: it stays as it is."""
        offered: Any = getattr(field, "queryset", None)
        may_be_masked = offered is not None and hasattr(offered.model, "programme_path")
        return may_be_masked and bool(value) and not offered.filter(pk=value).exists()

    def choice_of_many(self, part: ManyPart) -> forms.Field:
        offered = unmasked(
            getattr(type(self.record), part.name).field.related_model.objects.all(), self.actor
        )
        if part.same_programme:
            offered = offered.filter(programme=self.record.programme_id)
        choices = [(str(thing.pk), str(thing)) for thing in offered]
        # What it belongs to already and this administrator may not read stays as it is.
        seen = {pk for pk, _name in choices}
        self.kept[part.name] = [pk for pk in self.values[part.name] if pk not in seen]
        return forms.MultipleChoiceField(
            choices=choices, required=False, label=label(self.record_type, part.name)
        )

    @property
    def edited(self) -> list[str]:
        return [name for name in super().edited if name != "reason"]

    def plain_value(self, name: str) -> Any:
        value = super().plain_value(name)
        kept = self.kept.get(name)
        return sorted([*value, *kept]) if kept else value

    def put(self, data: Any, html: str, value: Any) -> None:  # type: ignore[override]
        """A value as the browser would have sent it, whatever its widget."""
        field = self.fields[html]
        if isinstance(field, GroupField):
            for key, inner in zip(field.keys, field.widget.decompress(value), strict=True):
                RecordForm.put(data, f"{html}_{key}", inner)
        elif isinstance(field, forms.JSONField):
            data[html] = json.dumps(value)
        elif isinstance(field, SimpleArrayField):
            data[html] = field.prepare_value(value)
        else:
            RecordForm.put(data, html, value)

    def shown(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, GroupField):
            lines = zip(field.widget.labels, field.fields, field.widget.decompress(value), strict=True)
            return "\n".join(
                f"{head}: {self.shown_part(inner, item)}" for head, inner, item in lines if item
            )
        if isinstance(field, forms.JSONField):
            return json.dumps(value, ensure_ascii=False)
        if isinstance(field, SimpleArrayField):
            return ", ".join(value)
        return super().shown(name, value)

    @staticmethod
    def shown_part(field: forms.Field, value: Any) -> str:
        if isinstance(field, forms.ModelMultipleChoiceField):
            return ", ".join(str(item) for item in field.queryset.filter(pk__in=value))  # type: ignore[union-attr]
        return str(value)


def label(record_type: RecordType, path: str) -> str:
    text = path_label(record_type, path)
    return text[:1].upper() + text[1:]
