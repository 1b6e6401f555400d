from modeltranslation.translator import TranslationOptions, register

from experts.models import (
    Engagement,
    Expert,
    ExpertContact,
    ExpertiseField,
    ExpertiseRequest,
    ExpertLanguage,
    Invitation,
    Work,
)
from records.history import track, track_parts


@register(ExpertiseField)
class ExpertiseFieldTexts(TranslationOptions):
    fields = ("name", "synonyms")


@register(Expert)
class ExpertTexts(TranslationOptions):
    fields = ("affiliation", "summary")


@register(ExpertiseRequest)
class ExpertiseRequestTexts(TranslationOptions):
    fields = ("title", "text", "costs")


@register(Engagement)
class EngagementTexts(TranslationOptions):
    fields = ("work", "outcome")


track(ExpertiseField, Expert, Work, ExpertiseRequest, Invitation, Engagement)
track(ExpertContact, exclude=("email", "phone", "address"))
track_parts(ExpertLanguage, Expert.fields.through, ExpertiseRequest.fields.through)
