from modeltranslation.translator import TranslationOptions, register

from programme.models import (
    Agreement,
    Area,
    Citation,
    Event,
    EventParticipant,
    Obligation,
    Programme,
    Provision,
    Resolution,
    Side,
    Source,
    Statement,
)
from records.history import track, track_parts


@register(Programme)
class ProgrammeTexts(TranslationOptions):
    fields = ("title", "modes", "signed_how")


@register(Side)
class SideTexts(TranslationOptions):
    fields = ("signatory", "office")


@register(Area)
class AreaTexts(TranslationOptions):
    fields = ("name",)


@register(Provision)
class ProvisionTexts(TranslationOptions):
    fields = ("title",)


@register(Statement)
class StatementTexts(TranslationOptions):
    fields = ("text", "said_by")


@register(Agreement)
class AgreementTexts(TranslationOptions):
    fields = ("title", "signed_how", "note")


@register(Event)
class EventTexts(TranslationOptions):
    fields = ("title", "occasion")


@register(Source)
class SourceTexts(TranslationOptions):
    fields = ("note",)


@register(Citation)
class CitationTexts(TranslationOptions):
    fields = ("claim", "note", "how", "doubt")


@register(Resolution)
class ResolutionTexts(TranslationOptions):
    fields = ("text",)


@register(Obligation)
class ObligationTexts(TranslationOptions):
    fields = ("text", "outcome")


track(Programme, Area, Provision, Statement, Agreement, Event, Source, Citation, Resolution, Obligation)
track_parts(
    Side,
    EventParticipant,
    Provision.areas.through,
    Statement.areas.through,
    Agreement.cities.through,
    Agreement.organisations.through,
)
