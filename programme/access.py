"""What of a programme an actor may see, and how its pages reach it."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce

from accounts.access import visible
from accounts.actors import Actor
from accounts.models import City, Organisation
from programme.citations import citations_of_seen_records
from programme.models import (
    Agreement,
    Area,
    Event,
    EventParticipant,
    Programme,
    Provision,
    Source,
    Statement,
)
from records.errors import NotVisible
from records.fields import FirstDay, LastDay
from records.models import RecordQuerySet


def programmes(actor: Actor) -> RecordQuerySet[Programme]:
    """The programmes that are open to this actor, the latest first. There is one for every few years."""
    latest_first = FirstDay("period").desc()
    return (
        Programme.objects.visible_to(actor).live().select_related("successor").order_by(latest_first, "pk")
    )


def programme_now(programmes: Sequence[Programme], on: date) -> Programme | None:
    """The programme that runs, else the last one that has begun, else the first to begin."""
    begun = [programme for programme in programmes if programme.period.first <= on]
    return begun[0] if begun else next(reversed(programmes), None)


def programme_to_read(*, pk: UUID, actor: Actor) -> Programme:
    """Raises `NotVisible`."""
    return visible(Programme.objects.select_related("owner_city", "successor"), pk=pk, actor=actor)


def area_to_read(*, pk: UUID, actor: Actor) -> Area:
    """Raises `NotVisible`."""
    return visible(Area.objects.select_related("owner_city"), pk=pk, actor=actor)


def provision_to_read(*, pk: UUID, actor: Actor) -> Provision:
    """Raises `NotVisible`."""
    return visible(Provision.objects.select_related("owner_city"), pk=pk, actor=actor)


def agreement_to_read(*, pk: UUID, actor: Actor) -> Agreement:
    """Raises `NotVisible`."""
    return visible(Agreement.objects.select_related("owner_city"), pk=pk, actor=actor)


def event_to_read(*, pk: UUID, actor: Actor) -> Event:
    """Raises `NotVisible`."""
    return visible(Event.objects.select_related("owner_city", "city"), pk=pk, actor=actor)


def statement_to_read(*, pk: UUID, actor: Actor) -> Statement:
    """Raises `NotVisible`."""
    return visible(Statement.objects.select_related("owner_city"), pk=pk, actor=actor)


def source_to_read(*, pk: UUID, actor: Actor) -> Source:
    """Raises `NotVisible`."""
    return visible(Source.objects.select_related("owner_city"), pk=pk, actor=actor)


def organisation_to_read(*, pk: UUID, actor: Actor) -> Organisation:
    """Raises `NotVisible`."""
    return visible(Organisation.objects.select_related("city"), pk=pk, actor=actor)


def other(queryset: Any, *, pk: UUID | None, actor: Actor) -> Any:
    """A record that another one refers to; None when there is none, or none for this actor."""
    if pk is None:
        return None
    try:
        return visible(queryset, pk=pk, actor=actor)
    except NotVisible:
        return None


# Lists, in the order that pages show them.


def areas(actor: Actor) -> RecordQuerySet[Area]:
    return Area.objects.visible_to(actor).live()


def provisions(actor: Actor) -> RecordQuerySet[Provision]:
    return Provision.objects.visible_to(actor).live()


def statements(actor: Actor) -> RecordQuerySet[Statement]:
    return Statement.objects.visible_to(actor).live().order_by("created_at", "pk")


def agreements(actor: Actor) -> Any:
    """The latest signed first; those without a date after them."""
    return (
        Agreement.objects.visible_to(actor)
        .live()
        .annotate(signed_first=FirstDay("signed_on"), expires_last=LastDay("expires_on"))
        .order_by(F("signed_first").desc(nulls_last=True), "created_at", "pk")
    )


def events(actor: Actor) -> Any:
    """The latest first; those without a date after them."""
    return (
        Event.objects.visible_to(actor)
        .live()
        .annotate(held_first=FirstDay("held"))
        .order_by(F("held_first").desc(nulls_last=True), "created_at", "pk")
    )


def sources(actor: Actor) -> Any:
    """With the number of places where a record that the actor sees cites each."""
    cited = citations_of_seen_records(actor).filter(source=OuterRef("pk")).order_by().values("source")
    return (
        Source.objects.visible_to(actor)
        .live()
        .annotate(
            facts=Coalesce(Subquery(cited.annotate(n=Count("pk")).values("n")), 0),
            published_first=FirstDay("published_on"),
        )
        .order_by("kind", "-facts", "title", "pk")
    )


def with_parties(queryset: Any) -> Any:
    """Agreements with their cities and organisations."""
    return queryset.prefetch_related(
        Prefetch("cities", City.objects.all()),
        Prefetch("organisations", Organisation.objects.live().select_related("city")),
    )


def with_areas(queryset: Any, actor: Actor) -> Any:
    """Records with those of their areas that the actor sees."""
    return queryset.prefetch_related(Prefetch("areas", areas(actor), to_attr="areas_shown"))


def joint_projects(actor: Actor) -> RecordQuerySet[Any]:
    """The joint projects that an actor sees. Their app stands above; here they are `area.projects`."""
    return Area.projects.rel.related_model.objects.visible_to(actor).live()  # type: ignore[attr-defined]


def participants_in(event: Event) -> list[EventParticipant]:
    return list(event.participants.select_related("organisation__city"))
