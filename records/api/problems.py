"""Problem documents (RFC 9457): the one shape of every error that the API answers."""

from collections.abc import Sequence
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

TITLES = {
    400: gettext_lazy("The request is not valid"),
    401: gettext_lazy("Authentication is needed"),
    403: gettext_lazy("Not allowed"),
    404: gettext_lazy("Not found"),
    405: gettext_lazy("Method not allowed"),
    406: gettext_lazy("Not acceptable"),
    412: gettext_lazy("The record has changed since"),
    415: gettext_lazy("Unsupported media type"),
    422: gettext_lazy("The content can't be processed"),
    428: gettext_lazy("A version is needed"),
    429: gettext_lazy("Too many requests"),
    500: gettext_lazy("Server error"),
    503: gettext_lazy("Busy"),
}


def problem(
    request: HttpRequest,
    *,
    status: int,
    code: str,
    detail: str,
    errors: Sequence[dict[str, Any]] = (),
    **extra: Any,
) -> HttpResponse:
    """An `application/problem+json` answer. `code` names the type of the problem and never changes."""
    body: dict[str, Any] = {
        "type": f"urn:problem:{code}",
        "title": str(TITLES.get(status, _("The request failed"))),
        "status": status,
        "detail": str(detail),
        "request_id": getattr(request, "request_id", ""),
    }
    if errors:
        body["errors"] = list(errors)
    return HttpResponse(orjson.dumps(body | extra), status=status, content_type="application/problem+json")
