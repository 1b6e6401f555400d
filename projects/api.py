"""Joint projects in the API."""

from typing import Any

from rest_framework import serializers

from accounts.api import CityRef, OrganisationRef
from approvals.api import Proposing
from programme.api import AgreementRef, AreaRef, EventRef, ProgrammeRef, ProvisionRef
from programme.models import Agreement, Area, Event, Provision
from projects.api_shapes import Progress
from projects.filters import ProjectFilter
from projects.models import Lead, Project
from projects.services import project_amend, project_archive, project_create
from records.api.inputs import BySideInput, Ids, NewRecordInput, RecordInput, TextsInput
from records.api.shapes import BySide, Many, Texts
from records.api.writes import WritableResource


class ProjectShape(serializers.ModelSerializer):
    title = Texts()
    summary = Texts()
    programme = ProgrammeRef(read_only=True)
    areas = Many(AreaRef, lambda: Area.objects.order_by("position", "code"), "projects")
    provisions = Many(ProvisionRef, lambda: Provision.objects.order_by("code"), "projects")
    agreements = Many(AgreementRef, lambda: Agreement.objects.order_by("created_at", "id"), "projects")
    events = Many(EventRef, lambda: Event.objects.order_by("created_at", "id"), "projects")
    leads = BySide(
        OrganisationRef, lambda: Lead.objects.filter(organisation__isnull=False), "project", "organisation"
    )
    owner_city = CityRef(read_only=True, allow_null=True)
    progress = Progress()

    class Meta:
        model = Project
        fields = [
            "id", "code", "title", "summary", "programme", "areas", "provisions", "agreements", "events",
            "leads", "starts_on", "ends_on", "state", "progress", "visibility", "owner_city", "version",
            "created_at", "updated_at",
        ]  # fmt: skip


class ProjectInput(RecordInput):
    title = TextsInput(required=False)
    summary = TextsInput(required=False)
    areas = Ids(required=False, min_length=1)
    provisions = Ids(required=False)
    agreements = Ids(required=False)
    events = Ids(required=False)
    leads = BySideInput(required=False)
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)


class NewProjectInput(ProjectInput, NewRecordInput):
    """The first of `areas` gives the project its code."""

    title = TextsInput()
    areas = Ids(min_length=1)


class Projects(Proposing, WritableResource):
    """Joint work of the programme's sides."""

    scope = "projects"
    model = Project
    serializer_class = ProjectShape
    filterset_class = ProjectFilter
    input_class, new_input = ProjectInput, NewProjectInput
    orderings = ("created_at", "updated_at", "code")

    def create_record(self, record: Any, parts: dict[str, Any]) -> Any:
        return project_create(project=record, parts=parts, by=self.actor)

    def amend_record(self, record: Any, changes: dict[str, Any], version: int) -> Any:
        return project_amend(project=record, changes=changes, base_version=version, by=self.actor)

    def archive_record(self, record: Any, version: int) -> Any:
        return project_archive(project=record, base_version=version, by=self.actor)
