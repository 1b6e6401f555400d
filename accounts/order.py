"""In which order the sides are named."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.conf import settings
from django.utils import translation

from accounts.actors import Actor

T = TypeVar("T")


def sides_in_order(
    sides: Iterable[T],
    actor: Actor,
    language: str | None = None,
    *,
    city_of: Callable[[T], Any] = lambda side: side,
) -> list[T]:
    """Cities, or what `city_of` finds the city of, as a reader of `language` expects them.

    The city whose own language that is comes first; where it is no city's, the
    reader's own city; then by name.
    """
    language = language or translation.get_language() or settings.LANGUAGE_CODE

    def place(side: T) -> tuple[bool, bool, str]:
        city = city_of(side)
        return city.language != language, city.pk != actor.city_id, city.text_state("name", language).value

    return sorted(sides, key=place)
