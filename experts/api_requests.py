"""Requests for expertise in the API, with who could help, who is invited, and what comes of it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import django_filters
import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request

from accounts.api import CityRef
from accounts.models import City
from experts import search
from experts.api_inputs import text
from experts.api_shapes import FieldRef
from experts.asking import request_to_read
from experts.models import Engagement, Expert, ExpertiseField, ExpertiseRequest, Invitation
from experts.services import engagements, invitations, requests
from programme.api import COMMON, AreaRef, ProgrammeRef
from records.api.acts import read_act, versioned_act
from records.api.inputs import Ids, NewRecordInput, RecordInput, TextsInput
from records.api.paging import read_limit
from records.api.schema import Schema
from records.api.shapes import Many, OrNull, Texts
from records.api.views import Resource, check_parameters
from records.api.writes import AmendableResource, WritableResource
from records.errors import Invalid
from records.models import Visibility
from records.search import search_texts

MOST_MATCHES = 50
PK = "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"


class ExpertiseRequestShape(serializers.ModelSerializer):
    title = Texts()
    text = Texts()
    costs = Texts()
    city = CityRef(read_only=True)
    area = AreaRef(read_only=True, allow_null=True)
    fields: Any = Many(  # type: ignore[assignment]
        FieldRef, lambda: ExpertiseField.objects.filter(archived_at=None).order_by("code"), "requests"
    )
    programme = ProgrammeRef(read_only=True)
    owner_city = CityRef(read_only=True, allow_null=True)

    class Meta:
        model = ExpertiseRequest
        fields = [
            "id", "title", "text", "city", "area", "fields", "languages", "mode", "starts_on", "ends_on",
            "answer_by", "payer", "costs", "state", "opened_at", "closed_at", "programme", "owner_city",
            *COMMON,
        ]  # fmt: skip


class RequestRef(serializers.ModelSerializer):
    title = Texts()

    class Meta:
        model = ExpertiseRequest
        fields = ["id", "title"]


class ExpertRef(serializers.ModelSerializer):
    """An expert within another record: null once the reader's city is not shown them any more."""

    native_name = OrNull()
    latin_name = OrNull()

    class Meta:
        model = Expert
        fields = ["id", "native_name", "latin_name"]


class InvitationShape(serializers.ModelSerializer):
    """Who is on a shortlist is the asking city's own until they are invited."""

    expert = ExpertRef(read_only=True, allow_null=True)
    reason = OrNull()

    class Meta:
        model = Invitation
        fields = [
            "id", "expert", "state", "note", "message", "reason", "invited_at", "released_at",
            "answered_at", *COMMON,
        ]  # fmt: skip


class EngagementShape(serializers.ModelSerializer):
    request = RequestRef(read_only=True)
    expert = ExpertRef(read_only=True, allow_null=True)
    work = Texts()
    outcome = Texts()
    programme = ProgrammeRef(read_only=True)
    owner_city = CityRef(read_only=True, allow_null=True)

    class Meta:
        model = Engagement
        fields = [
            "id", "request", "expert", "starts_on", "ends_on", "work", "outcome", "state", "closed_at",
            "programme", "owner_city", *COMMON,
        ]  # fmt: skip


class RequestInput(RecordInput):
    title = TextsInput(required=False)
    text = TextsInput(required=False)
    fields: Any = Ids(required=False)  # type: ignore[assignment]
    area = serializers.UUIDField(required=False, allow_null=True)
    languages = serializers.ListField(
        child=serializers.RegexField(r"^[a-z]{2,3}$"), required=False, max_length=20,
        help_text="Languages of work, ISO 639.",
    )  # fmt: skip
    mode = serializers.ChoiceField(choices=ExpertiseRequest.Mode.choices, required=False)
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)
    answer_by = serializers.DateField(required=False, allow_null=True)
    payer = serializers.ChoiceField(choices=ExpertiseRequest.Payer.choices, required=False)
    costs = TextsInput(required=False)


class NewRequestInput(RequestInput, NewRecordInput):
    """A new request is a draft, which the asking city alone sees."""

    visibility: Any = None
    title = TextsInput()
    text = TextsInput()


class ShortlistInput(RecordInput):
    expert = serializers.UUIDField()
    note = text(Invitation, "note")


class NoteInput(RecordInput):
    note = text(Invitation, "note")


class InviteInput(RecordInput):
    message = serializers.CharField(max_length=5_000)


class RefuseInput(RecordInput):
    reason = serializers.CharField(max_length=1_000)


class EngagementInput(RecordInput):
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)
    work = TextsInput(required=False)
    outcome = TextsInput(required=False)


class RequestFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(method="filter_search")
    state = django_filters.ChoiceFilter(choices=ExpertiseRequest.State.choices)
    city = django_filters.ModelChoiceFilter(
        field_name="city", to_field_name="code", queryset=City.objects.all()
    )
    field = django_filters.UUIDFilter(field_name="fields")
    area = django_filters.UUIDFilter(field_name="area")

    def filter_search(self, queryset: Any, name: str, value: str) -> Any:
        return search_texts(queryset, value, texts=("title", "text"))


class EngagementFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=Engagement.State.choices)
    request = django_filters.UUIDFilter(field_name="request")


class Acts:
    """Acts on a record that say nothing beside themselves, or what their input says."""

    named: str  # what the services call the record
    actor: Any
    acted: Any

    def done(
        self, request: Request, pk: Any, service: Callable[..., Any], shape: Any = RecordInput
    ) -> HttpResponse:
        def act(record: Any, version: int) -> None:
            service(**{self.named: record}, **read_act(shape, request), base_version=version, by=self.actor)

        return self.acted(request, pk, act)


class ExpertiseRequests(Acts, WritableResource):
    """What a city asks experts of the other for; a draft is its own, opened it is shared."""

    scope = "experts"
    model = ExpertiseRequest
    serializer_class = ExpertiseRequestShape
    filterset_class = RequestFilter
    input_class, new_input = RequestInput, NewRequestInput
    named = "request"

    def new_record(self, values: dict[str, Any]) -> Any:
        record = super().new_record({**values, "visibility": Visibility.OWN})
        values.pop("programme")
        return record

    def create_record(self, record: Any, parts: dict[str, Any]) -> Any:
        return requests.request_create(request=record, parts=parts, by=self.actor)

    def amend_record(self, record: Any, changes: dict[str, Any], version: int) -> Any:
        return requests.request_amend(request=record, changes=changes, base_version=version, by=self.actor)

    def archive_record(self, record: Any, version: int) -> Any:
        return requests.request_archive(request=record, base_version=version, by=self.actor)

    @action(detail=True, methods=["post"], schema=versioned_act())
    def open(self, request: Request, pk: Any) -> HttpResponse:
        """The other cities see the request from then on, and experts are invited."""
        return self.done(request, pk, requests.request_open)

    @action(detail=True, methods=["post"], schema=versioned_act())
    def close(self, request: Request, pk: Any) -> HttpResponse:
        """The request is answered, or no longer needed."""
        return self.done(request, pk, requests.request_close)

    @action(detail=True, methods=["post"], schema=versioned_act())
    def cancel(self, request: Request, pk: Any) -> HttpResponse:
        """The request is dropped: who has not accepted yet is asked no longer."""
        return self.done(request, pk, requests.request_cancel)


class BelowRequest:
    """What is found below a request (`/expertise-requests/{request}/…`), by whoever sees it."""

    scope = "experts"
    above: UUID
    action: Any
    actor: Any

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.above = UUID(kwargs.pop("request_id"))
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        if self.action not in (None, "metadata"):
            self.asked = request_to_read(pk=self.above, actor=self.actor)


class Invitations(BelowRequest, Acts, WritableResource):
    """The shortlist of a request and the invitations that came of it."""

    model = Invitation
    serializer_class = InvitationShape
    input_class, new_input = NoteInput, ShortlistInput
    named = "invitation"

    def here(self) -> Any:
        return self.get_queryset().filter(request=self.asked)

    def new_record(self, values: dict[str, Any]) -> Any:
        expert = Expert.objects.visible_to(self.actor).filter(pk=values.pop("expert")).first()
        if expert is None:
            raise Invalid({"expert": [_("There is no such expert.")]})
        return Invitation(request=self.asked, expert=expert)

    def location(self, record: Any) -> str:
        where = {"request_id": str(self.above), "pk": str(record.pk)}
        return reverse("api:expertise-request-invitations-detail", kwargs=where)

    def create_record(self, record: Any, parts: dict[str, Any]) -> Any:
        return invitations.invitation_shortlist(
            request=self.asked, expert=record.expert, note=record.note, by=self.actor
        )

    def amend_record(self, record: Any, changes: dict[str, Any], version: int) -> Any:
        return invitations.invitation_note(
            invitation=record, note=changes.get("note", record.note), base_version=version, by=self.actor
        )

    def archive_record(self, record: Any, version: int) -> Any:
        return invitations.invitation_remove(invitation=record, base_version=version, by=self.actor)

    @action(detail=True, methods=["post"], schema=versioned_act(InviteInput))
    def invite(self, request: Request, pk: Any) -> HttpResponse:
        """Ask the expert's city to release the expert: both cities see the invitation from then on."""
        return self.done(request, pk, invitations.invitation_invite, InviteInput)

    @action(detail=True, methods=["post"], schema=versioned_act())
    def release(self, request: Request, pk: Any) -> HttpResponse:
        """The expert's city lets the expert answer, who gets a signed link."""
        return self.done(request, pk, invitations.invitation_release)

    @action(detail=True, methods=["post"], schema=versioned_act(RefuseInput))
    def refuse(self, request: Request, pk: Any) -> HttpResponse:
        """The expert's city does not release the expert, and says why."""
        return self.done(request, pk, invitations.invitation_refuse, RefuseInput)

    @action(detail=True, methods=["post"], schema=versioned_act())
    def withdraw(self, request: Request, pk: Any) -> HttpResponse:
        """The expert is asked no longer."""
        return self.done(request, pk, invitations.invitation_withdraw)


