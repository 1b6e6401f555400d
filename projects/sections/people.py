"""Who takes part in a project beside the leads, and who travels for it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import City, Organisation
from projects.models import Delegate, Exchange, Participation
from projects.sections.base import PartTable, PeopleColumn, Section, cell


class ParticipantTable(PartTable):
    organisation = cell("participant_organisation", _("Organisation"))
    role = cell("participant_role", _("Part in the project"))
    note = cell("note", _("Note"))

    class Meta(PartTable.Meta):
        pass


class Participants(Section):
    slug = "participants"
    model = Participation
    heading = _("Participants")
    question = _("Who takes part beside the lead organisations?")
    empty = _("No organisation beside the leads has been named.")
    add_label = _("Add a participant")
    edit_label = _("Edit this participant")
    table = ParticipantTable
    fields = ("organisation", "role", "note")
    select = ("organisation__city",)
    order = ("organisation__city", "role", "created_at")

    def choices(self, name: str, part: Any, actor: Actor) -> Any:
        return own_organisations(part, actor)


def own_organisations(part: Any, actor: Actor) -> Any:
    """Those of the actor's city; one that the part names already stays on offer."""
    rule = Q(archived_at=None, city=actor.city_id) | Q(pk=part.organisation_id)
    return Organisation.objects.filter(rule)


class ExchangeTable(PartTable):
    title = cell("exchange_title", _("Exchange"))
    way = cell("exchange_way", _("From and to"))
    dates = cell("exchange_dates", _("When"))
    planned_people = PeopleColumn(verbose_name=_("People planned"))
    actual_people = PeopleColumn(verbose_name=_("People who went"))

    class Meta(PartTable.Meta):
        pass


class Exchanges(Section):
    slug = "exchanges"
    model = Exchange
    heading = _("Exchanges")
    question = _("Who travels between the cities for this project?")
    empty = _("No exchange of people is planned.")
    add_label = _("Add an exchange")
    edit_label = _("Edit this exchange")
    table = ExchangeTable
    fields = (
        "title", "kind", "from_city", "to_city", "starts_on", "ends_on", "planned_people", "actual_people",
    )  # fmt: skip
    select = ("from_city", "to_city")
    order = ("starts_on", "created_at")
    row_acts = "projects/parts/exchange_acts.html"

    def choices(self, name: str, part: Any, actor: Actor) -> Any:
        return City.objects.filter(programmes=part.project.programme_id)

    def about(self, parent: Any, rows: Sequence[Any], actor: Actor) -> dict[str, Any]:
        """The delegation lists, for those who may know the names."""
        people = parent.programme_id in actor.programme_ids
        found: dict[Any, list[Delegate]] = {row.pk: [] for row in rows}
        if people:
            seen = Delegate.objects.visible_to(actor).live().filter(exchange__in=list(found))
            for delegate in seen.order_by("name", "pk"):
                found[delegate.exchange_id].append(delegate)
        for row in rows:
            row.delegation, row.shows_delegation = found[row.pk], people
        return {}


class DelegateTable(PartTable):
    name = cell("delegate_name", _("Name"))
    position = cell("delegate_position", _("Position"))

    class Meta(PartTable.Meta):
        pass


class Delegates(Section):
    slug = "delegates"
    pasted = True
    model = Delegate
    parent_model = Exchange
    home = "exchange"
    heading = _("Delegation list")
    question = _("Who travels?")
    empty = _("Nobody has been named.")
    add_label = _("Add a person")
    edit_label = _("Edit this person")
    table = DelegateTable
    fields = ("name", "latin_name", "position", "organisation")
    order = ("name",)
    select = ("exchange__from_city",)
