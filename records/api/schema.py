"""The OpenAPI schema: what every resource has in common is written here once."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from records.api import exports
from records.api.paging import DEFAULT_LIMIT, MOST
from records.texts import LANGUAGES

PROBLEM = {
    "type": "object",
    "description": "A problem document (RFC 9457).",
    "properties": {
        "type": {"type": "string", "description": "Names the kind of problem; never changes."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {
            "type": "string",
            "description": "What happened and what to do, in the reader's language.",
        },
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
                "required": ["field", "code", "message"],
            },
        },
    },
    "required": ["type", "title", "status", "detail", "request_id"],
}
PROBLEMS = {
    "400": "A parameter or a field is unknown, doubled or can't be read.",
    "401": "Writing needs a token or a session.",
    "403": "The scope is missing, or this is not yours to do; `detail` says what would allow it.",
    "404": "There is no such record, or it is not yours to see.",
    "405": "The resource does not know this method.",
    "412": "The record has changed since the version named; `errors` names the fields in conflict.",
    "422": "The idempotency key was used with another body.",
    "428": "The version is not named.",
    "429": "Too many calls in this minute; `Retry-After` says when to try again.",
    "503": "Somebody else is saving this record right now; `Retry-After` says when to try again.",
}
# action → the status of success, what it answers, and the problems it knows beside those that all know
ACTIONS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "list": ("200", "A page.", ()),
    "retrieve": ("200", "The record.", ("404",)),
    "create": ("201", "The new record.", ("401", "422", "503")),
    "update": ("200", "The record as it stands now.", ("401", "404", "412", "428", "503")),
    "partial_update": ("200", "The record as it stands now.", ("401", "404", "412", "428", "503")),
    "destroy": ("204", "Archived.", ("401", "404", "412", "428", "503")),
}
FOR_ALL = ("400", "403", "405", "429")
IF_MATCH = OpenApiParameter(
    "If-Match", location="header", required=True, description="The ETag of the version that you start from."
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    location="header",
    description="The same key with the same body gives the same answer for a day.",
)


class Schema(AutoSchema):
    """Describes a `ReadOnlyResource` as it really answers."""

    view: Any

    def is_list(self) -> bool:
        return getattr(self.view, "action", "") == "list"

    def get_operation_id(self) -> str:
        return f"{self.view.basename}_{self.view.action}"

    def get_tags(self) -> list[str]:
        return [self.path.strip("/").split("/")[2]]

    def get_auth(self) -> list[Any]:
        """Reading needs nobody; whoever is known is shown more. A partner's token needs the scope."""
        reads = self.method == "GET"
        scope = f"{self.view.scope}:{'read' if reads else 'write'}"
        return [*([{}] if reads else []), {"partner": [scope]}, {"session": []}]

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        return super().get_serializer_name(serializer, direction).removesuffix("Shape")

    def get_filter_backends(self) -> list[Any]:
        return []

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False

    def get_request_serializer(self) -> Any:
        if self.view.action == "create":
            return self.view.new_input()
        if self.view.action == "update":
            return self.view.whole_input()()
        return self.view.input_class(partial=True) if self.view.action == "partial_update" else None

    def get_override_parameters(self) -> list[Any]:
        if self.view.action == "create":
            return [IDEMPOTENCY_KEY]
        if self.view.action in {"update", "partial_update", "destroy"}:
            return [IF_MATCH]
        if self.view.action not in {"list", "retrieve"}:
            return []  # a file, say, which has no fields to choose from
        names = sorted(self.view.get_serializer().fields)
        parameters = [
            OpenApiParameter("lang", enum=LANGUAGES, description="Texts as plain strings."),
            OpenApiParameter("fields", description=f"Only these, comma-separated: {', '.join(names)}."),
            OpenApiParameter("format", enum=("json", *exports.TYPES), default="json"),
        ]
        if not self.is_list():
            return parameters
        orderings = [sign + name for name in self.view.orderings for sign in ("", "-")]
        parameters += [
            OpenApiParameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}
            ),
            OpenApiParameter("cursor", description="Where the page begins, as `next` gives it."),
            OpenApiParameter("ordering", enum=orderings, default=self.view.orderings[0]),
        ]
        return parameters + list(filter_parameters(self.view.filterset_class))

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            answers = operation["responses"].values()
            content = next((answer["content"] for answer in answers if "content" in answer), None)
            if content is not None and "application/json" not in content:
                file = {"200": {"description": "The file.", "content": content}}
                operation["responses"] = file | self.problems(("404",))
            else:
                self.describe(operation, content["application/json"]["schema"] if content else None)
        return operation

    def problems(self, more: tuple[str, ...]) -> dict[str, Any]:
        shape = {"schema": {"$ref": "#/components/schemas/Problem"}}
        return {
            code: {"description": PROBLEMS[code], "content": {"application/problem+json": shape}}
            for code in sorted({*FOR_ALL, *more})
        }

    @property
    def act(self) -> str:
        """What the operation does; an address below a record reads, as the record's own does."""
        return self.view.action if self.view.action in ACTIONS else "retrieve"

    def page_of(self, one: dict[str, Any]) -> dict[str, Any]:
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "properties": {
                "next": address,
                "previous": address,
                "results": {"type": "array", "items": one},
            },
            "required": ["next", "previous", "results"],
        }

    def describe(self, operation: dict[str, Any], record: Any) -> None:
        """The answers: the body in its formats, its version, and every error as a problem."""
        status, text, more = ACTIONS[self.act]
        status = getattr(self.view, "created_status", status) if self.act == "create" else status
        good: dict[str, Any] = {"description": text}
        if self.act != "destroy" and record is not None:
            body = self.page_of(record) if self.is_list() else record
            good["content"] = {"application/json": {"schema": body}}
        if self.act in {"list", "retrieve"}:
            binary = {"type": "string", "format": "binary"}
            good["content"] |= {kind.split(";")[0]: {"schema": binary} for kind in exports.TYPES.values()}
        if self.act in {"retrieve", "create", "update", "partial_update"}:
            etag = {"schema": {"type": "string"}, "description": "The record's version."}
            good["headers"] = {"ETag": etag}
        operation["responses"] = {status: good} | self.problems(more)


def filter_parameters(filterset: Any) -> Iterable[OpenApiParameter]:
    for name, spec in (filterset.base_filters if filterset else {}).items():
        choices = [key for key, _label in spec.extra.get("choices", ()) if isinstance(key, str)]
        by_record = "queryset" in spec.extra
        yield OpenApiParameter(
            name,
            {"type": "string", "format": "uuid"} if by_record else str,
            enum=choices or None,
            description=str(spec.label or "") + (" (an id)" if by_record else ""),
        )


def finish(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Paths without a closing slash, as the contract writes them; sparse records; the problem document."""
    result["paths"] = {path.rstrip("/"): item for path, item in result["paths"].items()}
    schemas = result["components"].setdefault("schemas", {})
    for name, schema in schemas.items():
        if not name.endswith(("Ref", "Input", "InputRequest")):
            schema.pop("required", None)  # `fields` may leave any of them out
    schemas["Problem"] = PROBLEM
    return result
