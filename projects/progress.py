"""How far something has come: milestones achieved of those due, whatever they are counted by.

A milestone counts once it is due, or once it is achieved, if that was earlier. Those of
cancelled and archived projects do not count: nobody is to reach them any more.
"""

from datetime import date
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.actors import Actor
from projects.models import Milestone, Project

ACHIEVED = Q(achieved_on__isnull=False)


def milestones_counted(actor: Actor, on: date) -> Any:
    """The milestones that an actor sees and that are due, or achieved, as of a day."""
    seen = Milestone.objects.visible_to(actor).live()
    return seen.filter(
        ACHIEVED | Q(due_on__lte=on),
        ~Q(project__state=Project.State.CANCELLED),
        project__archived_at=None,
    )


def with_progress(projects: Any, actor: Actor, on: date) -> Any:
    """Projects with their `milestones_due` and, of these, `milestones_achieved`."""
    own = milestones_counted(actor, on).filter(project=OuterRef("pk")).order_by().values("project")

    def count(**rule: Any) -> Any:
        counted = own.annotate(n=Count("pk", **rule)).values("n")
        return Coalesce(Subquery(counted, output_field=IntegerField()), 0)

    return projects.annotate(milestones_due=count(), milestones_achieved=count(filter=ACHIEVED))
