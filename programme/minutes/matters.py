"""What obligations bring before the next meeting: see `records.matters`."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from programme import access
from programme.models import Obligation, State
from records.matters import Found, Matter, Occasion
from records.pages.display import listed, moment


def late_obligations(occasion: Occasion, most: int) -> Found:
    return found(occasion, most, State.OVERDUE)


def awaited_obligations(occasion: Occasion, most: int) -> Found:
    """What a side still owes and is not late with."""
    return found(occasion, most, State.DUE_SOON, State.OPEN)


def found(occasion: Occasion, most: int, *states: State) -> Found:
    reader: Any = occasion.reader
    rows = access.obligations(reader).filter(programme=occasion.programme, done_on=None)
    if occasion.city is not None:
        rows = rows.filter(city=occasion.city)
    rows = rows.standing(occasion.now).filter(state_now__in=states)
    first = [matter(obligation, occasion) for obligation in rows[:most]]
    return Found(first, rows.count() if len(first) == most else len(first))


def matter(obligation: Obligation, occasion: Occasion) -> Matter:
    due = _("due %(day)s") % {"day": moment(obligation.due_on)}
    late = obligation.days_late(occasion.now)
    event = obligation.resolution.event
    said = [
        str(obligation.organisation or _("organisation not named yet")),
        due,
        ngettext("%(n)s day late", "%(n)s days late", late) % {"n": late} if late else "",
        _("point %(number)s, %(meeting)s")
        % {"number": obligation.resolution.number, "meeting": moment(event.held) or str(event)},
    ]
    return Matter(
        text=obligation.text_state("text").value,
        detail=listed(part for part in said if part),
        cities=[obligation.city],
        on=obligation.due_on,
    )
