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
# A hash is no fact about a person, and a visit, or how far somebody has read, no edit.
track(User, exclude=["password", "last_login", "seen_position"])
track_parts(Membership)
