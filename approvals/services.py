"""Every act on a proposal. Each locks the record first, then the proposal, and last the chain."""

import datetime
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from approvals import access
from approvals.chain import chain_add, sha256
from approvals.models import Decision, Proposal
from attachments.models import Document
from attachments.services import document_widen
from records import services
from records.errors import Invalid, NotVisible, OutOfDate
from records.models import Verb, Visibility
from records.registry import Terms, registry
from records.values import plain

CHANGE = "change"


class WentStale(OutOfDate):
    """What a proposal is about has changed since; it has now been marked as out of date."""


@dataclass(frozen=True)
class LetterData:
    """The letter on paper behind a word. A scan is a document on the proposal or on its record."""

    number: str = ""
    date: datetime.date | None = None
    signatory: str = ""
    scan: Document | None = None

    def columns(self) -> dict[str, Any]:
        return {
            "letter_number": self.number,
            "letter_date": self.date,
            "signatory": self.signatory,
            "scan": self.scan,
        }

    def plain(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "date": self.date.isoformat() if self.date else None,
            "signatory": self.signatory,
            "scan": self.scan.blob.sha256 if self.scan else None,
        }


NO_LETTER = LetterData()


def is_stale(proposal: Proposal, subject: Any) -> bool:
    """Whether what a pending proposal is about has changed since it was raised."""
    return bool(changed_since(proposal, subject))


def changed_since(proposal: Proposal, subject: Any) -> dict[str, dict[str, Any]]:
    """What has changed since a proposal was raised, of what it is about: path → from and to.

    An act that pins is about everything agreed on; a change only about what it changes.
    """
    terms = terms_of(subject)
    act = terms.acts.get(proposal.act)
    current, covered = plain(terms.read(subject)), proposal.covered
    paths = {*current, *covered} if act is None or act.pins else set(proposal.changes)
    return {
        path: {"from": covered.get(path), "to": current.get(path)}
        for path in sorted(paths)
        if current.get(path) != covered.get(path)
    }


def terms_of(subject: Any) -> Terms:
    terms = registry.of(subject).terms
    if terms is None:
        raise LookupError(f"Nothing is agreed on {type(subject).__name__}.")
    return terms


def proposal_raise(
    *,
    subject: Any,
    act: str,
    changes: Mapping[str, Any] | None = None,
    message: str = "",
    language: str,
    letter: LetterData = NO_LETTER,
    expires_on: datetime.date | None = None,
    answers: Proposal | None = None,
    by: Actor,
) -> Proposal:
    """Ask the other side for its word on an act, or on `changes` (path → the value asked for).

    Where the programme says so, and an editor asks, it first awaits a confirmation inside
    their own city. Raises `NotVisible`, `NotAllowed` and `Invalid`.
    """
    with services.locked(subject, by=by) as fresh:
        return raised(
            fresh, act, changes or {}, message=message, language=language, letter=letter,
            expires_on=expires_on, answers=answers, by=by,
        )  # fmt: skip


def raised(
    subject: Any,
    act: str,
    wanted: Mapping[str, Any],
    *,
    message: str,
    language: str,
    letter: LetterData,
    expires_on: datetime.date | None,
    answers: Proposal | None,
    by: Actor,
) -> Proposal:
    """`proposal_raise`, on a record that is locked."""
    if refusal := access.propose_refusal(by, subject):
        raise refusal
    terms = terms_of(subject)
    if act not in terms.acts:
        raise Invalid({"act": [_("There is no such act: %(act)s.") % {"act": act}]})
    if expires_on and expires_on < timezone.localdate():
        raise Invalid({"expires_on": [_("Ask for an answer by a day that is still to come.")]})
    current = plain(terms.read(subject))
    asked = {path: plain(value) for path, value in wanted.items() if plain(value) != current.get(path)}
    if act == CHANGE and not asked:
        raise Invalid({"": [_("Nothing would change: change something first.")]})
    terms.check(subject, act, asked, by)
    terms.proposed(subject, act, by)
    covered = plain(terms.read(subject))
    proposal = Proposal(
        subject_kind=registry.of(subject).kind,
        subject_id=subject.pk,
        programme_id=subject.programme_id,
        city_id=by.city_id,
        act=act,
        changes={path: {"from": current.get(path), "to": value} for path, value in asked.items()},
        covered=covered,
        pin=sha256(covered),
        message=message.replace("\r\n", "\n").strip(),
        language=language,
        answers=answers,
        expires_on=expires_on,
        client=by.client.name if by.client else "",
        **letter.columns(),
    )
    if not awaits_colleague(subject, by):
        proposal.state, proposal.opened_at = Proposal.State.OPEN, timezone.now()
        proposal.visibility = subject.visibility
    else:
        proposal.state, proposal.visibility = Proposal.State.UNCONFIRMED, Visibility.OWN
        proposal.owner_city_id = by.city_id
    try:
        with transaction.atomic():
            services.create(proposal, by=by)
    except IntegrityError as error:
        if "approvals_proposal_one" not in str(error):
            raise
        raise Invalid({"": [_("This has been proposed already, and awaits an answer.")]}) from None
    if proposal.state == Proposal.State.OPEN:
        chain_raised(proposal, letter, by)
    return proposal


