"""Every error of the API as a problem document."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.views import set_rollback

from records.api.problems import problem
from records.errors import EditConflict, Invalid, NotAllowed, NotVisible, OutOfDate
from records.middleware import is_busy
from records.pages import errors as pages
from records.refusals import refusal_of


class BadParameter(exceptions.APIException):
    """A query parameter that is unknown or whose value can't be read."""

    status_code, default_code = 400, "invalid_parameter"

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(_("A parameter of this address can't be used."))
        self.errors = errors


def fault(field: str, code: str, message: Any) -> dict[str, Any]:
    return {"field": field, "code": code, "message": str(message)}


def exception_handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    request = context["request"]._request
    set_rollback()
    if isinstance(error, Http404 | NotVisible):
        return pages.not_found(request, error)
    if isinstance(error, OutOfDate):
        return out_of_date(request, error)
    if isinstance(error, NotAllowed | PermissionDenied):
        return pages.not_allowed(request, error)
    if isinstance(error, Invalid):
        errors = [fault(field, "invalid", text) for field, texts in error.errors.items() for text in texts]
        return problem(request, status=400, code="invalid", detail=_("Nothing was saved."), errors=errors)
    if isinstance(error, EditConflict):
        response = problem(
            request,
            status=412,
            code="version-conflict",
            detail=_("The record has changed since the version that you name. Nothing was saved."),
            errors=[fault(item.field, "conflict", _("Changed meanwhile.")) for item in error.conflicts],
        )
        response["ETag"] = f'"{error.version}"'
        return response
    if is_busy(error):
        return pages.busy(request)
    if refusal := refusal_of(error):
        return pages.not_allowed(request, refusal)
    if isinstance(error, exceptions.APIException):
        return from_framework(request, error)
    return None


def out_of_date(request: Any, error: OutOfDate) -> HttpResponse:
    """409. What the call is about has changed meanwhile; that has been recorded."""
    detail = f"{error.reason} {error.remedy}".strip()
    return problem(request, status=409, code="out-of-date", detail=detail)


def from_framework(request: Any, error: exceptions.APIException) -> HttpResponse:
    errors = getattr(error, "errors", None)
    if isinstance(error, exceptions.ValidationError):
        errors = list(flat(error.get_full_details()))
        detail = _("Nothing was saved.")
    else:
        detail = str(error.detail)
    codes = getattr(error, "default_code", "error")
    response = problem(
        request, status=error.status_code, code=codes.replace("_", "-"), detail=detail, errors=errors or ()
    )
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait) + 1)
    return response


def flat(details: Any, path: str = "") -> Any:
    """DRF's nested error details as one list of faults with dotted fields."""
    if (
        isinstance(details, dict)
        and {"message", "code"} <= set(details)
        and not isinstance(details["message"], dict)
    ):
        yield fault(path, details["code"], details["message"])
    elif isinstance(details, dict):
        for name, inner in details.items():
            yield from flat(
                inner, f"{path}.{name}" if path and name != "non_field_errors" else (path or name)
            )
    else:
        for index, inner in enumerate(details):
            yield from flat(
                inner, path if isinstance(inner, dict) and "message" in inner else f"{path}.{index}"
            )
