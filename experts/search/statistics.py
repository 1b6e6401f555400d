"""How common what is asked for is, from the statistics that PostgreSQL keeps anyway."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

from django.db import connection

from experts.models import SearchEntry

FRESH = 600.0  # seconds for which they are taken as they are
LOCK = Lock()
KEPT: list[tuple[float, "Statistics"]] = []


@dataclass(frozen=True)
class Statistics:
    """How many experts are found by something, and the share of them that has each common token."""

    total: int = 0
    shares: dict[str, float] = field(default_factory=dict)

    def share(self, tokens: Iterable[str]) -> float:
        """The share that has one of these, at most; of what is not among the common ones, none."""
        return min(1.0, sum(self.shares.get(token, 0.0) for token in tokens))


def forget() -> None:
    """Read them anew when they are next asked for, as after very many experts have been added."""
    with LOCK:
        KEPT.clear()


def statistics() -> Statistics:
    with LOCK:
        if KEPT and monotonic() - KEPT[0][0] < FRESH:
            return KEPT[0][1]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT reltuples, most_common_elems::text::text[], most_common_elem_freqs FROM pg_class"
            " LEFT JOIN pg_stats ON schemaname = current_schema() AND tablename = relname AND attname = %s"
            " WHERE oid = to_regclass(%s)",
            ["own_document", SearchEntry._meta.db_table],
        )
        rows, common, shares = cursor.fetchone() or (0, None, None)
    made = Statistics(max(0, int(rows)), dict(zip(common or (), shares or (), strict=False)))
    with LOCK:
        KEPT[:] = [(monotonic(), made)]
    return made
