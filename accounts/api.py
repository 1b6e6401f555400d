"""Cities and organisations in the API."""

from typing import Any

import django_filters
from rest_framework import serializers

from accounts.models import City, Organisation
from records.api.shapes import OrNull, Texts
from records.api.views import ReadOnlyResource
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


class Cities(ReadOnlyResource):
    """The cities that are, or may become, sides of a programme."""

    model = City
    serializer_class = CityShape
    orderings = ("code", "created_at", "updated_at")


class Organisations(ReadOnlyResource):
    """Departments, metros, clusters, universities, broadcasters… of the cities."""

    model = Organisation
    serializer_class = OrganisationShape
    filterset_class = OrganisationFilter
