"""Joint projects in the API."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request

from accounts.api import CityRef, OrganisationRef
from approvals.api import Proposing
from programme.api import AgreementRef, AreaRef, EventRef, ProgrammeRef, ProvisionRef
from programme.models import Agreement, Area, Event, Programme, Provision
from projects.api_shapes import Progress, ProjectRef
from projects.carrying import carry_refusal, successor_of
from projects.filters import ProjectFilter
from projects.models import Lead, Project
from projects.services import project_amend, project_archive, project_carry_over, project_create
from records.api.idempotency import once
from records.api.inputs import BySideInput, Ids, NewRecordInput, RecordInput, TextsInput
from records.api.schema import Schema
from records.api.shapes import BySide, Many, Texts
from records.api.views import check_parameters
from records.api.writes import WritableResource
from records.errors import Invalid


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
    carried_from = ProjectRef(read_only=True, allow_null=True)

    class Meta:
        model = Project
        fields = [
            "id", "code", "title", "summary", "programme", "areas", "provisions", "agreements", "events",
            "leads", "starts_on", "ends_on", "state", "progress", "visibility", "owner_city",
            "carried_from", "version", "created_at", "updated_at",
        ]  # fmt: skip


class CarryOverInput(RecordInput):
    """Where a project goes on, and what it is placed under there beside what has the same codes."""

    programme = serializers.UUIDField(
        required=False, help_text="The programme that succeeds the project's own; by default that one."
    )
    areas = Ids(required=False)
    provisions = Ids(required=False)


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
    input_class: ClassVar[Any] = ProjectInput
    new_input: ClassVar[Any] = NewProjectInput
    orderings = ("created_at", "updated_at", "code")

    def create_record(self, record: Any, parts: dict[str, Any]) -> Any:
        return project_create(project=record, parts=parts, by=self.actor)

    def amend_record(self, record: Any, changes: dict[str, Any], version: int) -> Any:
        return project_amend(project=record, changes=changes, base_version=version, by=self.actor)

    def archive_record(self, record: Any, version: int) -> Any:
        return project_archive(project=record, base_version=version, by=self.actor)


class CarryOverSchema(Schema):
    def describe(self, operation: dict[str, Any], record: Any) -> None:
        super().describe(operation, record)
        operation["responses"] |= self.problems(("404",))


class CarryOver(Projects):
    """Makes a draft of a project in the programme that succeeds its own, once.

    Areas and provisions with the same codes, lead organisations, undone milestones, open
    risks and indicators go along; the project itself stays as it is.
    """

    new_input = CarryOverInput
    schema = CarryOverSchema()

    def create(self, request: Request, pk: Any = None) -> HttpResponse:
        check_parameters(request, [])
        return once(request, self.actor, lambda: self.carried(request, pk))

    def carried(self, request: Request, pk: Any) -> HttpResponse:
        project = self.one(pk)
        data = CarryOverInput(data=request.data)
        data.is_valid(raise_exception=True)
        programme: Any = successor_of(project.programme, self.actor)
        if named := data.validated_data.pop("programme", None):
            programme = Programme.objects.visible_to(self.actor).filter(pk=named).first()
            if programme is None:
                raise Invalid({"programme": [_("There is no such programme.")]})
        if refusal := carry_refusal(self.actor, project, programme):
            raise refusal
        copy = project_carry_over(
            project=project, programme=programme, by=self.actor, **data.validated_data
        )
        response = self.retrieve(request, copy.pk)
        response.status_code = 201
        where = reverse("api:projects-detail", args=[copy.pk])
        response["Location"] = request.build_absolute_uri(where)
        return response
