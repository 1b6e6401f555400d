"""What the pages of opinions show, in a constant number of queries."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator

from accounts.actors import Actor
from approvals.assignments import answer_refusal, create_refusal, manage_refusal
from approvals.models import Assignment
from attachments.access import subject_to_read
from attachments.queries import section
from records.errors import NotVisible

PER_PAGE = 20
WITH = ("assignee", "unit", "created_by", "answered_by", "owner_city", "programme")


def is_of_side(actor: Actor, subject: Any) -> bool:
    """Whether somebody works for a side of the record's programme: only there opinions are asked for."""
    return bool(actor.city_id) and subject.programme_id in actor.programme_ids


def subject_of_side(*, kind: str, pk: UUID, actor: Actor) -> Any:
    """The record about which opinions can be asked for. Raises `NotVisible`."""
    subject = subject_to_read(kind=kind, pk=pk, actor=actor)
    if not is_of_side(actor, subject):
        raise NotVisible
    return subject


def opinions_of(subject: Any, actor: Actor, number: Any = 1) -> dict[str, Any]:
    """Whom one's own city has asked about a record, and what they said."""
    found = Assignment.objects.visible_to(actor, on=subject).live().filter(city=actor.city_id)
    page = Paginator(found.select_related(*WITH).order_by("-created_at", "-id"), PER_PAGE).get_page(number)
    return {**section(subject, actor), "page": page, "refusal": create_refusal(actor, subject)}


def opinion_page(assignment: Assignment, actor: Actor) -> dict[str, Any]:
    subject = subject_to_read(kind=assignment.subject_kind, pk=assignment.subject_id, actor=actor)
    return {
        **section(subject, actor),
        "assignment": assignment,
        "answering": answer_refusal(actor, assignment),
        "managing": manage_refusal(actor, assignment),
    }
