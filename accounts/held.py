"""Giving back, on a form's page, what its author had posted when the login ran out."""

from django.http import HttpRequest, HttpResponse, QueryDict

from accounts.middleware import HELD_COOKIE
from records import held


def returned_post(request: HttpRequest) -> QueryDict | None:
    token = request.COOKIES.get(HELD_COOKIE)
    if not token or not request.user.is_authenticated:
        return None
    return held.fetch(token=token, user_id=request.user.pk, path=request.path)


def forget_post(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """After the post was saved or discarded."""
    token = request.COOKIES.get(HELD_COOKIE)
    if token and request.user.is_authenticated:
        held.forget(token=token, user_id=request.user.pk)
        response.delete_cookie(HELD_COOKIE)
    return response
