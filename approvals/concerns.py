"""Whom a change of a proposal or an assignment concerns, and why; and what their lines need beside."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from accounts.deputies import deputies_of
from accounts.models import Role, User
from approvals.models import Assignment, Proposal
from records.by_kind import json_by_kind
from records.models import Change, Verb, Viewer
from records.registry import RecordType, registry


def subject_json(viewer: Viewer, among: list[RecordType]) -> dict[str, Any]:
    return {"subject_json": json_by_kind(among, viewer, kind="subject_kind", pk="subject_id")}


def proposal_along(viewer: Viewer) -> dict[str, Any]:
    return subject_json(viewer, Proposal.subject_types())


def assignment_along(viewer: Viewer) -> dict[str, Any]:
    return subject_json(viewer, [*Proposal.subject_types(), registry["proposal"]])


def secretaries_of(city_id: Any) -> Any:
    return User.objects.filter(is_active=True, memberships__city=city_id, memberships__role=Role.SECRETARY)


def deciders_of(proposal: Proposal) -> Any:
    """The people who owe a proposal its next word: its own side's before it is open, else the others'."""
    record_type = registry[proposal.subject_kind]
    subject = record_type.model._default_manager.filter(pk=proposal.subject_id).first()
    if subject is None or record_type.terms is None:
        return User.objects.none()
    rule = Q()
    for city_id in owing(proposal):
        rule |= record_type.terms.deciders(subject, city_id)
    return User.objects.filter(rule, is_active=True).distinct() if rule else User.objects.none()


def owing(proposal: Proposal) -> list[Any]:
    """The ids of the cities whose word a pending proposal awaits."""
    if proposal.state == Proposal.State.UNCONFIRMED:
        return [proposal.city_id]
    cities = proposal.programme.cities.order_by("code").values_list("pk", flat=True)
    return [pk for pk in cities if pk != proposal.city_id]


def of_proposal(proposal: Proposal, change: Change) -> Iterator[tuple[int, str]]:
    """Those who owe it a word; those to whom its end, or the need to look again, is news."""
    if change.verb == Verb.REMINDED:
        if proposal.is_pending:
            yield from ((pk, "reminded") for pk in ids(deciders_of(proposal)))
    elif change.version != proposal.version:
        return  # it has moved on since, and that change tells of it
    elif proposal.is_pending:
        yield from ((pk, "asked") for pk in ids(deciders_of(proposal)))
    else:
        yield from ((pk, "answered") for pk in ids(secretaries_of(proposal.city_id)))
        if proposal.created_by_id:
            yield proposal.created_by_id, "answered"


def of_assignment(assignment: Assignment, change: Change) -> Iterator[tuple[int, str]]:
    """Those who are asked for an opinion; whoever asked, once it is there."""
    if change.version != assignment.version or assignment.archived_at:
        return
    if assignment.answered_at is None:
        yield from ((pk, "assigned") for pk in ids(assignees(assignment)))
    elif assignment.created_by_id and "opinion" in change.fields:
        yield assignment.created_by_id, "opinion"


def assignees(assignment: Assignment) -> Any:
    """The person who is asked, the people of the unit, and whoever stands in for them."""
    named = User.objects.filter(
        (Q(pk=assignment.assignee_id) if assignment.assignee_id else Q(organisation=assignment.unit_id)),
        city=assignment.city_id,
    )
    both = Q(pk__in=named.values("pk")) | Q(pk__in=deputies_of(named.values("pk")))
    return User.objects.filter(both, is_active=True, city=assignment.city_id)


def ids(people: Any) -> list[int]:
    return list(people.order_by("pk").values_list("pk", flat=True).distinct())
