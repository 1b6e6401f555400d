"""Who may ask, confirm, answer and take back."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.access import edit_refusal, visible
from accounts.actors import Actor
from approvals.models import Assignment, Proposal
from records.errors import NotAllowed
from records.registry import RecordType, registry


def subject_type_of(proposal: Proposal) -> RecordType:
    return registry[proposal.subject_kind]


def subject_of(proposal: Proposal, actor: Actor) -> Any:
    """The record that a proposal is about. Raises `NotVisible`."""
    return visible(subject_type_of(proposal).model.objects.all(), pk=proposal.subject_id, actor=actor)  # type: ignore[attr-defined]


def proposal_to_read(*, pk: UUID, actor: Actor) -> Proposal:
    """Raises `NotVisible`."""
    whole = Proposal.objects.select_related(
        "programme", "city", "owner_city", "created_by", "scan", "answers"
    )
    return visible(whole, pk=pk, actor=actor)


def assignment_to_read(*, pk: UUID, actor: Actor) -> Assignment:
    """Raises `NotVisible`."""
    return visible(Assignment.objects.select_related("assignee", "unit", "created_by"), pk=pk, actor=actor)


def propose_refusal(actor: Actor, subject: Any) -> NotAllowed | None:
    """Why this actor may not ask the other side to change this record; None when they may."""
    if actor.is_system:
        return NotAllowed(_("The system proposes nothing: a person of one of the sides does."))
    if refusal := edit_refusal(actor, subject):
        return refusal
    if subject.visibility == "own":
        return NotAllowed(
            _("The other side does not see this record yet."), _("Share it first; then you can propose it.")
        )
    return None


def word_refusal(actor: Actor, proposal: Proposal, subject: Any) -> NotAllowed | None:
    """Why this actor may not give a word for a city at all."""
    if not actor.deciding_roles:
        if actor.client:
            return NotAllowed(
                _("This partner system may not decide."),
                _("An administrator can give it the scope approvals:decide."),
            )
        return NotAllowed(
            _("Only a coordinator or a secretary decides for a city."),
            _("Ask one of them, or propose something else yourself."),
        )
    if proposal.programme_id not in actor.programme_ids:
        return NotAllowed(_("Your city is not a side of this programme."))
    if subject.archived_at:
        return NotAllowed(_("This record is archived."), _("Restore it first."))
    terms = subject_type_of(proposal).terms
    return terms.decide_refusal(subject, actor) if terms else None


def confirm_refusal(actor: Actor, proposal: Proposal, subject: Any) -> NotAllowed | None:
    """Why this actor may not confirm a proposal inside their own city; None when they may."""
    if proposal.state != Proposal.State.UNCONFIRMED:
        return NotAllowed(_("This proposal does not await its own side's confirmation."))
    if proposal.city_id != actor.city_id:
        return NotAllowed(_("The side that proposes confirms its proposal itself."))
    return word_refusal(actor, proposal, subject)


def decide_refusal(actor: Actor, proposal: Proposal, subject: Any) -> NotAllowed | None:
    """Why this actor may not accept or refuse a proposal; None when they may."""
    if proposal.state == Proposal.State.UNCONFIRMED:
        return NotAllowed(
            _("This proposal still awaits the confirmation of its own side."),
            _("It comes to the other side once a coordinator or secretary there has confirmed it."),
        )
    if not proposal.is_pending:
        return NotAllowed(
            _("This proposal is over: %(state)s.") % {"state": proposal.get_state_display()},
            _("Raise a new one, if it is still wanted."),
        )
    if actor.city_id is not None and proposal.city_id == actor.city_id:
        return NotAllowed(
            _("Your own city has proposed this, and nobody acts for two cities."),
            _("The other side answers; you can withdraw the proposal."),
        )
    return word_refusal(actor, proposal, subject)


def require_word(actor: Actor, proposal: Proposal, act: str) -> None:
    """Raises `NotAllowed` when this actor may not confirm or answer this proposal."""
    rule = confirm_refusal if act == "confirm" else decide_refusal
    if refusal := rule(actor, proposal, subject_of(proposal, actor)):
        raise refusal


def chain_refusal(actor: Actor) -> NotAllowed | None:
    """Why this actor may not have the chain of decisions; None when they may.

    It holds no texts, but tells how much goes on between the sides: it is theirs.
    """
    if actor.is_anonymous:
        return NotAllowed(_("You are not signed in."), _("Sign in as a member of one of the sides."))
    if not actor.programme_ids:
        return NotAllowed(
            _("The chain of decisions is for the sides of a programme."),
            _("A member of one of the sides can download it."),
        )
    return None


def require_chain(actor: Actor) -> None:
    """Raises `NotAllowed`."""
    if refusal := chain_refusal(actor):
        raise refusal


def withdraw_refusal(actor: Actor, proposal: Proposal) -> NotAllowed | None:
    """Why this actor may not take a proposal back; None when they may."""
    if not proposal.is_pending:
        return NotAllowed(_("This proposal is over: %(state)s.") % {"state": proposal.get_state_display()})
    if actor.city_id is None or proposal.city_id != actor.city_id:
        return NotAllowed(
            _("Only the side that raised a proposal withdraws it."), _("You can refuse it, with a reason.")
        )
    if not actor.deciding_roles and proposal.created_by_id != actor.user_id:
        return NotAllowed(
            _("A proposal is withdrawn by its author, or by a coordinator or secretary of that side."),
            _("Ask one of them."),
        )
    return None