class ScorePartRef(serializers.Serializer):
    label: Any = serializers.CharField()
    points = serializers.FloatField()
    most = serializers.FloatField()


class MatchReasonRef(serializers.Serializer):
    kind = serializers.ChoiceField(["field", "word", "name"])
    label: Any = serializers.CharField()
    matched = serializers.CharField(help_text="The words of the request that it was found by.")


class MatchRef(serializers.Serializer):
    """An expert who could help: why, and what the score is made of."""

    expert = ExpertRef()
    score = serializers.IntegerField(min_value=0, max_value=100)
    parts = ScorePartRef(many=True)
    reasons = MatchReasonRef(many=True)


class MatchesSchema(Schema):
    """Describes the matches as they answer: in JSON, the best first, and no more than asked for."""

    def is_list(self) -> bool:
        return True

    def get_override_parameters(self) -> list[Any]:
        limit = {"type": "integer", "minimum": 1, "maximum": MOST_MATCHES, "default": MOST_MATCHES}
        return [OpenApiParameter("limit", limit)]

    def describe(self, operation: dict[str, Any], record: Any) -> None:
        super().describe(operation, record)
        good = operation["responses"]["200"]
        good["content"] = {"application/json": good["content"]["application/json"]}
        operation["responses"] |= self.problems(("404",))


class Matches(BelowRequest, Resource):
    """Experts of other cities who could help, the best first: why, and what the score is made of."""

    serializer_class = MatchRef
    schema = MatchesSchema()

    def list(self, request: Request) -> HttpResponse:
        check_parameters(request, ["limit"])
        most = min(read_limit(request.GET.get("limit")), MOST_MATCHES)
        found = search.matches(self.asked, actor=self.actor, most=most)
        body = {
            "next": None,
            "previous": None,
            "results": [
                {
                    "expert": {
                        "id": match.expert.pk,
                        "native_name": match.expert.native_name or None,
                        "latin_name": match.expert.latin_name or None,
                    },
                    "score": match.score,
                    "parts": [
                        {"label": str(label), "points": points, "most": top}
                        for label, points, top in match.parts
                    ],
                    "reasons": [
                        {"kind": why.kind, "label": str(why.label), "matched": why.matched}
                        for why in match.reasons
                    ],
                }
                for match in found
            ],
        }
        return HttpResponse(orjson.dumps(body), content_type="application/json")


class Engagements(Acts, AmendableResource):
    """The work of experts for the other city, from an accepted invitation to its outcome."""

    scope = "experts"
    model = Engagement
    serializer_class = EngagementShape
    filterset_class = EngagementFilter
    input_class, new_input = EngagementInput, EngagementInput
    named = "engagement"

    def amend_record(self, record: Any, changes: dict[str, Any], version: int) -> Any:
        return engagements.engagement_amend(
            engagement=record, changes=changes, base_version=version, by=self.actor
        )

    @action(detail=True, methods=["post"], schema=versioned_act())
    def start(self, request: Request, pk: Any) -> HttpResponse:
        """The work has begun."""
        return self.done(request, pk, engagements.engagement_start)

    @action(detail=True, methods=["post"], schema=versioned_act())
    def close(self, request: Request, pk: Any) -> HttpResponse:
        """The work is done and its outcome is recorded."""
        return self.done(request, pk, engagements.engagement_close)

    @action(detail=True, methods=["post"], schema=versioned_act())
    def cancel(self, request: Request, pk: Any) -> HttpResponse:
        """Nothing comes of it."""
        return self.done(request, pk, engagements.engagement_cancel)


BELOW = (
    (f"expertise-requests/(?P<request_id>{PK})/invitations", Invitations, "expertise-request-invitations"),
    (f"expertise-requests/(?P<request_id>{PK})/matches", Matches, "expertise-request-matches"),
)
