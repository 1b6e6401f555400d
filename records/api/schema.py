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
ANSWERS = {
    "400": "A parameter is unknown, doubled or can't be read.",
    "404": "There is no such record, or it is not yours to see.",
    "405": "The resource does not know this method.",
}


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
        """Reading needs nobody; whoever is known is shown more."""
        return [{}, *super().get_auth()]

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        return super().get_serializer_name(serializer, direction).removesuffix("Shape")

    def get_filter_backends(self) -> list[Any]:
        return []

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False

    def get_override_parameters(self) -> list[Any]:
        if getattr(self.view, "action", "") not in {"list", "retrieve"}:
            return []  # a file, say, which has no fields to choose from
        names = sorted(self.view.get_serializer().fields)
        parameters = [
            OpenApiParameter(
                "lang", enum=LANGUAGES, description="Texts in one language, as plain strings."
            ),
            OpenApiParameter(
                "fields", description=f"Only these fields, comma-separated: {', '.join(names)}."
            ),
            OpenApiParameter("format", enum=("json", *exports.TYPES), default="json"),
        ]
        if not self.is_list():
            return parameters
        orderings = [sign + name for name in self.view.orderings for sign in ("", "-")]
        parameters += [
            OpenApiParameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}
            ),
            OpenApiParameter(
                "cursor", description="Where the page begins, as `next` and `previous` give it."
            ),
            OpenApiParameter("ordering", enum=orderings, default=self.view.orderings[0]),
        ]
        return parameters + list(filter_parameters(self.view.filterset_class))

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        content = operation["responses"]["200"]["content"]
        if "application/json" in content:
            one = content["application/json"]["schema"]
            self.describe(operation, self.page_of(one) if self.is_list() else one)
        else:  # a file
            operation["responses"]["200"]["description"] = "The file."
        self.describe_errors(operation)
        return operation

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

    def describe(self, operation: dict[str, Any], body: dict[str, Any]) -> None:
        """The good answer: the body in its formats, and its version."""
        binary = {"type": "string", "format": "binary"}
        content = {"application/json": {"schema": body}}
        content |= {kind.split(";")[0]: {"schema": binary} for kind in exports.TYPES.values()}
        good: dict[str, Any] = {
            "description": "A page." if self.is_list() else "The record.",
            "content": content,
        }
        if not self.is_list():
            good["headers"] = {
                "ETag": {"schema": {"type": "string"}, "description": "The record's version."}
            }
        operation["responses"] = {"200": good}

    def describe_errors(self, operation: dict[str, Any]) -> None:
        """Every error is a problem document."""
        for status, text in ANSWERS.items():
            if status == "404" and self.is_list():
                continue
            operation["responses"][status] = {
                "description": text,
                "content": {
                    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                },
            }


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
        if not name.endswith("Ref"):
            schema.pop("required", None)  # `fields` may leave any of them out
    schemas["Problem"] = PROBLEM
    return result
