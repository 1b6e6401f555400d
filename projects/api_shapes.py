"""What the parts of a project look like outside."""

from typing import Any

from django.db.models import Count, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Round
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api import CityRef, OrganisationRef
from projects.models import (
    Contribution,
    Delegate,
    Exchange,
    Indicator,
    IndicatorValue,
    Milestone,
    MilestoneState,
    Participation,
    Project,
    Risk,
    Update,
    milestone_state,
)
from records.api.shapes import BuildObject, Computed, DecimalText, OrNull, PeriodText, Reading, Texts

ZERO = Value(0)
ABOUT = ["version", "created_at", "updated_at"]


class ProjectRef(serializers.ModelSerializer):
    title = Texts()

    class Meta:
        model = Project
        fields = ["id", "code", "title"]


class MilestoneShape(serializers.ModelSerializer):
    project = ProjectRef(read_only=True)
    title = Texts()
    state = Computed(lambda: milestone_state(timezone.localdate()), MilestoneState.choices)

    class Meta:
        model = Milestone
        fields = ["id", "project", "title", "due_on", "forecast_on", "achieved_on", "state", *ABOUT]


class OrganisationOfSide(OrganisationRef):
    city = CityRef(read_only=True)

    class Meta(OrganisationRef.Meta):
        fields = [*OrganisationRef.Meta.fields, "city"]


class ParticipationShape(serializers.ModelSerializer):
    organisation = OrganisationOfSide(read_only=True)
    note = OrNull()

    class Meta:
        model = Participation
        fields = ["id", "organisation", "role", "note", *ABOUT]


class RiskShape(serializers.ModelSerializer):
    title = Texts()
    mitigation = Texts()
    city = CityRef(read_only=True, allow_null=True)

    class Meta:
        model = Risk
        fields = ["id", "title", "mitigation", "likelihood", "impact", "state", "city", *ABOUT]


class IndicatorShape(serializers.ModelSerializer):
    name = Texts()
    unit = Texts()
    baseline = DecimalText(places=4, trimmed=True)
    goal = DecimalText(places=4, trimmed=True)

    class Meta:
        model = Indicator
        fields = ["id", "name", "unit", "aggregation", "baseline", "goal", "goal_on", *ABOUT]


class ValueShape(serializers.ModelSerializer):
    city = CityRef(read_only=True)
    period = PeriodText()
    value = DecimalText(places=4, trimmed=True)
    note = OrNull()

    class Meta:
        model = IndicatorValue
        fields = ["id", "city", "period", "value", "note", *ABOUT]


def in_usd(name: str) -> Any:
    return lambda: Round(F(name) * F("rate"), precision=2)


class ContributionShape(serializers.ModelSerializer):
    """Amounts in USD are at the pinned rate (USD for one unit), to the cent; null without a rate."""

    organisation = OrganisationOfSide(read_only=True)
    description = Texts()
    currency = OrNull()
    planned = DecimalText(places=2)
    actual = DecimalText(places=2)
    rate = DecimalText(places=10, trimmed=True)
    rate_source = OrNull()
    planned_usd = DecimalText(in_usd("planned"), places=2)
    actual_usd = DecimalText(in_usd("actual"), places=2)

    class Meta:
        model = Contribution
        fields = [
            "id", "organisation", "kind", "description", "currency", "planned", "actual", "rate",
            "rate_source", "rate_on", "planned_usd", "actual_usd", *ABOUT,
        ]  # fmt: skip


class ExchangeShape(serializers.ModelSerializer):
    title = Texts()
    from_city = CityRef(read_only=True)
    to_city = CityRef(read_only=True)

    class Meta:
        model = Exchange
        fields = [
            "id", "title", "kind", "from_city", "to_city", "starts_on", "ends_on", "planned_people",
            "actual_people", *ABOUT,
        ]  # fmt: skip


class DelegateShape(serializers.ModelSerializer):
    latin_name = OrNull()
    position = OrNull()
    organisation = OrNull()

    class Meta:
        model = Delegate
        fields = ["id", "name", "latin_name", "position", "organisation", *ABOUT]


class UpdateShape(serializers.ModelSerializer):
    city = CityRef(read_only=True)
    period = PeriodText()
    narrative = Texts()
    health = OrNull()
    help_needed = Texts()
    owner_city = CityRef(read_only=True, allow_null=True)

    class Meta:
        model = Update
        fields = [
            "id", "city", "period", "narrative", "health", "help_needed", "state", "submitted_at",
            "returned", "visibility", "owner_city", *ABOUT,
        ]  # fmt: skip


@extend_schema_field(
    {
        "type": "object",
        "description": "Milestones: `achieved` are confirmed by both sides, `due` had to be by today"
        " (or are achieved already), `total` are all. Progress is achieved ÷ due.",
        "properties": {name: {"type": "integer"} for name in ("achieved", "due", "total")},
        "required": ["achieved", "due", "total"],
    }
)
class Progress(serializers.Field):
    """How far a project has come: counted by one look into the index of its milestones."""

    def __init__(self) -> None:
        super().__init__(read_only=True)

    def expression(self, path: str, reading: Reading) -> Any:
        reached = Q(achieved_on__isnull=False)
        due = reached | Q(due_on__lte=timezone.localdate())
        counted = BuildObject(
            achieved=Count("pk", filter=reached), due=Count("pk", filter=due), total=Count("pk")
        )
        live = Milestone.objects.filter(project=OuterRef("pk"), archived_at=None).order_by()
        found = Subquery(live.values("project").annotate(json=counted).values("json"))
        none = BuildObject(achieved=ZERO, due=ZERO, total=ZERO)
        return Coalesce(found, none)
