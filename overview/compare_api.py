"""A record beside what it was, in the API."""

from dataclasses import asdict
from typing import Any, ClassVar

import orjson
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request

from overview.compare_page import CompareForm, asked_moment, record_to_compare
from records.api.errors import BadParameter, fault
from records.api.history import PlainValue
from records.api.schema import Schema
from records.api.views import Resource, check_parameters
from records.pages.compare import Group, compare
from records.registry import registry


class ComparedValueRef(serializers.Serializer):
    """Both values of something that differs, in the reader's words."""

    label: Any = serializers.CharField()
    language = serializers.CharField(allow_blank=True, help_text="Of a text; empty for everything else.")
    before = PlainValue()
    after = PlainValue()


class ComparedPartRef(serializers.Serializer):
    title = serializers.CharField()
    under = serializers.CharField(allow_blank=True, help_text="What it is a part of, if a part itself.")
    values = ComparedValueRef(many=True)


def group_ref(name: str) -> Any:
    fields = {"count": serializers.IntegerField(min_value=0), "items": ComparedPartRef(many=True)}
    return inline_serializer(name, fields)


class ComparedKindRef(serializers.Serializer):
    """What happened to the parts of one kind; `items` are the first hundred."""

    kind = serializers.CharField()
    added = group_ref("ComparedAdded")
    changed = group_ref("ComparedChanged")
    removed = group_ref("ComparedRemoved")


class ComparisonRef(serializers.Serializer):
    """A record now beside what it was then, as far as you may know both."""

    existed = serializers.BooleanField(help_text="False: it came later.")
    hidden = serializers.BooleanField(help_text="True: it was another city's own then.")
    changes = ComparedValueRef(many=True)
    parts = ComparedKindRef(many=True)


class CompareSchema(Schema):
    """Describes the comparison as it answers: in JSON."""

    def get_override_parameters(self) -> list[Any]:
        return [
            OpenApiParameter("to", description="The end of this day, month, quarter or year: `2021-Q1`."),
            OpenApiParameter("version", {"type": "integer", "minimum": 1}, description="Or a version."),
        ]

    def describe(self, operation: dict[str, Any], record: Any) -> None:
        super().describe(operation, record)
        good = operation["responses"]["200"]
        good["content"] = {"application/json": good["content"]["application/json"]}
        operation["responses"] |= self.problems(("404",))


class RecordCompare(Resource):
    """A record and its parts beside what they were: what was added, changed and removed.

    Without `to` and `version` it is compared with the end of the last quarter.
    """

    parent: ClassVar[Any] = None  # the resource of the records
    scope = "programme"
    serializer_class = ComparisonRef
    schema = CompareSchema()

    def get_queryset(self) -> Any:
        return self.parent.model.objects.all()

    def list(self, request: Request, pk: Any) -> HttpResponse:
        check_parameters(request, ["to", "version"])
        kind = registry.of(self.parent.model).kind
        record = record_to_compare(kind=kind, pk=pk, actor=self.actor)
        form = CompareForm(request.GET, record=record)
        if not form.is_valid():
            raise BadParameter(
                [fault(name, "invalid", str(said)) for name, told in form.errors.items() for said in told]
            )
        before, version = asked_moment(form)
        found = compare(record, viewer=self.actor, before=before, version=version, plain=True)
        body = {
            "existed": found.existed,
            "hidden": found.hidden,
            "changes": [asdict(pair) for pair in found.own],
            "parts": [
                {"kind": section.kind}
                | {act: shown(getattr(section, act)) for act in ("added", "changed", "removed")}
                for section in found.sections
            ],
        }
        response = HttpResponse(orjson.dumps(body, default=str), content_type="application/json")
        response["Cache-Control"] = "no-store"
        return response


def shown(group: Group) -> dict[str, Any]:
    return {"count": group.count, "items": [asdict(item) for item in group.items]}
