"""The edited data of a record as plain JSON values, keyed by path.

A path is a column (`title_ru`, `starts_on`) or what a part of the record calls it
(`areas`, `leads/XXX`). Plain values can be compared, signed into a form and merged
without knowing what kind of record they belong to.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import OuterRef
from django.utils.translation import gettext as _

from records.errors import Invalid
from records.period import Period
from records.registry import RecordType
from records.texts import LANGUAGES, column, columns, translated_fields

if TYPE_CHECKING:
    from records.models import Viewer


def plain(value: Any) -> Any:
    """A value as JSON knows it. Line ends are one character, whatever the browser sent."""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, UUID | Period):
        return str(value)
    if isinstance(value, Decimal):
        # The same number is the same text, however many zeros the database keeps behind it.
        return format(value.normalize(), "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Iterable):
        return sorted(plain(item) for item in value)
    return value


def edited_columns(record_type: RecordType) -> list[str]:
    """The columns that people edit, each language of a text on its own."""
    translated = translated_fields(record_type.model)
    return [
        name
        for field in record_type.edited
        for name in (
            [column(field, language) for language in LANGUAGES] if field in translated else [field]
        )
    ]


def path_label(record_type: RecordType, path: str) -> str:
    """A path in a reader's words: "title (Русский)", "lead organisations (XXX)"."""
    name, _slash, side = path.partition("/")
    texts = columns(record_type.model)
    field, language = texts.get(name, (name, ""))
    label = record_type.field_labels.get(field) or record_type.model._meta.get_field(field).verbose_name  # type: ignore[union-attr]
    extra = dict(settings.LANGUAGES).get(language, language) or side
    return _("%(label)s (%(which)s)") % {"label": label, "which": extra} if extra else str(label)


def read_values(record: Any, record_type: RecordType, viewer: "Viewer") -> dict[str, Any]:
    """All edited data of a record: on the instance and, as far as the viewer sees it, in its parts.

    The parts are read in one query; a record that is not saved yet has nothing in them.
    """
    values = {}
    for name in edited_columns(record_type):
        field = record._meta.get_field(name)
        value = plain(field.value_from_object(record))
        # A text and a period that are not there are the empty text, never null.
        values[name] = (
            "" if value is None and isinstance(field, models.CharField | models.TextField) else value
        )
    if parts := record_type.parts:
        rows = type(record)._base_manager.filter(pk=record.pk)
        stored_parts = rows.values_list(*(part.stored(type(record), viewer) for part in parts))
        found = [()] * len(parts) if record._state.adding else stored_parts.get()
        for part, stored in zip(parts, found, strict=True):
            values.update(part.read(stored))
    return values


def is_column(model: Any, path: str) -> bool:
    return any(field.name == path for field in model._meta.concrete_fields)


def write_columns(record: Any, values: Mapping[str, Any]) -> None:
    """Set plain values on the instance. Raises `Invalid` for what a field can't read."""
    for name, value in values.items():
        field = record._meta.get_field(name)
        try:
            if isinstance(field, models.ForeignKey):
                setattr(record, field.attname, field.target_field.to_python(value or None))
            else:
                setattr(record, name, field.to_python(None if value == "" and field.null else value))
        except ValidationError as error:
            raise Invalid({name: error.messages}) from None


@dataclass(frozen=True)
class ManyPart:
    """A set of other records, such as the areas of a project, by default of the same programme."""

    name: str
    same_programme: bool = True

    def stored(self, model: Any, viewer: "Viewer") -> ArraySubquery:
        field = model._meta.get_field(self.name)
        linked = field.related_model.objects.filter(**{field.related_query_name(): OuterRef("pk")})
        return ArraySubquery(linked.visible_to(viewer).order_by().values("pk"))

    def read(self, stored: Any) -> dict[str, Any]:
        return {self.name: sorted(str(pk) for pk in stored)}

    def write(self, record: Any, values: dict[str, Any], viewer: "Viewer") -> None:
        manager = getattr(record, self.name)
        wanted: Sequence[str] = values[self.name]
        try:
            known = manager.model.objects.visible_to(viewer).filter(pk__in=wanted)
            if self.same_programme:
                known = known.filter(programme=record.programme_id)
            found = {str(pk) for pk in known.values_list("pk", flat=True)}
        except ValidationError:
            found = set()
        if missing := [pk for pk in wanted if str(pk) not in found]:
            raise Invalid({self.name: [_("There is no such record: %(id)s.") % {"id": missing[0]}]})
        seen = manager.visible_to(viewer).values("pk")
        hidden = manager.exclude(pk__in=seen).values_list("pk", flat=True)
        manager.set(found | {str(pk) for pk in hidden})
