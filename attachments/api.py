"""Documents and remarks in the API."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Case, F, Value, When
from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request

from accounts.access import visible
from accounts.api import CityRef
from attachments.access import document_to_read
from attachments.files import file_response
from attachments.models import Blob, Document, Remark
from records.api.schema import Schema
from records.api.shapes import OrNull
from records.api.views import ReadOnlyResource, check_parameters


class MediaType(serializers.CharField):
    """The file's type as its name says it; see `Document.media_type`."""

    def __init__(self) -> None:
        super().__init__(read_only=True)

    def expression(self, path: str, reading: Any) -> Any:
        return Case(
            When(file_name__iendswith=".csv", then=Value("text/csv")), default=F("blob__media_type")
        )


class BlobRef(serializers.ModelSerializer):
    """The bytes of a document: the same hash is the same file."""

    class Meta:
        model = Blob
        fields = ["sha256", "size"]


ATTACHED = [
    "language", "visibility", "owner_city", "city", "version", "created_at", "updated_at",
]  # fmt: skip


class DocumentShape(serializers.ModelSerializer):
    note = OrNull()
    media_type = MediaType()
    file = BlobRef(source="blob", read_only=True)
    owner_city = CityRef(read_only=True, allow_null=True)
    city = CityRef(read_only=True, allow_null=True)

    class Meta:
        model = Document
        fields = [
            "id",
            "subject_kind",
            "subject_id",
            "title",
            "file_name",
            "media_type",
            "file",
            "note",
            *ATTACHED,
        ]


class RemarkShape(serializers.ModelSerializer):
    owner_city = CityRef(read_only=True, allow_null=True)
    city = CityRef(read_only=True, allow_null=True)

    class Meta:
        model = Remark
        fields = ["id", "subject_kind", "subject_id", "text", *ATTACHED]


class AttachedFilter(django_filters.FilterSet):
    subject_kind = django_filters.CharFilter(label="The kind of the record that it hangs on")
    subject_id = django_filters.UUIDFilter(label="The id of the record that it hangs on")


class FileSchema(Schema):
    """The operation that answers with bytes, whose ETag is their hash."""

    def get_override_parameters(self) -> list[Any]:
        return []

    def describe(self, operation: dict[str, Any], record: Any) -> None:
        super().describe(operation, {"type": "string", "format": "binary"})
        good = operation["responses"]["200"]
        good["description"] = "The file, as a download."
        good["content"] = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
        good["headers"]["ETag"]["description"] = "The SHA-256 of the file."


class Documents(ReadOnlyResource):
    """Files on records: minutes, letters, photographs."""

    scope = "programme"
    model = Document
    serializer_class = DocumentShape
    filterset_class: ClassVar[Any] = AttachedFilter

    @action(detail=True, methods=["get"], schema=FileSchema())
    def file(self, request: Request, pk: Any) -> HttpResponse:
        """The file itself."""
        check_parameters(request, [])
        return file_response(request._request, document_to_read(pk=pk, actor=self.actor))


class Remarks(ReadOnlyResource):
    """What the sides have to say about records."""

    scope = "programme"
    model = Remark
    serializer_class = RemarkShape
    filterset_class: ClassVar[Any] = AttachedFilter


class OnOneRecord(ReadOnlyResource):
    """What hangs on one record, below that record's own address and under its scope."""

    parent: ClassVar[Any] = None  # the resource of the records

    def list(self, request: Request, pk: Any = None) -> HttpResponse:
        return super().list(request)

    def filtered(self, request: Request) -> Any:
        record = visible(self.parent.model.objects, pk=self.kwargs["pk"], actor=self.actor)
        return super().filtered(request).of(record)


class OnOneRecordSchema(Schema):
    def describe(self, operation: dict[str, Any], record: Any) -> None:
        super().describe(operation, record)
        operation["responses"] |= self.problems(("404",))


class DocumentsOfRecord(OnOneRecord, Documents):
    """The files on this record."""

    schema = OnOneRecordSchema()
    filterset_class = None


class RemarksOfRecord(OnOneRecord, Remarks):
    """What the sides have to say about this record."""

    schema = OnOneRecordSchema()
    filterset_class = None
