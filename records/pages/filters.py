"""The filters that are active on a list, in a reader's words, and the address without each."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from records.pages.display import listed, moment


def shown_value(form: forms.BaseForm, name: str) -> str:
    """What a filter is set to, in a reader's words; empty when it is not set."""
    bound = form[name]
    value = form.cleaned_data.get(name) if form.is_valid() else bound.data
    if value is None or value == "" or value == [] or (hasattr(value, "exists") and not value):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    choices = {
        str(key): str(label)
        for key, label in getattr(bound.field, "choices", None) or ()
        if not isinstance(label, list | tuple)
    }
    if isinstance(value, str | int):
        return choices.get(str(value), str(value))
    if isinstance(value, slice):
        return f"{moment(value.start)} – {moment(value.stop)}".strip(" –")
    if isinstance(value, date):
        return moment(value)
    try:
        return listed(choices.get(str(item), str(item)) for item in value)
    except TypeError:
        return str(value)


def without(query: Any, name: str) -> str:
    """The address's parameters without one filter, and from the first page again."""
    kept = query.copy()
    for key in [key for key in kept if key in {name, "page"} or key.startswith(f"{name}_")]:
        kept.pop(key)
    return f"?{kept.urlencode()}"
