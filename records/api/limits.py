"""How much one caller may ask in a minute, said in the `RateLimit` headers of every answer.

The counts live in the cache: without Redis nobody is held back.
"""

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

WINDOW = 60  # seconds


class Limit:
    """One caller's window of a minute."""

    def __init__(self, request: Request, actor: Any) -> None:
        known = not actor.is_anonymous
        self.most = settings.API_CALLS_A_MINUTE if known else settings.API_CALLS_A_MINUTE_ANONYMOUS
        caller = actor.caller if known else f"address:{request.META.get('REMOTE_ADDR', '')}"
        now = int(time.time())
        self.left_seconds = WINDOW - now % WINDOW
        self.key = f"api-calls:{caller}:{now // WINDOW}"
        self.used = 0

    def count(self) -> None:
        """Count this call. Raises `Throttled` past the limit."""
        cache.add(self.key, 0, WINDOW * 2)
        try:
            self.used = cache.incr(self.key)
        except ValueError:  # it went out of the cache between the two lines
            self.used = 1
        if self.used > self.most:
            raise Throttled(wait=self.left_seconds)

    def tell(self, response: HttpResponse) -> None:
        """The headers of draft-ietf-httpapi-ratelimit-headers."""
        response["RateLimit-Policy"] = f'"minute";q={self.most};w={WINDOW}'
        response["RateLimit"] = f'"minute";r={max(0, self.most - self.used)};t={self.left_seconds}'
