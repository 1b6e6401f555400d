"""Joint projects in people's calendars: when they start and end, and when their milestones are due."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from projects.models import Milestone, Project
from records.calendar import Entry, Scope, calendar_provider, nearest
from records.pages.display import moment


def seen_projects(scope: Scope) -> Any:
    seen = Project.objects.visible_to(scope.viewer).live()
    return seen.filter(areas=scope.area_id) if scope.area_id else seen


@calendar_provider
def projects(scope: Scope) -> Iterator[Entry]:
    """The first and the last day of each."""
    for what, column, says in (
        ("start", "starts_on", _("Starts: %(title)s")),
        ("end", "ends_on", _("Ends: %(title)s")),
    ):
        for project in nearest(seen_projects(scope).exclude(**{column: None}), column, scope):
            yield Entry(
                what=what,
                records=(project,),
                starts=getattr(project, column),
                title=says % {"title": project},
                url=project.get_absolute_url(),
                note=project.code,
                category=_("joint project"),
                cancelled=project.state == Project.State.CANCELLED,
            )


@calendar_provider
def milestones(scope: Scope) -> Iterator[Entry]:
    """Each on the day when it is due; once it is achieved, its title says so."""
    live = Milestone.objects.live().filter(project__in=seen_projects(scope)).select_related("project")
    for milestone in nearest(live, "due_on", scope):
        done = milestone.achieved_on
        title = pgettext("a milestone", "Achieved: %(title)s") if done else _("Due: %(title)s")
        notes = [f"{milestone.project} ({milestone.project.code})"]
        if done:
            notes.append(_("Achieved %(day)s.") % {"day": moment(done)})
        elif milestone.forecast_on:
            notes.append(_("Expected %(day)s.") % {"day": moment(milestone.forecast_on)})
        yield Entry(
            what="due",
            records=(milestone, milestone.project),
            starts=milestone.due_on,
            title=title % {"title": milestone},
            url=milestone.get_absolute_url(),
            note="\n".join(notes),
            category=_("milestone"),
            cancelled=milestone.project.state == Project.State.CANCELLED,
        )
