"""The minutes of meetings in the API: resolutions, and what each side owes from them."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.api import CityRef, OrganisationRef
from accounts.models import City
from programme import filters
from programme.api import COMMON, EventRef, ProgrammeRef
from programme.minutes import services
from programme.models import Event, Obligation, Resolution, State, obligation_state
from records.api.inputs import NewRecordInput, RecordInput, TextsInput
from records.api.shapes import Computed, Texts
from records.api.writes import WritableResource
from records.errors import Invalid
from records.models import Visibility


class ResolutionShape(serializers.ModelSerializer):
    event = EventRef(read_only=True)
    text = Texts()
    programme = ProgrammeRef(read_only=True)
    owner_city = CityRef(read_only=True, allow_null=True)

    class Meta:
        model = Resolution
        fields = ["id", "event", "number", "text", "programme", "owner_city", *COMMON]


class ResolutionRef(serializers.ModelSerializer):
    event = EventRef(read_only=True)

    class Meta:
        model = Resolution
        fields = ["id", "number", "event"]


class ObligationShape(serializers.ModelSerializer):
    """Who of an organisation fulfils it is for the sides' own pages: officials are not published."""

    resolution = ResolutionRef(read_only=True)
    city = CityRef(read_only=True)
    organisation = OrganisationRef(read_only=True, allow_null=True)
    text = Texts()
    outcome = Texts()
    state = Computed(lambda: obligation_state(timezone.now()), State.choices)
    programme = ProgrammeRef(read_only=True)
    owner_city = CityRef(read_only=True, allow_null=True)

    class Meta:
        model = Obligation
        fields = [
            "id", "resolution", "city", "organisation", "text", "due_on", "state", "done_on", "outcome",
            "programme", "owner_city", *COMMON,
        ]  # fmt: skip


class ResolutionInput(RecordInput):
    number = serializers.IntegerField(required=False, min_value=1, max_value=32_767)
    text = TextsInput(required=False)


class NewPart(NewRecordInput):
    """What is part of another record is of that one's programme."""

    programme: Any = None


class NewResolutionInput(ResolutionInput, NewPart):
    """Without a number it becomes the last point of the minutes."""

    event = serializers.UUIDField()
    text = TextsInput()


class ObligationInput(RecordInput):
    organisation = serializers.UUIDField(required=False, allow_null=True)
    text = TextsInput(required=False)
    due_on = serializers.DateField(required=False)
    done_on = serializers.DateField(required=False, allow_null=True)
    outcome = TextsInput(required=False)


class NewObligationInput(ObligationInput, NewPart):
    resolution = serializers.UUIDField()
    city = serializers.UUIDField(help_text="The side that owes it.")
    text = TextsInput()
    due_on = serializers.DateField()


class PartOfRecord(WritableResource):
    """What is written into another record: `outer` names the field, `outer_model` its model."""

    scope = "programme"
    outer: str
    outer_model: Any

    def new_record(self, values: dict[str, Any]) -> Any:
        found = self.outer_model.objects.visible_to(self.actor).filter(pk=values[self.outer]).first()
        if found is None:
            raise Invalid(
                {self.outer: [_("There is no such record: %(id)s.") % {"id": values[self.outer]}]}
            )
        values.pop(self.outer)
        visibility = values.pop("visibility")
        owner = self.actor.city if visibility == Visibility.OWN else None
        made = {self.outer: found, "programme": found.programme}
        return self.model(visibility=visibility, owner_city=owner, **made)


class Resolutions(PartOfRecord):
    """The numbered points of a meeting's minutes."""

    model = Resolution
    serializer_class = ResolutionShape
    input_class, new_input = ResolutionInput, NewResolutionInput
    filterset_class = filters.ResolutionFilter
    orderings = ("created_at", "updated_at", "number")
    outer, outer_model = "event", Event

    def create_record(self, record: Any, parts: dict[str, Any]) -> Any:
        return services.resolution_create(resolution=record, by=self.actor)

    def amend_record(self, record: Any, changes: dict[str, Any], version: int) -> Any:
        return services.resolution_amend(
            resolution=record, changes=changes, base_version=version, by=self.actor
        )

    def archive_record(self, record: Any, version: int) -> Any:
        return services.resolution_archive(resolution=record, base_version=version, by=self.actor)


class Obligations(PartOfRecord):
    """What each side owes from the resolutions of meetings, by when, and what came of it.

    A state goes by the day that it is in the city that owes it. Once the programme has
    ended nothing is overdue any more.
    """

    model = Obligation
    serializer_class = ObligationShape
    input_class, new_input = ObligationInput, NewObligationInput
    filterset_class = filters.ObligationFilter
    orderings = ("due_on", "created_at", "updated_at")
    outer, outer_model = "resolution", Resolution

    def get_queryset(self) -> Any:
        return super().get_queryset().standing(timezone.now())

    def new_record(self, values: dict[str, Any]) -> Any:
        record = super().new_record(values)
        record.city = City.objects.filter(pk=values.pop("city")).first()
        if record.city is None:
            raise Invalid({"city": [_("This city is not a side of the programme.")]})
        return record

    def create_record(self, record: Any, parts: dict[str, Any]) -> Any:
        return services.obligation_create(obligation=record, by=self.actor)

    def amend_record(self, record: Any, changes: dict[str, Any], version: int) -> Any:
        return services.obligation_amend(
            obligation=record, changes=changes, base_version=version, by=self.actor
        )

    def archive_record(self, record: Any, version: int) -> Any:
        return services.obligation_archive(obligation=record, base_version=version, by=self.actor)
