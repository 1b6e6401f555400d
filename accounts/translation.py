from modeltranslation.translator import TranslationOptions, register

from accounts.models import City, Organisation
from records.history import track


@register(City)
class CityTexts(TranslationOptions):
    fields = ("name", "letter")


@register(Organisation)
class OrganisationTexts(TranslationOptions):
    fields = ("name", "other_names")


track(City, Organisation)
