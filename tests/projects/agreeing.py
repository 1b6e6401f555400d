"""Both sides' word on a project, for tests that are about something else."""

from typing import Any

from approvals.services import proposal_accept, proposal_raise
from programme.models import Remit
from projects.models import Project


def agree(stage: Any, project: Project, act: str = "agree", changes: dict[str, Any] | None = None) -> None:
    """Moscow proposes an act, or a change of what is agreed, and Beijing accepts it."""
    for area in stage.areas:
        Remit.objects.get_or_create(user=stage.people["beijing_coordinator"], area=area)
    proposal = proposal_raise(
        subject=project, act=act, changes=changes or {}, language="en", by=stage.actor("moscow_editor")
    )
    proposal_accept(proposal=proposal, language="en", by=stage.actor("beijing_coordinator"))
