"""Who may see which report, and who may ask for one."""

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from accounts.access import visible
from accounts.actors import Actor
from accounts.models import Role
from programme.models import Event, Programme
from records.errors import NotAllowed
from reports.models import Report, ReportFile

MAKERS = frozenset({Role.COORDINATOR, Role.SECRETARY})


def may_make(actor: Actor) -> bool:
    """Coordinators and secretaries; a partner system by its scope, for which its official answers."""
    if actor.client is not None:
        return actor.has_scope("reports:write") and bool(actor.roles)
    return bool(actor.roles & MAKERS)


def reports(actor: Actor) -> Any:
    return Report.objects.visible_to(actor).live()


def meeting_to_read(*, pk: UUID, actor: Actor) -> Event:
    """A meeting that a brief can be made for. Raises `NotVisible`, also for an event of another kind."""
    meetings = Event.objects.filter(kind=Event.Kind.MEETING).select_related("programme", "city")
    return visible(meetings, pk=pk, actor=actor)


def report_to_read(*, pk: UUID, actor: Actor) -> Report:
    """Raises `NotVisible`."""
    return visible(Report.objects.select_related("programme", "owner_city"), pk=pk, actor=actor)


def file_to_read(*, pk: UUID, language: str, format: str, actor: Actor) -> ReportFile:
    """Whoever sees a report sees its files. Raises `NotVisible` and Http404 where there is none."""
    report = report_to_read(pk=pk, actor=actor)
    file = ReportFile.objects.filter(report=report, language=language, format=format).first()
    if file is None:
        raise Http404
    file.report = report
    return file


def making_refusal(actor: Actor, programme: Programme) -> NotAllowed | None:
    """Why this actor may not have a report of this programme made or stopped; None when they may."""
    if actor.is_system:
        return None
    if actor.is_anonymous:
        return NotAllowed(_("You are not signed in."), _("Sign in as a coordinator or secretary."))
    if programme.pk not in actor.programme_ids:
        return NotAllowed(
            _("Your city is not a side of this programme."),
            _("A coordinator or secretary of one of its sides can have reports made."),
        )
    if not may_make(actor):
        return NotAllowed(
            _("Your role does not let you have reports made."),
            _("A coordinator or secretary of your city can."),
        )
    return None


def require_making(actor: Actor, programme: Programme) -> None:
    """Raises `NotAllowed`."""
    if refusal := making_refusal(actor, programme):
        raise refusal


def require_scheduling(actor: Actor, programme: Programme) -> None:
    """Who may have reports made sets when; in the administration, administrators do too.

    Raises `NotAllowed`.
    """
    if not actor.sees_shared:
        require_making(actor, programme)


def programmes_to_report_on(actor: Actor) -> Any:
    """The programmes of which this actor may have reports made."""
    if not may_make(actor):
        return Programme.objects.none()
    return Programme.objects.visible_to(actor).live().filter(pk__in=actor.programme_ids)
