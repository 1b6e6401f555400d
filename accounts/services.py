"""Every write to cities, organisations and people."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from accounts.access import require_own_city
from accounts.actors import Actor
from accounts.models import City, Membership, Organisation, PartnerClient, Role, User
from records.services import amend, archive, create, locked, writing


def city_create(*, city: City, original: str, by: Actor) -> City:
    """Add a city. Raises `Invalid`."""
    with writing(by=by):
        return create(city, by=by, original=original)


def organisation_create(
    *, organisation: Organisation, original: str | None = None, by: Actor
) -> Organisation:
    """Add an organisation of the actor's own city. Raises `NotAllowed` and `Invalid`."""
    with writing(by=by):
        require_own_city(by, organisation)
        return create(organisation, by=by, original=original)


def organisation_amend(
    *, organisation: Organisation, changes: Mapping[str, Any], base_version: int, by: Actor
) -> Organisation:
    """Edit an organisation of the actor's own city.

    Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`.
    """
    with locked(organisation, by=by) as fresh:
        require_own_city(by, fresh)
        return amend(fresh, changes=changes, base_version=base_version, by=by)


def organisation_archive(*, organisation: Organisation, base_version: int, by: Actor) -> Organisation:
    """Take an organisation out of the lists. Raises `NotVisible`, `NotAllowed` and `EditConflict`."""
    with locked(organisation, by=by) as fresh:
        require_own_city(by, fresh)
        return archive(fresh, base_version=base_version, by=by)


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


def client_create(
    *, client_id: str, secret: str, name: str, official: User, scopes: Iterable[str]
) -> PartnerClient:
    """Add a partner system of the official's city; the secret is kept as a hash only."""
    client = PartnerClient(
        client_id=client_id,
        client_secret=secret,
        name=name,
        city=official.city,
        official=official,
        scopes=sorted(scopes),
        client_type=PartnerClient.CLIENT_CONFIDENTIAL,
        authorization_grant_type=PartnerClient.GRANT_CLIENT_CREDENTIALS,
    )
    client.full_clean()
    client.save(force_insert=True)
    return client
