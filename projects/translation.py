import pgtrigger
from modeltranslation.translator import TranslationOptions, register

from projects.models import (
    Contribution,
    Delegate,
    Exchange,
    Indicator,
    IndicatorValue,
    Lead,
    Milestone,
    Participation,
    Project,
    Risk,
    Update,
)
from projects.models.guards import part_guard
from records.history import track, track_parts


@register(Project)
class ProjectTexts(TranslationOptions):
    fields = ("title", "summary")


@register(Milestone)
class MilestoneTexts(TranslationOptions):
    fields = ("title",)


@register(Risk)
class RiskTexts(TranslationOptions):
    fields = ("title", "mitigation")


@register(Indicator)
class IndicatorTexts(TranslationOptions):
    fields = ("name", "unit")


@register(Contribution)
class ContributionTexts(TranslationOptions):
    fields = ("description",)


@register(Exchange)
class ExchangeTexts(TranslationOptions):
    fields = ("title",)


@register(Update)
class UpdateTexts(TranslationOptions):
    fields = ("narrative", "help_needed")


track(
    Project,
    Milestone,
    Participation,
    Risk,
    Indicator,
    IndicatorValue,
    Contribution,
    Exchange,
    Delegate,
    Update,
)
track_parts(Lead, Project.agreements.through, Project.events.through)
for link, named in zip(
    track_parts(Project.areas.through, Project.provisions.through), ("area_id", "provision_id"), strict=True
):
    pgtrigger.register(part_guard(columns=(named,)))(link)
