"""Calendars that Outlook, Thunderbird and telephones follow: one of each area, and one of each person."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from accounts.actors import Actor
from delivery.models import CalendarAddress
from records.calendar import PROVIDERS, Entry, Scope

MOST_OF_A_KIND = 500  # those nearest to today; a calendar program fetches the whole of it each time
REFRESH = timedelta(hours=6)
PRODUCT = "-//Cooperation programme tracker//Calendar//EN"


def person_calendar(address: CalendarAddress) -> bytes:
    """Everything with a day that its person may see now, in their language."""
    with translation.override(address.user.language):
        return written(
            str(settings.SITE_NAME), Scope(Actor(user=address.user), timezone.localdate(), MOST_OF_A_KIND)
        )


def area_calendar(area: Any, language: str) -> bytes:
    """What everybody may see of an area."""
    with translation.override(language):
        scope = Scope(Actor.anonymous(), timezone.localdate(), MOST_OF_A_KIND, area_id=area.pk)
        return written(f"{area} · {area.programme}", scope)


def written(name: str, scope: Scope) -> bytes:
    """The calendar as RFC 5545 has it. The same records give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    for provider in PROVIDERS:
        for entry in provider(scope):
            calendar.add_component(event(entry))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def event(entry: Entry) -> Event:
    """A whole day ends, as the standard wants it, with the day after; it keeps nobody's time."""
    made = Event()
    made.add("uid", entry.uid)
    made.add("dtstamp", utc(entry.changed))
    made.add("last-modified", utc(entry.changed))
    made.add("sequence", entry.sequence)
    made.add("dtstart", entry.starts)
    if isinstance(entry.starts, datetime):
        if entry.ends:
            made.add("dtend", entry.ends)
    else:
        last: date = entry.ends or entry.starts
        made.add("dtend", last + timedelta(days=1))
        made.add("transp", "TRANSPARENT")
    made.add("summary", entry.title)
    if entry.note:
        made.add("description", entry.note)
    if entry.category:
        made.add("categories", [entry.category])
    made.add("url", f"{settings.SITE_URL}{entry.url}")
    made.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    return made


def utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def etag_of(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def how_many_are_shown() -> str:
    """What a page says of the limit."""
    return _("Of each kind, the %(most)s entries nearest to today.") % {"most": MOST_OF_A_KIND}
