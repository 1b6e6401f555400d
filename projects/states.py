"""The life of a project: one table of what leads from which state to which, and who may do it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.models import Project
from records.errors import NotAllowed
from records.registry import Act

State = Project.State


@dataclass(frozen=True)
class Transition:
    """An act that leads a project from one of some states to another one.

    A joint one takes both sides' word: one proposes it, the other accepts. The others
    any editor of either side does alone.
    """

    act: str
    sources: tuple[str, ...]
    target: str
    label: Any
    asks: Any
    joint: bool = True


TRANSITIONS: Mapping[str, Transition] = {
    transition.act: transition
    for transition in (
        Transition("agree", (State.DRAFT, State.PROPOSED), State.AGREED,
                   gettext_lazy("Agree on the project"), gettext_lazy("to agree on the project")),
        Transition("start", (State.AGREED,), State.ACTIVE,
                   gettext_lazy("Start the work"), gettext_lazy("to start the work"), joint=False),
        Transition("suspend", (State.ACTIVE,), State.SUSPENDED,
                   gettext_lazy("Suspend the project"), gettext_lazy("to suspend the project")),
        Transition("resume", (State.SUSPENDED,), State.ACTIVE,
                   gettext_lazy("Resume the project"), gettext_lazy("to resume the project")),
        Transition("complete", (State.ACTIVE,), State.COMPLETED,
                   gettext_lazy("Complete the project"), gettext_lazy("to complete the project")),
        Transition("cancel", (State.AGREED, State.ACTIVE, State.SUSPENDED), State.CANCELLED,
                   gettext_lazy("Cancel the project"), gettext_lazy("to cancel the project")),
    )
}  # fmt: skip

# What needs both sides beside the life cycle.
CHANGE = Act(
    "change", gettext_lazy("Change what was agreed"), gettext_lazy("to change what was agreed"), False
)
PUBLISH = Act(
    "publish", gettext_lazy("Make the project public"), gettext_lazy("to make the project public"), False
)

ACTS: Mapping[str, Act] = {
    **{name: Act(name, each.label, each.asks) for name, each in TRANSITIONS.items() if each.joint},
    CHANGE.name: CHANGE,
    PUBLISH.name: PUBLISH,
}

# What would have to come first, where an act is not possible yet.
FIRST: Mapping[str, Any] = {
    State.DRAFT: gettext_lazy("Agree on the project first: one side proposes it, the other accepts."),
    State.PROPOSED: gettext_lazy(
        "The other side answers the proposal first, or its own side withdraws it."
    ),
    State.AGREED: gettext_lazy("Start the work first."),
    State.SUSPENDED: gettext_lazy("Resume the project first: one side proposes it, the other accepts."),
    State.COMPLETED: gettext_lazy(
        "A completed project stands; carry it over to a later programme to go on."
    ),
    State.CANCELLED: gettext_lazy(
        "A cancelled project stands; carry it over to a later programme to go on."
    ),
}


def transition_refusal(project: Project, act: str) -> NotAllowed | None:
    """Why this act is not possible in the project's present state; None when it is."""
    transition = TRANSITIONS[act]
    if project.archived_at:
        return NotAllowed(_("This record is archived."), _("Restore it first."))
    if project.state in transition.sources:
        return None
    return NotAllowed(
        _("“%(act)s” is not possible: the project is %(state)s.")
        % {"act": transition.label, "state": project.get_state_display()},
        str(FIRST.get(project.state, "")),
    )
