"""What the pages of projects show, in a constant number of queries."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Organisation, User
from approvals.queries import proposals_on
from programme.citations import citations_of
from programme.models import Agreement, Area, Citation, Event, Provision
from projects.access import edit_refusal
from projects.carrying import carry_any_refusal
from projects.filters import ProjectFilter
from projects.life import acts_of, standing_marks, told
from projects.models import Lead, Project
from projects.progress import Progress, milestone_counts, progress_share, sides_with_health
from projects.sections import ON_PAGE
from projects.standing import agreement_word
from records.by_kind import columns_of
from records.models import RecordQuerySet
from records.named import record_from
from records.pages.feed import recent_changes
from records.texts import LANGUAGES, column

# How a list of projects can be sorted: the parameter `sort`, with a minus for the other way round.
ORDERS = ("code", "state", "starts_on", "ends_on", "progress", "visibility", "updated_at")

LINKED = ("provision", "agreement")


def project_rows(actor: Actor) -> Any:
    """The projects that an actor sees, as a list shows them."""
    named = Citation.objects.visible_to(actor).filter(
        subject_kind="project", subject_id=OuterRef("pk"), field=""
    )
    return (
        Project.objects.visible_to(actor)
        .live()
        .annotate(
            is_named_in_source=Exists(named),
            agreement_word=agreement_word(actor),
            milestone_counts=milestone_counts(timezone.localdate()),
        )
        .select_related("owner_city", "programme")
        .prefetch_related("programme__cities", Prefetch("areas", queryset=visible(Area, actor)))
    )


def in_order(projects: Any, column: str, *, descending: bool) -> Any:
    """Sorted by one of `ORDERS`. What is not stated comes last, either way; ties go by code."""
    if column == "progress":
        projects = projects.annotate(progress=progress_share(timezone.localdate()))
    key = F(column).desc(nulls_last=True) if descending else F(column).asc(nulls_last=True)
    return projects.order_by(key, "code")


def filtered_view(query: Any, actor: Actor, rows: Any) -> ProjectFilter:
    """The filter of the list's address, over `rows`: the page, the timeline and the export show the same.

    What only links from other pages set is shown while it is set; the programme is a
    choice only where there are several.
    """
    found = ProjectFilter(query, queryset=rows, request=SimpleNamespace(actor=actor))
    for name in LINKED:
        if not query.get(name):
            found.filters.pop(name)
    if not query.get("programme") and len(found.form.fields["programme"].queryset) < 2:
        found.form.fields.pop("programme")
    return found


def as_sorted(projects: Any, sort: str) -> Any:
    """Sorted as the list's address says; by code where it says nothing that is known."""
    column = sort.removeprefix("-")
    known = column in ORDERS
    return in_order(projects, column if known else "code", descending=known and sort.startswith("-"))


def visible(model: Any, actor: Actor) -> RecordQuerySet[Any]:
    return model.objects.visible_to(actor).live()


def project_page(project: Project, actor: Actor) -> dict[str, Any]:
    """Everything on a project's page."""
    citations = citations_of(project, actor)
    sides = sides_led(project, actor)
    cities = [entry["city"] for entry in sides]
    shown = proposals_on(project, actor)
    pending = [proposal for proposal in shown if proposal.is_pending]
    return {
        "standing_marks": standing_marks(project, shown, cities, actor),
        "pending": [told(proposal, cities, actor) for proposal in pending],
        "acts": acts_of(project, actor, pending) if project.programme_id in actor.programme_ids else [],
        "project": project,
        "citations": citations,
        "named_in_source": bool(citations.get("")),
        "sides": sides,
        **belongs_to(project, actor),
        "refusal": edit_refusal(actor, project),
        "may_restore": edit_refusal(actor, project, archived=True) is None,
        "shows_contacts": project.programme_id in actor.programme_ids,
        "changes": recent_changes(project),
        "progress": Progress.of(project),
        "healths": [entry["city"] for entry in sides],
        "sections": [
            {"section": section, "element": section.slug, "address": section.address(project)}
            for section in ON_PAGE
        ],
        **lineage(project, actor),
    }


def belongs_to(project: Project, actor: Actor) -> dict[str, list[Any]]:
    """What the project belongs to, each kind in its own order, in one query: the rows come as JSON."""
    kinds = {"areas": Area, "provisions": Provision, "agreements": Agreement, "events": Event}
    linked = {
        name: visible(model, actor)
        .filter(projects=OuterRef("pk"))
        .annotate(json=JSONObject(**columns_of(model)))
        .values("json")
        for name, model in kinds.items()
    }
    rows = Project.objects.filter(pk=project.pk).values_list(*map(ArraySubquery, linked.values())).get()
    return {
        name: [record_from(model, row) for row in found]
        for (name, model), found in zip(kinds.items(), rows, strict=True)
    }


def lineage(project: Project, actor: Actor) -> dict[str, Any]:
    """What a project was carried over from, and to, as far as the actor sees those."""
    goes_further = hasattr(project.programme, "successor")
    if not (project.carried_from_id or goes_further):
        return {}
    kin = Project.objects.visible_to(actor).select_related("programme")
    found = kin.filter(Q(pk=project.carried_from_id) | Q(carried_from=project)).order_by("created_at")
    kinsfolk: list[Any] = list(found)
    goes_on = [each for each in kinsfolk if each.carried_from_id == project.pk]
    return {
        "carried_from": next((each for each in kinsfolk if each.pk == project.carried_from_id), None),
        "carried_on_by": goes_on,
        "may_carry": goes_further
        and not goes_on
        and carry_any_refusal(actor, project.programme.successor) is None,  # type: ignore[attr-defined]
    }


def sides_led(project: Project, actor: Actor) -> list[dict[str, Any]]:
    """Each side with its lead, in one query: organisation and contact come with the city as JSON."""
    texts = [column("name", language) for language in LANGUAGES]
    lead = JSONObject(
        organisation=JSONObject(
            **{name: F(f"organisation__{name}") for name in ("id", "version", "texts", *texts)}
        ),
        contact=JSONObject(name=F("contact__name"), email=F("contact__email")),
    )
    led = Lead.objects.filter(project=project, city=OuterRef("pk")).annotate(json=lead).values("json")
    cities = project.programme.cities.annotate(lead_json=Subquery(led[:1]))
    return [
        {"city": city, "lead": lead_of(city.lead_json)}  # type: ignore[attr-defined]
        for city in sides_with_health(project, actor, among=cities)
    ]


def lead_of(row: dict[str, Any] | None) -> Lead | None:
    """A lead as far as a project's page tells of it."""
    if row is None:
        return None
    organisation, contact = row["organisation"], row["contact"]
    named = {**organisation, "id": UUID(organisation["id"])} if organisation["id"] else None
    return Lead(
        organisation=Organisation(**named) if named else None,
        contact=User(**contact) if contact["email"] else None,
    )
