"""What the overview shows, in a constant number of queries."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce

from accounts.actors import Actor
from accounts.models import City
from overview.feed import changes_since, latest_changes
from programme import access
from programme.citations import cite_each
from programme.models import Programme
from programme.queries import standing
from projects.models import Project
from records import waiting
from records.waiting import Place

TITLES_OF_AN_AREA = 5


def home_page(actor: Actor, on: date) -> dict[str, Any]:
    """The programme that runs now, or the last one that did; nothing where the reader sees none."""
    programme = access.programme_now(list(access.programmes(actor).annotate(**counts(actor))), on)
    since = changes_since(actor) if is_official(actor) else None
    what_changed = {"since": since, "changes": since.lines if since else latest_changes(actor)}
    if programme is None:
        return {"programme": None, **what_changed}
    cite_each([programme], actor)
    return {
        **waits(actor, on),
        **standing(programme, actor, on),
        "citations": programme.cited,  # type: ignore[attr-defined]
        "areas": areas_with_projects(programme, actor),
        **what_changed,
    }


def is_official(actor: Actor) -> bool:
    """Whether somebody works for one of the sides, so that something can wait on them."""
    return bool(actor.city_id and actor.programme_ids)


def waits(actor: Actor, on: date) -> dict[str, Any]:
    """What waits on this official's city and on the other, and what is due; of each the first few."""
    if not is_official(actor):
        return {}
    found = waiting.first_of_each(actor, on)
    return {
        "official": True,
        "may_write": actor.may_write,
        "today": on,
        "ours": found[Place.OURS],
        "theirs": found[Place.THEIRS],
        "due": found[Place.DUE],
        "cities": {str(city.pk): city for city in City.objects.all()},
    }


def waiting_page(source: waiting.Source, actor: Actor, on: date, number: Any) -> dict[str, Any]:
    """All that waits of one sort."""
    return {
        "source": source,
        "page": waiting.page_of(source, actor, on, number),
        "cities": {str(city.pk): city for city in City.objects.all()},
        "may_write": actor.may_write,
        "today": on,
    }


def counts(actor: Actor) -> dict[str, Any]:
    """How many records of a programme the actor sees, each by a query inside that of the programme."""
    listed = {
        "projects": access.joint_projects(actor),
        "provisions": access.provisions(actor),
        "agreements": access.agreements(actor),
        "events": access.events(actor),
        "sources": access.sources(actor),
    }
    return {f"{name}_count": count_of(rows) for name, rows in listed.items()}


def count_of(rows: Any) -> Any:
    own = rows.filter(programme=OuterRef("pk")).order_by().values("programme")
    return Coalesce(Subquery(own.annotate(n=Count("pk", distinct=True)).values("n")), 0)


def areas_with_projects(programme: Programme, actor: Actor) -> list[Any]:
    """Each area with the number of its projects in each state and the first few of them."""
    seen = access.seen(Project, actor)
    titles = Prefetch("projects", seen.order_by("code")[:TITLES_OF_AN_AREA], to_attr="first_projects")
    areas: list[Any] = list(access.areas(actor).filter(programme=programme).prefetch_related(titles))
    counts: dict[Any, dict[str, int]] = defaultdict(dict)
    rows = seen.filter(areas__in=[area.pk for area in areas]).order_by().values_list("areas", "state")
    for area_id, state, count in rows.annotate(Count("pk")):
        counts[area_id][state] = count
    for area in areas:
        found = counts[area.pk]
        area.states = [(state, state.label, found[state]) for state in Project.State if state in found]
        area.projects_count = sum(found.values())
        area.more = area.projects_count - len(area.first_projects)
    return areas
