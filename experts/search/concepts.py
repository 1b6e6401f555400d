"""What a text speaks of: the fields of expertise whose labels or synonyms stand in it, in any language."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock
from typing import Any
from uuid import UUID

from django.db.models import Count, Max
from pypinyin import lazy_pinyin
from rapidfuzz import process
from rapidfuzz.distance import OSA

from experts.models import ExpertiseField
from experts.search.words import IS_HAN, Word, chinese, normal, runs, script_of, words
from records.texts import LANGUAGES

SHORT = 10  # words of a query, in which a part of a label may stand for it
LEAST_SHARE = 0.45  # of a label's weight that such a part must have
SPREAD = 3  # words that may stand between those of one label
PARTLY = 0.7  # what a part of a label counts, by its share
IN_SYNONYM = 0.85  # what a word of a synonym says of a field, beside one of its label
SCATTERED = 0.9  # what the words of several labels of one field count, beside those of one label
LEAST_COVERED, LEAST_TOLD = 0.4, 0.15
MOST_SCATTERED = 8
CORRECTED = 0.85  # what a word with a typing error counts
SHORTEST_FORGIVEN = 4
LONG_ENOUGH = 7
WHOLE_WORDS = 4  # characters; a shorter term must not cut words in two
LOCK = Lock()
CACHED: list["Vocabulary"] = []


@dataclass(frozen=True)
class Concept:
    """A field that a text speaks of: where it says so, and how surely (0 to 1)."""

    field: ExpertiseField
    matched: str
    weight: float
    places: frozenset[int] = frozenset()
    term: str = ""


@dataclass
class Term:
    """One label or synonym."""

    field_id: UUID
    text: str
    language: str
    stems: tuple[str, ...]  # distinct
    weight: float = 0.0
    is_label: bool = False


@dataclass
class Vocabulary:
    """All words of the tree. It is the same for everybody until the tree changes."""

    version: Any
    fields: dict[UUID, ExpertiseField]
    terms: list[Term] = field(default_factory=list)
    by_stem: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_rarest: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))  # one stem a term
    idf: dict[str, float] = field(default_factory=dict)
    han: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    spoken: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # pinyin → terms
    surface: dict[str, dict[str, str]] = field(default_factory=lambda: {"en": {}, "ru": {}})  # word → stem
    above: dict[UUID, list[UUID]] = field(default_factory=dict)
    bags: dict[str, dict[UUID, float]] = field(default_factory=dict)  # stem → fields, what it says of each
    sounds: dict[str, list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )  # pinyin → Chinese stems
    read: dict[str, Any] = field(default_factory=dict)  # what `index.reading` has made of sentences

    @classmethod
    def of(cls, version: Any, fields: Iterable[ExpertiseField]) -> "Vocabulary":
        made = cls(version, {each.pk: each for each in fields})
        for each in made.fields.values():
            for language in LANGUAGES:
                for place, text in enumerate(each.words(language)):
                    made.add(each, normal(text), language, is_label=place == 0)
        owners: dict[str, set[UUID]] = defaultdict(set)
        for term in made.terms:
            for stem in term.stems:
                owners[stem].add(term.field_id)
            for stem in term.stems:
                bag = made.bags.setdefault(stem, {})
                bag[term.field_id] = max(bag.get(term.field_id, 0), 1.0 if term.is_label else IN_SYNONYM)
        total = max(len(made.fields), 2)
        made.idf = {stem: 0.3 + math.log(total / len(pks)) for stem, pks in owners.items()}
        for term in made.terms:
            term.weight = sum(made.idf[stem] for stem in term.stems)
        for number, term in enumerate(made.terms):
            made.by_rarest[max(term.stems, key=lambda stem: made.idf[stem])].append(number)
        for stem in made.idf:
            if len(stem) > 1 and IS_HAN.match(stem):
                made.sounds["".join(lazy_pinyin(stem))].append(stem)
        for pk in made.fields:
            made.above[pk] = made.ancestors(pk)
        return made

    def add(self, each: ExpertiseField, text: str, language: str, *, is_label: bool) -> None:
        kept = words(text)
        stems: tuple[str, ...] = tuple(dict.fromkeys(word.stem for word in kept)) or (text,)
        if script_of(text) == "zh" and len(
            {at for word in kept for at in range(word.start, word.end)}
        ) < len(text):
            stems = tuple(
                dict.fromkeys((*stems, text))
            )  # what is left of it after short words would stand in many texts
        number = len(self.terms)
        self.terms.append(Term(each.pk, text, language, stems, is_label=is_label))
        for stem in stems:
            self.by_stem[stem].append(number)
        for word in kept:
            if word.script != "zh":
                self.surface[word.script][word.text] = word.stem
        for run, _start, _end in runs(text):
            if run == text and script_of(run) == "zh":
                self.han[run].append(number)
                if len(run) > 2:
                    self.spoken["".join(lazy_pinyin(run))].append(run)

    def ancestors(self, pk: UUID) -> list[UUID]:
        found: list[UUID] = []
        above = self.fields[pk].parent_id
        while above in self.fields and above not in found:
            found.append(above)
            above = self.fields[above].parent_id
        return found

    @cached_property
    def han_lengths(self) -> dict[str, list[int]]:
        """The first two characters of Chinese terms → the lengths of those, the longest first."""
        found: dict[str, set[int]] = defaultdict(set)
        for term in self.han:
            found[term[:2]].add(len(term))
        return {start: sorted(lengths, reverse=True) for start, lengths in found.items()}

    @cached_property
    def longest_han(self) -> int:
        return max(map(len, self.han), default=0)

    @cached_property
    def children(self) -> dict[UUID, list[UUID]]:
        found: dict[UUID, list[UUID]] = defaultdict(list)
        for each in self.fields.values():
            if each.parent_id:
                found[each.parent_id].append(each.pk)
        return found

    def corrected(self, word: Word) -> str | None:
        """The stem of the word that was meant, where this one is unknown and one typing error away."""
        if word.script == "zh":
            return next(iter(self.sounds.get("".join(lazy_pinyin(word.text)), ())), None)
        known = self.surface.get(word.script)
        if not known or len(word.text) < SHORTEST_FORGIVEN or word.text.isdigit():
            return None
        near = {
            known.get(choice, choice): choice
            for asked, choices in ((word.text, known), (word.stem, set(known.values())))
            if len(asked) >= SHORTEST_FORGIVEN
            for choice, *_ in process.extract(asked, list(choices), scorer=OSA.distance, score_cutoff=1)
        }
        # Hardly anybody mistypes the first letter; a longer word is told from others all the same.
        likely = [stem for stem in near if stem[0] == word.text[0] or len(word.text) >= LONG_ENOUGH]
        return min(
            likely,
            key=lambda stem: (stem[0] != word.text[0], OSA.distance(word.stem, stem), stem),
            default=None,
        )


def vocabulary() -> Vocabulary:
    """The words of the live tree, read anew when a field has changed."""
    live = ExpertiseField.objects.live()
    state = live.aggregate(newest=Max("updated_at"), count=Count("pk"))
    version = (state["newest"], state["count"])
    with LOCK:
        if CACHED and CACHED[0].version == version:
            return CACHED[0]
    made = Vocabulary.of(version, live)
    with LOCK:
        CACHED[:] = [made]
    return made


def concepts(
    text: str, known: Vocabulary, *, most: int | None = None, forgiving: bool = True
) -> list[Concept]:
    """The fields that a text speaks of, the surest first.

    In a short text a part of a label may stand for it, and typing errors are forgiven; in a long one
    the words of a label stand near each other.
    """
    clean = normal(text)
    given = words(clean)
    short = forgiving and len({word.place for word in given}) <= SHORT
    where: dict[str, list[Word]] = defaultdict(list)
    sure: dict[str, float] = {}
    for word in given:
        stem: str | None = word.stem
        if stem not in known.by_stem and short:
            stem = known.corrected(word)
            if stem:
                sure[stem] = CORRECTED
        if stem and stem in known.by_stem:
            where[stem].append(word)
    found = [*han_terms(clean, given, known, forgiving=short)]
    near = known.by_stem if short else known.by_rarest  # whole terms have their rarest word too
    for number in dict.fromkeys(number for stem in where for number in near.get(stem, ())):
        term = known.terms[number]
        if hit := overlap(term, where, known, short=short):
            share, hits = hit
            certainty = min((sure.get(stem, 1.0) for stem in term.stems if stem in where), default=1.0)
            found.append(spoken_of(known, term, share * certainty, hits, clean))
    if short:
        found += scattered(given, where, sure, known, clean)
    return chosen(found, most)


def scattered(
    given: list[Word], where: dict[str, list[Word]], sure: dict[str, float], known: Vocabulary, clean: str
) -> list[Concept]:
    """The fields that have the words of a query somewhere in their labels and synonyms, the nearest few."""
    seen = {word.start for hits in where.values() for word in hits}
    unknown = len({word.stem for word in given if word.start not in seen})
    usual = math.log(max(len(known.fields), 2)) / 2
    whole = sum(known.idf[stem] for stem in where) + unknown * usual
    got: dict[UUID, float] = defaultdict(float)
    having: dict[UUID, list[str]] = defaultdict(list)
    for stem in where:
        for pk, says in known.bags[stem].items():
            got[pk] += known.idf[stem] * says * sure.get(stem, 1.0)
            having[pk].append(stem)
    found = []
    for pk in sorted(got, key=lambda pk: (-got[pk], known.fields[pk].code))[:MOST_SCATTERED]:
        share, stems = got[pk] / whole, having[pk]
        if len(stems) > 1 and share >= LEAST_COVERED:
            weight = SCATTERED * share
        else:
            weight = share * SCATTERED / math.sqrt(max(1, min(len(known.bags[stem]) for stem in stems)))
        if weight >= LEAST_TOLD:
            hits = [where[stem][0] for stem in stems]
            found.append(
                Concept(
                    known.fields[pk], quoted(clean, hits), weight, frozenset(word.start for word in hits)
                )
            )
    return found


def overlap(
    term: Term, where: dict[str, list[Word]], known: Vocabulary, *, short: bool
) -> tuple[float, list[Word]] | None:
    """How much of a term's weight the text has, and in which words; None where that is not enough."""
    present = [stem for stem in term.stems if stem in where]
    weight = sum(known.idf[stem] for stem in present)
    if len(present) == len(term.stems):
        if len(present) == 1:
            return 1.0, [where[present[0]][0]]
        best: list[Word] | None = None
        for first in where[min(present, key=lambda stem: len(where[stem]))]:
            near = [min(where[stem], key=lambda word: abs(word.place - first.place)) for stem in present]
            spread = max(word.place for word in near) - min(word.place for word in near)
            if (short or spread <= len(present) + SPREAD) and (best is None or spread < spread_of(best)):
                best = near
        return (1.0, best) if best else None
    share = weight / term.weight if term.weight else 0
    if short and share >= LEAST_SHARE:
        return share * PARTLY, [where[stem][0] for stem in present]
    return None


