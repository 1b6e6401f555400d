"""Acts on a record that start from a version, as a change of it does: `POST …/submit` with If-Match."""

from collections.abc import Callable
from typing import Any

from rest_framework.request import Request

from records.api.inputs import RecordInput
from records.api.schema import IF_MATCH, Schema


class VersionedActSchema(Schema):
    """What an act takes, and that it answers with the record as it stands then."""

    shape: type[RecordInput]

    def get_request_serializer(self) -> Any:
        return self.shape() if self.shape._declared_fields else None

    def get_override_parameters(self) -> list[Any]:
        return [IF_MATCH]

    @property
    def act(self) -> str:
        return "partial_update"


def versioned_act(shape: type[RecordInput] = RecordInput) -> Schema:
    """The schema of an act; a class of its own, because it is made anew without arguments."""
    made: Callable[[], Any] = type("VersionedActSchema", (VersionedActSchema,), {"shape": shape})
    return made()


def read_act(shape: type[RecordInput], request: Request) -> dict[str, Any]:
    """What was sent with an act. Raises DRF's `ValidationError`, for a field that is not known too."""
    data = shape(data=request.data)
    data.is_valid(raise_exception=True)
    return dict(data.validated_data)
