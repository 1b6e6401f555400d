"""Asking a colleague or a unit of one's own city for an opinion. The other city never learns of it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import edit_refusal
from accounts.actors import Actor
from accounts.models import Organisation, Role, User
from approvals.models import Assignment
from approvals.waiting import on_me
from attachments.access import place
from records import services
from records.errors import EditConflict, FieldConflict, Invalid, NotAllowed
from records.models import Verb, Visibility
from records.registry import registry

SPEAKERS = frozenset({Role.COORDINATOR, Role.SECRETARY})


def create_refusal(actor: Actor, subject: Any) -> NotAllowed | None:
    """Why this actor may not ask for an opinion on this record; None when they may."""
    if actor.is_system:
        return NotAllowed(_("Only people ask for an opinion."))
    if actor.city_id is None or subject.programme_id not in actor.programme_ids:
        return NotAllowed(
            _("Only the programme's sides ask their people for an opinion."),
            _("An administrator can make you an editor of your city."),
        )
    if not actor.may_write:
        return NotAllowed(
            _("Your role lets you read, not ask for opinions."),
            _("An administrator can make you an editor of your city."),
        )
    if subject.archived_at:
        return NotAllowed(_("This record is archived."), _("Restore it first."))
    return None


def answer_refusal(actor: Actor, assignment: Assignment) -> NotAllowed | None:
    """Why this actor may not give the opinion; None when they may.

    Whoever was asked does, a person of the unit that was asked, or the deputy of one
    who is away. A role that only reads is enough: an opinion changes no record.
    """
    if assignment.archived_at:
        return NotAllowed(_("This has been withdrawn: no opinion is asked for any more."))
    if actor.client or actor.city_id is None:
        return NotAllowed(_("Only the person who was asked gives this opinion."))
    if not Assignment.objects.filter(on_me(actor), pk=assignment.pk).exists():
        return NotAllowed(
            _("Only whoever was asked, or their deputy while they are away, gives this opinion."),
            _("You can make a remark on the record."),
        )
    return None


def manage_refusal(actor: Actor, assignment: Assignment) -> NotAllowed | None:
    """Why this actor may not change or withdraw what was asked; None when they may."""
    if refusal := edit_refusal(actor, assignment):
        return refusal
    if assignment.answered_at:
        return NotAllowed(_("The opinion has been given."), _("Ask anew, if you need another one."))
    if assignment.created_by_id != actor.user_id and not actor.roles & SPEAKERS:
        return NotAllowed(
            _("This is changed by whoever asked, or by a coordinator or secretary of your city."),
            _("Ask one of them."),
        )
    return None


def assignment_create(
    *,
    subject: Any,
    assignee: User | None = None,
    unit: Organisation | None = None,
    task: str = "",
    due_on: date | None = None,
    by: Actor,
) -> Assignment:
    """Ask a person or a unit of one's own city for an opinion on a record, by a day.

    Raises `NotVisible`, `NotAllowed` and `Invalid`.
    """
    with services.locked(subject, by=by) as fresh:
        if refusal := create_refusal(by, fresh):
            raise refusal
        check_asked(assignee, unit, due_on, by)
        assignment = Assignment(
            assignee=assignee, unit=unit, task=task.replace("\r\n", "\n").strip(), due_on=due_on
        )
        kind = registry.of(fresh).kind
        place(assignment, subject=fresh, kind=kind, visibility=Visibility.OWN, by=by)
        return services.create(assignment, by=by)


def check_asked(assignee: User | None, unit: Organisation | None, due_on: date | None, by: Actor) -> None:
    """Raises `Invalid`, also for somebody of the other city: nobody there may learn of it."""
    if assignee is None and unit is None:
        raise Invalid({"assignee": [_("Choose a person or a unit.")]})
    if assignee is not None and (
        assignee.city_id != by.city_id or not assignee.is_active or not assignee.memberships.exists()
    ):
        raise Invalid({"assignee": [_("Choose a colleague of your own city who may sign in.")]})
    if unit is not None and (unit.city_id != by.city_id or unit.archived_at):
        raise Invalid({"unit": [_("Choose a unit of your own city.")]})
    if due_on is not None and due_on < timezone.localdate():
        raise Invalid({"due_on": [_("Ask for it by a day that is still to come.")]})


def assignment_amend(
    *,
    assignment: Assignment,
    changes: Mapping[str, Any],
    base_version: int,
    by: Actor,
    base: Mapping[str, Any] | None = None,
) -> Assignment:
    """Change what is asked, or by when. Raises `NotVisible`, `NotAllowed`, `EditConflict`, `Invalid`."""
    with services.locked(assignment, by=by) as fresh:
        if refusal := manage_refusal(by, fresh):
            raise refusal
        if refused := set(changes) - {"task", "due_on"}:
            raise Invalid({path: [_("This is not changed: withdraw, and ask anew.")] for path in refused})
        return services.amend(fresh, changes=changes, base_version=base_version, base=base, by=by)


def assignment_answer(*, assignment: Assignment, opinion: str, base_version: int, by: Actor) -> Assignment:
    """Give the opinion, or give it better. Raises `NotVisible`, `NotAllowed`, `EditConflict`, `Invalid`."""
    with services.locked(assignment, by=by) as fresh:
        if refusal := answer_refusal(by, fresh):
            raise refusal
        opinion = opinion.replace("\r\n", "\n").strip()
        if not opinion:
            raise Invalid({"opinion": [_("Write your opinion first.")]})
        if fresh.version != base_version:
            raise EditConflict(fresh.version, [FieldConflict("opinion", None, fresh.opinion, opinion)])
        if opinion == fresh.opinion:
            return fresh
        # The opinion and who gave it when are one write: the database wants them together.
        fresh.opinion, fresh.answered_at, fresh.answered_by = opinion, timezone.now(), by.user
        services.validate(fresh)
        services.touch(fresh, ["opinion", "answered_at", "answered_by"], by=by)
        services.note(fresh, registry.of(fresh), Verb.EDITED, by=by, fields=["opinion"])
        return fresh


def assignment_withdraw(*, assignment: Assignment, base_version: int, by: Actor) -> Assignment:
    """Ask no more. Raises `NotVisible`, `NotAllowed` and `EditConflict`."""
    with services.locked(assignment, by=by) as fresh:
        if refusal := manage_refusal(by, fresh):
            raise refusal
        return services.archive(fresh, base_version=base_version, by=by)
