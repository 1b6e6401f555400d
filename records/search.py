"""What every filter of records is built from."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Q

from records.texts import LANGUAGES, column

MOST_WORDS = 10


def search_texts(queryset: Any, words: str, *, texts: Sequence[str] = (), plain: Sequence[str] = ()) -> Any:
    """The records in whose texts (in any language) or plain columns every word occurs, in any case."""
    columns = [column(field, language) for field in texts for language in LANGUAGES] + list(plain)
    for word in words.split()[:MOST_WORDS]:
        rule = Q()
        for name in columns:
            rule |= Q(**{f"{name}__icontains": word})
        queryset = queryset.filter(rule)
    return queryset


def visible_choices(model: Any) -> Callable[[Any], Any]:
    """The choices of a filter by another record: those that the reader may see."""

    def choices(request: Any) -> Any:
        return model.objects.visible_to(request.actor).live() if request else model.objects.none()

    return choices
