"""Edited data of an expert that lives in rows of its own."""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from experts.models import ExpertLanguage
from records.errors import Invalid
from records.models import Viewer


@dataclass(frozen=True)
class LanguagesPart:
    """The languages that an expert works in: ISO 639 code → level."""

    name: str = "languages"

    def stored(self, model: Any, viewer: Viewer) -> ArraySubquery:
        rows = ExpertLanguage.objects.filter(expert=OuterRef("pk")).order_by("language")
        return ArraySubquery(rows.values_list(JSONObject(code="language", level="level")))

    def read(self, stored: Any) -> dict[str, Any]:
        return {self.name: {row["code"]: row["level"] for row in stored}}

    def write(self, record: Any, values: dict[str, Any], viewer: Viewer) -> None:
        wanted: dict[str, str] = values[self.name]
        for code, level in wanted.items():
            row = ExpertLanguage(expert=record, language=code, level=level)
            try:
                row.clean_fields()
            except ValidationError:
                sentence = _("“%(code)s: %(level)s” is no language with a level, such as “zh: C1”.")
                raise Invalid({self.name: [sentence % {"code": code, "level": level}]}) from None
        held = dict(record.languages.values_list("language", "level"))
        record.languages.filter(language__in=held.keys() - wanted.keys()).delete()
        for code, level in wanted.items():
            if held.get(code) != level:
                ExpertLanguage.objects.update_or_create(
                    expert=record, language=code, defaults={"level": level}
                )
