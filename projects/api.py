"""Joint projects in the API."""

from rest_framework import serializers

from accounts.api import CityRef, OrganisationRef
from programme.api import AgreementRef, AreaRef, EventRef, ProgrammeRef, ProvisionRef
from programme.models import Agreement, Area, Event, Provision
from projects.filters import ProjectFilter
from projects.models import Lead, Project
from records.api.shapes import BySide, Many, Texts
from records.api.views import ReadOnlyResource


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

    class Meta:
        model = Project
        fields = [
            "id", "code", "title", "summary", "programme", "areas", "provisions", "agreements", "events",
            "leads", "starts_on", "ends_on", "state", "visibility", "owner_city", "version",
            "created_at", "updated_at",
        ]  # fmt: skip


class Projects(ReadOnlyResource):
    """Joint work of the programme's sides."""

    model = Project
    serializer_class = ProjectShape
    filterset_class = ProjectFilter
    orderings = ("created_at", "updated_at", "code")
