"""A day in a form."""

from typing import Any

from django import forms


def date_field(label: Any, *, required: bool = False, **attrs: str) -> forms.DateField:
    """A date as the browser's own picker gives it. `attrs` become attributes of the widget."""
    within = {"type": "date", "min": "1990-01-01", "max": "2099-12-31"}
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(attrs={**within, **attrs}, format="%Y-%m-%d"),
    )