def spread_of(hits: list[Word]) -> int:
    return max(word.place for word in hits) - min(word.place for word in hits)


def han_terms(clean: str, given: list[Word], known: Vocabulary, *, forgiving: bool) -> Iterable[Concept]:
    """Terms that stand in Chinese as they are, the longest first; in short texts also by their sound."""
    for run, start, _end in runs(clean):
        if not IS_HAN.match(run):
            continue
        edges = {edge for word, first, last in chinese(run) for edge in (first, last)}
        at = 0
        while at < len(run) - 1:
            length, meant, certainty = longest(run, at, edges, known, forgiving=forgiving)
            if not meant:
                at += 1
                continue
            part = run[at : at + length]
            hits = [word for word in given if word.start < start + at + length and word.end > start + at]
            for number in {number for each in meant for number in known.han[each]}:
                yield spoken_of(known, known.terms[number], certainty, hits, clean, part)
            at += length


def longest(
    run: str, at: int, edges: set[int], known: Vocabulary, *, forgiving: bool
) -> tuple[int, list[str], float]:
    """The longest term that begins here: its length, the terms as they are written, how sure that is."""
    lengths = known.han_lengths.get(run[at : at + 2], ())
    for length in lengths:
        part = run[at : at + length]
        if part in known.han and (length >= WHOLE_WORDS or {at, at + length} <= edges):
            return length, [part], 1.0
    if forgiving:
        for length in range(min(known.longest_han, len(run) - at), 2, -1):
            if meant := known.spoken.get("".join(lazy_pinyin(run[at : at + length]))):
                return length, meant, CORRECTED
    return 0, [], 0.0


