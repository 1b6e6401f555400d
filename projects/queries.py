"""What the pages of projects show, in a constant number of queries."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Prefetch, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Organisation, User
from approvals.queries import proposals_on
from programme.citations import citations_of
from programme.models import Agreement, Area, Citation, Event, Provision
from projects.access import edit_refusal
from projects.life import acts_of, standing_marks, told
from projects.models import Lead, Project
from projects.progress import progress, sides_with_health
from projects.sections import ON_PAGE
from records.models import Change, RecordQuerySet
from records.pages.display import listed
from records.registry import registry
from records.texts import LANGUAGES, column
from records.values import path_label


def project_rows(actor: Actor) -> Any:
    """The projects that an actor sees, as a list shows them."""
    named = Citation.objects.visible_to(actor).filter(
        subject_kind="project", subject_id=OuterRef("pk"), field=""
    )
    return (
        Project.objects.visible_to(actor)
        .live()
        .annotate(is_named_in_source=Exists(named))
        .select_related("owner_city")
        .prefetch_related(Prefetch("areas", queryset=visible(Area, actor)))
    )


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
        "areas": list(visible(Area, actor).filter(projects=project)),
        "provisions": list(visible(Provision, actor).filter(projects=project)),
        "agreements": list(visible(Agreement, actor).filter(projects=project)),
        "events": list(visible(Event, actor).filter(projects=project)),
        "refusal": edit_refusal(actor, project),
        "may_restore": edit_refusal(actor, project, archived=True) is None,
        "shows_contacts": project.programme_id in actor.programme_ids,
        "changes": recent_changes(project),
        "progress": progress(project),
        "healths": [entry["city"] for entry in sides],
        "sections": [
            {"section": section, "element": section.slug, "address": section.address(project)}
            for section in ON_PAGE
        ],
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


def recent_changes(project: Project) -> list[dict[str, Any]]:
    """Who changed what last: the names of the fields, never their content."""
    record_type = registry.of(project)
    found = Change.objects.filter(kind=record_type.kind, record_id=project.pk).select_related(
        "user", "city"
    )
    return [
        {
            "who": change.user or _("The system"),
            "side": change.city,
            "verb": change.label,
            "when": change.at,
            "note": listed(dict.fromkeys(path_label(record_type, path) for path in change.fields)),
        }
        for change in found.order_by("-version", "-id")[:10]
    ]
