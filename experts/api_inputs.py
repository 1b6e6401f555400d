"""What a call may say of experts and fields of expertise."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from experts.models import Erasure, Expert, Level, Work
from records.api.inputs import Ids, NewRecordInput, PeriodInput, RecordInput, TextsInput


class LanguageInput(RecordInput):
    language = serializers.RegexField(r"^[a-z]{2,3}$", help_text="ISO 639, two or three letters.")
    level = serializers.ChoiceField(choices=Level.choices)


class LanguagesInput(serializers.ListField):
    """The languages that an expert works in, each once."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=LanguageInput(), max_length=50, **kwargs)

    def to_internal_value(self, data: Any) -> list[dict[str, str]]:
        rows = super().to_internal_value(data)
        if len({row["language"] for row in rows}) < len(rows):
            raise serializers.ValidationError(_("Name each language once."))
        return rows

    def changes(self, name: str, value: list[dict[str, str]]) -> dict[str, Any]:
        return {name: {row["language"]: row["level"] for row in value}}


def text(model: Any, name: str, **kwargs: Any) -> serializers.CharField:
    """A text in one language, no longer than its column."""
    longest = model._meta.get_field(name).max_length
    return serializers.CharField(
        required=False, allow_blank=True, allow_null=True, max_length=longest, **kwargs
    )


class ExpertInput(RecordInput):
    native_name = text(Expert, "native_name")
    latin_name = text(Expert, "latin_name")
    russian_name = text(Expert, "russian_name")
    chinese_name = text(Expert, "chinese_name")
    organisation = serializers.UUIDField(required=False, allow_null=True)
    affiliation = TextsInput(required=False)
    fields: Any = Ids(required=False)  # type: ignore[assignment]
    languages = LanguagesInput(required=False)
    summary = TextsInput(required=False)
    orcid = text(Expert, "orcid", help_text="Such as 0000-0002-1825-0097.")
    availability = serializers.ChoiceField(choices=Expert.Availability.choices, required=False)
    available_from = serializers.DateField(required=False, allow_null=True)
    reference = text(Expert, "reference", help_text="The city's own number of this expert.")


class NewExpertInput(ExpertInput, NewRecordInput):
    """The name stands in at least one script. An expert is always the caller's city's own."""

    visibility: Any = None


class ConsentInput(RecordInput):
    """What the person has agreed to, in the place of what they agreed to before."""

    purpose = serializers.CharField(max_length=300)
    countries = serializers.ListField(
        child=serializers.RegexField(r"^[A-Z]{2}$"), min_length=1, max_length=50,
        help_text="The recipient countries, ISO 3166-1.",
    )  # fmt: skip
    covers = serializers.ListField(
        child=serializers.ChoiceField(choices=Expert.Covers.choices), max_length=5,
        help_text="What is shown beside names, fields, languages and availability.",
    )  # fmt: skip
    given_on = serializers.DateField()
    expires_on = serializers.DateField()


class EraseInput(RecordInput):
    ground = serializers.ChoiceField(choices=Erasure.Ground.choices)


class WorkInput(RecordInput):
    kind = serializers.ChoiceField(choices=Work.Kind.choices, required=False)
    title = serializers.CharField(required=False, max_length=500)
    where = text(Work, "where")
    when = PeriodInput(required=False)
    link = serializers.URLField(required=False, allow_null=True, max_length=200)


class NewWorkInput(WorkInput):
    title = serializers.CharField(max_length=500)


class FieldInput(RecordInput):
    code = serializers.RegexField(r"^[a-z0-9.-]+$", required=False, max_length=60)
    name = TextsInput(required=False)
    synonyms = TextsInput(required=False, help_text="One a line.")
    parent: Any = serializers.UUIDField(required=False, allow_null=True)
    position = serializers.IntegerField(required=False, min_value=0, max_value=32_767)
    area_codes = serializers.ListField(
        child=serializers.RegexField(r"^[A-Z]{3}$"), required=False, max_length=50
    )


class NewFieldInput(FieldInput):
    code = serializers.RegexField(r"^[a-z0-9.-]+$", max_length=60)
    name = TextsInput()


class MergeInput(RecordInput):
    into = serializers.UUIDField(help_text="The field that stays.")
    reason = serializers.CharField(max_length=500)
