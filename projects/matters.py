"""What milestones bring before the next meeting: see `records.matters`."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from projects.models import Milestone, Project
from records.matters import Found, Matter, Occasion
from records.pages.display import listed, moment

UNDER_WAY = (Project.State.AGREED, Project.State.ACTIVE, Project.State.SUSPENDED)


def late_milestones(occasion: Occasion, most: int) -> Found:
    """Those whose day has passed. In a programme that has ended nothing is late any more."""
    today = occasion.now.date()
    if occasion.programme.is_closed(today):
        return Found()
    late = Milestone.objects.visible_to(occasion.reader).live()
    late = late.filter(
        project__programme=occasion.programme,
        project__archived_at=None,
        project__state__in=UNDER_WAY,
        achieved_on=None,
        due_on__lt=today,
    )
    rows: Any = late.select_related("project").order_by("due_on", "pk")
    first = [matter(milestone, today) for milestone in rows[:most]]
    return Found(first, rows.count() if len(first) == most else len(first))


def matter(milestone: Milestone, today: date) -> Matter:
    days = (today - milestone.due_on).days
    said = [
        str(milestone.project),
        _("due %(day)s") % {"day": moment(milestone.due_on)},
        ngettext("%(n)s day late", "%(n)s days late", days) % {"n": days},
    ]
    if milestone.forecast_on:
        said.append(_("expected %(day)s") % {"day": moment(milestone.forecast_on)})
    return Matter(text=str(milestone), detail=listed(said), on=milestone.due_on)
