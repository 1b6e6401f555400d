"""Many rows of one model at once, by COPY: for synthetic data, where making rows one by one takes hours.

Constraints and triggers of the database hold as for any row; nothing that Python does on saving happens.
"""

import io
import json
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"


def copy_rows(model: type[models.Model], rows: Iterable[Any]) -> int:
    """Write unsaved records with their ids, or without where the database gives them; says how many.

    Auto-numbered ids are left to the database.
    """
    fields: list[Any] = [
        field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)
    ]
    writers = [(field.attname, writer_of(field)) for field in fields]
    lines = ["\t".join([write(getattr(row, name)) for name, write in writers]) for row in rows]
    if not lines:
        return 0
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN",
            io.StringIO("\n".join(lines) + "\n"),
        )
    return len(lines)


def writer_of(field: Any) -> Callable[[Any], str]:
    """How the values of a field are written for COPY."""
    if isinstance(field, ArrayField):
        inner = writer_of(field.base_field)
        return lambda values: NULL if values is None else array(map(inner, values))
    if isinstance(field, models.JSONField):
        return lambda value: NULL if value is None else text(json.dumps(value, ensure_ascii=False))
    if isinstance(field, models.DateField):
        return lambda value: NULL if value is None else value.isoformat()
    if isinstance(field, models.ForeignKey | models.UUIDField | models.IntegerField):
        return lambda value: NULL if value is None else str(value)
    return lambda value: text(field.get_prep_value(value))


def text(value: Any) -> str:
    return NULL if value is None else str(value).translate(ESCAPES)


def array(parts: Iterable[str]) -> str:
    return (
        "{"
        + ",".join('"' + part.replace("\\\\", "\\\\\\\\").replace('"', '\\\\"') + '"' for part in parts)
        + "}"
    )
