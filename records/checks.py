"""What a server must be able to do before the product starts on it."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

OLDEST = 150000


@register(Tags.database)
def database_is_fit(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """PostgreSQL 15 or newer, whose character type knows Cyrillic: otherwise search fails silently."""
    problems: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        with connection.cursor() as cursor:
            if connection.pg_version < OLDEST:  # type: ignore[attr-defined]
                problems.append(
                    Error("PostgreSQL is too old: version 15 or newer is needed.", id="records.E001")
                )
            cursor.execute("SELECT lower('Ж') = 'ж'")
            if not cursor.fetchone()[0]:
                problems.append(
                    Error(
                        "This database does not know Cyrillic letters: lower('Ж') is not 'ж'."
                        " Create it with ENCODING 'UTF8' and a locale such as C.UTF-8 (PostgreSQL 15) or"
                        " builtin PG_UNICODE_FAST (18).",
                        id="records.E002",
                    )
                )
    return problems
