"""What a call may write of a programme's records."""

from typing import Any

from rest_framework import serializers

from programme.models import Agreement, Event, EventParticipant, Source, Statement
from records.api.inputs import Ids, NewRecordInput, PeriodInput, RecordInput, TextsInput
from records.texts import LANGUAGES


class AreaInput(RecordInput):
    code = serializers.CharField(required=False, max_length=8)
    name = TextsInput(required=False)
    position = serializers.IntegerField(required=False, min_value=0, max_value=32_767)


class NewAreaInput(AreaInput, NewRecordInput):
    code = serializers.CharField(max_length=8)
    name = TextsInput()


class ProvisionInput(RecordInput):
    code = serializers.CharField(required=False, max_length=8)
    title = TextsInput(required=False)
    areas = Ids(required=False)


class NewProvisionInput(ProvisionInput, NewRecordInput):
    code = serializers.CharField(max_length=8)
    title = TextsInput()


class AgreementInput(RecordInput):
    kind = serializers.ChoiceField(choices=Agreement.Kind.choices, required=False)
    title = TextsInput(required=False)
    is_signed = serializers.BooleanField(required=False)
    signed_on = PeriodInput(required=False)
    signed_how = TextsInput(required=False)
    term_years = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=200)
    expires_on = PeriodInput(required=False)
    note = TextsInput(required=False)
    cities = Ids(required=False)
    organisations = Ids(required=False)
    basis = serializers.UUIDField(required=False, allow_null=True)
    part_of = serializers.UUIDField(required=False, allow_null=True)


class NewAgreementInput(AgreementInput, NewRecordInput):
    kind = serializers.ChoiceField(choices=Agreement.Kind.choices)
    title = TextsInput()


class ParticipantsInput(serializers.DictField):
    """Who takes part: role → the ids of organisations."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=Ids(), **kwargs)

    def to_internal_value(self, data: Any) -> dict[str, list[str]]:
        roles = super().to_internal_value(data)
        if unknown := set(roles) - set(EventParticipant.Role.values):
            names = ", ".join(EventParticipant.Role.values)
            raise serializers.ValidationError({unknown.pop(): [f"Choose one of: {names}."]})
        return {role: sorted(ids) for role, ids in sorted(roles.items()) if ids}

    def changes(self, name: str, value: dict[str, list[str]]) -> dict[str, Any]:
        return {name: value}


class EventInput(RecordInput):
    kind = serializers.ChoiceField(choices=Event.Kind.choices, required=False)
    mode = serializers.ChoiceField(choices=Event.Mode.choices, required=False, allow_null=True)
    title = TextsInput(required=False)
    held = PeriodInput(required=False)
    occasion = TextsInput(required=False)
    city = serializers.UUIDField(required=False, allow_null=True)
    within = serializers.UUIDField(required=False, allow_null=True)
    participants = ParticipantsInput(required=False)


class NewEventInput(EventInput, NewRecordInput):
    kind = serializers.ChoiceField(choices=Event.Kind.choices)
    title = TextsInput()


class StatementInput(RecordInput):
    kind = serializers.ChoiceField(choices=Statement.Kind.choices, required=False)
    text = TextsInput(required=False)
    said_by = TextsInput(required=False)
    areas = Ids(required=False)
    outside_areas = serializers.BooleanField(required=False)


class NewStatementInput(StatementInput, NewRecordInput):
    kind = serializers.ChoiceField(choices=Statement.Kind.choices)
    text = TextsInput()


class SourceInput(RecordInput):
    kind = serializers.ChoiceField(choices=Source.Kind.choices, required=False)
    title = serializers.CharField(required=False, max_length=400)
    publisher = serializers.CharField(required=False, allow_null=True, max_length=200)
    language = serializers.ChoiceField(choices=LANGUAGES, required=False, allow_null=True)
    published_on = PeriodInput(required=False)
    sha256 = serializers.RegexField(r"^[0-9a-f]{64}$", required=False, allow_null=True)
    note = TextsInput(required=False)


class NewSourceInput(SourceInput, NewRecordInput):
    kind = serializers.ChoiceField(choices=Source.Kind.choices)
    title = serializers.CharField(max_length=400)


class CitationInput(RecordInput):
    field = serializers.CharField(required=False, allow_null=True, max_length=80)
    source: Any = serializers.UUIDField(required=False)
    locator = serializers.CharField(required=False, allow_null=True, max_length=120)
    claim = TextsInput(required=False)
    note = TextsInput(required=False)
    derived = serializers.BooleanField(required=False)
    how = TextsInput(required=False)
    doubt = TextsInput(required=False)
    disagrees = serializers.BooleanField(required=False)


class NewCitationInput(CitationInput, NewRecordInput):
    """What the citation is of never changes: another one is made for another fact."""

    subject_kind = serializers.CharField(max_length=40)
    subject_id = serializers.UUIDField()
    source: Any = serializers.UUIDField()
