"""The SQL that builds records' JSON, put together once for each way of reading.

Most of the time that a list took went into building the same SQL anew. It depends on
what is read, in which language and fields, and on which records the viewer sees; not
on which page of the list is asked for. So a page is two statements: a small one that
finds its ids, and this one, which PostgreSQL builds their JSON with.
"""

from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import BooleanField, F, Func, TextField, Value
from django.db.models.functions import Cast
from django.utils import timezone

from records.api.shapes import Reading
from records.by_kind import viewer_key

MOST = 500  # ways of reading that are remembered; `fields=` is the caller's to choose
IDS = "the ids of this page"
Compiled = tuple[str, tuple[Any, ...], str]

cache: dict[Hashable, Compiled] = {}
lock = Lock()


class IsOneOf(Func):
    """`id = ANY(…)`: one text of SQL, however many ids there are."""

    template = "%(expressions)s::uuid[])"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def key(resource: Hashable, reading: Reading) -> Hashable:
    """Everything that the SQL depends on. Today's date is in it for states that follow from a date."""
    today = timezone.now().date()
    return resource, reading.language, reading.fields, viewer_key(reading.actor), today


def texts_of(
    pks: Sequence[UUID], *, resource: Hashable, reading: Reading, queryset: Callable[[], Any], json: Any
) -> list[str]:
    """The JSON texts of these records, in this order, of those that are still there for this viewer.

    `queryset` and `json` make what the viewer sees and the expression, for a `resource`
    that is read like this for the first time.
    """
    if not pks:
        return []
    place = key(resource, reading)
    found = cache.get(place)
    if found is None:
        found = compile_sql(queryset(), json(reading))
        with lock:
            if len(cache) >= MOST:
                cache.clear()
            cache[place] = found
    sql, params, using = found
    with connections[using].cursor() as cursor:
        cursor.execute(sql, [list(map(str, pks)) if value == IDS else value for value in params])
        texts = {UUID(str(pk)): text for pk, text in cursor.fetchall()}
    return [texts[pk] for pk in pks if pk in texts]


def compile_sql(queryset: Any, json: Any) -> Compiled:
    these = IsOneOf(F("pk"), Value(IDS, output_field=TextField()))
    if hasattr(queryset, "rewrite"):  # a translated model's, which would put the columns into any order
        queryset = queryset.rewrite(False)
    wanted = queryset.filter(these).order_by().values_list("pk", Cast(json, TextField()))
    sql, params = wanted.query.sql_with_params()
    assert params.count(IDS) == 1, "the ids stand in one place of the statement"  # noqa: S101
    return sql, params, wanted.db
