from modeltranslation.translator import TranslationOptions, register

from accounts.models import City, Membership, Organisation, User
from records.history import track, track_parts


@register(City)
class CityTexts(TranslationOptions):
    fields = ("name", "letter")


@register(Organisation)
class OrganisationTexts(TranslationOptions):
    fields = ("name", "other_names")


track(City, Organisation)
track(User, exclude=["password", "last_login"])  # a hash is no fact about a person, and a visit no edit
track_parts(Membership)
