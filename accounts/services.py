"""Every write to cities, organisations and people."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.access import hand_over_refusal, person_refusal, require_edit, require_own_city
from accounts.actors import Actor
from accounts.models import City, HandOver, Membership, Organisation, PartnerClient, Role, User
from records import services
from records.errors import Invalid, NotAllowed
from records.holding import move_all
from records.models import Change
from records.services import amend, archive, create, locked, writing

PERSON_FIELDS = (
    "email", "name", "city", "organisation", "language", "timezone", "deputy", "is_active", "is_staff",
)  # fmt: skip


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


def reference_amend(
    *,
    record: Any,
    changes: Mapping[str, Any],
    base_version: int,
    by: Actor,
    base: Mapping[str, Any] | None = None,
    confirmed: Collection[str] = (),
    reason: str,
) -> Any:
    """Correct a city or an organisation; the history keeps the `reason`.

    Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`.
    """
    with services.locked(record, by=by, reason=reason) as fresh:
        require_edit(by, fresh, correcting=True)
        return services.amend(
            fresh, changes=changes, base_version=base_version, base=base, confirmed=confirmed, by=by
        )


def reference_archive(*, record: Any, base_version: int, by: Actor, reason: str) -> Any:
    """Take a city or an organisation out of the lists. Raises like `reference_amend`."""
    with services.locked(record, by=by, reason=reason) as fresh:
        require_edit(by, fresh, correcting=True)
        return services.archive(fresh, base_version=base_version, by=by)


def reference_restore(*, record: Any, base_version: int, by: Actor, reason: str) -> Any:
    """Bring an archived city or organisation back. Raises like `reference_amend`."""
    with services.locked(record, by=by, reason=reason) as fresh:
        require_edit(by, fresh, archived=True, correcting=True)
        return services.restore(fresh, base_version=base_version, by=by)


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
    with writing(by=Actor.system()):
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


def person_amend(
    *, person: User, values: Mapping[str, Any], roles: Collection[tuple[str, City | None]], by: Actor
) -> User:
    """Set an account's values and all its roles, each with the city that it stands in, or none.

    Nobody changes their own roles or city, so that no administrator becomes an
    official by themselves. Raises `NotAllowed` and `Invalid`, and a database error
    (23514) for a role in a city that is not the person's.
    """
    with writing(by=by):
        fresh = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
        for refusal in (person_refusal(by, fresh), city_refusal(by, values.get("city", fresh.city))):
            if refusal:
                raise refusal
        present = set(Membership.objects.filter(user=fresh).values_list("role", "city_id"))
        wanted = {(role, city.pk if city else None) for role, city in roles}
        city = values.get("city", fresh.city)
        if fresh.pk == by.user_id and (wanted != present or city != fresh.city):
            raise NotAllowed(
                _("Nobody changes their own roles or city."), _("Another administrator can do it.")
            )
        for name in PERSON_FIELDS:
            if name in values:
                setattr(fresh, name, values[name])
        fresh.email = fresh.email.lower()
        check_person(fresh)
        # Roles that end go first: the rest must stand in the city that the person now belongs to.
        # One that would not is set anew, so that the database refuses it.
        here = {None, fresh.city_id}
        kept = {(role, city_id) for role, city_id in present & wanted if city_id in here}
        for membership in Membership.objects.filter(user=fresh):
            if (membership.role, membership.city_id) not in kept:
                membership.delete()
        fresh.save(update_fields=PERSON_FIELDS)
        Membership.objects.bulk_create(
            Membership(user=fresh, city_id=city_id, role=role)
            for role, city_id in sorted(wanted - kept, key=str)
        )
        EmailAddress.objects.filter(user=fresh).exclude(email__iexact=fresh.email).delete()
        return fresh


def city_refusal(by: Actor, city: City | None) -> NotAllowed | None:
    """Why this actor may put nobody into this city; None when they may."""
    if by.is_system or by.city_id is None or (city is not None and city.pk == by.city_id):
        return None
    return NotAllowed(
        _("You manage the people of your own city."), _("Choose your own city for this person.")
    )


def check_person(person: User) -> None:
    try:
        person.full_clean(exclude=["password"])
    except ValidationError as error:
        raise Invalid(error.message_dict) from None


def person_add(
    *, values: Mapping[str, Any], password: str, roles: Collection[tuple[str, City | None]], by: Actor
) -> User:
    """Add a person, in the administration. Raises like `person_amend`."""
    with writing(by=by):
        for refusal in (person_refusal(by, None), city_refusal(by, values.get("city"))):
            if refusal:
                raise refusal
        person = User(**values)
        person.email = User.objects.normalize_email(person.email).lower()
        person.set_password(password)
        check_person(person)
        person.save(force_insert=True)
        Membership.objects.bulk_create(
            Membership(user=person, city=city, role=role) for role, city in dict.fromkeys(roles)
        )
        return person


def password_set(*, person: User, password: str, by: Actor) -> None:
    """Give a person a new password, which ends their sessions. Raises `NotAllowed`."""
    with writing(by=by):
        fresh = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
        if refusal := person_refusal(by, fresh):
            raise refusal
        fresh.set_password(password)
        fresh.save(update_fields=["password"])


def person_deactivate(*, person: User, by: Actor) -> None:
    """End a person's access; what they wrote stays theirs. Raises `NotAllowed`."""
    with writing(by=by):
        fresh = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
        if refusal := person_refusal(by, fresh):
            raise refusal
        if fresh.pk == by.user_id:
            raise NotAllowed(_("Nobody ends their own access."), _("Another administrator can do it."))
        fresh.is_active = False
        fresh.save(update_fields=["is_active"])


def person_hand_over(*, person: User, to: User, by: Actor) -> HandOver:
    """Pass everything that a leaver holds to a colleague of the same city, and end the leaver's access.

    All of it in one transaction, or nothing. Raises `NotAllowed` and `Invalid`.
    """
    with writing(by=by):
        found = User.objects.select_for_update(of=("self",)).order_by("pk").in_bulk([person.pk, to.pk])
        leaver, heir = found[person.pk], found[to.pk]
        if refusal := hand_over_refusal(by, leaver):
            raise refusal
        if leaver.pk == by.user_id:
            raise NotAllowed(
                _("Nobody ends their own access."), _("Another secretary or administrator can.")
            )
        if not may_take_over(leaver, heir):
            raise Invalid(
                {"to": [_("Choose somebody of the same city who may sign in and has a role there.")]}
            )
        moved = move_all(person=leaver, to=heir, by=by)
        leaver.is_active = False
        leaver.deputy, leaver.away_from, leaver.away_until = None, None, None
        leaver.save(update_fields=["is_active", "deputy", "away_from", "away_until"])
        kept = {label: count for label, count in moved.items() if count}
        return HandOver.objects.create(person=leaver, to=heir, by_id=by.user_id, moved=kept)


def may_take_over(leaver: User, heir: User) -> bool:
    same_city = heir.city_id is not None and heir.city_id == leaver.city_id
    return same_city and heir.pk != leaver.pk and heir.is_active and heir.memberships.exists()


def absence_set(*, deputy: User | None, away_from: date | None, away_until: date | None, by: Actor) -> User:
    """Say when one is away, and who stands in meanwhile. Raises `NotAllowed` and `Invalid`."""
    if by.user is None or by.client:
        raise NotAllowed(_("Only people are away."))
    with writing(by=by):
        fresh = User.objects.select_for_update(of=("self",)).get(pk=by.user_id)
        if deputy is not None and not may_take_over(fresh, deputy):
            raise Invalid({"deputy": [_("Choose a colleague of your own city who may sign in.")]})
        if (away_from is None) != (away_until is None):
            field = "away_from" if away_from is None else "away_until"
            raise Invalid({field: [_("Write both days.")]})
        if away_from and away_until and away_until < away_from:
            raise Invalid({"away_until": [_("The last day must not lie before the first.")]})
        if away_from and deputy is None:
            raise Invalid({"deputy": [_("Choose who stands in for you meanwhile.")]})
        fresh.deputy, fresh.away_from, fresh.away_until = deputy, away_from, away_until
        fresh.save(update_fields=["deputy", "away_from", "away_until"])
        return fresh


def changes_look(*, position: int, by: Actor) -> None:
    """Note up to where in the feed a person has looked; never back, and never beyond its end."""
    if by.user_id is None or by.client:
        raise NotAllowed(_("Only people look at what changed."), _("Sign in first."))
    end = Change.objects.aggregate(end=Max("position"))["end"] or 0
    reached = min(position, end)
    User.objects.filter(pk=by.user_id, seen_position__lt=reached).update(seen_position=reached)


def language_choose(*, user: User, language: str) -> None:
    """Keep the language that a person chose in the header."""
    with writing(by=Actor(user=user)):
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
