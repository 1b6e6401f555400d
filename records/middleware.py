"""The request's id, and plain answers to what a page or a call can't be given."""

import re
import uuid
from collections.abc import Callable

import structlog
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from records.errors import NotAllowed, NotVisible
from records.pages import errors
from records.refusals import refusal_of

Answer = Callable[[HttpRequest], HttpResponse]
REQUEST_ID = re.compile(r"[A-Za-z0-9\-]{8,64}")
LOCK_NOT_AVAILABLE, DEADLOCK = "55P03", "40P01"


class RequestIdMiddleware:
    """Gives each request an id, for the answer, the problem document and every log line."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.request_id = given if REQUEST_ID.fullmatch(given) else str(uuid.uuid4())  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.request_id)  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response


class PlainErrorsMiddleware:
    """Turns what services and access raise into the house's own pages."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, NotVisible):
            return errors.not_found(request, error)
        if isinstance(error, NotAllowed):
            return errors.not_allowed(request, error)
        if is_busy(error):
            return errors.busy(request)
        if refusal := refusal_of(error):
            return errors.not_allowed(request, refusal)
        return None


def is_busy(error: Exception) -> bool:
    """Another transaction held a row for longer than anybody should wait."""
    return isinstance(error, OperationalError) and getattr(error.__cause__, "pgcode", "") in {
        LOCK_NOT_AVAILABLE,
        DEADLOCK,
    }