def chain_raised(proposal: Proposal, letter: LetterData, by: Actor) -> None:
    """Enter what is asked in the chain, which both sides read: once the asking side stands to it."""
    words = {"text": proposal.message, "letter": letter.plain()}
    chain_add(proposal=proposal, act="raised", words=words, by=by)


def awaits_colleague(subject: Any, by: Actor) -> bool:
    """Whether a colleague has to confirm what this actor asks for, before the other side sees it."""
    if not subject.programme.confirms_inside:
        return False
    return not by.deciding_roles or terms_of(subject).decide_refusal(subject, by) is not None


@contextmanager
def acting(proposal: Proposal, by: Actor) -> Iterator[tuple[Any, Proposal]]:
    """The record and the proposal as they stand now, both locked, in this order."""
    subject = access.subject_of(proposal, by)
    with services.locked(subject, by=by) as fresh:
        yield fresh, Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)


def proposal_confirm(
    *, proposal: Proposal, comment: str = "", language: str, letter: LetterData = NO_LETTER, by: Actor
) -> Proposal:
    """Confirm inside one's own city what a colleague proposes; from now on the other side sees it.

    Raises `NotVisible`, `NotAllowed` and `WentStale`.
    """
    with acting(proposal, by) as (subject, fresh):
        if refusal := access.confirm_refusal(by, fresh, subject):
            raise refusal
        if not (stale := is_stale(fresh, subject)):
            chain_raised(fresh, letter_on(fresh), Actor(user=fresh.created_by, name=fresh.client))
            decide(subject, fresh, Decision.Verdict.CONFIRM, comment, language, letter, by)
            fresh.visibility, fresh.owner_city_id = subject.visibility, None
            fresh.opened_at = timezone.now()
            move(fresh, Proposal.State.OPEN, by)
            if fresh.scan:
                document_widen(document=fresh.scan, visibility=fresh.visibility, by=by)
        else:
            mark_stale(subject, fresh, by)
    return refuse_if(stale, fresh)


def proposal_accept(
    *, proposal: Proposal, comment: str = "", language: str, letter: LetterData = NO_LETTER, by: Actor
) -> Proposal:
    """Say yes for the other city: what was proposed is done in the same transaction.

    Raises `NotVisible`, `NotAllowed`, `WentStale` and `Invalid`.
    """
    with acting(proposal, by) as (subject, fresh):
        if refusal := access.decide_refusal(by, fresh, subject):
            raise refusal
        if not (stale := is_stale(fresh, subject)):
            decision = decide(subject, fresh, Decision.Verdict.ACCEPT, comment, language, letter, by)
            move(fresh, Proposal.State.ACCEPTED, by)
            with agreed_by(decision):
                wanted = {path: change["to"] for path, change in fresh.changes.items()}
                terms_of(subject).apply(subject, fresh.act, wanted, by)
        else:
            mark_stale(subject, fresh, by)
    return refuse_if(stale, fresh)


def proposal_refuse(
    *, proposal: Proposal, comment: str, language: str, letter: LetterData = NO_LETTER, by: Actor
) -> Proposal:
    """Say no for the other city, with a reason. Raises `NotVisible`, `NotAllowed` and `Invalid`."""
    with acting(proposal, by) as (subject, fresh):
        if refusal := access.decide_refusal(by, fresh, subject):
            raise refusal
        if not comment.strip():
            raise Invalid({"comment": [_("Say why: a refusal needs a reason.")]})
        decide(subject, fresh, Decision.Verdict.REFUSE, comment, language, letter, by)
        move(fresh, Proposal.State.REFUSED, by)
        terms_of(subject).dropped(subject, fresh.act, by)
        return fresh


