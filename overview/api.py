"""What became of the programme's provisions, in the API."""

from collections.abc import Iterable
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from overview.coverage import EVIDENCE, STANDINGS, Coverage, coverage_of
from programme import access
from programme.api import ProvisionRef
from programme.filters import ProvisionFilter
from programme.models import Provision
from projects.models import Project
from records.api.paging import DEFAULT_LIMIT, MOST, Cursor, read_limit, read_page
from records.api.schema import Schema, filter_parameters
from records.api.views import Resource, address, check_parameters, filter_or_refuse, language
from records.texts import LANGUAGES, text_in


def counts(name: str, names: Iterable[str]) -> Any:
    """A shape of whole numbers."""
    fields = {each: serializers.IntegerField(min_value=0) for each in names}
    return type(name, (serializers.Serializer,), fields)()


class CoverageRef(serializers.Serializer):
    """A provision and what became of it, as far as you may see it."""

    provision = ProvisionRef()
    standing = serializers.ChoiceField(
        choices=STANDINGS,
        help_text="`no_live_project`: no project is agreed, active, suspended or completed;"
        " `no_evidence`: one is, and nothing shows what came of it.",
    )

    projects = counts("CoverageProjectsRef", Project.State.values)
    milestones = counts("CoverageMilestonesRef", ("due", "achieved"))
    evidence = counts("CoverageEvidenceRef", EVIDENCE)


class CoverageSchema(Schema):
    """Describes the coverage as it answers: in JSON, paged, and filtered as provisions are."""

    def get_override_parameters(self) -> list[Any]:
        return [
            OpenApiParameter("lang", enum=LANGUAGES, description="Texts as plain strings."),
            OpenApiParameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}
            ),
            OpenApiParameter("cursor", description="Where the page begins, as `next` gives it."),
            *filter_parameters(ProvisionFilter),
        ]

    def describe(self, operation: dict[str, Any], record: Any) -> None:
        super().describe(operation, record)
        good = operation["responses"]["200"]
        good["content"] = {"application/json": good["content"]["application/json"]}


class Coverages(Resource):
    """What became of each provision: its projects by state, their milestones, what shows it."""

    scope = "programme"
    serializer_class = CoverageRef
    schema = CoverageSchema()

    def list(self, request: Request) -> HttpResponse:
        check_parameters(request, ["lang", "limit", "cursor", *ProvisionFilter.base_filters])
        limit, asked = read_limit(request.GET.get("limit")), language(request)
        cursor = Cursor.decode(text, 2) if (text := request.GET.get("cursor")) else None
        seen = filter_or_refuse(ProvisionFilter, request, access.provisions(self.actor))
        page = read_page(seen, order=["code", "id"], cursor=cursor, limit=limit)
        chosen: Any = Provision.objects.filter(pk__in=[pk for _code, pk in page.rows]).order_by(
            "code", "id"
        )
        body = {
            "next": address(request, page.next),
            "previous": address(request, page.previous),
            "results": [
                shown(covered, asked) for covered in coverage_of(chosen, self.actor, timezone.localdate())
            ],
        }
        response = HttpResponse(orjson.dumps(body), content_type="application/json")
        if asked:
            response["Content-Language"] = asked
        return response


def shown(covered: Coverage, asked: str | None) -> dict[str, Any]:
    provision = covered.provision
    title = {code: text_in(provision, "title", code) or None for code in LANGUAGES}
    return {
        "provision": {
            "id": provision.pk,
            "code": provision.code,
            "title": title[asked] if asked else title,
        },
        "standing": covered.standing,
        "projects": {state: covered.states.get(state, 0) for state in Project.State.values},
        "milestones": {"due": covered.due, "achieved": covered.achieved},
        "evidence": covered.evidence,
    }
