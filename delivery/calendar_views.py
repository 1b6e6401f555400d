"""The feeds of the calendars, and the page where a person finds the address of theirs."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.actors import Actor
from accounts.views import actor_of
from delivery import calendars, services
from delivery.models import SIGNER, CalendarAddress
from programme.access import area_to_read
from records.errors import NotVisible
from records.texts import LANGUAGES


@never_cache
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    address = CalendarAddress.objects.filter(user=request.user.pk).first()
    context = {"address": address and full(address), "limit": calendars.how_many_are_shown()}
    return render(request, "delivery/calendar.html", context)


def full(address: CalendarAddress) -> str:
    return settings.SITE_URL + reverse("delivery:person-calendar", args=[address.token])


@require_POST
def calendar_renew(request: HttpRequest) -> HttpResponse:
    services.calendar_address_renew(by=actor_of(request))
    messages.success(request, _("Your calendar has a new address."))
    return redirect("delivery:calendar")


@require_POST
def calendar_remove(request: HttpRequest) -> HttpResponse:
    services.calendar_address_remove(by=actor_of(request))
    messages.success(request, _("Your calendar has no address any more."))
    return redirect("delivery:calendar")


@login_not_required
@require_safe
def person_feed(request: HttpRequest, token: str) -> HttpResponse:
    """A calendar program can't sign in: whoever knows the address reads it, until it is renewed."""
    try:
        secret = SIGNER.unsign(token)
    except BadSignature:
        raise NotVisible from None
    found = CalendarAddress.objects.filter(secret=secret, user__is_active=True)
    address = found.select_related("user__city").first()
    if address is None:
        raise NotVisible
    return sent(request, calendars.person_calendar(address), "private, no-cache")


@login_not_required
@require_safe
def area_feed(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same for everybody: what is public, in the language that the address names."""
    area = area_to_read(pk=pk, actor=Actor.anonymous())
    asked = request.GET.get("lang", "")
    language = asked if asked in LANGUAGES else get_language() or settings.LANGUAGE_CODE
    return sent(request, calendars.area_calendar(area, language), "public, max-age=900")


def sent(request: HttpRequest, content: bytes, caching: str) -> HttpResponse:
    etag = calendars.etag_of(content)
    asked = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
    if etag in asked:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="calendar.ics"'
        response["X-Content-Type-Options"] = "nosniff"
    response["ETag"] = etag
    response["Cache-Control"] = caching
    response["Referrer-Policy"] = "no-referrer"
    return response
