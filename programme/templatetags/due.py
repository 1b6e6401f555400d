"""Due dates on pages and in forms, with what is to be known of the day."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms, template

from accounts.models import City
from programme.duedates import DueRemark, due_remark, read_day

register = template.Library()


@register.inclusion_tag("programme/due_field.html")
def due_field(bound: forms.BoundField, cities: Iterable[City]) -> dict[str, Any]:
    """A field made by `due_date_field`, and under it the remark on the day that stands in it."""
    day = read_day(bound.value())
    return {
        "field": bound,
        "name": bound.html_name,
        "remark": due_remark(day, cities) if day else None,
    }


@register.simple_tag
def due_off(day: date, cities: Iterable[City]) -> DueRemark | None:
    """The remark on a due date that stands on a page; None on a common working day."""
    remark = due_remark(day, cities)
    return remark if remark and remark.off else None