def proposal_counter(
    *,
    proposal: Proposal,
    changes: Mapping[str, Any],
    act: str = CHANGE,
    message: str,
    language: str,
    letter: LetterData = NO_LETTER,
    by: Actor,
) -> Proposal:
    """Answer a proposal with another one, which the first side then decides on.

    It takes the place of the one that it answers, and asks for `changes`, or for an act
    together with changes ("agreed, but with this end"). Returns the new proposal.
    Raises `NotVisible`, `NotAllowed` and `Invalid`.
    """
    with acting(proposal, by) as (subject, fresh):
        if refusal := access.decide_refusal(by, fresh, subject):
            raise refusal
        decide(subject, fresh, Decision.Verdict.COUNTER, message, language, letter, by)
        move(fresh, Proposal.State.COUNTERED, by)
        terms_of(subject).dropped(subject, fresh.act, by)
        subject.refresh_from_db()
        return raised(
            subject, act, changes, message=message, language=language, letter=letter,
            expires_on=None, answers=fresh, by=by,
        )  # fmt: skip


def proposal_withdraw(*, proposal: Proposal, comment: str = "", by: Actor) -> Proposal:
    """Take back what one's own city asked for. Raises `NotVisible` and `NotAllowed`."""
    with acting(proposal, by) as (subject, fresh):
        if refusal := access.withdraw_refusal(by, fresh):
            raise refusal
        over(fresh, Proposal.State.WITHDRAWN, "withdrawn", {"text": comment.strip()}, by)
        terms_of(subject).dropped(subject, fresh.act, by)
        return fresh


def proposal_expire(*, proposal: Proposal, by: Actor) -> Proposal:
    """Withdraw a proposal whose answer was asked by a day that is over. Raises `NotVisible`."""
    with acting(proposal, by) as (subject, fresh):
        late = fresh.expires_on is not None and fresh.expires_on < timezone.localdate()
        if fresh.is_pending and late:
            over(fresh, Proposal.State.WITHDRAWN, "expired", {}, by)
            terms_of(subject).dropped(subject, fresh.act, by)
        return fresh


def decide(
    subject: Any,
    proposal: Proposal,
    verdict: str,
    comment: str,
    language: str,
    letter: LetterData,
    by: Actor,
) -> Decision:
    if by.user is None or by.city is None:
        raise NotVisible
    comment = comment.replace("\r\n", "\n").strip()
    decision = Decision(
        id=uuid4(),
        proposal=proposal,
        city=by.city,
        verdict=verdict,
        comment=comment,
        language=language,
        decided_by=by.user,
        client=by.client.name if by.client else "",
        stands_for=terms_of(subject).decides_for(subject, by),
        **letter.columns(),
    )
    decision.save(force_insert=True)
    chain_add(proposal=proposal, act=verdict, words={"text": comment, "letter": letter.plain()}, by=by)
    return decision


def move(proposal: Proposal, state: str, by: Actor) -> None:
    """Write the new state, with its change in the feed."""
    proposal.state = state
    services.touch(proposal, ["state", "visibility", "owner_city", "opened_at"], by=by)
    services.note(proposal, registry.of(proposal), Verb.EDITED, by=by, fields=["state"])


def over(proposal: Proposal, state: str, act: str, words: Mapping[str, Any], by: Actor) -> None:
    """Nobody answers it any more. What was never sent to the other side leaves no entry in the chain."""
    was_sent = proposal.state == Proposal.State.OPEN
    move(proposal, state, by)
    if was_sent:
        chain_add(proposal=proposal, act=act, words=words, by=by)


def letter_on(said: Proposal | Decision) -> LetterData:
    """The letter that stands beside a word."""
    return LetterData(said.letter_number, said.letter_date, said.signatory, said.scan)


def mark_stale(subject: Any, proposal: Proposal, by: Actor) -> None:
    over(proposal, Proposal.State.STALE, "stale", {}, by)
    terms_of(subject).dropped(subject, proposal.act, by)


def refuse_if(stale: bool, proposal: Proposal) -> Proposal:
    """What was found stale has been recorded, and committed, before the reader is told."""
    if stale:
        raise WentStale(
            _("What this proposal is about has changed since it was raised, so it is out of date."),
            _("Look at the record as it stands now, and propose it anew."),
        )
    return proposal


@contextmanager
def agreed_by(decision: Decision) -> Iterator[None]:
    """Tell the database's guard which decision stands behind what is written inside."""
    setting(str(decision.pk))
    try:
        yield
    finally:
        if not connection.needs_rollback:
            setting("")


def setting(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('approvals.decision', %s, true)", [value])
