"""Input serializers: what a call may say of a record, and nothing else.

They check shape; what may be written, and by whom, the services decide. Each field
turns its value into changes: path → plain value, as `records.services.amend` takes them.
"""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from records.fields import period_or_none
from records.models import Visibility
from records.texts import LANGUAGES, column

NUL = "\x00"
WHOLE = "The whole record: what is left out is emptied, each language of a text among it."


@extend_schema_field(
    {
        "type": "object",
        "description": "The languages to write. One that is left out stays as it is; null empties it.",
        "properties": {language: {"type": ["string", "null"]} for language in LANGUAGES},
        "additionalProperties": False,
    }
)
class TextsInput(serializers.Field):
    """A text in some of the three languages."""

    def to_internal_value(self, data: Any) -> dict[str, str]:
        if not isinstance(data, dict) or set(data) - set(LANGUAGES):
            names = {"names": ", ".join(LANGUAGES)}
            raise serializers.ValidationError(_("Give the texts by language: %(names)s.") % names)
        for language, text in data.items():
            if not isinstance(text, str | None):
                raise serializers.ValidationError({language: [_("This is no text.")]})
            if NUL in (text or ""):
                raise serializers.ValidationError({language: [_("A character here is none of any text.")]})
        return {language: (text or "").strip() for language, text in data.items()}

    def changes(self, name: str, value: dict[str, str]) -> dict[str, Any]:
        return {column(name, language): text for language, text in value.items()}


@extend_schema_field({"type": "string", "examples": ["2020-09", "2020-01/2020-09"]})  # or null
class PeriodInput(serializers.Field):
    """A date as exactly as it is known; null or an empty text when it is not stated."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError(_("This is no text."))
        try:
            return str(period_or_none(data) or "")
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from None

    def changes(self, name: str, value: str | None) -> dict[str, Any]:
        return {name: value or ""}


class Ids(serializers.ListField):
    """Other records by their ids."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=serializers.UUIDField(), max_length=500, **kwargs)

    def to_internal_value(self, data: Any) -> list[str]:
        return list(dict.fromkeys(str(pk) for pk in super().to_internal_value(data)))

    def changes(self, name: str, value: list[str]) -> dict[str, Any]:
        return {name: value}


class BySideInput(serializers.DictField):
    """What differs by side: city code → an id, or null for none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=serializers.UUIDField(allow_null=True), **kwargs)

    def changes(self, name: str, value: dict[str, Any]) -> dict[str, Any]:
        return {f"{name}/{code}": str(pk) if pk else "" for code, pk in value.items()}


class RecordInput(serializers.Serializer):
    """The base of every input: what it does not know is refused, never ignored."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := set(data) - set(self.fields)):
            sentence = _("There is no such field to write.")
            raise serializers.ValidationError({name: [sentence] for name in sorted(unknown)})
        return super().to_internal_value(data)

    def changes(self) -> dict[str, Any]:
        """What was sent, as path → plain value."""
        result: dict[str, Any] = {}
        for name, value in self.validated_data.items():
            field = self.fields[name]
            turn: Callable[[str, Any], dict[str, Any]] | None = getattr(field, "changes", None)
            result.update(turn(name, value) if turn else {name: plain_value(field, value)})
        return result


class NewRecordInput(RecordInput):
    """What only a new record is given: its programme, and whether both sides or one see it."""

    programme = serializers.UUIDField()
    visibility = serializers.ChoiceField(
        choices=[Visibility.SHARED, Visibility.OWN],
        default=Visibility.SHARED,
        help_text="A record becomes public by both sides' word, so none begins so.",
    )


def whole_input(input_class: type[RecordInput], new_input: type[RecordInput]) -> type[RecordInput]:
    """What a record is replaced with: as much as a new one needs, but for what only that is given."""
    known = input_class._declared_fields.keys()
    only_new = dict.fromkeys(name for name in new_input._declared_fields if name not in known)
    return type(f"Whole{input_class.__name__}", (new_input,), {**only_new, "__doc__": WHOLE})


def plain_value(field: Any, value: Any) -> Any:
    if value is None:
        return "" if isinstance(field, serializers.CharField | serializers.ChoiceField) else None
    return value if isinstance(value, bool | int) else str(value)
