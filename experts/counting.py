"""How many experts each city has published in each field: all that is known of them without a consent."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from accounts.actors import Actor
from accounts.models import City
from accounts.order import sides_in_order
from experts.models import Expert

BELOW = """
WITH RECURSIVE below(id) AS (
    SELECT %s::uuid
    UNION
    SELECT lower.id FROM experts_expertisefield lower JOIN below ON lower.parent_id = below.id
    WHERE lower.archived_at IS NULL
)
SELECT id FROM below
"""
# An expert of several fields below one is counted once there.
COUNT = """
WITH RECURSIVE below(top, field) AS (
    SELECT id, id FROM experts_expertisefield WHERE id = ANY(%(fields)s)
    UNION
    SELECT below.top, lower.id FROM below
    JOIN experts_expertisefield lower ON lower.parent_id = below.field AND lower.archived_at IS NULL
)
SELECT below.top, expert.owner_city_id, count(DISTINCT expert.id)
FROM below
JOIN experts_expert_fields named ON named.expertisefield_id = below.field
JOIN experts_expert expert ON expert.id = named.expert_id
WHERE expert.state = %(state)s AND expert.archived_at IS NULL AND expert.programme_id = ANY(%(programmes)s)
GROUP BY below.top, expert.owner_city_id
"""


@dataclass(frozen=True)
class Count:
    """How many experts a city has published in a field and below it."""

    city: City
    number: int


def field_counts(
    fields: Collection[UUID], cities: Sequence[City], actor: Actor
) -> Mapping[UUID, list[Count]]:
    """For each field that has any: the counts of these cities in the actor's programmes; one query.

    Whoever is of no side learns of none.
    """
    if not fields or not actor.programme_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            COUNT,
            {
                "fields": list(fields),
                "state": Expert.State.PUBLISHED,
                "programmes": list(actor.programme_ids),
            },
        )
        rows = cursor.fetchall()
    order = {city.pk: (place, city) for place, city in enumerate(sides_in_order(cities, actor))}
    found: dict[UUID, list[tuple[int, Count]]] = defaultdict(list)
    for field, city_id, number in (row for row in rows if row[1] in order):
        place, city = order[city_id]
        found[field].append((place, Count(city, number)))
    return {
        field: [count for _place, count in sorted(counts, key=itemgetter(0))]
        for field, counts in found.items()
    }


def of_field(experts: QuerySet[Expert], field: UUID) -> QuerySet[Expert]:
    """Those of a field or of one below it."""
    named = Expert.fields.through.objects.filter(expertisefield__in=RawSQL(BELOW, [field]))  # noqa: S611 — no input
    return experts.filter(pk__in=named.values("expert"))
