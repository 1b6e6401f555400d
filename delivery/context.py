"""What the bell in every page's head shows."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.http import HttpRequest

from delivery.queries import unread_count


def bell(request: HttpRequest) -> dict[str, Callable[[], int]]:
    """`unread_notices`: one query, asked at most once, and only by a page that shows it to a person."""
    actor: Any = getattr(request, "actor", None)

    @cache
    def count() -> int:
        return unread_count(actor) if actor and actor.user_id else 0

    return {"unread_notices": count}
