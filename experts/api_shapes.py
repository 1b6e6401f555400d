"""What experts, fields and requests look like in the API, as far as the reader may know them."""

from typing import Any

from django.db.models import Case, Q, When
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api import CityRef, OrganisationRef
from experts.models import (
    Expert,
    ExpertiseField,
    ExpertLanguage,
    Work,
)
from experts.models.expert import shown_to
from programme.api import ProgrammeRef
from records.api.shapes import BuildObject, Many, OrNull, PeriodText, Reading, Texts, expression_of

Covers = Expert.Covers


class Covered:
    """Wraps a field of a shape: null where the person's consent does not reach the reader's city."""

    cover: str

    def expression(self, path: str, reading: Reading) -> Any:
        way = f"{path.rpartition('__')[0]}__" if "__" in path else ""
        value = super().expression(path, reading)  # type: ignore[misc]
        return Case(When(shown_to(reading.actor, self.cover, way), then=value))


class CoveredTexts(Covered, Texts):
    def __init__(self, cover: str) -> None:
        self.cover = cover
        super().__init__(allow_null=True)


class CoveredText(Covered, OrNull):
    def __init__(self, cover: str) -> None:
        self.cover = cover
        super().__init__()


@extend_schema_field(
    {
        "type": "object",
        "description": "The name as it is written in each language; null where no form is known.",
        "properties": {language: {"type": ["string", "null"]} for language in ("en", "ru", "zh-hans")},
    }
)
class Names(serializers.Field):
    """The parallel forms of a person's name."""

    def expression(self, path: str, reading: Reading) -> Any:
        way = f"{path.rpartition('__')[0]}__" if "__" in path else ""
        columns = {"en": "latin_name", "ru": "russian_name", "zh-hans": "chinese_name"}
        empty = OrNull()
        return BuildObject(
            **{language: empty.expression(way + name, reading) for language, name in columns.items()}
        )


class CoveredOrganisation(OrganisationRef):
    """An organisation, null where the affiliation is not covered."""

    def expression(self, path: str, reading: Reading) -> Any:
        way = f"{path.rpartition('__')[0]}__" if "__" in path else ""
        built = BuildObject(
            id=expression_of(self.fields["id"], f"{path}__id", reading),
            name=expression_of(self.fields["name"], f"{path}__name", reading),
        )
        shown = shown_to(reading.actor, Covers.AFFILIATION, way) & Q(**{f"{path}__isnull": False})
        return Case(When(shown, then=built))


class FieldRef(serializers.ModelSerializer):
    """A field of expertise within another record."""

    name = Texts()

    class Meta:
        model = ExpertiseField
        fields = ["id", "code", "name"]


class ExpertiseFieldShape(serializers.ModelSerializer):
    name = Texts()
    synonyms = Texts()
    parent = FieldRef(read_only=True, allow_null=True)

    class Meta:
        model = ExpertiseField
        fields = [
            "id", "code", "name", "synonyms", "parent", "position", "area_codes",
            "version", "created_at", "updated_at",
        ]  # fmt: skip


class LanguageShape(serializers.ModelSerializer):
    class Meta:
        model = ExpertLanguage
        fields = ["language", "level"]


class WorkShape(serializers.ModelSerializer):
    when = PeriodText()
    link = OrNull()
    where = OrNull()

    class Meta:
        model = Work
        fields = ["id", "kind", "title", "where", "when", "link", "version", "created_at", "updated_at"]


class ConsentShape(serializers.Serializer):
    """What the person has agreed to."""

    purpose = OrNull(source="consent_purpose")
    countries = serializers.ListField(source="consent_countries", child=serializers.CharField())
    covers = serializers.ListField(
        source="consent_covers", child=serializers.ChoiceField(choices=Covers.choices)
    )
    given_on = serializers.DateField(source="consent_given_on", allow_null=True)
    expires_on = serializers.DateField(source="consent_expires_on", allow_null=True)

    def expression(self, path: str, reading: Reading) -> Any:
        return BuildObject(
            **{
                name: expression_of(field, str(field.source), reading)
                for name, field in self.fields.items()
            }
        )


class ExpertShape(serializers.ModelSerializer):
    """An expert. What the person's consent does not cover is null for other cities' readers.

    How an expert is reached is in no answer.
    """

    native_name = OrNull()
    latin_name = OrNull()
    names = Names(read_only=True)
    programme = ProgrammeRef(read_only=True)
    city = CityRef(source="owner_city", read_only=True)
    organisation = CoveredOrganisation(read_only=True, allow_null=True)
    affiliation = CoveredTexts(Covers.AFFILIATION)
    fields: Any = Many(  # type: ignore[assignment]
        FieldRef, lambda: ExpertiseField.objects.filter(archived_at=None).order_by("code"), "experts"
    )
    languages = Many(LanguageShape, lambda: ExpertLanguage.objects.order_by("language"), "expert")
    summary = CoveredTexts(Covers.SUMMARY)
    orcid = CoveredText(Covers.ORCID)
    works = Many(WorkShape, lambda: Work.objects.live().order_by("created_at", "id"), "expert")
    consent = ConsentShape(source="*", read_only=True)

    class Meta:
        model = Expert
        fields = [
            "id", "native_name", "latin_name", "names", "programme", "city", "organisation", "affiliation",
            "fields", "languages", "summary", "orcid", "works", "availability", "available_from",
            "state", "confirmed_on", "consent", "visibility", "version", "created_at", "updated_at",
        ]  # fmt: skip
