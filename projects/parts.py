"""Edited data of a project that differs by side."""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import City, Organisation, User
from projects.models import Lead
from projects.reading import by_side
from records.errors import Invalid
from records.models import Viewer


@dataclass(frozen=True)
class LeadPart:
    """One column of a side's lead row: `<name>/<city code>` → an id or nothing.

    What is named for a side belongs to that side's city.
    """

    name: str
    column: str
    model: type[Organisation] | type[User]

    def stored(self, model: Any, viewer: Viewer) -> ArraySubquery:
        return by_side(f"{self.column}_id")

    def read(self, stored: Any) -> dict[str, Any]:
        return {f"{self.name}/{side['code']}": str(side["id"] or "") for side in stored}

    def write(self, record: Any, values: dict[str, Any], viewer: Viewer) -> None:
        codes = {path: path.removeprefix(f"{self.name}/") for path in values}
        cities = City.objects.filter(programmes=record.programme_id).in_bulk(
            codes.values(), field_name="code"
        )
        for path, pk in values.items():
            city = cities.get(codes[path])
            if city is None:
                raise Invalid({path: [_("This city is not a side of the programme.")]})
            if pk and not self.belongs(pk, city):
                raise Invalid({path: [_("Choose one of this side's own.")]})
            Lead.objects.update_or_create(
                project=record, city=city, defaults={f"{self.column}_id": pk or None}
            )

    def belongs(self, pk: str, city: Any) -> bool:
        try:
            return self.model.objects.filter(pk=pk, city=city).exists()  # type: ignore[attr-defined]
        except (ValidationError, ValueError):
            return False
