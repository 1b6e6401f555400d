"""The record that a row names by kind and id, as one expression over all kinds.

What stands in it for a kind is the same for every query of the same reader: putting the
rules of thirty kinds together anew took most of the time of each page that names
records. So the SQL of a kind is put together once for each way of looking, and a query
only says in which of its columns the kind and the id stand.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField, Expression, F, Func, JSONField, UUIDField
from django.db.models.functions import JSONObject
from django.utils import timezone, translation

from records.models import Viewer
from records.registry import RecordType, registry
from records.texts import translated_fields

MOST = 4_000  # pieces of a few kilobytes: some forty ways of looking
ROW = "the id that the row names"

UNKNOWN: Any = object()
Params = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Piece:
    """The SQL for one kind: what stands before the row's id and behind it. The same one is equal only."""

    kind: str
    before: str
    after: str
    params_before: Params
    params_after: Params


cache: dict[Hashable, Piece | None] = {}
lock = Lock()


def viewer_key(viewer: Viewer) -> Hashable:
    """Everything that the SQL of a rule of who sees what depends on.

    A viewer that has a city, and not only its id, is asked for its country by the rule
    of experts. Today's date and the language are in the SQL where a rule names them.
    """
    city = getattr(viewer, "city", None)
    return (
        viewer.city_id,
        city and (city.pk, city.country),
        frozenset(viewer.programme_ids),
        viewer.sees_shared,
        viewer.sees_all,
        timezone.localdate(),
        translation.get_language(),
    )


def kinds_key() -> Hashable:
    """The kinds that there are: what hangs on records is seen by the rules of all of them."""
    return tuple((known.kind, known.model, known.along) for known in registry)


class RowId(Expression):
    """Stands for the column that the outer query names the record by."""

    output_field = UUIDField()

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return f"<{ROW}>", (ROW,)


def pieces(
    record_types: Iterable[RecordType], viewer: Viewer, way: str, query: Callable[[RecordType], Any]
) -> tuple[Piece, ...]:
    """The SQL of these kinds; those of which this viewer can see none are left out.

    `query` makes a kind's `Query`, which takes `RowId` for the id, where it is not known
    yet for this `way` of asking.
    """
    place = way, viewer_key(viewer), kinds_key()
    found = []
    for record_type in record_types:
        key = record_type.kind, record_type.model, record_type.along, *place
        piece = cache.get(key, UNKNOWN)
        if piece is UNKNOWN:
            piece = compile_piece(record_type.kind, way, query(record_type))
            with lock:
                if len(cache) >= MOST:
                    cache.clear()
                cache[key] = piece
        found.append(piece)
    return tuple(filter(None, found))


def compile_piece(kind: str, way: str, query: Any) -> Piece | None:
    """Its tables get names that no query around it has, so that the row's id is never taken for theirs.

    A piece stands within a piece of another kind or of another way only, else there
    would be no end of them.
    """
    query = query.clone()
    names = f"{way}_{kind}".replace("-", "_")
    query.change_aliases({alias: f"{names}_{n}" for n, alias in enumerate(list(query.alias_map))})
    try:
        sql, params = query.sql_with_params()
    except EmptyResultSet:
        return None
    before, after = sql.split(f"<{ROW}>")
    place = params.index(ROW)
    return Piece(kind, before, after, tuple(params[:place]), tuple(params[place + 1 :]))


class ByKind(Func):
    """`CASE kind WHEN … THEN … END` of pieces, for the columns of a row that name its record."""

    def __init__(self, kind: Any, pk: Any, pieces: tuple[Piece, ...], output_field: Any) -> None:
        super().__init__(kind, pk, output_field=output_field)
        self.pieces = pieces

    def as_sql(self, compiler: Any, connection: Any, **_extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        otherwise = "false" if self.conditional else "NULL"
        if not self.pieces:
            return f"{otherwise}::{self.output_field.db_type(connection)}", []
        opening = "EXISTS" if self.conditional else ""
        kind, kind_params = compiler.compile(self.source_expressions[0])
        pk, pk_params = compiler.compile(self.source_expressions[1])
        sql, params = [f"CASE {kind}"], list(kind_params)
        for piece in self.pieces:
            sql.append(f"WHEN %s THEN {opening}({piece.before}{pk}{piece.after})")
            params += [piece.kind, *piece.params_before, *pk_params, *piece.params_after]
        return " ".join((*sql, f"ELSE {otherwise} END")), params


def seen_by_kind(
    record_types: Iterable[RecordType], viewer: Viewer, *, kind: Any, pk: Any, live: bool = False
) -> ByKind:
    """The condition that a row names a record of one of these kinds, and that the viewer sees it."""

    def query(record_type: RecordType) -> Any:
        return rows_of(record_type, viewer, live).query.exists()

    way = "live" if live else "seen"
    return ByKind(kind, pk, pieces(record_types, viewer, way, query), BooleanField())


def json_by_kind(
    record_types: Iterable[RecordType], viewer: Viewer, *, kind: Any, pk: Any, live: bool = False
) -> ByKind:
    """The record that a row names as one JSON value: so all kinds fit into one column.

    Null where the viewer does not see it, or where it is of none of these kinds.
    """

    def query(record_type: RecordType) -> Any:
        return rows_of(record_type, viewer, live).values_list(json_of(record_type, viewer)).query

    way = "live_json" if live else "json"
    return ByKind(kind, pk, pieces(record_types, viewer, way, query), JSONField())


def rows_of(record_type: RecordType, viewer: Viewer, live: bool) -> Any:
    """The record that a row names, for a viewer who sees it."""
    seen = record_type.visible_to(viewer).filter(pk=RowId()).order_by()
    return seen.live() if live else seen


def json_of(record_type: RecordType, viewer: Viewer) -> JSONObject:
    return JSONObject(
        **columns_of(record_type.model), **(record_type.along(viewer) if record_type.along else {})
    )


def columns_of(model: Any) -> dict[str, F]:
    """All columns of a record, each language of a text on its own: what `named.record_from` takes."""
    plain = {field.attname for field in model._meta.concrete_fields} - set(translated_fields(model))
    return {name: F(name) for name in sorted(plain)}
