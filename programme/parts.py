"""Edited data of programme records that lives in rows of its own."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from accounts.models import City
from programme.models import EventParticipant, Side
from records.errors import Invalid
from records.models import Viewer
from records.texts import LANGUAGES, column

SIDE_TEXTS = tuple(column(field, language) for field in ("signatory", "office") for language in LANGUAGES)


@dataclass(frozen=True)
class SidesPart:
    """Who signed for each side: `sides/<code>` → the texts of its row."""

    name: str

    def stored(self, model: Any, viewer: Viewer) -> ArraySubquery:
        row = JSONObject(code=F("city__code"), **{text: F(text) for text in SIDE_TEXTS})
        rows = Side.objects.filter(programme=OuterRef("pk")).order_by("city__code")
        return ArraySubquery(rows.annotate(json=row).values("json"))

    def read(self, stored: Any) -> dict[str, Any]:
        return {
            f"{self.name}/{side['code']}": {text: side[text] or "" for text in SIDE_TEXTS}
            for side in stored
        }

    def write(self, record: Any, values: dict[str, Any], viewer: Viewer) -> None:
        codes = {path: path.removeprefix(f"{self.name}/") for path in values}
        cities = City.objects.in_bulk(codes.values(), field_name="code")
        for path, value in values.items():
            city = cities.get(codes[path])
            if city is None or set(value) - set(SIDE_TEXTS):
                raise Invalid({path: [_("There is no such city.")]})
            Side.objects.update_or_create(programme=record, city=city, defaults=value)


@dataclass(frozen=True)
class ParticipantsPart:
    """Who takes part in an event: role → the ids of organisations."""

    name: str

    def stored(self, model: Any, viewer: Viewer) -> ArraySubquery:
        row = JSONObject(role=F("role"), organisation=F("organisation_id"))
        rows = EventParticipant.objects.filter(event=OuterRef("pk")).order_by()
        return ArraySubquery(rows.annotate(json=row).values("json"))

    def read(self, stored: Any) -> dict[str, Any]:
        roles: dict[str, list[str]] = defaultdict(list)
        for row in stored:
            roles[row["role"]].append(row["organisation"])
        return {self.name: {role: sorted(ids) for role, ids in sorted(roles.items())}}

    def write(self, record: Any, values: dict[str, Any], viewer: Viewer) -> None:
        wanted = {(role, pk) for role, ids in values[self.name].items() for pk in ids}
        if unknown := {role for role, _pk in wanted} - set(EventParticipant.Role.values):
            raise Invalid({self.name: [_("There is no such role: %(role)s.") % {"role": unknown.pop()}]})
        present = {(part.role, str(part.organisation_id)): part for part in record.participants.all()}
        for key in present.keys() - wanted:
            present[key].delete()
        EventParticipant.objects.bulk_create(
            EventParticipant(event=record, role=role, organisation_id=pk)
            for role, pk in sorted(wanted - present.keys())
        )
