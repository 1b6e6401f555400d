"""Every write to cities, organisations and people."""

from django.db import transaction

from accounts.actors import Actor
from accounts.models import City, Membership, Organisation, Role, User
from records.services import create, writing


def city_create(*, city: City, original: str, by: Actor) -> City:
    """Add a city. Raises `Invalid`."""
    with writing(by=by):
        return create(city, by=by, original=original)


def organisation_create(*, organisation: Organisation, original: str, by: Actor) -> Organisation:
    """Add an organisation of a city. Raises `Invalid`."""
    with writing(by=by):
        return create(organisation, by=by, original=original)


@transaction.atomic
def person_create(
    *,
    email: str,
    name: str,
    password: str | None,
    city: City | None,
    roles: list[Role],
    language: str = "en",
) -> User:
    """Add a person with roles in their city, or without one.

    Raises ValidationError for a bad address, and a database error (23514) for a role
    that needs a city where there is none.
    """
    timezone = city.timezone if city else "UTC"
    user = User.objects.create_user(
        email,
        password,
        name=name,
        city=city,
        language=language,
        timezone=timezone,
        is_staff=Role.ADMINISTRATOR in roles,
    )
    Membership.objects.bulk_create(Membership(user=user, city=city, role=role) for role in roles)
    return user


def language_choose(*, user: User, language: str) -> None:
    """Keep the language that a person chose in the header."""
    User.objects.filter(pk=user.pk).update(language=language)
