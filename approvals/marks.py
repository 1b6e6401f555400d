"""The word of each side on a proposal, as the pair of marks shows it, and who owes the next one."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actors import Actor
from accounts.order import sides_in_order
from approvals.models import Decision, Proposal
from records.pages.display import listed

State, Verdict = Proposal.State, Decision.Verdict
BADGES = {
    State.UNCONFIRMED: ("neutral", "pencil"),
    State.OPEN: ("info", "hourglass"),
    State.ACCEPTED: ("good", "circle-check"),
    State.REFUSED: ("bad", "ban"),
    State.COUNTERED: ("info", "arrows-exchange"),
    State.WITHDRAWN: ("neutral", "x"),
    State.STALE: ("warn", "clock-exclamation"),
}


def mark(city: Any, word: str, who: Any = "", when: Any = None) -> dict[str, Any]:
    return {
        "side": city.code,
        "letter": city.letter,
        "city": str(city),
        "word": word,
        "who": who or "",
        "when": when,
    }


def names_people(actor: Actor, proposal: Proposal) -> bool:
    """Who spoke for a city is for the programme's sides; others learn which city did."""
    return proposal.programme_id in actor.programme_ids or actor.sees_shared


def marks_of(proposal: Proposal, sides: Iterable[Any], actor: Actor) -> list[dict[str, Any]]:
    """The marks of the sides, which come in the order to show them.

    Asks no query where the decisions have been fetched.
    """
    decisions = {decision.city_id: decision for decision in proposal.decisions.all()}
    named = names_people(actor, proposal)
    found = []
    for city in sides:
        decision = decisions.get(city.pk)
        who = str(decision.decided_by) if decision and named else ""
        if city.pk == proposal.city_id:
            found.append(asking_mark(proposal, city, decision, named))
        elif decision:
            word = "given" if decision.verdict == Verdict.ACCEPT else "refused"
            found.append(mark(city, word, who, decision.at))
        else:
            found.append(mark(city, "awaited" if proposal.state == State.OPEN else "unasked"))
    return found


def asking_mark(proposal: Proposal, city: Any, confirmed: Decision | None, named: bool) -> dict[str, Any]:
    if proposal.state == State.UNCONFIRMED:
        return mark(city, "awaited")
    if proposal.state in {State.WITHDRAWN, State.STALE}:
        return mark(city, "unasked")
    spoke = confirmed.decided_by if confirmed else proposal.created_by
    return mark(city, "given", str(spoke) if named and spoke else "", proposal.opened_at)


def blank_marks(sides: Iterable[Any]) -> list[dict[str, Any]]:
    """Nobody has been asked yet."""
    return [mark(city, "unasked") for city in sides]


def sides_of(proposal: Proposal, actor: Actor) -> list[Any]:
    return sides_in_order(proposal.programme.cities.all(), actor=actor)


def owing(proposal: Proposal, sides: Iterable[Any]) -> list[Any]:
    """The sides whose word is awaited."""
    if proposal.state == State.UNCONFIRMED:
        return [city for city in sides if city.pk == proposal.city_id]
    if proposal.state == State.OPEN:
        return [city for city in sides if city.pk != proposal.city_id]
    return []


def since(proposal: Proposal) -> datetime:
    return proposal.opened_at or proposal.created_at


def days(moment: datetime) -> str:
    """How long ago that was, in days of the reader's calendar."""
    count = (timezone.localdate() - timezone.localtime(moment).date()).days
    if count < 1:
        return _("since today")
    return ngettext("for %(count)d day", "for %(count)d days", count) % {"count": count}


def standing(proposal: Proposal, sides: Iterable[Any]) -> str:
    """What is asked and who owes the answer, in one sentence; for one that is over, how it ended."""
    asker = str(proposal.city)
    asked = {"city": asker, "asks": str(proposal)}
    owed = listed(owing(proposal, sides))
    if proposal.state == State.OPEN:
        return _("%(city)s asks %(asks)s. %(owing)s owes the answer, %(days)s.") % {
            **asked,
            "owing": owed,
            "days": days(since(proposal)),
        }
    if proposal.state == State.UNCONFIRMED:
        return _(
            "Somebody of %(city)s wants %(asks)s. A coordinator or secretary there has to confirm it first,"
            " %(days)s."
        ) % {**asked, "days": days(since(proposal))}
    return _("%(city)s asked %(asks)s. This is over: %(state)s.") % {
        **asked,
        "state": proposal.get_state_display(),
    }


def waiting_line(proposal: Proposal, sides: Iterable[Any]) -> str:
    """Who owes the next word, in a few words for a row of a list; empty when it is over."""
    owed = listed(owing(proposal, sides))
    return listed([owed, days(since(proposal))]) if owed else ""
