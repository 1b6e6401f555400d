"""Cities and organisations in the API."""

from typing import Any

import django_filters
from rest_framework import serializers

from accounts.models import City, Organisation
from accounts.services import organisation_amend, organisation_archive, organisation_create
from records.api.inputs import RecordInput, TextsInput
from records.api.shapes import OrNull, Texts
from records.api.views import ReadOnlyResource
from records.api.writes import WritableResource
from records.search import search_texts


class CityShape(serializers.ModelSerializer):
    name = Texts()
    letter = Texts()

    class Meta:
        model = City
        fields = [
            "id", "code", "name", "letter", "timezone", "country", "language", "colour", "external",
            "version", "created_at", "updated_at",
        ]  # fmt: skip


class CityRef(serializers.ModelSerializer):
    """A city within another record."""

    name = Texts()

    class Meta:
        model = City
        fields = ["id", "code", "name"]


class OrganisationRef(serializers.ModelSerializer):
    """An organisation within another record."""

    name = Texts()

    class Meta:
        model = Organisation
        fields = ["id", "name"]


class OrganisationShape(serializers.ModelSerializer):
    name = Texts()
    other_names = Texts()
    city = CityRef(read_only=True)
    website = OrNull()

    class Meta:
        model = Organisation
        fields = [
            "id",
            "name",
            "other_names",
            "city",
            "kind",
            "website",
            "version",
            "created_at",
            "updated_at",
        ]


class OrganisationFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(method="filter_search")
    city = django_filters.CharFilter(field_name="city__code")
    kind = django_filters.ChoiceFilter(choices=Organisation.Kind.choices)

    def filter_search(self, queryset: Any, name: str, value: str) -> Any:
        return search_texts(queryset, value, texts=("name", "other_names"))


class OrganisationInput(RecordInput):
    name = TextsInput(required=False)
    other_names = TextsInput(required=False)
    kind = serializers.ChoiceField(choices=Organisation.Kind.choices, required=False)
    website = serializers.URLField(required=False, allow_null=True, max_length=200)


class NewOrganisationInput(OrganisationInput):
    name = TextsInput()


class Cities(ReadOnlyResource):
    """The cities that are, or may become, sides of a programme."""

    scope = "programme"
    model = City
    serializer_class = CityShape
    orderings = ("code", "created_at", "updated_at")


class Organisations(WritableResource):
    """Departments, metros, clusters, universities, broadcasters…; each city writes its own."""

    scope = "programme"
    model = Organisation
    serializer_class = OrganisationShape
    filterset_class = OrganisationFilter
    input_class, new_input = OrganisationInput, NewOrganisationInput

    def new_record(self, values: dict[str, Any]) -> Organisation:
        return Organisation(city=self.actor.city)

    def create_record(self, record: Any, parts: dict[str, Any]) -> Any:
        return organisation_create(organisation=record, by=self.actor)

    def amend_record(self, record: Any, changes: dict[str, Any], version: int) -> Any:
        return organisation_amend(organisation=record, changes=changes, base_version=version, by=self.actor)

    def archive_record(self, record: Any, version: int) -> Any:
        return organisation_archive(organisation=record, base_version=version, by=self.actor)
