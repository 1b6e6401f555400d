"""What changed last, as far as a reader may know of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.actors import Actor
from accounts.naming import author_of
from records.models import Change
from records.named import Named, field_label, kinds_with_pages, named, of_seen_records
from records.pages.display import listed
from records.registry import registry

LINES = 10
CANDIDATES = 300  # what one query looks at; a load of more than this shows as "at least"
MANY = 3  # more consecutive changes than this by the same hand are one line
PAUSE = timedelta(minutes=2)  # between two changes of the same load
FIELDS = 4


@dataclass(frozen=True)
class Line:
    """What the page kit's `feed_item` draws."""

    who: str
    side: Any
    verb: str
    what: str
    url: str
    when: datetime
    note: str = ""
    icon: str = "point"


def latest_changes(actor: Actor) -> list[Line]:
    """The latest changes of records that this actor sees, in one query."""
    return shown(candidates(Change.objects.all(), actor), actor)


@dataclass(frozen=True)
class Since:
    """What others changed since a person last looked; `position` is where looking at it leads."""

    lines: list[Line]
    position: int
    first_time: bool


def changes_since(actor: Actor) -> Since:
    """What others changed after the place in the feed up to which this person has looked; one query.

    Whoever never said that they had looked is shown the latest changes.
    """
    after = actor.user.seen_position if actor.user else 0
    changes = Change.objects.exclude(user=actor.user_id) if after else Change.objects.all()
    found = candidates(changes.filter(Q(position__gt=after) | Q(position=None)), actor)
    reached = max((change.position or 0 for change in found), default=0)
    return Since(shown(found, actor), reached, after == 0)


def candidates(changes: Any, actor: Actor) -> list[Any]:
    kinds = kinds_with_pages()
    seen = of_seen_records(changes, actor, kind="kind", pk="record_id", among=kinds)
    return list(seen.select_related("user", "city").order_by("-at", "-id")[:CANDIDATES])


def shown(changes: list[Any], actor: Actor) -> list[Line]:
    lines = (line for run in runs(changes) for line in lines_of(run, actor, run[-1] is changes[-1]))
    return list(islice(lines, LINES))


def runs(changes: list[Any]) -> Iterator[list[Any]]:
    """Consecutive changes of one kind of act by the same hand, without a pause between them."""
    run: list[Any] = []
    for change in changes:
        if run and not continues(run[-1], change):
            yield run
            run = []
        run.append(change)
    if run:
        yield run


def continues(later: Any, earlier: Any) -> bool:
    return (later.user_id, later.city_id, later.verb) == (
        earlier.user_id,
        earlier.city_id,
        earlier.verb,
    ) and later.at - earlier.at <= PAUSE


def lines_of(run: list[Any], actor: Actor, is_last: bool) -> list[Line]:
    """A line for each record of a run, or one for all of them where they are many."""
    by_record: dict[Any, list[Any]] = {}
    for change in run:
        by_record.setdefault((change.kind, change.record_id), []).append(change)
    if len(by_record) <= MANY:
        return [line_of(changes, actor) for changes in by_record.values()]
    what = ngettext("%(n)s record", "%(n)s records", len(by_record)) % {"n": len(by_record)}
    if is_last and len(run) == CANDIDATES:
        what = _("at least %(records)s") % {"records": what}
    counts = Counter(kind for kind, _pk in by_record)
    tally = pgettext("between parts of a sentence", "; ").join(
        _("%(kind)s: %(n)s") % {"kind": registry[kind].plural, "n": count}
        for kind, count in counts.most_common()
    )
    latest = run[0]
    return [
        Line(author_of(latest, actor), latest.city, latest.label, what, "", latest.at, tally, "database")
    ]


def line_of(changes: list[Any], actor: Actor) -> Line:
    """One record's consecutive changes, the latest first."""
    latest = changes[0]
    record = named(latest.kind, latest.record_json)
    fields = [path for change in changes for path in change.fields]
    return Line(
        who=author_of(latest, actor),
        side=latest.city,
        verb=latest.label,
        what=record.title,
        url=record.url,
        when=latest.at,
        note=note(record, fields),
    )


def note(record: Named, fields: list[str]) -> str:
    """What kind of record it is, and which of its fields changed: never what stood in them."""
    labels = list(dict.fromkeys(field_label(record.kind, path) for path in fields))
    shown = listed(labels[:FIELDS])
    if rest := len(labels[FIELDS:]):
        more = ngettext("%(fields)s and %(n)s more", "%(fields)s and %(n)s more", rest)
        shown = more % {"fields": shown, "n": rest}
    return f"{record.label} · {shown}" if shown else record.label
