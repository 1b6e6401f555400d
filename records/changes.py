"""The feed of everything that changed, and the positions by which it is read.

A reader says up to which position it has read. Ids would not do: they are given when
a change is written, so a transaction that takes long commits an id that readers have
already passed. Positions are given after commit instead, in one line: whoever gives
them holds the one advisory lock and numbers what has been committed since, without a
gap. A change that is still uncommitted is simply not there yet, and comes later.
"""

from collections.abc import Callable
from typing import Any

import structlog
from django.db import connection, transaction

from records.models import Change

LOCK = 0x6368616E6765  # "change": the one advisory lock under which positions are given

NUMBER = """
    WITH last AS (SELECT coalesce(max(position), 0) AS position FROM records_change),
    fresh AS (
        SELECT id, row_number() OVER (ORDER BY id) AS place FROM records_change WHERE position IS NULL
    )
    UPDATE records_change SET position = last.position + fresh.place
    FROM last, fresh WHERE records_change.id = fresh.id
"""

log = structlog.get_logger()
AFTER_COMMIT: list[Callable[[], Any]] = []


def after_changes(function: Callable[[], Any]) -> Callable[[], Any]:
    """Registers what is told, after commit, that the feed has grown. It hears of it again each minute."""
    AFTER_COMMIT.append(function)
    return function


def positions_assign() -> int:
    """Give positions to the changes that have none yet; returns how many.

    Called after each commit, by each reader before it reads, and each minute: so none
    waits, and it does not matter which of them comes first. The numbering is a
    statement of its own after the lock was had, so that it sees all that the holder
    before had numbered.
    """
    if not Change.objects.filter(position=None).exists():
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(NUMBER)
        return cursor.rowcount


def announce() -> None:
    """Give positions once this transaction has been committed, and tell who listens."""
    waiting = (function for _savepoints, function, _robust in connection.run_on_commit)
    if announced not in waiting:
        transaction.on_commit(announced, robust=True)


def announced() -> None:
    positions_assign()
    for function in AFTER_COMMIT:
        try:
            function()
        except Exception as error:  # what was saved is saved, whoever can't hear of it
            log.error("announcement_failed", part=function.__name__, exc_info=error)
