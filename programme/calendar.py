"""The events of a programme, and what its sides owe from their meetings, in people's calendars."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from programme.access import obligations as seen_obligations
from programme.models import Event
from records.calendar import Entry, Scope, calendar_provider, nearest
from records.fields import FirstDay, LastDay
from records.pages.display import moment

LONGEST = timedelta(days=31)


@calendar_provider
def events(scope: Scope) -> Iterator[Entry]:
    """Those whose date is known to a month or better; one that is known to the month fills it, and says so.

    An event belongs to no area, so a calendar of one area has those of its joint projects.
    """
    seen = (
        Event.objects.visible_to(scope.viewer).live().annotate(first=FirstDay("held"), last=LastDay("held"))
    )
    dated = seen.filter(first__isnull=False, last__lt=F("first") + LONGEST)
    if scope.area_id:
        dated = dated.filter(projects__areas=scope.area_id).distinct()
        dated = seen.filter(pk__in=dated.values("pk"))
    for event in nearest(dated.select_related("city"), "first", scope):
        exact = event.held.first == event.held.last
        yield Entry(
            what="event",
            records=(event,),
            starts=event.held.first,
            ends=event.held.last,
            title=str(event) if exact else f"{event} ({moment(event.held)})",
            url=event.get_absolute_url(),
            note=event.text_state("occasion").value,
            category=event.get_kind_display(),
        )


@calendar_provider
def obligations(scope: Scope) -> Iterator[Entry]:
    """Each on the day when it is due. One belongs to no area, so a calendar of an area has none."""
    if scope.area_id:
        return
    for obligation in nearest(seen_obligations(scope.viewer), "due_on", scope):  # type: ignore[arg-type]  # an Actor
        title = pgettext("an obligation", "Done: %(title)s") if obligation.done_on else _("Due: %(title)s")
        yield Entry(
            what="due",
            records=(obligation,),
            starts=obligation.due_on,
            title=title % {"title": obligation.text_state("text").value},
            url=obligation.get_absolute_url(),
            note=str(obligation.city),
            category=_("obligation"),
        )
