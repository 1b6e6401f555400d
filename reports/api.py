"""Reports in the API."""

from typing import Any

from django.db.models import OuterRef, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request

from programme.api import ProgrammeRef
from programme.models import Programme
from records.api.idempotency import once
from records.api.inputs import PeriodInput, RecordInput
from records.api.shapes import Computed, Many, PeriodText, Reading
from records.api.views import ReadOnlyResource, check_parameters
from records.errors import Invalid
from records.fields import period_or_none
from records.models import Job
from records.texts import LANGUAGES
from reports import access
from reports.filters import ReportFilter
from reports.models import FORMATS, Kind, Report, ReportFile
from reports.services import report_request
from reports.views import TYPES, sent


@extend_schema_field({"type": "string", "description": "Where the file is, from the root of this host."})
class FileAddress(serializers.Field):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def expression(self, path: str, reading: Reading) -> Any:
        return Concat(
            Value("/api/v1/reports/"), Cast("report_id", TextField()), Value("/files/"),
            "language", Value("."), "format", output_field=TextField(),
        )  # fmt: skip


class ReportFileShape(serializers.ModelSerializer):
    url = FileAddress()

    class Meta:
        model = ReportFile
        fields = ["language", "format", "sha256", "size", "url"]


def build_state() -> Any:
    """How the latest attempt at making the files stands; null where there was none."""
    latest = Job.objects.filter(report_build__report=OuterRef("pk")).order_by("-created_at", "-pk")
    return Subquery(latest.values("state")[:1])


class ReportShape(serializers.ModelSerializer):
    programme = ProgrammeRef(read_only=True)
    period = PeriodText()
    build_state = Computed(build_state, Job.State.choices)
    files = Many(ReportFileShape, lambda: ReportFile.objects.order_by("language", "format"), "report")

    class Meta:
        model = Report
        fields = [
            "id", "kind", "programme", "period", "edition", "state", "build_state", "files",
            "visibility", "version", "created_at", "updated_at",
        ]  # fmt: skip


class NewReportInput(RecordInput):
    programme = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    period = PeriodInput()


class Reports(ReadOnlyResource):
    """What the record said of a programme for a period, frozen, with its files.

    `POST` asks for one and answers 202 with its address: `build_state` there says how
    far it is. Asked for again, the one that is there is given back.
    """

    new_input = NewReportInput
    created_status = "202"

    model = Report
    scope = "reports"
    serializer_class = ReportShape
    filterset_class = ReportFilter
    orderings = ("created_at", "updated_at", "period")

    def create(self, request: Request) -> HttpResponse:
        check_parameters(request, [])
        return once(request, self.actor, lambda: self.asked(request))

    def asked(self, request: Request) -> HttpResponse:
        data = NewReportInput(data=request.data)
        data.is_valid(raise_exception=True)
        wanted = data.validated_data
        programme: Any = Programme.objects.visible_to(self.actor).filter(pk=wanted["programme"]).first()
        period = period_or_none(wanted["period"])
        if programme is None:
            raise Invalid({"programme": [_("There is no such programme.")]})
        if period is None:
            raise Invalid({"period": [_("Say which period, such as 2021-Q1.")]})
        report = report_request(programme=programme, kind=wanted["kind"], period=period, by=self.actor)
        response = self.retrieve(request, report.pk)
        response.status_code = 202
        response["Location"] = request.build_absolute_uri(reverse("api:reports-detail", args=[report.pk]))
        return response

    @extend_schema(
        description="One language of a report in one format.",
        responses={
            (200, content_type): OpenApiResponse(OpenApiTypes.BINARY) for content_type in TYPES.values()
        },
    )
    @action(
        detail=True,
        url_path=rf"files/(?P<language>{'|'.join(LANGUAGES)})\.(?P<file_format>{'|'.join(FORMATS)})",
        url_name="file",
    )
    def file(self, request: Request, pk: Any, language: str, file_format: str) -> HttpResponse:
        check_parameters(request, [])
        return sent(access.file_to_read(pk=pk, language=language, format=file_format, actor=self.actor))
