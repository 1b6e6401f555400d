"""Each side's word on a period: how it stands, what was done, which help is needed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from projects import access
from projects.models import Project, Update
from projects.progress import sides_with_health
from projects.sections.base import PartTable, Section, cell
from records.fields import LastDay
from records.models import Visibility
from records.period import Period


def last_quarter(today: date) -> Period:
    """The last quarter that has ended: what an update is due for."""
    quarter = (today.month - 1) // 3
    return Period.parse(f"{today.year}-Q{quarter}" if quarter else f"{today.year - 1}-Q4")


def due_period(project: Project, actor: Actor, today: date) -> Period | None:
    """The period that a side should write about next: the last that ended within the programme.

    None when it has an update for that one already.
    """
    end = project.programme.period.last
    due = last_quarter(min(today, date(end.year, end.month, end.day)))
    if today > end:
        due = Period.parse(f"{end.year}-Q{(end.month + 2) // 3}")
    written = Update.objects.live().filter(project=project, city=actor.city_id, period=str(due))
    return None if written.exists() else due


class UpdateTable(PartTable):
    period = cell("update", _("Update"))

    class Meta(PartTable.Meta):
        pass


class Updates(Section):
    slug = "updates"
    model = Update
    heading = _("Updates")
    question = _("How does each side say that the project stands?")
    empty = _("Neither side has handed in an update.")
    add_label = _("Write an update of your side")
    edit_label = _("Edit this update")
    table = UpdateTable
    fields = ("period", "health", "narrative", "help_needed")
    select = ("city", "owner_city")
    order = (LastDay(F("period")).desc(), "city")
    per_page = 8
    above = "projects/parts/update_standing.html"
    row_acts = "projects/parts/update_acts.html"

    def row_refusal(self, part: Any, actor: Actor, project: Project, *, archived: bool = False) -> Any:
        return access.update_refusal(actor, part, project, archived=archived)

    def about(self, parent: Any, rows: Sequence[Any], actor: Actor) -> dict[str, Any]:
        decides = bool(actor.deciding_roles) and access.edit_refusal(actor, parent) is None
        for row in rows:
            # Asked exactly, with its queries, when somebody does it.
            row.is_returnable = decides and row.state == Update.State.SUBMITTED
            row.is_submittable = not row.refusal and row.state != Update.State.SUBMITTED
            row.remarks = [
                (Update._meta.get_field(name).verbose_name, row.returned[name])  # type: ignore[union-attr]
                for name in Update.SECTIONS
                if name in row.returned
            ]
            row.is_draft = row.state == Update.State.DRAFT
            row.was_handed_in = row.submitted_at is not None
        return {"healths": sides_with_health(parent, actor)}

    def given(self, parent: Any, actor: Actor) -> dict[str, Any]:
        return {
            "programme": parent.programme,
            "city": actor.city,
            "visibility": Visibility.OWN,
            "owner_city": actor.city,
            "period": due_period(parent, actor, timezone.localdate()),
        }
