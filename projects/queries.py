"""What the pages of projects show, in a constant number of queries."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Role
from accounts.order import sides_in_order
from programme.citations import citations_of
from programme.models import Agreement, Area, Citation, Event, Provision
from projects.access import edit_refusal
from projects.models import Project
from records.models import Change, RecordQuerySet
from records.pages.display import listed
from records.registry import registry
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
    leads = {lead.city_id: lead for lead in project.leads.select_related("organisation", "contact")}
    sides = [
        {"city": city, "lead": leads.get(city.pk)}
        for city in sides_in_order(project.programme.cities.all(), actor=actor)
    ]
    return {
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
        **lineage(project, actor),
    }


def lineage(project: Project, actor: Actor) -> dict[str, Any]:
    """What a project was carried over from, and to, as far as the actor sees those."""
    kin = Project.objects.visible_to(actor).select_related("programme")
    found = kin.filter(Q(pk=project.carried_from_id) | Q(carried_from=project)).order_by("created_at")
    kinsfolk: list[Any] = list(found)
    goes_on = [each for each in kinsfolk if each.carried_from_id == project.pk]
    secretary = actor.user_id is not None and Role.SECRETARY in actor.standing.role_names
    return {
        "carried_from": next((each for each in kinsfolk if each.pk == project.carried_from_id), None),
        "carried_on_by": goes_on,
        "may_carry": secretary and not goes_on and hasattr(project.programme, "successor"),
    }


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
