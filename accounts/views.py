"""Language, theme and the colours of the sides."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import http_date, parse_http_date_safe, url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor
from accounts.middleware import hold_post, remembered_person
from accounts.models import City
from accounts.services import language_choose
from records.errors import NotAllowed
from records.pages import errors

THEMES = ("light", "dark", "auto")


def actor_of(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


def back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page that the form stood on, if that is one of ours."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    return HttpResponseRedirect(target)


def keep_choice(request: HttpRequest, response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=request.is_secure(),
        httponly=name != "theme",  # theme.js reads it before the page is drawn
        samesite="Lax",
    )


@login_not_required
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return errors.bad_request(request)
    response = back(request)
    keep_choice(request, response, settings.LANGUAGE_COOKIE_NAME, language)
    if request.user.is_authenticated:
        language_choose(user=request.user, language=language)
    return response


@login_not_required
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    theme = request.POST.get("theme", "")
    if theme not in THEMES:
        return errors.bad_request(request)
    response = back(request)
    keep_choice(request, response, "theme", theme)
    return response


@login_not_required
@require_safe
def sides_css(request: HttpRequest) -> HttpResponse:
    """Each city's colour as a style sheet, so that no page needs an inline style."""
    cities: list[City] = list(City.objects.all())
    rules = [
        f'[data-side="{city.code}"]{{--side:{city.colour}}}\n'
        f'@media screen{{[data-bs-theme="dark"] [data-side="{city.code}"]{{--side:{city.colour_dark}}}}}\n'
        for city in cities
    ]
    modified = int(max((city.updated_at.timestamp() for city in cities), default=0))
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    unchanged = since is not None and modified and modified <= since
    response = HttpResponse(
        "" if unchanged else "".join(rules), content_type="text/css", status=304 if unchanged else 200
    )
    response["Last-Modified"] = http_date(modified)
    response["Cache-Control"] = "public, max-age=300"
    return response


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is out of date, as after signing in again in another tab.

    Where the browser says that the post came from our own page, what was typed is
    kept and the page is shown again with it; otherwise nothing is kept.
    """
    person = remembered_person(request)
    if (
        request.headers.get("Sec-Fetch-Site") == "same-origin"
        and person
        and not request.path.startswith("/api/")
    ):
        response = redirect(request.path)
        hold_post(request, response, person)
        return response
    return errors.not_allowed(
        request,
        NotAllowed(
            _("This form was opened too long ago, or in another browser window."),
            _("Go back, reload the page and send it again."),
        ),
    )
