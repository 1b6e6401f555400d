"""Joint projects in the administration."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.administration.records import PlainRecordAdmin, RecordAdmin
from projects.models import (
    Contribution,
    Delegate,
    Exchange,
    Indicator,
    IndicatorValue,
    Milestone,
    Participation,
    Project,
    Risk,
    Update,
)
from projects.parts import LeadPart
from projects.services import (
    part_amend,
    part_archive,
    part_restore,
    project_amend,
    project_archive,
    project_restore,
)


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


class PartAdmin(PlainRecordAdmin):
    """A part of a project. What both sides agreed on in it is refused here as everywhere else."""

    amend = staticmethod(part_amend)
    archive = staticmethod(part_archive)
    restore = staticmethod(part_restore)
    record_argument = "part"
    list_display = ("named", "of_project", "belongs_to", "updated_at", "archived_at")
    beside: tuple[str, ...] = ()  # what the name of a record is made of

    @admin.display(description=gettext_lazy("joint project"))
    def of_project(self, part: Any) -> str:
        return part.project.code

    def way(self) -> str:
        return self.model.seen_through[-1].rstrip("_")

    def get_queryset(self, request: Any) -> Any:
        way = self.way()
        above = (way, f"{way}__programme", f"{way}__owner_city", *way.split("__")[:1])
        return super().get_queryset(request).select_related(*above, *self.beside)


class SidesPartAdmin(PartAdmin):
    beside = ("city",)


class OrganisationsPartAdmin(PartAdmin):
    beside = ("organisation",)


admin.site.register([Milestone, Risk, Indicator, Exchange, Delegate], PartAdmin)
admin.site.register([Contribution, Participation], OrganisationsPartAdmin)
admin.site.register([IndicatorValue, Update], SidesPartAdmin)
