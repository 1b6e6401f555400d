"""What people hold in joint approval: opinions that they are asked for."""

from typing import Any

from approvals.models import Assignment
from records import services
from records.holding import Holding
from records.models import Verb
from records.registry import registry


def open_assignments(person: Any) -> Any:
    return Assignment.objects.live().filter(assignee=person, answered_at=None).order_by("created_at", "pk")


def move(*, person: Any, to: Any, by: Any) -> int:
    moved = 0
    for assignment in open_assignments(person).select_for_update(of=("self",)):
        assignment.assignee = to
        services.touch(assignment, ["assignee"], by=by)
        services.note(assignment, registry.of(assignment), Verb.EDITED, by=by, fields=["assignee"])
        moved += 1
    return moved


def title(assignment: Assignment) -> str:
    return assignment.task or str(registry[assignment.subject_kind].label)


HOLDINGS = (
    Holding(label=Assignment._meta.verbose_name_plural, held=open_assignments, move=move, title=title),
)
