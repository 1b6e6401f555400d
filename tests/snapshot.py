"""Rows that were made once by real services and are put back for each test that wants them.

The rows are copied out of every table that grew, history and the feed of changes
among them, and copied in again while triggers and foreign keys keep silent: the
triggers have done their work when the rows were first made.
"""

import pickle
from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.db import connection, transaction

from records.changes import announce

SUPERUSER = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
TABLES = """
    SELECT quote_ident(relname) FROM pg_class
    WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace ORDER BY relname
"""
SEQUENCES = """
    SELECT quote_ident(sequencename), coalesce(last_value + 1, start_value)
    FROM pg_sequences WHERE schemaname = current_schema()
"""


def rows_of(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def can_be_put_back() -> bool:
    """Only a superuser may tell triggers and foreign keys to keep silent."""
    return rows_of(SUPERUSER) == [(True,)]


def tables() -> dict[str, int]:
    """How many rows each table has."""
    names = [name for (name,) in rows_of(TABLES)]
    counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in names)
    return dict(rows_of(counts))


class Snapshot:
    """What `make` wrote and returned, kept outside the database; it leaves no row behind.

    The sequences stay where `make` left them, so rows that tests add never meet an id
    of these; `sequences` says where they stood before.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self.sequences: dict[str, int] = dict(rows_of(SEQUENCES))
        before = tables()
        with transaction.atomic():
            self.made = pickle.dumps(make())
            after = tables()
            mixed = [name for name, count in after.items() if count != before[name] > 0]
            assert not mixed, f"these hold rows of others too, which would be put back with them: {mixed}"
            with connection.cursor() as cursor:
                self.rows = {name: copy_out(cursor, name) for name in after if after[name] > before[name]}
            transaction.set_rollback(True)

    def put_back(self) -> Any:
        """The rows are in the database again; returns new objects, as `make` returned them."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for name, content in self.rows.items():
                cursor.copy_expert(f"COPY {name} FROM STDIN (FORMAT binary)", BytesIO(content))
            cursor.execute("SET LOCAL session_replication_role = origin")
            announce()  # as each service does, for the positions in the feed
        return pickle.loads(self.made)


def copy_out(cursor: Any, name: str) -> bytes:
    content = BytesIO()
    cursor.copy_expert(f"COPY {name} TO STDOUT (FORMAT binary)", content)
    return content.getvalue()
