"""What a preview says of each row, in a reader's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from experts.importing.columns import CONTACT
from experts.importing.plan import ExpertRow, Plan, label, new_publications
from experts.models import Expert
from records.pages.display import listed, moment
from records.period import Period
from records.rows import CHANGED


@dataclass(frozen=True)
class Shown:
    """One value of a row: its column, what stands there now, what would stand there."""

    label: str
    was: str
    to: str


def row_shown(row: ExpertRow, plan: Plan) -> dict[str, Any]:
    return {"row": row, "changes": [shown(row, path, plan) for path in row.changes]}


def shown(row: ExpertRow, path: str, plan: Plan) -> Shown:
    was, to = row.changes[path]
    if path in CONTACT:  # reading contact details is noted each time, so a preview does not show them
        hidden = _("what is on record") if was else ""
        return Shown(label(path), hidden if row.act == CHANGED else "", str(to))
    if path == "publications":
        titles = [work["title"] for work in new_publications(row)]
        return Shown(_("publications to be added"), "", "; ".join(titles))
    return Shown(label(path), told(path, was, plan), told(path, to, plan))


def told(path: str, value: Any, plan: Plan) -> str:
    """A plain value as a reader knows it."""
    if path == "fields":
        known = plan.words.fields
        return listed(sorted(str(known[pk]) for pk in value if pk in known))
    if isinstance(value, Mapping):
        return listed(f"{code}: {level}" for code, level in value.items())
    if path == "availability" and value:
        return str(Expert.Availability(value).label) if value in Expert.Availability.values else value
    if path == "available_from" and value:
        return moment(Period.parse(value))
    return str(value or "")
