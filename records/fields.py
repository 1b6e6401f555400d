"""Model fields of the house."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import DateField, Func
from django.utils.translation import gettext_lazy as _

from records.period import Period


def period_or_none(value: Any) -> Period | None:
    """Read a period from its ISO text; raises ValidationError when it is none."""
    if value is None or isinstance(value, Period):
        return value
    if not str(value).strip():
        return None
    try:
        return Period.parse(str(value))
    except ValueError:
        raise ValidationError(
            _("“%(value)s” is no date. Write 2020, 2020-09, 2020-09-30 or, for a range, 2020-01/2020-09."),
            code="invalid",
            params={"value": value},
        ) from None


class PeriodField(models.CharField):
    """A `Period` (or None: not stated), kept as its ISO text, which also sorts in time."""

    if TYPE_CHECKING:  # what django-stubs is told of a field's value
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 21)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Period | None:
        return Period.parse(value) if value else None

    def to_python(self, value: Any) -> Period | None:
        return period_or_none(value)

    def get_prep_value(self, value: Any) -> str:
        value = period_or_none(value)
        return str(value) if value else ""

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj))

    def clean(self, value: Any, model_instance: models.Model | None) -> Period | None:
        # The text is what the length and emptiness rules are about.
        period = self.to_python(value)
        if period is None and not self.blank:
            raise ValidationError(self.error_messages["blank"], code="blank")
        return period

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": PeriodFormField, **kwargs})


class PeriodFormField(forms.CharField):
    """A period as a person types it: the ISO text."""

    def prepare_value(self, value: Any) -> str:
        return str(value) if value else ""

    def to_python(self, value: Any) -> Any:
        return period_or_none(value)

    def run_validators(self, value: Any) -> None:
        """Length says nothing about a period that could be read."""


class FirstDay(Func):
    """The first day of a period column, for filters and orders; null when it is not stated."""

    function = "records_period_first"
    output_field = DateField()


class LastDay(Func):
    """The last day of a period column; null when it is not stated."""

    function = "records_period_last"
    output_field = DateField()
