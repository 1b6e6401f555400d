"""What people hold in projects: they are their side's contact."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from projects.models import Lead, Project
from records import services
from records.holding import Holding
from records.models import Verb
from records.registry import registry


def contacts(person: Any) -> Any:
    return Lead.objects.filter(contact=person).select_related("project", "city").order_by("project__code")


def move(*, person: Any, to: Any, by: Any) -> int:
    """Each project's history says who is its contact from now on; its terms stay as they were agreed."""
    moved = 0
    for lead in contacts(person):
        project = Project.objects.select_for_update(of=("self",)).get(pk=lead.project_id)
        Lead.objects.filter(pk=lead.pk, contact=person).update(contact=to)
        services.touch(project, [], by=by)
        fields = [f"contacts/{lead.city.code}"]
        services.note(project, registry.of(project), Verb.EDITED, by=by, fields=fields)
        moved += 1
    return moved


HOLDINGS = (
    Holding(
        label=_("contact of joint projects"), held=contacts, move=move, title=lambda lead: str(lead.project)
    ),
)
