"""What may go wrong in a project, the heaviest first."""

from typing import Any

from django.db.models import Case, F, IntegerField, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.actors import Actor
from accounts.models import City
from projects.models import Risk
from projects.sections.base import PartTable, Section, cell


class RiskTable(PartTable):
    title = cell("risk_title", _("What may happen"))
    weight = cell("risk_weight", _("Weight: likelihood × impact"))
    state = cell("risk_state", pgettext_lazy("of a risk", "State"))
    city = cell("risk_watched", _("Watched by"))

    class Meta(PartTable.Meta):
        pass


class Risks(Section):
    slug = "risks"
    model = Risk
    heading = _("Risks")
    question = _("What may go wrong, and what is done about it?")
    empty = _("No risk has been written down.")
    add_label = _("Add a risk")
    edit_label = _("Edit this risk")
    table = RiskTable
    fields = ("title", "mitigation", "likelihood", "impact", "state", "city")
    select = ("city",)
    order = (
        Case(When(state="closed", then=Value(1)), default=Value(0), output_field=IntegerField()),
        (F("likelihood") * F("impact")).desc(),
        "created_at",
    )

    def choices(self, name: str, part: Any, actor: Actor) -> Any:
        return City.objects.filter(programmes=part.project.programme_id)
