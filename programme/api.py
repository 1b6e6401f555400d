"""The programme and its records in the API."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from accounts.api import CityRef, OrganisationRef
from accounts.models import City, Organisation
from programme import api_inputs as inputs
from programme import filters
from programme.citations import citations_of_seen_records
from programme.models import (
    Agreement,
    Area,
    Citation,
    Event,
    EventParticipant,
    Programme,
    Provision,
    Side,
    Source,
    Statement,
    agreement_state,
)
from programme.services import citation_create, record_amend, record_archive, record_create
from records.api.shapes import BySide, Computed, Many, OrNull, PeriodText, Texts
from records.api.views import ReadOnlyResource
from records.api.writes import WritableResource

COMMON = ["visibility", "version", "created_at", "updated_at"]


class ProgrammeRef(serializers.ModelSerializer):
    class Meta:
        model = Programme
        fields = ["id"]


class AreaRef(serializers.ModelSerializer):
    name = Texts()

    class Meta:
        model = Area
        fields = ["id", "code", "name"]


class ProvisionRef(serializers.ModelSerializer):
    title = Texts()

    class Meta:
        model = Provision
        fields = ["id", "code", "title"]


class AgreementRef(serializers.ModelSerializer):
    title = Texts()

    class Meta:
        model = Agreement
        fields = ["id", "title"]


class SourceRef(serializers.ModelSerializer):
    class Meta:
        model = Source
        fields = ["id", "title"]


class SideShape(serializers.ModelSerializer):
    signatory = Texts()
    office = Texts()

    class Meta:
        model = Side
        fields = ["signatory", "office"]


class ProgrammeShape(serializers.ModelSerializer):
    title = Texts()
    period = PeriodText()
    modes = Texts()
    signed_on = PeriodText()
    signed_how = Texts()
    sides = BySide(SideShape, lambda: Side.objects.all(), "programme", "")

    class Meta:
        model = Programme
        fields = [
            "id",
            "title",
            "period",
            "modes",
            "signed_on",
            "signed_how",
            "authentic",
            "sides",
            *COMMON,
        ]


class AreaShape(serializers.ModelSerializer):
    name = Texts()
    programme = ProgrammeRef(read_only=True)

    class Meta:
        model = Area
        fields = ["id", "code", "name", "position", "programme", *COMMON]


class ProvisionShape(serializers.ModelSerializer):
    title = Texts()
    programme = ProgrammeRef(read_only=True)
    areas = Many(AreaRef, lambda: Area.objects.order_by("position", "code"), "provisions")

    class Meta:
        model = Provision
        fields = ["id", "code", "title", "areas", "programme", *COMMON]


class AgreementShape(serializers.ModelSerializer):
    title = Texts()
    state = Computed(lambda: agreement_state(timezone.now().date()), Agreement.State.choices)
    signed_on = PeriodText()
    signed_how = Texts()
    expires_on = PeriodText()
    note = Texts()
    cities = Many(CityRef, lambda: City.objects.order_by("code"), "agreements")
    organisations = Many(
        OrganisationRef, lambda: Organisation.objects.order_by("created_at", "id"), "agreements"
    )
    basis = AgreementRef(read_only=True, allow_null=True)
    programme = ProgrammeRef(read_only=True)

    class Meta:
        model = Agreement
        fields = [
            "id", "kind", "title", "state", "signed_on", "signed_how", "term_years", "expires_on", "note",
            "cities", "organisations", "basis", "programme", *COMMON,
        ]  # fmt: skip


class ParticipantShape(serializers.ModelSerializer):
    organisation = OrganisationRef(read_only=True)

    class Meta:
        model = EventParticipant
        fields = ["role", "organisation"]


class EventRef(serializers.ModelSerializer):
    title = Texts()

    class Meta:
        model = Event
        fields = ["id", "title"]


class EventShape(serializers.ModelSerializer):
    title = Texts()
    held = PeriodText()
    occasion = Texts()
    mode = OrNull()
    city = CityRef(read_only=True, allow_null=True)
    within = EventRef(read_only=True, allow_null=True)
    participants = Many(ParticipantShape, lambda: EventParticipant.objects.order_by("role", "id"), "event")
    programme = ProgrammeRef(read_only=True)

    class Meta:
        model = Event
        fields = [
            "id", "kind", "mode", "title", "held", "occasion", "city", "within", "participants",
            "programme", *COMMON,
        ]  # fmt: skip


class StatementShape(serializers.ModelSerializer):
    text = Texts()
    said_by = Texts()
    areas = Many(AreaRef, lambda: Area.objects.order_by("position", "code"), "statements")
    programme = ProgrammeRef(read_only=True)

    class Meta:
        model = Statement
        fields = ["id", "kind", "text", "said_by", "areas", "outside_areas", "programme", *COMMON]


class SourceShape(serializers.ModelSerializer):
    publisher = OrNull()
    language = OrNull()
    published_on = PeriodText()
    sha256 = OrNull()
    note = Texts()
    programme = ProgrammeRef(read_only=True)

    class Meta:
        model = Source
        fields = [
            "id", "kind", "title", "publisher", "language", "published_on", "sha256", "note",
            "programme", *COMMON,
        ]  # fmt: skip


class CitationShape(serializers.ModelSerializer):
    field = OrNull()
    source: Any = SourceRef(read_only=True)
    locator = OrNull()
    claim = Texts()
    note = Texts()
    how = Texts()
    doubt = Texts()
    programme = ProgrammeRef(read_only=True)

    class Meta:
        model = Citation
        fields = [
            "id", "subject_kind", "subject_id", "field", "source", "locator", "claim", "note", "derived",
            "how", "doubt", "disagrees", "programme", *COMMON,
        ]  # fmt: skip


class Programmes(ReadOnlyResource):
    """The signed programmes of cooperation."""

    scope = "programme"
    model = Programme
    serializer_class = ProgrammeShape


class ProgrammeRecords(WritableResource):
    """What every record of a programme has in common: its services."""

    def create_record(self, record: Any, parts: dict[str, Any]) -> Any:
        return record_create(record=record, parts=parts, by=self.actor)

    def amend_record(self, record: Any, changes: dict[str, Any], version: int) -> Any:
        return record_amend(record=record, changes=changes, base_version=version, by=self.actor)

    def archive_record(self, record: Any, version: int) -> Any:
        return record_archive(record=record, base_version=version, by=self.actor)


class Areas(ProgrammeRecords):
    """The areas of cooperation of a programme."""

    scope = "programme"
    model = Area
    serializer_class = AreaShape
    input_class, new_input = inputs.AreaInput, inputs.NewAreaInput
    filterset_class = filters.AreaFilter
    orderings = ("position", "code", "created_at", "updated_at")


class Provisions(ProgrammeRecords):
    """What a programme commits its sides to."""

    scope = "programme"
    model = Provision
    serializer_class = ProvisionShape
    input_class, new_input = inputs.ProvisionInput, inputs.NewProvisionInput
    filterset_class = filters.ProvisionFilter
    orderings = ("code", "created_at", "updated_at")


class Agreements(ProgrammeRecords):
    """Signed and planned documents between cities or organisations."""

    scope = "programme"
    model = Agreement
    serializer_class = AgreementShape
    input_class, new_input = inputs.AgreementInput, inputs.NewAgreementInput
    filterset_class = filters.AgreementFilter


class Events(ProgrammeRecords):
    """Forums, signings, competitions, concerts, meetings."""

    scope = "programme"
    model = Event
    serializer_class = EventShape
    input_class, new_input = inputs.EventInput, inputs.NewEventInput
    filterset_class = filters.EventFilter


class Statements(ProgrammeRecords):
    """What a source says that is no record of its own."""

    scope = "programme"
    model = Statement
    serializer_class = StatementShape
    input_class, new_input = inputs.StatementInput, inputs.NewStatementInput
    filterset_class = filters.StatementFilter


class Sources(ProgrammeRecords):
    """The documents and pages that facts come from."""

    scope = "programme"
    model = Source
    serializer_class = SourceShape
    input_class, new_input = inputs.SourceInput, inputs.NewSourceInput
    filterset_class = filters.SourceFilter


class Citations(ProgrammeRecords):
    """Where each fact comes from: a record, or one field of it, and the source."""

    scope = "programme"
    model = Citation
    serializer_class = CitationShape
    input_class, new_input = inputs.CitationInput, inputs.NewCitationInput
    filterset_class = filters.CitationFilter

    def create_record(self, record: Any, parts: dict[str, Any]) -> Any:
        return citation_create(record=record, by=self.actor)

    def get_queryset(self) -> Any:
        """Only of records, and from sources, that the reader sees."""
        return citations_of_seen_records(self.actor)
