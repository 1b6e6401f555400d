"""What the bell in every page's head shows, and whether the page's record is followed."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.http import HttpRequest

from delivery.queries import unread_and_followed, unread_count


def bell(request: HttpRequest) -> dict[str, Callable[[], Any]]:
    """`unread_notices` and `followed_kinds`: one query, asked once, and only by a page that shows them."""
    actor: Any = getattr(request, "actor", None)
    match = request.resolver_match
    pk = match.kwargs.get("pk") if match else None

    @cache
    def both() -> tuple[int, set[str]]:
        if actor is None or actor.user_id is None:
            return 0, set()
        return unread_and_followed(actor, pk) if pk else (unread_count(actor), set())

    return {"unread_notices": lambda: both()[0], "followed_kinds": lambda: both()[1]}
