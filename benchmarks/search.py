"""Searching and matching experts: the time in the database beside `icontains`, and the judged set."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from django.db import connection, transaction

from accounts.actors import Actor
from accounts.models import City, User
from experts.models import Expert, ExpertiseRequest
from experts.search import find, matches
from experts.search.concepts import vocabulary
from experts.search.statistics import forget
from programme.models import Programme
from records.search import search_texts
from records.texts import LANGUAGES, column
from tests.experts import judged_set

QUERIES, PLAIN, REQUESTS = 150, 12, 50
MOST_MS, LEAST_RATIO, LEAST_RECALL = 30.0, 20.0, 0.9
TEXTS, NAMES = ("affiliation", "summary"), ("native_name", "latin_name", "russian_name", "chinese_name")


class Clock:
    """Adds up the time that statements take."""

    def __init__(self) -> None:
        self.ms: list[float] = []

    def __call__(self, execute: Callable, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.ms[-1] += 1000 * (time.perf_counter() - began)

    @contextmanager
    def one(self) -> Iterator[None]:
        self.ms.append(0.0)
        with connection.execute_wrapper(self):
            yield

    @property
    def p50(self) -> float:
        return statistics.median(self.ms)

    @property
    def p95(self) -> float:
        return sorted(self.ms)[min(len(self.ms) - 1, int(0.95 * len(self.ms)))]


def asked(count: int, seed: int) -> list[str]:
    """Queries as people write them: one or two labels or synonyms, common and rare, sometimes a name."""
    random, fields = Random(seed), sorted(vocabulary().fields.values(), key=lambda each: each.code)
    found = []
    names = list(Expert.objects.exclude(native_name="").values_list("native_name", flat=True)[:500])
    for _ in range(count):
        language = random.choice(LANGUAGES)
        words = [
            random.choice(random.choice(fields).words(language)) for _ in range(random.choice((1, 1, 2)))
        ]
        if random.random() < 0.2:
            words = [random.choice(names)] if names else words
        found.append(" ".join(words))
    return found


def official(city: str) -> Actor:
    people = User.objects.with_standing().filter(memberships__role="secretary", city__code=city)
    actor = Actor(user=people.first())
    actor.programme_ids  # noqa: B018 — read once for each request
    return actor


def speed() -> None:
    """p50 and p95 of the statements of a search, of a match, and of the same search by `icontains`."""
    forget()
    actor = official("MOW")
    find("metro signalling", actor=actor)
    queries = asked(QUERIES, seed=5)
    searched, matched, plain = Clock(), Clock(), Clock()
    for place, text in enumerate(queries):  # in turns, so that a busy moment meets both
        with searched.one():
            find(text, actor=actor)
        if place % (QUERIES // PLAIN) == 0:
            with plain.one():
                list(by_icontains(text, actor)[:25])
    with transaction.atomic():
        for request in requests(asked(REQUESTS * 3, seed=6)):
            with matched.one():
                matches(request, actor=actor)
        transaction.set_rollback(True)
    print(f"\n{Expert.objects.count()} experts; milliseconds in the database\n")
    print("| | p50 | p95 | goal |\n|---|---|---|---|")
    for name, clock in (("search", searched), ("match", matched)):
        verdict = "reached" if clock.p95 < MOST_MS else "MISSED"
        print(f"| {name} | {clock.p50:.1f} | {clock.p95:.1f} | p95 < {MOST_MS:g}: {verdict} |")
    ratio = plain.p50 / searched.p50
    verdict = "reached" if ratio >= LEAST_RATIO else "MISSED"
    goal = f"{ratio:.0f} × ≥ {LEAST_RATIO:g} ×: {verdict}"
    print(f"| `icontains` | {plain.p50:.1f} | {plain.p95:.1f} | {goal} |")


def by_icontains(text: str, actor: Actor) -> Any:
    """The same experts, searched as the other lists are."""
    seen = Expert.objects.visible_to(actor).live()
    return search_texts(seen, text, texts=TEXTS, plain=NAMES)


def requests(texts: list[str]) -> Iterator[ExpertiseRequest]:
    """Requests of Moscow, each with three sentences."""
    programme, city = Programme.objects.get(), City.objects.get(code="MOW")
    for start in range(0, len(texts), 3):
        request = ExpertiseRequest(
            programme=programme, city=city, owner_city=city, visibility="own", languages=["en", "zh"]
        )
        setattr(request, column("title", "en"), texts[start][:300])
        setattr(request, column("text", "en"), ". ".join(texts[start : start + 3]))
        request.save()
        yield request


def quality() -> None:
    """Recall@5 and MRR of the judged set among nobody else, for each pair of languages."""
    programme: Any = Programme.objects.get()
    cities = {city.code: city for city in programme.cities.all()}
    with transaction.atomic():
        made = judged_set.load(programme, cities)
        for held_out in (False, True):
            found, _missed = judged_set.judge(judged_set.queries(held_out=held_out), made, official("MOW"))
            print(f"\n{'held out' if held_out else 'tuned on'}\n")
            print("| query → profile | queries | recall@5 | MRR | goal |\n|---|---|---|---|---|")
            for pair, each in sorted(found.items()):
                verdict = "reached" if each.recall >= LEAST_RECALL else "MISSED"
                print(f"| {pair} | {len(each.recalls)} | {each.recall:.3f} | {each.mrr:.3f} | {verdict} |")
        transaction.set_rollback(True)
