"""The form in which a project is edited."""

from typing import Any

from django import forms
from django.db.models import Q
from django.forms.models import fields_for_model
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from accounts.order import sides_in_order
from programme.models import Agreement, Area, Event, Provision
from projects.models import Project
from records.pages.dates import date_field
from records.pages.forms import RecordForm
from records.texts import LANGUAGES, column

TEXTS = [column(field, language) for field in ("title", "summary") for language in LANGUAGES]


class ProjectForm(RecordForm):
    """All that is edited of a project. A side's contact is there for that side only."""

    areas = forms.ModelMultipleChoiceField(
        Area.objects.none(), label=_("Areas of cooperation"), widget=forms.CheckboxSelectMultiple
    )
    provisions = forms.ModelMultipleChoiceField(
        Provision.objects.none(), label=_("Provisions"), widget=forms.CheckboxSelectMultiple, required=False
    )
    agreements: Any = forms.ModelMultipleChoiceField(
        Agreement.objects.none(), label=_("Agreements"), widget=forms.CheckboxSelectMultiple, required=False
    )
    events = forms.ModelMultipleChoiceField(
        Event.objects.none(), label=_("Events"), widget=forms.CheckboxSelectMultiple, required=False
    )
    starts_on = date_field(_("Starts"))
    ends_on = date_field(_("Ends"))

    def prepare(self) -> None:
        texts = fields_for_model(Project, fields=TEXTS)
        self.fields.update(texts)
        self.paths = {}
        for name, model in (
            ("areas", Area),
            ("provisions", Provision),
            ("agreements", Agreement),
            ("events", Event),
        ):
            visible = model.objects.visible_to(self.actor).filter(programme=self.record.programme)
            offered = visible.filter(Q(archived_at=None) | Q(pk__in=self.values[name]))
            self.fields[name].queryset = offered  # type: ignore[attr-defined]
        self.cities = sides_in_order(self.record.programme.cities.all(), actor=self.actor)
        for city in self.cities:
            self.add_side(city)

    def add_side(self, city: Any) -> None:
        lead = f"lead_{city.code}"
        self.paths = {**self.paths, lead: f"leads/{city.code}"}
        self.fields[lead] = forms.ModelChoiceField(
            Organisation.objects.live().filter(city=city),
            label=_("Lead organisation"),
            required=False,
            empty_label=_("none yet"),
        )
        if city.pk == self.actor.city_id:
            contact = f"contact_{city.code}"
            self.paths = {**self.paths, contact: f"contacts/{city.code}"}
            self.fields[contact] = forms.ModelChoiceField(
                User.objects.filter(city=city, is_active=True).order_by("name"),
                label=_("Contact"),
                required=False,
                empty_label=_("none yet"),
            )

    @property
    def sides(self) -> list[dict[str, Any]]:
        """The bound fields of each side, in the order in which the reader sees the sides."""
        return [
            {
                "city": city,
                "lead": self[f"lead_{city.code}"],
                "contact": self[name] if (name := f"contact_{city.code}") in self.fields else None,
            }
            for city in self.cities
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("The end must not lie before the start."))
        if not any(cleaned.get(column("title", language)) for language in LANGUAGES):
            self.add_error(column("title", LANGUAGES[0]), _("Write the title in at least one language."))
        return cleaned
