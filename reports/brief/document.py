"""What the brief for a meeting says in one language, to one reader. It knows neither Typst nor Word."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.order import sides_in_order
from programme import access
from programme.models import Event
from records.fields import LastDay
from records.matters import Found, Heading, Matter, Occasion, matters_of
from records.pages.display import listed, moment
from reports import glyphs

Json = dict[str, Any]
MOST = 14  # of a section; fewer where two pages do not hold them
LONGEST_TEXT, LONGEST_DETAIL, LONGEST_TITLE = 180, 220, 160  # characters
FIRST_WIDE = "\u2e80"  # from here on characters are Chinese, Japanese or Korean


def brief(event: Event, actor: Actor, language: str, now: datetime) -> Json:
    """Everything that a brief may show: `cut` makes it fit. Each section costs a few queries."""
    with translation.override(language):
        return glyphs.shown(told(event, actor, language, now))


def told(event: Event, actor: Actor, language: str, now: datetime) -> Json:
    programme = event.programme
    since = last_met(event, actor, now)
    occasion = Occasion(programme=programme, reader=actor, now=now, since=since)
    # A file names the city of its own language first; English ones go by the alphabet.
    cities = sides_in_order(programme.cities.all(), Actor.anonymous(), language)

    def asked(heading: Heading, city: Any = None) -> Found:
        return matters_of(heading, replace(occasion, city=city), MOST)

    today = cities[0].today(now) if cities else now.date()
    late = _("Nothing is overdue.")
    if programme.is_closed(today):
        late = _("The programme has ended: nothing is overdue any more.")
    changed = _("What changed last")
    if since:
        changed = _("What changed since the last meeting, %(day)s") % {"day": moment(since)}
    sections = [
        section(_("What is late"), asked(Heading.LATE), late),
        *(
            section(
                _("What is awaited: %(city)s") % {"city": city},
                asked(Heading.AWAITED, city),
                _("Nothing is awaited."),
                is_of_one_side=True,
                mark=side(city),
            )
            for city in cities
        ),
        section(
            _("What the sources tell differently"),
            asked(Heading.DIFFERS),
            _("The sources agree with one another."),
        ),
        section(changed, asked(Heading.CHANGED), _("Nothing has changed.")),
    ]
    return {
        "language": language,
        "kind": _("What to raise"),
        "title": short(str(event), LONGEST_TITLE),
        "programme": short(str(programme), LONGEST_TITLE),
        "facts": [fact for fact in facts(event) if fact],
        "made_at": now.isoformat(),
        "as_of": as_of(cities, now),
        "for_whom": for_whom(actor),
        "page": _("Page %(page)s of %(pages)s") % {"page": "%", "pages": "%"},
        "sections": sections,
    }


def facts(event: Event) -> list[str]:
    place = str(event.city) if event.city else ""
    return [moment(event.held), place, event.get_mode_display() if event.mode else ""]


def last_met(event: Event, actor: Actor, now: datetime) -> date | None:
    """The last day of the meeting before this one, as far as the reader knows of it."""
    held: Any = event.held
    meetings = access.seen(Event, actor).filter(programme=event.programme_id, kind=Event.Kind.MEETING)
    before = meetings.exclude(pk=event.pk).annotate(last=LastDay("held"))
    until = held.first if held else now.date()
    return before.filter(last__lt=until).order_by("-last").values_list("last", flat=True).first()


def as_of(cities: list[Any], now: datetime) -> str:
    """When it was made, in each side's own time."""
    clocks = []
    for city in cities:
        local = now.astimezone(ZoneInfo(city.timezone))
        clocks.append(f"{city} {moment(local.date())} {local:%H:%M}")
    return _("As the record stood: %(clocks)s") % {"clocks": listed(clocks)}


def for_whom(actor: Actor) -> str:
    """Whose sight it was made with: a brief that is passed on may tell its next reader too much."""
    if actor.city:
        return _("Made for %(city)s: it may hold what only this side sees.") % {"city": actor.city}
    return _("It holds only what is public.")


def section(
    title: str, found: Found, empty: str, *, is_of_one_side: bool = False, mark: Any = None
) -> Json:
    return {
        "title": title,
        "mark": mark,
        "items": [item(matter, with_marks=not is_of_one_side) for matter in found.matters],
        "total": found.total,
        "empty": empty,
        "more": "",
    }


def item(matter: Matter, *, with_marks: bool) -> Json:
    return {
        "text": short(matter.text, LONGEST_TEXT),
        "detail": short(matter.detail, LONGEST_DETAIL),
        "sides": [side(city) for city in matter.cities] if with_marks else [],
    }


def side(city: Any) -> Json:
    return {"letter": city.text_state("letter").value, "name": str(city), "colour": city.colour}


def short(text: str, most: int) -> str:
    """One line of a text, cut at a length. A Chinese character counts twice, as wide as it is."""
    line = " ".join(text.split())
    wide = sum(character >= FIRST_WIDE for character in line[:most])
    return Truncator(line).chars(most - wide * most // (2 * max(1, min(most, len(line)))))


def cut(document: Json, most: int) -> Json:
    """The brief with at most so many matters in a section, and how many more there are."""
    with translation.override(document["language"]):
        return {**document, "sections": [cut_section(made, most) for made in document["sections"]]}


def cut_section(made: Json, most: int) -> Json:
    items = made["items"][:most]
    rest = made["total"] - len(items)
    more = ngettext("and %(n)s more", "and %(n)s more", rest) % {"n": rest} if rest else ""
    return {**made, "items": items, "more": more}
