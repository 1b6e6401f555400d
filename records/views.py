"""The pages of the ground floor: health, and the kit, which shows every component in every state."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from records.pages import samples


@login_not_required
@require_safe
def kit(request: HttpRequest) -> HttpResponse:
    """`/dev/kit/`, which only a local or test installation serves."""
    return render(request, "records/kit.html", samples.content(request))


@login_not_required
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Whether this process can do its work: 200 with the database there, 503 without; Redis may be away."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        database = True
    except DatabaseError:
        database = False
    state = {"database": "ok" if database else "away", "version": settings.VERSION}
    return JsonResponse(state, status=200 if database else 503)
