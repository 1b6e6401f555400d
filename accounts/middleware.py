"""The reader's language, the actor of the request, and signing in before anything private."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from accounts.actors import Actor
from records import held
from records.texts import LANGUAGES

Answer = Callable[[HttpRequest], HttpResponse]
PERSON_COOKIE, HELD_COOKIE = "person", "held"
PERSON_KEPT_FOR = 14 * 24 * 3600


class LanguageMiddleware:
    """The language that was chosen in the header, else the person's own, else the browser's."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if chosen not in LANGUAGES:
            chosen = ""
        own = request.user.language if request.user.is_authenticated else ""
        language = chosen or own or translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
            response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", language)
        return response


class ClockMiddleware:
    """Times and "today" by the reader's own clocks, which the foot of each page names; else UTC."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        own = request.user.timezone if request.user.is_authenticated else settings.TIME_ZONE
        with timezone.override(ZoneInfo(own)):
            return self.get_response(request)


class ActorMiddleware:
    """Puts `request.actor` beside `request.user`, and remembers in the browser who signed in.

    That signed memory outlives the session: by it a post that comes after the login
    has run out is kept for the person who typed it, and for nobody else.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = Actor(user=request.user) if request.user.is_authenticated else Actor.anonymous()  # type: ignore[attr-defined]
        response = self.get_response(request)
        if request.user.is_authenticated and remembered_person(request) != request.user.pk:
            remember(
                response,
                PERSON_COOKIE,
                signing.dumps(request.user.pk, salt=PERSON_COOKIE),
                PERSON_KEPT_FOR,
                request,
            )
        return response


class SignInMiddleware(LoginRequiredMiddleware):
    """Every page asks for a login unless it says otherwise; what was posted meanwhile is kept."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        response = super().handle_no_permission(request, view_func)
        person = remembered_person(request)
        if request.method == "POST" and person:
            hold_post(request, response, person)
        return response


def remembered_person(request: HttpRequest) -> int | None:
    """Who last signed in with this browser, if that was in the last two weeks."""
    try:
        return signing.loads(
            request.COOKIES.get(PERSON_COOKIE, ""), salt=PERSON_COOKIE, max_age=PERSON_KEPT_FOR
        )
    except signing.BadSignature:
        return None


def hold_post(request: HttpRequest, response: HttpResponse, person: int) -> None:
    """Keep what was typed, and leave the token that fetches it in this browser only."""
    token = held.hold(user_id=person, path=request.path, post=request.POST)
    if token:
        remember(response, HELD_COOKIE, token, int(held.KEPT_FOR.total_seconds()), request)


def remember(response: HttpResponse, name: str, value: str, seconds: int, request: HttpRequest) -> None:
    response.set_cookie(
        name, value, max_age=seconds, secure=request.is_secure(), httponly=True, samesite="Lax"
    )
