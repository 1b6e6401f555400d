"""What of a programme an actor may see, and how its pages reach it."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.access import edit_refusal, require_edit, visible
from accounts.actors import Actor
from accounts.models import Organisation
from programme.citations import citations_of_seen_records
from programme.models import (
    Agreement,
    Area,
    Event,
    EventParticipant,
    Obligation,
    Programme,
    Provision,
    Resolution,
    Source,
    Statement,
)
from records.errors import NotAllowed, NotVisible
from records.fields import FirstDay, LastDay


def seen(model: Any, actor: Actor) -> Any:
    """The records of a model that this actor sees and that are not archived."""
    return model.objects.visible_to(actor).live()


def read(model: Any, *related: str, pk: UUID, actor: Actor) -> Any:
    """One record with what its page always shows. Raises `NotVisible`."""
    return visible(model.objects.select_related(*related), pk=pk, actor=actor)


def other(model: Any, *, pk: UUID | None, actor: Actor) -> Any:
    """A record that another one refers to; None when there is none, or none for this actor."""
    if pk is None:
        return None
    try:
        return read(model, pk=pk, actor=actor)
    except NotVisible:
        return None


# One record, for its page. Each raises `NotVisible`.


def programme_to_read(*, pk: UUID, actor: Actor) -> Programme:
    return read(Programme, "owner_city", "successor", pk=pk, actor=actor)


def area_to_read(*, pk: UUID, actor: Actor) -> Area:
    return read(Area, "owner_city", pk=pk, actor=actor)


def provision_to_read(*, pk: UUID, actor: Actor) -> Provision:
    return read(Provision, "owner_city", pk=pk, actor=actor)


def agreement_to_read(*, pk: UUID, actor: Actor) -> Agreement:
    return read(Agreement, "owner_city", pk=pk, actor=actor)


def event_to_read(*, pk: UUID, actor: Actor) -> Event:
    return read(Event, "owner_city", "city", "programme", pk=pk, actor=actor)


def statement_to_read(*, pk: UUID, actor: Actor) -> Statement:
    return read(Statement, "owner_city", pk=pk, actor=actor)


def source_to_read(*, pk: UUID, actor: Actor) -> Source:
    return read(Source, "owner_city", pk=pk, actor=actor)


def organisation_to_read(*, pk: UUID, actor: Actor) -> Organisation:
    return read(Organisation, "city", pk=pk, actor=actor)


def resolution_to_read(*, pk: UUID, actor: Actor) -> Resolution:
    return read(Resolution, "owner_city", "event", "programme", pk=pk, actor=actor)


def obligation_to_read(*, pk: UUID, actor: Actor) -> Obligation:
    return read(
        Obligation,
        "owner_city", "city", "organisation__city", "person", "programme", "resolution__event",
        pk=pk,
        actor=actor,
    )  # fmt: skip


# One record, for a form on it. Each raises `NotVisible` and `NotAllowed`.


def event_to_edit(*, pk: UUID, actor: Actor) -> Event:
    event = read(Event, "programme", "owner_city", pk=pk, actor=actor)
    require_edit(actor, event)
    return event


def resolution_to_edit(*, pk: UUID, actor: Actor) -> Resolution:
    resolution = resolution_to_read(pk=pk, actor=actor)
    require_edit(actor, resolution)
    return resolution


def obligation_to_edit(*, pk: UUID, actor: Actor) -> Obligation:
    obligation = obligation_to_read(pk=pk, actor=actor)
    require_edit(actor, obligation)
    return obligation


# What only one side says of an obligation.


OWN_WORD = frozenset({"organisation", "person", "done_on", "outcome"})


def own_word_refusal(actor: Actor, obligation: Obligation) -> NotAllowed | None:
    """Why this actor may not say who fulfils an obligation, and that it is done; None when they may."""
    if refusal := edit_refusal(actor, obligation):
        return refusal
    if actor.is_system or obligation.city_id == actor.city_id:
        return None
    return NotAllowed(
        _("Who fulfils an obligation, and whether it is done, is said by the side that owes it."),
        _("An editor of that side can say it."),
    )


# Lists, in the order that pages show them.


def programmes(actor: Actor) -> Any:
    """The latest first. There is one for every few years."""
    return seen(Programme, actor).select_related("successor").order_by(FirstDay("period").desc(), "pk")


def programme_now(programmes: Sequence[Programme], on: date) -> Programme | None:
    """Given the latest first: the one that runs, else the last that has begun, else the first to begin."""
    begun = [programme for programme in programmes if programme.period.first <= on]  # type: ignore[attr-defined]  # a Period
    return begun[0] if begun else next(reversed(programmes), None)


def areas(actor: Actor) -> Any:
    return seen(Area, actor)


def provisions(actor: Actor) -> Any:
    return seen(Provision, actor)


def statements(actor: Actor) -> Any:
    return seen(Statement, actor).order_by("created_at", "pk")


def agreements(actor: Actor) -> Any:
    """The latest signed first; those without a date after them."""
    dated = seen(Agreement, actor).annotate(
        signed_first=FirstDay("signed_on"), expires_last=LastDay("expires_on")
    )
    return dated.order_by(F("signed_first").desc(nulls_last=True), "created_at", "pk")


def events(actor: Actor) -> Any:
    """The latest first; those without a date after them."""
    dated = seen(Event, actor).annotate(held_first=FirstDay("held"))
    return dated.order_by(F("held_first").desc(nulls_last=True), "created_at", "pk")


def sources(actor: Actor) -> Any:
    """With the number of places where a record that the actor sees cites each."""
    cited = citations_of_seen_records(actor).filter(source=OuterRef("pk")).order_by().values("source")
    return (
        seen(Source, actor)
        .annotate(
            facts=Coalesce(Subquery(cited.annotate(n=Count("pk")).values("n")), 0),
            published_first=FirstDay("published_on"),
        )
        .order_by("kind", "-facts", "title", "pk")
    )


def joint_projects(actor: Actor) -> Any:
    """The joint projects that an actor sees. Their app stands above; here they are `area.projects`."""
    return seen(Area.projects.rel.related_model, actor)  # type: ignore[attr-defined]  # a reverse accessor


def with_parties(agreements: Any) -> Any:
    """Agreements with their cities and organisations."""
    organisations: Any = Organisation.objects.all()
    return agreements.prefetch_related(
        "cities", Prefetch("organisations", organisations.live().select_related("city"))
    )


def with_areas(records: Any, actor: Actor) -> Any:
    """Records with those of their areas that the actor sees."""
    return records.prefetch_related(Prefetch("areas", areas(actor), to_attr="areas_shown"))


def participants_in(event: Event) -> list[EventParticipant]:
    return list(event.participants.select_related("organisation__city"))


def resolutions(actor: Actor) -> Any:
    return seen(Resolution, actor).select_related("owner_city").order_by("event", "number")


def obligations(actor: Actor) -> Any:
    """The first due first."""
    return (
        seen(Obligation, actor)
        .select_related(
            "city", "organisation__city", "person", "programme", "resolution__event", "owner_city"
        )
        .order_by("due_on", "created_at", "pk")
    )
