"""The form in which a project is edited."""

from collections.abc import Mapping
from typing import Any

from django.forms.models import fields_for_model
from django.utils.translation import gettext_lazy as _

from accounts.order import sides_in_order
from programme.models import Agreement, Area, Event, Provision
from projects.access import is_agreed_path
from projects.choices import answering, belonging, give, leading, many_field, one_field
from projects.models import Project
from records.pages.dates import date_field
from records.pages.forms import RecordForm
from records.texts import LANGUAGES, column

TEXTS = [column(field, language) for field in ("title", "summary") for language in LANGUAGES]
BELONGS_TO: Mapping[str, Any] = {
    "areas": Area, "provisions": Provision, "agreements": Agreement, "events": Event,
}  # fmt: skip


class ProjectForm(RecordForm):
    """All that is edited of a project. A side's contact is there for that side only."""

    areas = many_field(_("Areas of cooperation"), required=True)
    provisions = many_field(_("Provisions"))
    agreements: Any = many_field(_("Agreements"))
    events = many_field(_("Events"))
    starts_on = date_field(_("Starts"))
    ends_on = date_field(_("Ends"))

    def prepare(self) -> None:
        texts = fields_for_model(Project, fields=TEXTS)
        self.fields.update(texts)
        self.paths = {}
        self.cities = sides_in_order(self.record.programme.cities.all(), actor=self.actor)
        for city in self.cities:
            self.add_side(city)
        if self.is_agreed:
            for name in [*self.fields]:
                if is_agreed_path(
                    self.record, self.record, self.path(name), self.values.get(self.path(name))
                ):
                    del self.fields[name]
        self.offer()

    @property
    def is_agreed(self) -> bool:
        """Both sides agreed on most of it: what neither changes alone is no field here."""
        return self.record.is_agreed

    def add_side(self, city: Any) -> None:
        self.add(f"lead_{city.code}", f"leads/{city.code}", _("Lead organisation"))
        if city.pk == self.actor.city_id:
            self.add(f"contact_{city.code}", f"contacts/{city.code}", _("Contact"))

    def add(self, name: str, path: str, label: Any) -> None:
        self.fields[name] = one_field(label)
        self.paths = {**self.paths, name: path}

    def offer(self) -> None:
        """Fill in what can be chosen, of the fields that are there."""
        for name, model in BELONGS_TO.items():
            if name in self.fields:
                give(self.fields[name], belonging(model, self.record, self.actor, self.values[name]))
        leads = {name: city for city in self.cities if (name := f"lead_{city.code}") in self.fields}
        if leads:
            offered = leading(leads.values(), [self.values[self.path(name)] for name in leads])
            for name, city in leads.items():
                give(self.fields[name], offered[city.pk])
        for city in self.cities:
            if (name := f"contact_{city.code}") in self.fields:
                give(self.fields[name], answering(city, self.values[self.path(name)]))

    @property
    def sides(self) -> list[dict[str, Any]]:
        """The bound fields of each side, in the order in which the reader sees the sides."""
        return [
            {
                "city": city,
                "lead": self[name] if (name := f"lead_{city.code}") in self.fields else None,
                "contact": self[name] if (name := f"contact_{city.code}") in self.fields else None,
            }
            for city in self.cities
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("The end must not lie before the start."))
        if not self.is_agreed and not any(cleaned.get(column("title", language)) for language in LANGUAGES):
            self.add_error(column("title", LANGUAGES[0]), _("Write the title in at least one language."))
        return cleaned
