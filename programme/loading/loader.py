"""Bring the records of a programme in step with a file of facts, without touching anybody's work.

The loader remembers each record that it made and the version that it left
(`LoadedFact`). A record still at that version follows the file; one that has been
edited since is left as it is. So a second run of the same file writes nothing.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.utils.module_loading import autodiscover_modules

from accounts.actors import Actor
from programme.loading.facts import Facts, FactsRefused
from programme.loading.kinds import CITATION, KINDS, LoadedKind, Values
from programme.loading.misfits import misfits, told
from programme.loading.references import Fact, facts_of
from programme.models import LoadedFact, Programme
from records import services
from records.errors import EditConflict, Invalid
from records.models import Visibility
from records.registry import registry
from records.values import write_columns

ONE_AT_A_TIME: Final = 7_209_153_364  # Key of the lock that makes a second load wait for the first.
NEVER_LOADED: Final = 0  # The version that is remembered of a record which no load has made.


@dataclass
class Outcome:
    """What a load did, counted in records. `left` names those that people have edited."""

    made: int = 0
    changed: int = 0
    unchanged: int = 0
    left: list[str] = field(default_factory=list)


def load(facts: Facts, *, by: Actor) -> Outcome:
    """Load a file of facts, whole or not at all.

    Raises `FactsRefused` when a record can't be saved as the file has it.
    """
    autodiscover_modules("loading")  # Apps above add the kinds that are theirs.
    if problems := list(misfits(facts)):
        raise FactsRefused(facts.name, problems)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        return Load(facts, by).run()


class Load:
    """One load, inside its transaction."""

    def __init__(self, facts: Facts, by: Actor) -> None:
        self.facts, self.by = facts, by
        self.outcome = Outcome()
        self.programme: Any = None  # Known once it has been brought.
        self.ids: dict[tuple[str, str], str] = {}
        self.left_by_us: dict[tuple[str, str], LoadedFact] = {}
        self.versions: dict[UUID, int] = {}

    def run(self) -> Outcome:
        self.recall(LoadedFact.objects.filter(programme=None))
        for kind in KINDS:
            facts = facts_of(self.facts.data, kind.section)
            for position in in_order([fact.content for fact in facts], kind.after):
                fact = facts[position]
                self.bring(kind, fact.key, fact, kind.values(fact.content, position, self.id))
            if kind.kind == "programme":
                self.programme = Programme.objects.get(pk=self.id("programme", facts[0].key))
                self.recall(LoadedFact.objects.filter(programme=self.programme))
        self.cite()
        return self.outcome

    def id(self, kind: str, key: str) -> str:
        return self.ids[kind, key]

    def recall(self, facts: Any) -> None:
        """Read what earlier loads left, and the versions that stand now."""
        by_kind: dict[str, list[UUID]] = {}
        for fact in facts:
            self.left_by_us[fact.kind, fact.key] = fact
            by_kind.setdefault(fact.kind, []).append(fact.record_id)
        for kind, pks in by_kind.items():
            records = registry[kind].model._default_manager.filter(pk__in=pks)
            self.versions.update(records.values_list("pk", "version"))

    def bring(self, kind: LoadedKind, key: str, fact: Fact, values: Values) -> None:
        """Make a record, or bring it in step, unless people have edited it."""
        known = self.left_by_us.get((kind.kind, key))
        try:
            if known:
                self.follow(kind, known, values)
            elif record := kind.known(fact.content):
                known = self.remember(kind, key, record.pk, NEVER_LOADED, "")
                self.leave(known)
            else:
                record = self.make(kind, values)
                known = self.remember(kind, key, record.pk, record.version, fingerprint(values))
                self.outcome.made += 1
        except Invalid as error:
            raise FactsRefused(self.facts.name, list(told(self.facts, kind, fact, error.errors))) from None
        self.ids[kind.kind, key] = str(known.record_id)

    def make(self, kind: LoadedKind, values: Values) -> Any:
        model = registry[kind.kind].model
        record: Any = model()
        if hasattr(record, "visibility"):
            record.visibility = Visibility.PUBLIC  # What has been published is no secret.
        if not kind.shared:
            record.programme = self.programme
        own = {path: value for path, value in values.items() if services.is_column(model, path)}
        write_columns(record, own)
        parts = {path: value for path, value in values.items() if path not in own}
        return kind.create(record, parts, original=self.facts.data["original"], by=self.by)

    def follow(self, kind: LoadedKind, known: LoadedFact, values: Values) -> None:
        if self.versions.get(known.record_id) != known.version:
            self.leave(known)
            return
        if fingerprint(values) == known.fingerprint:
            self.outcome.unchanged += 1
            return
        record = registry[kind.kind].model._default_manager.get(pk=known.record_id)
        try:
            record = kind.amend(record, changes=settled(values), base_version=known.version, by=self.by)
        except EditConflict:  # Somebody saved it after we read the versions.
            self.leave(known)
            return
        known.version, known.fingerprint = record.version, fingerprint(values)
        known.save(update_fields=["version", "fingerprint"])
        self.outcome.changed += 1

    def leave(self, known: LoadedFact) -> None:
        self.outcome.left.append(f"{known.kind} {known.key}")

    def remember(self, kind: LoadedKind, key: str, pk: UUID, version: int, print_: str) -> LoadedFact:
        return LoadedFact.objects.create(
            programme=None if kind.shared else self.programme,
            kind=kind.kind,
            key=key,
            record_id=pk,
            version=version,
            fingerprint=print_,
        )

    def cite(self) -> None:
        """Bring the citations of all records; take out those that the file no longer gives."""
        named: set[str] = set()
        for kind in KINDS:
            for fact in facts_of(self.facts.data, kind.section):
                numbers: Counter[str] = Counter()
                for index, content in enumerate(fact.content.get("cite", ())):
                    field_name = kind.name_of(content.get("field", ""))
                    stem = f"{kind.kind}/{fact.key}/{content['source']}/{field_name}"
                    numbers[stem] += 1
                    key = f"{stem}/{numbers[stem]}"
                    named.add(key)
                    values = {
                        **CITATION.values(content, index, self.id),
                        "subject_kind": kind.kind,
                        "subject_id": self.id(kind.kind, fact.key),
                        "field": field_name,
                    }
                    place = Fact("cite", (*fact.path, "cite", index), content)
                    self.bring(CITATION, key, place, values)
        for (kind_name, key), known in self.left_by_us.items():
            if kind_name == CITATION.kind and key not in named:
                self.withdraw(known)

    def withdraw(self, known: LoadedFact) -> None:
        if self.versions.get(known.record_id) != known.version:
            self.leave(known)
            return
        citation = registry[CITATION.kind].model._default_manager.get(pk=known.record_id)
        with services.locked(citation, by=self.by) as fresh:
            services.archive(fresh, base_version=known.version, by=self.by)
        known.delete()
        self.outcome.changed += 1


def settled(values: Values) -> Values:
    """The values as `records.values` reads them: a set has no order of its own."""
    return {path: sorted(value) if isinstance(value, list) else value for path, value in values.items()}


def fingerprint(values: Values) -> str:
    text = json.dumps(settled(values), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def in_order(contents: list[Mapping[str, Any]], after: str) -> list[int]:
    """Positions such that the record which `after` names comes first. The file holds no circles."""
    place = {content["key"]: position for position, content in enumerate(contents) if after}
    order: dict[int, None] = {}
    for position in range(len(contents)):
        chain = [position]
        while after and (before := contents[chain[-1]].get(after)) and place[before] not in order:
            chain.append(place[before])
        order.update(dict.fromkeys(reversed(chain)))
    return list(order)
