"""What a reader gets in place of a page that they can't be given.

Each says what happened in one sentence, and what to do next; a call under `/api/`
gets the same as a problem document. `not_found` says the same whether there is no
such record or the reader may not see it.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from records.api.problems import problem
from records.errors import NotAllowed

RETRY_AFTER = 2  # seconds


def is_call(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if is_call(request):
        detail = _("There is no such address or record, or it is not yours to see.")
        return problem(request, status=404, code="not-found", detail=detail)
    return render(request, "errors/404.html", status=404)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403. What a service gave as its reason and remedy is shown; Django's own words are not."""
    given = exception if isinstance(exception, NotAllowed) else NotAllowed(_("You may not do this."))
    if is_call(request):
        return problem(
            request, status=403, code="not-allowed", detail=f"{given.reason} {given.remedy}".strip()
        )
    return render(request, "errors/403.html", {"reason": given.reason, "remedy": given.remedy}, status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if is_call(request):
        return problem(request, status=400, code="bad-request", detail=_("The request could not be read."))
    return HttpResponse(plain(request, "errors/400.html"), status=400)


def busy(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """503. Somebody else was writing the same thing for too long; nothing was saved."""
    if is_call(request):
        detail = _(
            "Somebody else is saving this record right now. Nothing was changed: try again in a moment."
        )
        response = problem(request, status=503, code="busy", detail=detail)
    else:
        response = HttpResponse(plain(request, "errors/503.html"), status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500. The page asks nothing of database, session or cache, which may be what failed."""
    if is_call(request):
        detail = _("Something went wrong on our side. Nothing was saved; give us the request id.")
        return problem(request, status=500, code="server-error", detail=detail)
    return HttpResponse(plain(request, "errors/500.html"), status=500)


def plain(request: HttpRequest, template: str) -> bytes:
    """A page rendered without context processors."""
    context = {"request_id": getattr(request, "request_id", "")}
    return render(None, template, context).content  # type: ignore[arg-type]
