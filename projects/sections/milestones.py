"""The dated results of a project, each confirmed by both sides."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from approvals.models import Proposal
from projects.models import Milestone, Project
from projects.progress import Progress, sides_with_health
from projects.sections.base import PartTable, Section, cell

# The states in which both sides are held to what they agreed on.
BOUND = (Project.State.AGREED, Project.State.ACTIVE, Project.State.SUSPENDED)


class MilestoneTable(PartTable):
    title = cell("milestone_title", _("Milestone"))
    due_on = cell("milestone_due", _("Due"))
    forecast_on = cell("milestone_forecast", _("Forecast"))
    achieved_on = cell("milestone_achieved", _("Achieved"))

    class Meta(PartTable.Meta):
        pass


class Milestones(Section):
    slug = "milestones"
    pasted = True
    model = Milestone
    heading = _("Milestones")
    question = _("Which dated results does this project owe, and which has it reached?")
    empty = _("No milestone has been set.")
    add_label = _("Add a milestone")
    edit_label = _("Edit this milestone")
    table = MilestoneTable
    fields = ("title", "due_on", "forecast_on", "achieved_on")
    order = ("due_on", "created_at")
    above = "projects/parts/milestone_progress.html"

    def about(self, parent: Any, rows: Sequence[Any], actor: Actor) -> dict[str, Any]:
        today = timezone.localdate()
        closed = parent.programme.is_closed(today)
        asked = awaited(parent, actor)
        cities = sides_with_health(parent, actor)
        for row in rows:
            row.marks = marks(row, cities, asked.get(str(row.pk)))
            row.lateness = lateness(row, today, closed=closed, bound=parent.state in BOUND)
        return {"progress": Progress.of(parent), "healths": cities}


def awaited(project: Project, actor: Actor) -> Mapping[str, Proposal]:
    """The open proposals to confirm a milestone, by the milestone's id."""
    found = (
        Proposal.objects.visible_to(actor)
        .live()
        .filter(subject_kind="project", subject_id=project.pk, state=Proposal.State.OPEN)
    )
    return {
        path.split("/")[1]: proposal
        for proposal in found
        for path in proposal.changes
        if path.startswith("milestones/") and path.endswith("/achieved_on")
    }


def marks(milestone: Milestone, cities: Sequence[Any], asked: Proposal | None) -> list[dict[str, Any]]:
    """Each side's word on a milestone: given by both, by one and awaited, or not asked."""

    def said(city: Any) -> dict[str, Any]:
        if milestone.achieved_on:
            return {"word": "given"}
        if asked is None:
            return {"word": "unasked"}
        if asked.city_id == city.pk:
            return {"word": "given", "when": asked.opened_at}
        return {"word": "awaited"}

    return [{"side": city.code, "letter": city.letter, "city": city.name, **said(city)} for city in cities]


def lateness(milestone: Milestone, today: date, *, closed: bool, bound: bool) -> str:
    """In a word, how late a milestone is.

    Nothing is overdue any more once the programme is past its end, nor before both sides
    agreed on the project or after it is over (`bound`).
    """
    if milestone.achieved_on:
        return "late" if milestone.achieved_on > milestone.due_on else ""
    if closed:
        return "open"
    if milestone.due_on < today and bound:
        return "overdue"
    if milestone.forecast_on and milestone.forecast_on > milestone.due_on:
        return "forecast_late"
    return ""