def spoken_of(
    known: Vocabulary, term: Term, weight: float, hits: Collection[Word], clean: str, part: str = ""
) -> Concept:
    return Concept(
        field=known.fields[term.field_id],
        matched=part or quoted(clean, hits),
        weight=weight,
        places=frozenset(word.start for word in hits),
        term=term.text,
    )


def quoted(clean: str, hits: Collection[Word]) -> str:
    """The place of a text where these words stand; the words alone where they stand far apart."""
    first, last = min(word.start for word in hits), max(word.end for word in hits)
    if last - first <= 80:
        return clean[first:last]
    return " … ".join(word.text for word in sorted(hits, key=lambda word: word.start))


def chosen(found: Iterable[Concept], most: int | None) -> list[Concept]:
    """Each field once, by its surest and longest mention; what is only part of a longer mention goes."""
    best: dict[UUID, Concept] = {}
    for each in sorted(found, key=lambda each: (-each.weight, -len(each.places), -len(each.matched))):
        best.setdefault(each.field.pk, each)
    kept: list[Concept] = []
    for each in best.values():
        covered = any(
            other.weight >= 0.8 and each.places < other.places and len(other.matched) > len(each.matched)
            for other in best.values()
        )
        weaker = each.weight < 0.8 and any(
            other.weight > each.weight and each.places <= other.places for other in best.values()
        )
        if not covered and not (weaker and each.weight < 0.3):
            kept.append(each)
    return kept[:most]
