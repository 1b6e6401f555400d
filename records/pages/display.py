"""How values are shown to a reader: dates, times, periods, names of languages."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from records.period import Period, Point, show_period


def moment(value: Any) -> str:
    """A date, time or period for a reader, times in the reader's own zone; text is taken as it is."""
    if isinstance(value, Period):
        return show_period(value)
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        return _("%(day)s, %(time)s") % {"day": moment(local.date()), "time": f"{local:%H:%M}"}
    if isinstance(value, date):
        language = translation.get_language() or settings.LANGUAGE_CODE
        return Point(value.year, month=value.month, day=value.day).show(language)
    return str(value or "")


def quantity(value: Any) -> str:
    """A decimal number for a reader, without zeros that say nothing: 1 234,5."""
    digits = f"{Decimal(str(value)):f}"
    whole = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return number_format(whole, use_l10n=True, force_grouping=True)


def listed(parts: Iterable[Any]) -> str:
    """Several things in one line, with the comma of the reader's language."""
    return pgettext("between things in a list", ", ").join(str(part) for part in parts)


def language_name(code: str) -> str:
    """A language in its own words, as the language switch writes it."""
    return str(dict(settings.LANGUAGES).get(code, code))


def first_of(thing: Any, *names: str) -> Any:
    """The first of these attributes or keys that has a value."""
    for name in names:
        value = thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)
        if value not in (None, ""):
            return value
    return ""
