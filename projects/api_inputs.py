"""What a call may write of a project and its parts."""

from typing import Any

from rest_framework import serializers

from projects.models import Contribution, Exchange, Indicator, Participation, Risk, Update
from records.api.inputs import PeriodInput, RecordInput, TextsInput

LEVELS = [1, 2, 3]


def day(**kwargs: Any) -> serializers.DateField:
    return serializers.DateField(**{"required": False, "allow_null": True, **kwargs})


def number(places: int, **kwargs: Any) -> serializers.DecimalField:
    return serializers.DecimalField(
        max_digits=18, decimal_places=places, **{"required": False, "allow_null": True, **kwargs}
    )


def text(length: int, **kwargs: Any) -> serializers.CharField:
    return serializers.CharField(
        max_length=length, **{"required": False, "allow_null": True, "allow_blank": True, **kwargs}
    )


def count() -> serializers.IntegerField:
    return serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=2_147_483_647)


class MilestoneInput(RecordInput):
    """`achieved_on` always takes both sides' word: propose it."""

    title = TextsInput(required=False)
    due_on = serializers.DateField(required=False)
    forecast_on = day()
    achieved_on = day()


class NewMilestoneInput(MilestoneInput):
    title = TextsInput()
    due_on = serializers.DateField()


class ParticipationInput(RecordInput):
    organisation = serializers.UUIDField(required=False)
    role = serializers.ChoiceField(choices=Participation.Role.choices, required=False)
    note = text(300)


class NewParticipationInput(ParticipationInput):
    organisation = serializers.UUIDField()


class RiskInput(RecordInput):
    title = TextsInput(required=False)
    mitigation = TextsInput(required=False)
    likelihood = serializers.ChoiceField(choices=LEVELS, required=False)
    impact = serializers.ChoiceField(choices=LEVELS, required=False)
    state = serializers.ChoiceField(choices=Risk.State.choices, required=False)
    city = serializers.UUIDField(required=False, allow_null=True)


class NewRiskInput(RiskInput):
    title = TextsInput()


class IndicatorInput(RecordInput):
    name = TextsInput(required=False)
    unit = TextsInput(required=False)
    aggregation = serializers.ChoiceField(choices=Indicator.Aggregation.choices, required=False)
    baseline = number(4)
    goal = number(4)
    goal_on = day()


class NewIndicatorInput(IndicatorInput):
    name = TextsInput()
    unit = TextsInput()


class ValueInput(RecordInput):
    """`city` is the side that measured; without it, the caller's own."""

    city = serializers.UUIDField(required=False)
    period = PeriodInput(required=False)
    value = number(4, allow_null=False)
    note = text(300)


class NewValueInput(ValueInput):
    period = PeriodInput()
    value = number(4, required=True, allow_null=False)


class ContributionInput(RecordInput):
    """Money, or something in kind, which has neither amount nor currency.

    `rate_source` and `rate_on` together pin the rate to USD; the rate stays as it is until
    somebody pins it anew. Another currency clears it, unless the same call names a new one.
    """

    organisation = serializers.UUIDField(required=False)
    kind = serializers.ChoiceField(choices=Contribution.Kind.choices, required=False)
    description = TextsInput(required=False)
    currency = serializers.ChoiceField(
        choices=Contribution.Currency.choices, required=False, allow_blank=True, allow_null=True
    )
    planned = number(2, min_value=0)
    actual = number(2, min_value=0)
    rate_source = serializers.ChoiceField(
        choices=Contribution.RateSource.choices, required=False, allow_blank=True, allow_null=True
    )
    rate_on = day()


class NewContributionInput(ContributionInput):
    organisation = serializers.UUIDField()


class ExchangeInput(RecordInput):
    title = TextsInput(required=False)
    kind = serializers.ChoiceField(choices=Exchange.Kind.choices, required=False)
    from_city = serializers.UUIDField(required=False)
    to_city = serializers.UUIDField(required=False)
    starts_on = day()
    ends_on = day()
    planned_people = count()
    actual_people = count()


class NewExchangeInput(ExchangeInput):
    title = TextsInput()
    from_city = serializers.UUIDField()
    to_city = serializers.UUIDField()


class DelegateInput(RecordInput):
    name = serializers.CharField(max_length=150, required=False)
    latin_name = text(150)
    position = text(200)
    organisation = text(200)


class NewDelegateInput(DelegateInput):
    name = serializers.CharField(max_length=150)


class UpdateInput(RecordInput):
    period = PeriodInput(required=False)
    narrative = TextsInput(required=False)
    health = serializers.ChoiceField(
        choices=Update.Health.choices, required=False, allow_blank=True, allow_null=True
    )
    help_needed = TextsInput(required=False)


class NewUpdateInput(UpdateInput):
    """An update begins as a draft of the caller's own side."""

    period = PeriodInput()


class ReturnInput(RecordInput):
    """What is missing, section by section."""

    sections = serializers.DictField(
        child=serializers.CharField(allow_blank=True),
        help_text=f"Section → remark; the sections are {', '.join(Update.SECTIONS)}. One at least.",
    )
