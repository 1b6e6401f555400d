"""What the pages of proposals show, in a constant number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Prefetch
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.actors import Actor
from accounts.models import User
from approvals import access, chain
from approvals.differences import Piece, pieces
from approvals.marks import BADGES, marks_of, names_people, sides_of, standing
from approvals.models import ChainEntry, Decision, Proposal
from approvals.services import changed_since, terms_of
from records.errors import NotAllowed
from records.models import Visibility
from records.named import of_seen_records
from records.registry import Described, registry
from records.values import plain

DECISIONS = Prefetch("decisions", queryset=Decision.objects.select_related("city", "decided_by", "scan"))


def proposal_rows(actor: Actor) -> Any:
    """The proposals that an actor sees, the latest first, each with the record that it is about."""
    rows = (
        Proposal.objects.visible_to(actor)
        .live()
        .select_related("city", "created_by", "programme")
        .prefetch_related(DECISIONS, "programme__cities")
    )
    seen = of_seen_records(
        rows, actor, kind="subject_kind", pk="subject_id", among=Proposal.subject_types()
    )
    return seen.order_by("-created_at", "-pk")


def proposals_on(subject: Any, actor: Actor) -> list[Proposal]:
    """The proposals on a record of which its page tells: pending ones, and what stands accepted."""
    shown = [*Proposal.PENDING, Proposal.State.ACCEPTED]
    given = JSONObject(city=F("city"), verdict=F("verdict"), at=F("at"), name=F("decided_by__name"))
    decisions = Decision.objects.filter(proposal=OuterRef("pk")).order_by("at")
    found = (
        Proposal.objects.of(subject)
        .visible_to(actor)
        .filter(state__in=shown)
        .select_related("city", "created_by")
        .annotate(given=ArraySubquery(decisions.annotate(json=given).values("json")))
        .order_by("-created_at", "-pk")[:50]
    )
    for proposal in found:  # one query for both: a project's page has much else to ask
        cache: Any = proposal
        cache._prefetched_objects_cache = {"decisions": [decision_of(row) for row in proposal.given]}
    return list(found)


def decision_of(row: dict[str, Any]) -> Decision:
    """A decision as far as the pair of marks tells of it."""
    return Decision(
        city_id=UUID(row["city"]),
        verdict=row["verdict"],
        at=datetime.fromisoformat(row["at"]),
        decided_by=User(name=row["name"]),
    )


@dataclass(frozen=True)
class Change:
    """One thing that would change; within a text the pieces that differ are marked."""

    label: str
    before: list[Piece]
    after: list[Piece]


def changes_shown(described: list[Described]) -> list[Change]:
    found = []
    for item in described:
        both = (
            pieces(item.before, item.after)
            if item.is_text
            else ([Piece(item.before, False)], [Piece(item.after, False)])
        )
        found.append(Change(item.label, *both))
    return found


def proposal_page(proposal: Proposal, actor: Actor) -> dict[str, Any]:
    """Everything on a proposal's page but its forms."""
    subject = access.subject_of(proposal, actor)
    subject.programme = proposal.programme
    terms = terms_of(subject)
    sides = sides_of(proposal, actor)
    since_then = changed_since(proposal, subject) if proposal.is_pending else {}
    asked = terms.describe(subject, proposal.changes) if proposal.changes else []
    moved_on = terms.describe(subject, since_then) if since_then else []
    covers = [] if proposal.changes else terms.overview(subject, proposal.covered)
    tone, sign = BADGES[Proposal.State(proposal.state)]
    return {
        "proposal": proposal,
        "subject": subject,
        "subject_title": registry.of(subject).title(subject),
        "standing": standing(proposal, sides),
        "marks": marks_of(proposal, sides, actor),
        "tone": tone,
        "sign": sign,
        "changes": changes_shown(asked),
        "covers": covers,
        "moved_on": moved_on,
        "words": words_of(proposal, actor),
        "names_people": names_people(actor, proposal),
        "chain": entries_shown(proposal.chain.order_by("position")),
        "acts": acts_of(proposal, subject, actor, bool(since_then)),
        "counter_url": f"{terms.propose_url(subject, 'change')}?answers={proposal.pk}",
        "answered": proposal.answers if proposal.answers_id else None,
        "countered_by": proposal.counters.first() if proposal.state == "countered" else None,
        "is_side": proposal.programme_id in actor.programme_ids,
    }


def entries_shown(entries: Iterable[ChainEntry]) -> list[dict[str, Any]]:
    return [
        {"position": entry.position, "hash": entry.hash, "at": entry.at, "act": told_act(entry)}
        for entry in entries
    ]


def latest_entries() -> list[dict[str, Any]]:
    """The last entries of the chain, the newest first."""
    return entries_shown(chain.latest(20))


def told_act(entry: ChainEntry) -> str:
    """What an entry of the chain says was done, in a reader's words."""
    words = {
        "raised": pgettext("what somebody did", "proposed"),
        "withdrawn": _("withdrawn"),
        "stale": _("found out of date"),
        "expired": _("expired"),
        **{str(value): str(label) for value, label in Decision.Verdict.choices},
    }
    return words.get(entry.body["act"], entry.body["act"])


def words_of(proposal: Proposal, actor: Actor) -> list[dict[str, Any]]:
    """What each side wrote, with its letter: the asking side first, then the decisions."""
    first = {
        "city": proposal.city,
        "who": proposal.created_by,
        "what": _("asked"),
        "when": proposal.created_at,
        "text": proposal.message,
        "said": proposal,
        "client": proposal.client,
    }
    rest = [
        {
            "city": decision.city,
            "who": decision.decided_by,
            "what": decision.get_verdict_display(),
            "when": decision.at,
            "text": decision.comment,
            "said": decision,
            "client": decision.client,
        }
        for decision in proposal.decisions.all()
    ]
    words: list[dict[str, Any]] = [first, *rest]
    for word in words:
        word["scan"] = scan if (scan := word["said"].scan) and seen(scan, actor) else None
    return words


def seen(document: Any, actor: Actor) -> bool:
    """Whether an actor who sees the record sees a document on it."""
    return document.visibility != Visibility.OWN or document.owner_city_id == actor.city_id


def acts_of(proposal: Proposal, subject: Any, actor: Actor, stale: bool) -> dict[str, Any]:
    """Each act on a proposal with what stands against it; those that can't come any more are left out."""
    if not proposal.is_pending:
        return {}
    outdated = NotAllowed(
        _("What this proposal is about has changed since it was raised, so it is out of date."),
        _("Look at the record as it stands now, and propose it anew."),
    )
    withdraw = access.withdraw_refusal(actor, proposal)
    if proposal.state == Proposal.State.UNCONFIRMED:
        return {
            "confirm": access.confirm_refusal(actor, proposal, subject) or (outdated if stale else None),
            "withdraw": withdraw,
        }
    decide = access.decide_refusal(actor, proposal, subject)
    return {
        "accept": decide or (outdated if stale else None),
        "refuse": decide,
        "counter": decide,
        "withdraw": withdraw,
    }


def overview(subject: Any) -> list[tuple[str, list[str]]]:
    """All that the sides agree on of a record as it stands now."""
    terms = terms_of(subject)
    return terms.overview(subject, plain(terms.read(subject)))
