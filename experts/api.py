"""Experts and fields of expertise in the API."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import django_filters
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.decorators import action
from rest_framework.request import Request

from accounts.models import City
from experts import api_inputs as inputs
from experts import api_shapes as shapes
from experts import search
from experts.access import expert_to_read
from experts.models import Expert, ExpertAccess, ExpertiseField, Work
from experts.models.expert import shown_to
from experts.services import experts as services
from experts.services.erasure import expert_erase
from experts.services.fields import field_amend, field_archive, field_create, fields_merge
from experts.services.reading import looks_log
from records.api.acts import read_act, versioned_act
from records.api.inputs import RecordInput
from records.api.writes import WritableResource
from records.errors import Invalid
from records.models import Visibility
from records.search import search_texts

MOST_FOUND = 500  # of a search, of which a list is then put in its own order


def act_of(kind: str) -> str:
    """What reading a profile in a format is to the city whose expert it is."""
    return ExpertAccess.Act.VIEWED if kind == "json" else ExpertAccess.Act.EXPORTED


class FieldFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(method="filter_search")
    parent = django_filters.UUIDFilter(field_name="parent")
    code = django_filters.CharFilter(field_name="code")
    area = django_filters.CharFilter(method="filter_area")

    def filter_search(self, queryset: Any, name: str, value: str) -> Any:
        return search_texts(queryset, value, texts=("name", "synonyms"), plain=("code",))

    def filter_area(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(area_codes__contains=[value])


class ExpertFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(method="filter_search")
    city = django_filters.ModelChoiceFilter(
        field_name="owner_city", to_field_name="code", queryset=City.objects.all()
    )
    field = django_filters.UUIDFilter(method="filter_field")
    language = django_filters.CharFilter(field_name="languages__language")
    availability = django_filters.ChoiceFilter(choices=Expert.Availability.choices)
    state = django_filters.ChoiceFilter(choices=Expert.State.choices)
    orcid = django_filters.CharFilter(method="filter_orcid")

    def filter_search(self, queryset: Any, name: str, value: str) -> Any:
        """Those that `experts.search` finds: the best ones of a question that fits very many."""
        found = search.find(value, actor=self.request.actor, limit=MOST_FOUND)
        return queryset.filter(pk__in=[hit.expert.pk for hit in found.hits])

    def filter_field(self, queryset: Any, name: str, value: UUID) -> Any:
        return queryset.filter(fields=value)

    def filter_orcid(self, queryset: Any, name: str, value: str) -> Any:
        """By a number that the reader is shown: one that is not covered matches nothing."""
        actor = self.request.actor
        return queryset.filter(shown_to(actor, Expert.Covers.ORCID), orcid=value)


class ExpertiseFields(WritableResource):
    """The tree of what experts are experts in, common to all cities; administrators keep it."""

    scope = "experts"
    model = ExpertiseField
    serializer_class = shapes.ExpertiseFieldShape
    filterset_class = FieldFilter
    input_class, new_input = inputs.FieldInput, inputs.NewFieldInput
    orderings = ("code", "created_at", "updated_at")

    def new_record(self, values: dict[str, Any]) -> Any:
        return ExpertiseField()

    def create_record(self, record: Any, parts: dict[str, Any]) -> Any:
        return field_create(field=record, by=self.actor)

    def amend_record(self, record: Any, changes: dict[str, Any], version: int) -> Any:
        return field_amend(field=record, changes=changes, base_version=version, by=self.actor)

    def archive_record(self, record: Any, version: int) -> Any:
        return field_archive(field=record, base_version=version, by=self.actor)

    @action(detail=True, methods=["post"], schema=versioned_act(inputs.MergeInput))
    def merge(self, request: Request, pk: Any) -> HttpResponse:
        """Merge this field into another one: its experts, requests and subfields move there."""

        def merged(field: ExpertiseField, version: int) -> None:
            data = read_act(inputs.MergeInput, request)
            kept = ExpertiseField.objects.filter(pk=data["into"]).first()
            if kept is None:
                raise Invalid({"into": [_("There is no such record: %(id)s.") % {"id": data["into"]}]})
            fields_merge(kept=kept, gone=field, base_version=version, reason=data["reason"], by=self.actor)

        return self.acted(request, pk, merged)


class Experts(WritableResource):
    """People whose expertise a city vouches for.

    A city sees its own; of another city's it sees those who are published, as far as and
    for as long as the person's consent goes. Reading another city's profile is logged.
    """

    scope = "experts"
    model = Expert
    serializer_class = shapes.ExpertShape
    filterset_class = ExpertFilter
    input_class, new_input = inputs.ExpertInput, inputs.NewExpertInput

    def told(self, pks: Sequence[Any], kind: str) -> None:
        """These profiles are read: whose they are wants to know by whom."""
        looks_log(pks=pks, act=act_of(kind), by=self.actor)

    def new_record(self, values: dict[str, Any]) -> Any:
        record = super().new_record({**values, "visibility": Visibility.OWN})
        values.pop("programme")
        return record

    def create_record(self, record: Any, parts: dict[str, Any]) -> Any:
        return services.expert_create(expert=record, parts=parts, by=self.actor)

    def amend_record(self, record: Any, changes: dict[str, Any], version: int) -> Any:
        return services.expert_amend(expert=record, changes=changes, base_version=version, by=self.actor)

    def archive_record(self, record: Any, version: int) -> Any:
        return services.expert_archive(expert=record, base_version=version, by=self.actor)

    def simple(self, request: Request, pk: Any, service: Callable[..., Any]) -> HttpResponse:
        """An act that says nothing beside itself."""

        def done(expert: Expert, version: int) -> None:
            read_act(RecordInput, request)
            service(expert=expert, base_version=version, by=self.actor)

        return self.acted(request, pk, done)

    @action(detail=True, methods=["post"], schema=versioned_act())
    def publish(self, request: Request, pk: Any) -> HttpResponse:
        """The city vouches for this expert, who can be found from then on."""
        return self.simple(request, pk, services.expert_publish)

    @action(detail=True, methods=["post"], schema=versioned_act())
    def suspend(self, request: Request, pk: Any) -> HttpResponse:
        """The profile is shown to its own city only."""
        return self.simple(request, pk, services.expert_suspend)

    @action(detail=True, methods=["post"], schema=versioned_act())
    def confirm(self, request: Request, pk: Any) -> HttpResponse:
        """The profile is right as it stands."""
        return self.simple(request, pk, services.expert_confirm)

    @action(detail=True, methods=["post"], schema=versioned_act(inputs.ConsentInput))
    def consent(self, request: Request, pk: Any) -> HttpResponse:
        """Record what the person has agreed to, in the place of what they agreed to before."""

        def given(expert: Expert, version: int) -> None:
            data = read_act(inputs.ConsentInput, request)
            services.consent_give(expert=expert, base_version=version, by=self.actor, **data)

        return self.acted(request, pk, given)

    @action(detail=True, methods=["post"], url_path="withdraw-consent", schema=versioned_act())
    def withdraw_consent(self, request: Request, pk: Any) -> HttpResponse:
        """The person agrees no longer: other cities see nothing of them from this moment."""
        return self.simple(request, pk, services.consent_withdraw)

    @action(detail=True, methods=["post"], schema=versioned_act(inputs.EraseInput))
    def erase(self, request: Request, pk: Any) -> HttpResponse:
        """Erase the person from every copy of the record. It cannot be undone."""

        def erased(expert: Expert, version: int) -> None:
            ground = read_act(inputs.EraseInput, request)["ground"]
            expert_erase(expert=expert, ground=ground, base_version=version, by=self.actor)

        return self.acted(request, pk, erased)


class Works(WritableResource):
    """Publications and past engagements of an expert, as far as the reader is shown them."""

    scope = "experts"
    model = Work
    serializer_class = shapes.WorkShape
    input_class, new_input = inputs.WorkInput, inputs.NewWorkInput
    above: UUID

    def told(self, pks: Sequence[Any], kind: str) -> None:
        """They are a part of the profile."""
        looks_log(pks=[self.above], act=act_of(kind), by=self.actor)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.above = UUID(kwargs.pop("expert"))
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.action not in (None, "metadata"):
            self.expert = expert_to_read(pk=self.above, actor=self.actor)

    def here(self) -> Any:
        return self.get_queryset().filter(expert=self.expert)

    def new_record(self, values: dict[str, Any]) -> Any:
        return Work(expert=self.expert)

    def location(self, record: Any) -> str:
        where = {"expert": str(self.above), "pk": str(record.pk)}
        return reverse("api:expert-works-detail", kwargs=where)

    def create_record(self, record: Any, parts: dict[str, Any]) -> Any:
        return services.work_create(work=record, by=self.actor)

    def amend_record(self, record: Any, changes: dict[str, Any], version: int) -> Any:
        return services.work_amend(work=record, changes=changes, base_version=version, by=self.actor)

    def archive_record(self, record: Any, version: int) -> Any:
        return services.work_archive(work=record, base_version=version, by=self.actor)


PK = "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
WORKS = (f"experts/(?P<expert>{PK})/works", Works, "expert-works")
