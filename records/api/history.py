"""The history of a record in the API: who changed what from what to what, the latest first."""

from typing import Any, ClassVar

import orjson
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema_field, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request

from records.api.errors import BadParameter, fault
from records.api.paging import DEFAULT_LIMIT, MOST, Cursor, Page, read_limit
from records.api.schema import Schema
from records.api.views import Resource, address, check_parameters
from records.errors import NotVisible
from records.pages.history import Altered, Entry, hidden_from, history_of, is_of_a_side, readable_by
from records.texts import columns


@extend_schema_field({"description": "As the record holds it; another record by its id. Null: nothing."})
class PlainValue(serializers.Field):
    """Any JSON."""


class HistoryEntryRef(serializers.Serializer):
    """All that was done to a record at once, as far as you may know it."""

    at = serializers.DateTimeField()
    by = serializers.CharField(
        allow_null=True, help_text="Who it was; told to the sides of the programme only."
    )
    city = serializers.CharField(allow_null=True, help_text="The code of the city that they acted for.")
    reason = serializers.CharField(allow_null=True, help_text="Of a correction; told to the sides only.")
    created = serializers.BooleanField()
    outside = serializers.BooleanField(help_text="Not done by way of the product.")
    changes = inline_serializer(
        "HistoryChangeRef",
        fields={
            "field": serializers.CharField(help_text="`starts_on`, `title.ru`, `leads/XXX/organisation`"),
            "from": PlainValue(),
            "to": PlainValue(),
        },
        many=True,
    )


class HistorySchema(Schema):
    """Describes the history as it answers: in JSON, and paged."""

    def is_list(self) -> bool:
        return True

    def get_override_parameters(self) -> list[Any]:
        return [
            OpenApiParameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}
            ),
            OpenApiParameter("cursor", description="Where the page begins, as `next` gives it."),
        ]

    def describe(self, operation: dict[str, Any], record: Any) -> None:
        super().describe(operation, record)
        good = operation["responses"]["200"]
        good["content"] = {"application/json": good["content"]["application/json"]}
        operation["responses"] |= self.problems(("404",))


class RecordHistory(Resource):
    """What was done to a record, the latest first.

    It holds what you could have seen then: the past of a record that was one side's
    own, or the sides', stays theirs.
    """

    parent: ClassVar[Any] = None  # the resource of the records
    scope = "programme"
    serializer_class = HistoryEntryRef
    schema = HistorySchema()

    def get_queryset(self) -> Any:
        return self.parent.model.objects.all()

    def list(self, request: Request, pk: Any) -> HttpResponse:
        check_parameters(request, ["limit", "cursor"])
        limit = read_limit(request.GET.get("limit"))
        cursor = Cursor.decode(text, 1) if (text := request.GET.get("cursor")) else None
        record = self.get_queryset().past_visible_to(self.actor).filter(pk=pk).first()
        if record is None:
            raise NotVisible
        history = history_of(
            record, readable=readable_by(self.actor, record), hidden=hidden_from(self.actor, record)
        )
        count = len(history)  # an entry's number counts from the oldest, and so stays
        seen = [(count - place, entry) for place, entry in enumerate(history.entries) if not entry.hidden]
        page = page_of(seen, cursor, limit)
        things = history.things([entry for _number, entry in page.rows])
        body = {
            "next": address(request, page.next),
            "previous": address(request, page.previous),
            "results": [self.shown(entry, record, things) for _number, entry in page.rows],
        }
        response = HttpResponse(orjson.dumps(body), content_type="application/json")
        response["Cache-Control"] = "no-store"
        return response

    def shown(self, entry: Entry, record: Any, things: dict[tuple[Any, str], Any]) -> dict[str, Any]:
        inside = is_of_a_side(self.actor, record)
        return {
            "at": entry.at,
            "by": (entry.by or None) if inside else None,
            "city": entry.city or None,
            "reason": (entry.reason or None) if inside else None,
            "created": entry.created,
            "outside": entry.outside,
            "changes": [
                change for item in entry.altered if (change := altered(item, type(record), things))
            ],
        }


def altered(item: Altered, model: Any, things: dict[tuple[Any, str], Any]) -> dict[str, Any] | None:
    """A change as the API shows it; None where all of it is about what the caller does not see."""
    before, after = (known(item, value, things) for value in (item.before, item.after))
    if before == after:
        return None
    rows, _slash, column = item.name.rpartition("/")
    texts = columns(item.field.model)
    name = ".".join(texts.get(column, (column,)))
    city = next((getattr(thing, "code", "") for (_m, pk), thing in things.items() if pk == item.side), "")
    return {"field": "/".join(part for part in (rows, city, name) if part), "from": before, "to": after}


def known(item: Altered, value: Any, things: dict[tuple[Any, str], Any]) -> Any:
    """A value without what the caller does not see; people, whose ids nobody is told, by their names."""
    model = item.field.related_model
    if value in (None, "", [], {}):
        return None
    if model is None:
        return value
    many = isinstance(value, list)
    found = [things[model, pk] for pk in map(str, value if many else [value]) if (model, pk) in things]
    told = [str(thing.pk) if hasattr(thing, "version") else str(thing) for thing in found]
    return told or None if many else next(iter(told), None)


def page_of(entries: list[tuple[int, Entry]], cursor: Cursor | None, limit: int) -> Page:
    """A page of numbered entries, of which the first has the highest number."""
    start, end = 0, limit
    if cursor:
        (number,) = cursor.values
        if not isinstance(number, int):
            raise BadParameter([fault("cursor", "invalid", _("This is no cursor of this list."))])
        newer = sum(1 for place, _entry in entries if place > number)
        here = any(place == number for place, _entry in entries)
        start = max(newer - limit, 0) if cursor.backwards else newer + here
        end = newer if cursor.backwards else start + limit
    rows: list[Any] = entries[start:end]
    previous = Cursor(True, [rows[0][0]]) if rows and start else None
    return Page(rows, previous, Cursor(False, [rows[-1][0]]) if rows and end < len(entries) else None)
