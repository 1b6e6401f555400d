"""What of a project goes on in a later programme, and how it is fitted into that one.

What was agreed on, done and counted stays where it is; what goes on begins as a draft, so
that both sides agree on it anew. Days that lie before the later programme's start mean
nothing there. A project's own are left out. A milestone has to have one: it is shifted by
as many months as the later programme begins after the earlier one, and stays within it.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.access import edit_refusal
from accounts.actors import Actor
from accounts.models import Role
from programme import access
from programme.models import Area, Programme, Provision
from projects.indicators import reached, total
from projects.models import Indicator, Milestone, Project, Risk
from records.errors import NotAllowed
from records.models import Visibility

UNDONE = (
    Project.State.DRAFT,
    Project.State.PROPOSED,
    Project.State.AGREED,
    Project.State.ACTIVE,
    Project.State.SUSPENDED,
)


def successor_of(programme: Programme, actor: Actor) -> Programme | None:
    """The programme that succeeds this one, if there is one that the actor sees."""
    found: Programme | None = access.seen(Programme, actor).filter(succeeds=programme).first()
    return found


def carry_refusal(actor: Actor, project: Project, programme: Programme | None) -> NotAllowed | None:
    """Why this actor may not carry this project over to this programme; None when they may."""
    if refusal := carry_any_refusal(actor, programme):
        return refusal
    if programme.succeeds_id != project.programme_id:  # type: ignore[union-attr]  # refused without one
        return NotAllowed(
            _("“%(programme)s” does not succeed the programme of this project.") % {"programme": programme},
            _("Carry it over to the programme that does."),
        )
    if refusal := edit_refusal(actor, project):
        return refusal
    if copy := carried_copy(project, programme):  # type: ignore[arg-type]
        return NotAllowed(
            _("This project has been carried over to that programme already: %(code)s.")
            % {"code": copy.code},
            _("Go on working there."),
        )
    return None


def carry_any_refusal(actor: Actor, programme: Programme | None) -> NotAllowed | None:
    """Why this actor may carry nothing over to this programme; None when they may.

    A secretary of either side does. It makes drafts, and so decides nothing for the other side.
    """
    if programme is None:
        return NotAllowed(
            _("No successor of this programme has been entered, so its projects can't be carried over."),
            _("It is loaded from a file of facts, like every programme, and names the one it succeeds."),
        )
    if refusal := edit_refusal(actor, programme):
        return refusal
    if not actor.is_system and Role.SECRETARY not in actor.standing.role_names:
        return NotAllowed(
            _("Projects are carried over by a secretary."), _("Ask the secretary of your city.")
        )
    return None


def carried_copy(project: Project, programme: Programme) -> Project | None:
    """What became of a project in a programme, also where that has been archived."""
    copies: Any = Project.objects.filter(carried_from=project, programme=programme)
    return copies.first()


def draft_in(programme: Programme, project: Project) -> Project:
    """The project in a later programme, not saved yet. What was public is shared at first."""
    own = project.visibility == Visibility.OWN
    return Project(
        programme=programme,
        carried_from=project,
        visibility=Visibility.OWN if own else Visibility.SHARED,
        owner_city_id=project.owner_city_id if own else None,
    )


@dataclass(frozen=True)
class Matched:
    """The records of a programme that have the codes of a project's, and what has no match there."""

    found: list[Any]
    missing: list[Any]


def matched(model: type[Area | Provision], project: Project, programme: Programme, actor: Actor) -> Matched:
    """A project's areas or provisions, and those of a later programme that have the same codes."""
    rows: Any = model.objects
    seen = rows.visible_to(actor).live()
    mine = list(seen.filter(projects=project))
    codes = [each.code for each in mine]
    there = {each.code: each for each in seen.filter(programme=programme, code__in=codes)}
    return Matched(
        [there[each.code] for each in mine if each.code in there],
        [each for each in mine if each.code not in there],
    )


def undone_milestones(project: Project) -> Any:
    return Milestone.objects.live().filter(project=project, achieved_on=None).order_by("due_on", "pk")


def open_risks(project: Project) -> Any:
    return Risk.objects.live().filter(project=project, state=Risk.State.OPEN).order_by("created_at", "pk")


def indicators_of(project: Project) -> Any:
    rows = Indicator.objects.live().filter(project=project)
    return rows.prefetch_related("values").order_by("created_at", "pk")


def shifted(day: date, earlier: Programme, later: Programme) -> date:
    """A due day in the later programme: kept where it lies in it or after, otherwise moved into it."""
    first, last = later.period.first, later.period.last  # type: ignore[attr-defined]  # Periods
    if day >= first:
        return day
    begun = earlier.period.first  # type: ignore[attr-defined]
    months = 12 * (first.year - begun.year) + first.month - begun.month
    return min(max(months_later(day, months), first), last)


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last one."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def from_then_on(day: date | None, programme: Programme) -> date | None:
    """A day that means something in a programme; None for one before its start."""
    first = programme.period.first  # type: ignore[attr-defined]  # a Period
    return day if day and day >= first else None


def measured(indicator: Indicator) -> Decimal | None:
    """What an indicator has come to, both sides together; its baseline where nothing was measured."""
    values = [each for each in indicator.values.all() if each.archived_at is None]  # type: ignore[attr-defined]
    together = total(indicator.aggregation, values).together
    return indicator.baseline if together is None else together


def is_reached(indicator: Indicator) -> bool:
    """Whether its goal has been reached."""
    share = reached(indicator.aggregation, measured(indicator), indicator.baseline, indicator.goal)
    return share is not None and share >= 1
