"""What other cities see of a profile, and why, as the page of its own city tells it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.order import sides_in_order
from experts.models import Expert
from records.pages.display import listed, moment

SOON = timedelta(days=30)


@dataclass(frozen=True)
class Standing:
    """How a consent stands, as a badge: tone and icon as the kit has them."""

    name: str
    label: str
    tone: str
    icon: str


@dataclass(frozen=True)
class Sight:
    """What one other city sees: the parts, and in `why_not` the sentence for one that sees nothing."""

    city: Any
    shown: str = ""
    hidden: str = ""
    why_not: str = ""


def consent_standing(expert: Expert, on: date | None = None) -> Standing:
    today, ends = on or timezone.localdate(), expert.consent_expires_on
    if ends is None:
        return Standing("none", _("no consent"), "neutral", "lock")
    if ends < today:
        return Standing("expired", _("consent expired"), "warn", "clock-exclamation")
    if ends <= today + SOON:
        until = _("consent ends %(day)s") % {"day": moment(ends)}
        return Standing("ending", until, "warn", "hourglass")
    return Standing("given", _("consent until %(day)s") % {"day": moment(ends)}, "good", "lock-open")


def other_sides(expert: Expert, actor: Actor) -> list[Any]:
    """The other cities of the programme; one query."""
    cities = [city for city in expert.programme.cities.all() if city.pk != expert.owner_city_id]
    return sides_in_order(cities, actor)


def sights(expert: Expert, cities: list[Any]) -> list[Sight]:
    """What each other city sees of a profile today."""
    return [sight(expert, city) for city in cities]


def sight(expert: Expert, city: Any) -> Sight:
    if refusal := unseen_because(expert, city):
        return Sight(city, why_not=refusal)
    always = [_("names"), _("fields of expertise"), _("languages"), _("availability")]
    covered = [label for value, label in Expert.Covers.choices if value in expert.consent_covers]
    hidden = [label for value, label in Expert.Covers.choices if value not in expert.consent_covers]
    return Sight(city, shown=listed([*always, *covered]), hidden=listed(hidden))


def unseen_because(expert: Expert, city: Any) -> str:
    """Why a city sees nothing of a profile but that it is counted; empty when it does."""
    ends = expert.consent_expires_on
    if expert.archived_at:
        return _("The profile is archived.")
    if expert.state == Expert.State.DRAFT:
        return _("The profile has not been published.")
    if expert.state != Expert.State.PUBLISHED:
        return _("The profile is not published any more.")
    if ends is None:
        return _("The expert has given no consent, so only the count of their fields is known.")
    if ends < timezone.localdate():
        return _("The expert's consent ended on %(day)s.") % {"day": moment(ends)}
    if city.country not in expert.consent_countries:
        return _("The expert's consent does not name this city's country.")
    return ""
