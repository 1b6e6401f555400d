"""The fields of expertise that come with the product."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from accounts.actors import Actor
from experts.models import ExpertiseField
from experts.services.fields import field_create
from records.errors import Invalid
from records.services import writing
from records.texts import LANGUAGES, column

SHIPPED = Path(__file__).parent / "fields"


@dataclass(frozen=True)
class Loaded:
    added: int
    known: int


def fields_load(*, folder: Path = SHIPPED, by: Actor) -> Loaded:
    """Add the fields of a folder's YAML files that are not there yet, by code, all or none.

    Those that are there, archived or merged ones too, stay as people have made them. Raises `Invalid`
    with the file and the code.
    """
    with writing(by=by):
        known = dict(ExpertiseField.objects.values_list("code", "pk"))
        added = 0
        for file in sorted(folder.glob("*.yaml")):
            for position, entry in enumerate(yaml.safe_load(file.read_text(encoding="utf-8")), start=1):
                for code, parent, place, values in flat(entry, "", position):
                    if code in known:
                        continue
                    field = ExpertiseField(code=code, position=place, parent_id=known.get(parent), **values)
                    try:
                        known[code] = field_create(field=field, by=by).pk
                    except Invalid as refusal:
                        sentence = _("%(file)s, field %(code)s: %(problem)s")
                        told = {"file": file.name, "code": code, "problem": refusal}
                        raise Invalid({"": [sentence % told]}) from None
                    added += 1
        return Loaded(added=added, known=len(known) - added)


def flat(
    entry: Mapping[str, Any], parent: str, position: int
) -> Iterator[tuple[str, str, int, dict[str, Any]]]:
    """A field and all below it, each after its parent: code, parent's code, position, columns."""
    values: dict[str, Any] = {"area_codes": entry.get("areas", [])}
    for language in LANGUAGES:
        values[column("name", language)] = entry[language]
        values[column("synonyms", language)] = "\n".join(entry.get("synonyms", {}).get(language, ()))
    yield entry["code"], parent, position, values
    for place, child in enumerate(entry.get("fields", ()), start=1):
        yield from flat(child, entry["code"], place)
