"""How a form's fields are shown: their clothes, their languages, their conflicts."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from records.pages.context import html_lang
from records.pages.display import first_of, language_name

# The checkbox by which an editor says that a translation out of date follows its original after all.
CONFIRM = "confirm_"


class ConflictShown:
    """A conflict as the form shows it: the field, what it was, what it is now, by whom."""

    def __init__(self, form: forms.BaseForm, conflict: Any) -> None:
        name = first_of(conflict, "field", "name")
        self.bound = form[name]
        self.label = full_label(self.bound)
        self.base = first_of(conflict, "base")
        self.theirs = first_of(conflict, "theirs")
        value = getattr(conflict, "theirs_value", self.theirs)
        self.theirs_value = value if isinstance(value, str | int | date) else self.theirs
        self.by = first_of(conflict, "by") or getattr(form, "changed_by", "")
        self.at = first_of(conflict, "at") or getattr(form, "changed_at", "")
        self.choice = f"{self.bound.html_name}-resolve"
        self.kept = form.data.get(self.choice, "mine") if form.is_bound else "mine"


def conflicts_of(form: forms.BaseForm) -> dict[str, ConflictShown]:
    given = getattr(form, "conflicts", None) or ()
    found = given.values() if isinstance(given, Mapping) else given
    return {str(first_of(item, "field", "name")): ConflictShown(form, item) for item in found}


def styled(bound: forms.BoundField, **attrs: Any) -> SafeString:
    """A field's widget in the house's clothes."""
    widget = bound.field.widget
    clothes = {
        "checkbox": "form-check-input",
        "select": "form-select",
        "nullbooleanselect": "form-select",
    }.get(bound.widget_type, "form-control")
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        clothes = "choices"
    elif isinstance(widget, forms.Select):
        clothes = "form-select"
    names = [widget.attrs.get("class", ""), clothes, "is-invalid" if bound.errors else ""]
    attrs["class"] = " ".join(name for name in names if name)
    if isinstance(widget, forms.Textarea):
        attrs.setdefault("rows", widget.attrs.get("rows") if widget.attrs.get("rows") != "10" else "3")
        attrs["data-grow"] = True
    return bound.as_widget(attrs=attrs)


def field_context(
    bound: forms.BoundField, label: Any = None, help: Any = None, lang: str = "", **attrs: Any
) -> dict[str, Any]:
    widget = bound.field.widget
    if lang:
        attrs["lang"] = html_lang(lang)
    return {
        "field": bound,
        "label": bound.label if label is None else label,
        "widget": styled(bound, **attrs),
        "help": bound.help_text if help is None else help,
        "required": bound.field.required and not isinstance(widget, forms.CheckboxInput),
        "checkbox": isinstance(widget, forms.CheckboxInput),
        "group": widget.use_fieldset,
        "lang": lang,
        "conflict": conflicts_of(bound.form).get(bound.name),
    }


def name_without_language(form: forms.BaseForm, name: str) -> str:
    """`title` for `title_ru` or `title` where the form has it in several languages; else empty."""
    suffixes = ["_" + code.replace("-", "_") for code, _name in settings.LANGUAGES]
    stem = next((name.removesuffix(end) for end in suffixes if name.endswith(end)), name)
    return stem if sum(stem + end in form.fields for end in suffixes) > 1 else ""


def label_without_language(bound: forms.BoundField, code: str) -> str:
    """A translated field's label without the language that modeltranslation puts behind it."""
    return str(bound.label).removesuffix(f" [{code}]")


def full_label(bound: forms.BoundField) -> str:
    """A field's label, and for one language of a text which one: several fields may be called "Title"."""
    for code, _name in settings.LANGUAGES:
        stem = name_without_language(bound.form, bound.name)
        if stem and bound.name == f"{stem}_{code.replace('-', '_')}":
            return _("%(label)s (%(which)s)") % {
                "label": label_without_language(bound, code),
                "which": language_name(code),
            }
    return str(bound.label)
