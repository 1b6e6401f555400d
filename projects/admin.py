"""Joint projects in the administration."""

from django import forms
from django.contrib import admin

from accounts.actors import Actor
from accounts.administration.records import RecordAdmin
from projects.models import Project
from projects.parts import LeadPart
from projects.services import project_amend, project_archive, project_restore


def lead_fields(part: LeadPart, record: Project, actor: Actor) -> dict[str, forms.Field]:
    """Each side's lead organisation; the contact of the administrator's own side only."""
    made: dict[str, forms.Field] = {}
    for city in record.programme.cities.all():
        if part.name == "leads" or city.pk == actor.city_id:
            offered = part.model._default_manager.filter(city=city).order_by("name")
            made[f"{part.name}/{city.code}"] = forms.ModelChoiceField(offered, required=False)
    return made


@admin.register(Project)
class ProjectAdmin(RecordAdmin):
    amend = staticmethod(project_amend)
    archive = staticmethod(project_archive)
    restore = staticmethod(project_restore)
    record_argument = "project"
    part_fields = staticmethod(lead_fields)
