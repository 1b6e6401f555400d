"""Due dates of a programme: a day that is no working day for a side is taken, and remarked upon.

Whoever enters a due date uses `due_date_field` in the form and `{% due_field %}` in
the page. Each side's holidays are those of its city's country; see
`records.workdays` for what is known of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from accounts.models import City
from records.pages.dates import date_field
from records.pages.display import listed
from records.workdays import holiday_name, is_working_day, known_until, next_common_working_day

PLAUSIBLE = (date(1990, 1, 1), date(2099, 11, 1))


@dataclass(frozen=True)
class DayOff:
    """A city in whose country a day is no working day, and the holiday if it is one."""

    city: City
    holiday: str


@dataclass(frozen=True)
class DueRemark:
    """What to know of a due date: for whom it is no working day, and the next one for all.

    `unsure` are the cities whose country has not yet said which working days of that
    year it moves, as far as is known here.
    """

    day: date
    off: list[DayOff]
    next_day: date
    unsure: list[City]

    @property
    def who(self) -> str:
        """The cities where nobody works that day, each with its holiday if it is known."""
        return listed(
            f"{entry.city} – {entry.holiday}" if entry.holiday else entry.city for entry in self.off
        )

    @property
    def unsure_who(self) -> str:
        return listed(self.unsure)


def due_remark(day: date, cities: Iterable[City]) -> DueRemark | None:
    """None when there is nothing to remark, or when the day is not of this age."""
    if not PLAUSIBLE[0] <= day <= PLAUSIBLE[1]:
        return None
    sides = list(cities)
    language = translation.get_language() or settings.LANGUAGE_CODE
    off = [
        DayOff(city, holiday_name(day, city.country, language))
        for city in sides
        if not is_working_day(day, city.country)
    ]
    unsure = [city for city in sides if (last := known_until(city.country)) and day.year > last]
    if not off and not unsure:
        return None
    following = day if not off else day + timedelta(days=1)
    return DueRemark(day, off, next_common_working_day(following, [c.country for c in sides]), unsure)


def due_date_field(label: Any, *, programme_id: UUID, name: str = "due_on") -> forms.DateField:
    """A due date that is looked at as soon as it is chosen. `name` is the field's name in its form."""
    ask = reverse("programme:working-day", args=[programme_id])
    return date_field(
        label,
        required=True,
        **{
            "hx-get": f"{ask}?field={name}",
            "hx-trigger": "change",
            "hx-target": "next .due-remark",
            "hx-swap": "innerHTML",
        },
    )


def read_day(value: Any) -> date | None:
    """A day as a form holds it; None for anything else."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value or ""))
    except ValueError:
        return None
