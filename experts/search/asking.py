"""A question as what it asks for: concepts, words and names, each with the tokens that answer it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection
from rapidfuzz.distance import OSA

from experts.models import NameWord
from experts.search import names
from experts.search.concepts import Concept, Vocabulary, concepts
from experts.search.index import reference, short
from experts.search.statistics import Statistics, statistics
from experts.search.words import Word, normal, runs, script_of, words

MOST_GROUPS = 8
MOST_CHARACTERS = 500  # of a query; a request's text may be longer
DIRECT, BELOW, MENTIONED, ABOVE = 1.0, 0.85, 0.7, 0.35  # what a field counts by its way to the expert
NAME, TYPED_WRONG, TAKEN = 1.1, 0.6, 0.45


@dataclass
class Group:
    """One thing that is asked for: tokens that answer it, each with what it counts (0 to 1)."""

    matched: str
    weight: float
    tokens: dict[str, float] = field(default_factory=dict)
    concepts: list[Concept] = field(default_factory=list)
    taken: bool = False  # a word that a concept speaks for

    def offer(self, token: str, counts: float) -> None:
        if token.isalnum():
            self.tokens[token] = max(counts, self.tokens.get(token, 0))

    @property
    def best(self) -> list[tuple[str, float]]:
        return sorted(self.tokens.items(), key=lambda item: (-item[1], item[0]))


@dataclass
class Question:
    groups: list[Group]
    concepts: list[Concept]


def question(text: str, known: Vocabulary) -> Question:
    """Read a query. Related fields count less; a word that a concept took still counts as a word, less."""
    clean = normal(text[:MOST_CHARACTERS])
    found = concepts(clean, known, most=24)
    groups = concept_groups(found, known)
    sure = {place for concept in found if concept.weight >= 0.8 for place in concept.places}
    partly = {place for concept in found for place in concept.places}
    given = [word for word in words(clean) if word.script != "zh" or word.start not in sure]
    groups += word_groups(given, clean, sure, partly, known)
    common = statistics()
    for group in groups:
        group.weight *= rarity(group, common)
    groups = [group for group in groups if group.tokens]
    groups.sort(key=lambda group: -group.weight)
    return Question(groups[:MOST_GROUPS], found)


def concept_groups(found: Iterable[Concept], known: Vocabulary) -> list[Group]:
    """Concepts that the same words speak of are one thing that is asked for; any of them answers it."""
    groups: list[tuple[set[int], Group]] = []
    for concept in found:
        for places, group in groups:  # noqa: B007 — it goes on with the one that it stops at
            if places & concept.places:
                places |= concept.places if concept.weight >= 0.8 else set()
                break
        else:
            group = Group(concept.matched, 1.4 + 0.6 * min(3, len(concept.places)))
            groups.append((set(concept.places), group))
        group.concepts.append(concept)
        offer_concept(group, concept.field.pk, concept.weight, known)
    return [group for _, group in groups]


def offer_concept(group: Group, pk: UUID, weight: float, known: Vocabulary) -> None:
    group.offer("f" + short(pk), weight * DIRECT)
    group.offer("a" + short(pk), weight * BELOW)
    group.offer("m" + short(pk), weight * MENTIONED)
    for place, above in enumerate(known.above[pk][:1]):
        group.offer("f" + short(above), weight * ABOVE / (place + 1))


def word_groups(
    given: list[Word], clean: str, sure: set[int], partly: set[int], known: Vocabulary
) -> list[Group]:
    """Words as they are, and as names: in other scripts, and with one typing error."""
    made: list[tuple[Word, Group]] = []
    last: tuple[int, Group] = (-1, Group("", 0))
    for word in sorted(given, key=lambda word: (word.start, -word.end)):
        taken = word.start in sure
        weight = TAKEN if taken else 0.7 if word.start in partly else 1.0
        if word.script == "zh" and word.start < last[0]:  # part of a longer word
            last[1].offer("w" + word.stem, 0.6)
            continue
        group = Group(clean[word.start : word.end], weight, taken=taken)
        last = (word.end, group)
        group.offer("w" + word.stem, 1.0)
        if any(each.isdigit() for each in word.text):
            group.offer("x" + word.text, 1.0)
        made.append((word, group))
    asked: dict[str, float] = {}
    for word, _group in made:
        if word.script != "zh":
            asked |= names.asked(word.text)
    spans = [run for run, start, _ in runs(clean) if script_of(run) == "zh" and start not in sure]
    for run in spans[:3]:
        asked |= names.asked_in_han(run)
    loose = [word for word, _ in made if word.script != "zh" and word.start not in partly]
    real = existing(names.key(each) for each in asked)
    unknown = [
        word for word in loose if not any(names.key(each) in real for each in names.asked(word.text))
    ]
    near = existing(typed_wrong(unknown)) if unknown else set()
    for word, group in made:
        if word.script == "zh":
            continue
        for spelling, counts in names.asked(word.text).items():
            if names.key(spelling) in real:
                group.offer("n" + spelling, counts * NAME)
                group.offer("k" + names.key(spelling), counts * NAME * 0.9)
        if word in unknown:
            own = names.key(names.latin(word.text))
            for meant in sorted(real | near):
                if OSA.distance(own, meant, score_cutoff=1) <= 1:
                    group.offer("k" + meant, TYPED_WRONG * NAME)
    groups = [group for _, group in made]
    for run in spans[:3]:
        parts = {p: c for p, c in names.asked_in_han(run).items() if names.key(p) in real}
        if parts:
            group = Group(run, 1.5)
            for spelling, counts in parts.items():
                long = len(spelling) / max(map(len, parts))
                group.offer("n" + spelling, counts * long)
                group.offer("k" + names.key(spelling), counts * long * 0.9)
            groups.append(group)
    numbers = reference(clean)
    if (
        numbers
        and any(each.isdigit() for each in numbers)
        and len(numbers) <= 40
        and " " not in clean.strip()
    ):
        whole = Group(clean.strip(), 2.0)
        whole.offer("x" + numbers, 1.0)
        groups.append(whole)
    return groups


def typed_wrong(given: Iterable[Word]) -> set[str]:
    found: set[str] = set()
    for word in list(given)[:4]:
        own = names.key(names.latin(word.text))
        if names.SHORTEST_FORGIVEN <= len(own) <= 20:
            found |= names.one_off(own)
    return found


def existing(asked: Iterable[str]) -> set[str]:
    """Those of these words that stand in anybody's name, in one query."""
    listed = sorted(asked)
    if not listed:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT word FROM unnest(%s::text[]) AS word WHERE EXISTS ("  # noqa: S608 — a constant
            f"SELECT FROM {NameWord._meta.db_table} AS known WHERE known.word = word.word)",
            [listed],
        )
        return {word for (word,) in cursor.fetchall()}


def rarity(group: Group, known: Statistics) -> float:
    """How much a group tells one expert from another: more, the fewer have it."""
    share = max(
        (known.shares.get(token, 0.0) for token, counts in group.tokens.items() if counts >= 0.5), default=0
    )
    return min(2.0, max(0.1, math.log10(1 / max(share, 0.0005)) * 0.6 + 0.1))
