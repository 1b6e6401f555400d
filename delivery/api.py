"""The feed of changes in the API."""

from typing import Any

import orjson
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from delivery.feed import Ahead, Page, read_feed
from records.api.errors import BadParameter, fault
from records.api.paging import DEFAULT_LIMIT, MOST, read_limit
from records.api.schema import Schema
from records.api.views import Resource, check_parameters

LAST = 2**63 - 1


class ChangeRef(serializers.Serializer):
    """One entry of the feed: which record changed, never what stands in it."""

    position = serializers.IntegerField()
    kind = serializers.CharField()
    id = serializers.UUIDField()
    version = serializers.IntegerField()
    verb = serializers.CharField(help_text="`created`, `edited`, `archived`, `restored`, `hidden`…")
    at = serializers.DateTimeField()


class ChangesSchema(Schema):
    """Describes the feed as it answers."""

    def get_override_parameters(self) -> list[Any]:
        return [
            OpenApiParameter(
                "after",
                {"type": "integer", "minimum": 0, "maximum": LAST, "default": 0},
                description="The position that you have read up to: `last` of the answer before.",
            ),
            OpenApiParameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}
            ),
        ]

    def page_of(self, one: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {
                "next": {"type": ["string", "null"], "format": "uri"},
                "results": {"type": "array", "items": one},
                "last": {"type": "integer"},
            },
            "required": ["next", "results", "last"],
        }

    def describe(self, operation: dict[str, Any], record: Any) -> None:
        super().describe(operation, record)
        good = operation["responses"]["200"]
        good["content"] = {"application/json": good["content"]["application/json"]}


class Changes(Resource):
    """Everything that changed, in the order in which it was committed.

    Ask again with `after` set to `last`; `next` is the same address, and null once you
    have read everything. A page may be empty and still have a next one. `hidden` says
    that a record which was yours to see no longer is.
    """

    scope = "changes"
    serializer_class = ChangeRef
    schema = ChangesSchema()

    def list(self, request: Request) -> HttpResponse:
        check_parameters(request, ["after", "limit"])
        limit, after = read_limit(request.GET.get("limit")), read_position(request.GET.get("after"))
        try:
            page = read_feed(self.actor, after=after, limit=limit)
        except Ahead as refusal:
            detail = _("The feed ends at %(end)s. Read it again from an earlier position.")
            raise BadParameter([fault("after", "ahead", detail % {"end": refusal.end})]) from None
        body = {"next": address(request, page), "results": page.entries, "last": page.last}
        response = HttpResponse(orjson.dumps(body), content_type="application/json")
        response["Cache-Control"] = "no-store"
        return response


def read_position(text: str | None) -> int:
    if text is None:
        return 0
    if not text.isascii() or not text.isdecimal() or len(text) > 19 or int(text) > LAST:
        raise BadParameter([fault("after", "invalid", _("Give a position of this feed: a whole number."))])
    return int(text)


def address(request: Request, page: Page) -> str | None:
    if not page.more:
        return None
    query = request.GET.copy()
    query["after"] = str(page.last)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
