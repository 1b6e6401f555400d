"""How often a page may ask the database. That more to show asks no more often, the tests of its app say."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

OFFICIALS = ("moscow_editor", "moscow_secretary", "administrator")
LIMIT = 12
# The administration; and documents that are put together when they are fetched, section by section.
LIMIT_OF_ADMINISTRATION = LIMIT_OF_DOCUMENTS = 20
DOCUMENTS = ("reports:project-passport", "reports:brief-file")

# What an erasure would reach is asked of every place where data of a person may lie, twice at most.
EVERYWHERE = ("experts:expert-erase",)
LIMIT_EVERYWHERE = 60


def limit(name: str) -> int:
    if name in EVERYWHERE:
        return LIMIT_EVERYWHERE
    if name.startswith("admin:"):
        return LIMIT_OF_ADMINISTRATION
    return LIMIT_OF_DOCUMENTS if name in DOCUMENTS else LIMIT


def counted(call: Callable[[], Any]) -> tuple[Any, int]:
    """What a call answers, and how often it asked the database."""
    with CaptureQueriesContext(connection) as asked:
        answer = call()
    return answer, len(asked)
