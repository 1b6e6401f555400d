"""What speaks for two profiles being of one person, each with its points.

Names are compared as they sound: Cyrillic and 汉字 are brought to Latin letters first, so that
two scripts meet. A name alone is no evidence enough: many people share one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz

from experts.search.names import from_han, from_palladius, key, latin
from experts.search.words import normal, runs, script_of
from records.cells import folded

NAMES = ("native_name", "latin_name", "russian_name", "chinese_name")
AGREES = 90  # of 100: how alike two names sound that agree
SAME_PLACE = 92  # how alike two affiliations are that name one place
PROPOSED_FROM = 60
POINTS = {"orcid": 100, "email": 60, "name": 50, "organisation": 20, "affiliation": 20, "fields": 10}
MOST_FOR_FIELDS = 20
LABELS = {
    "orcid": _("the same ORCID"),
    "email": _("the same e-mail address"),
    "name": _("names that agree"),
    "organisation": _("the same organisation"),
    "affiliation": _("the same affiliation"),
    "fields": _("shared fields of expertise"),
}
MOST_IN_BLOCK = 60  # profiles of one key that are compared with each other


@dataclass(frozen=True)
class Known:
    """What is compared of a profile."""

    pk: Any
    names: tuple[str, ...]
    orcid: str = ""
    email: str = ""
    organisation: Any = None
    affiliations: tuple[str, ...] = ()
    fields: frozenset[Any] = field(default_factory=frozenset)


def spoken(name: str) -> set[tuple[str, ...]]:
    """The ways in which a name is said, as words in Latin letters, folded to one spelling."""
    found: list[list[tuple[str, ...]]] = []
    for run, _start, _end in runs(normal(name)):
        script = script_of(run)
        if script == "zh":
            found.append([cut for reading in from_han(run) for cut in cuts(reading)])
        elif script == "ru":
            found.append([(latin(run),), *((each,) for each in from_palladius(run))])
        else:
            found.append([(latin(run),)])
    ways = set()
    for way, _count in zip(product(*found), range(16), strict=False):
        words = tuple(key(word) for part in way for word in part if word)
        if words:
            ways.add(words)
    return ways


def cuts(syllables: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Surname and given name of a Chinese name; a surname has one character, seldom two."""
    if len(syllables) < 2:
        return [syllables]
    lengths = (1, 2) if len(syllables) > 3 else (1,)
    return [("".join(syllables[:cut]), "".join(syllables[cut:])) for cut in lengths]


def likeness(one: Collection[tuple[str, ...]], other: Collection[tuple[str, ...]]) -> float:
    """How alike two names sound, from 0 to 100, given the ways in which each is said."""
    best = 0.0
    for mine, theirs in product(one, other):
        best = max(best, fuzz.ratio("".join(sorted(mine)), "".join(sorted(theirs))))
        best = max(best, fuzz.ratio("".join(mine), "".join(theirs)))
        if len(mine) >= 2 and len(theirs) >= 2:
            best = max(best, fuzz.token_sort_ratio(" ".join(mine), " ".join(theirs)))
            if len(set(mine) & set(theirs)) >= 2:  # a patronymic that only one of them has
                best = 100.0
    return best


def names_agree(one: Iterable[str], other: Iterable[str]) -> bool:
    mine, theirs = list(one), list(other)
    if {folded(name) for name in mine} & {folded(name) for name in theirs}:
        return True
    ways, others = ([way for name in names for way in spoken(name)] for names in (mine, theirs))
    return likeness(ways, others) >= AGREES


def evidence(one: Known, other: Known) -> dict[str, int]:
    """What speaks for one person, with its points; nothing where two ORCIDs differ."""
    if one.orcid and other.orcid and one.orcid != other.orcid:
        return {}
    found: dict[str, int] = {}
    if one.orcid and one.orcid == other.orcid:
        found["orcid"] = POINTS["orcid"]
    if one.email and one.email == other.email:
        found["email"] = POINTS["email"]
    if names_agree(one.names, other.names):
        found["name"] = POINTS["name"]
    if one.organisation and one.organisation == other.organisation:
        found["organisation"] = POINTS["organisation"]
    elif any(
        fuzz.token_sort_ratio(mine, theirs) >= SAME_PLACE
        for mine, theirs in product(one.affiliations, other.affiliations)
    ):
        found["affiliation"] = POINTS["affiliation"]
    if shared := one.fields & other.fields:
        found["fields"] = min(POINTS["fields"] * len(shared), MOST_FOR_FIELDS)
    return found


def is_proposed(found: Mapping[str, int]) -> bool:
    """Whether somebody should look: never for what is only alike in work or workplace."""
    return bool(found.keys() & {"orcid", "email", "name"}) and sum(found.values()) >= PROPOSED_FROM


def block_keys(known: Known) -> set[tuple[str, ...]]:
    """Profiles without a key in common are not compared: that keeps the work from growing as n²."""
    found: set[tuple[str, ...]] = set()
    if known.orcid:
        found.add(("orcid", known.orcid))
    if known.email:
        found.add(("email", known.email))
    for name in known.names:
        found.add(("text", folded(name)))
        for way in spoken(name):
            found.add(("said", "".join(sorted(way))))
            for pair in combinations(sorted(set(way)), 2):
                found.add(("words", *(word[:3] for word in pair)))
    return found


def candidates(profiles: Iterable[Known]) -> Iterator[tuple[Known, Known]]:
    """The pairs that are worth a comparison, each once, by ascending id within the pair.

    Where many share a key, such as a common surname, they are compared only with those who
    share a workplace or a field as well, without which nothing would be proposed anyway.
    """
    blocks: dict[tuple[Any, ...], list[Known]] = defaultdict(list)
    for profile in profiles:
        for block in block_keys(profile):
            blocks[block].append(profile)
    seen: set[tuple[Any, Any]] = set()
    for together in blocks.values():
        for group in [together] if len(together) <= MOST_IN_BLOCK else narrowed(together):
            for one, other in combinations(group, 2):
                pair = (one, other) if one.pk < other.pk else (other, one)
                pks = (pair[0].pk, pair[1].pk)
                if one.pk != other.pk and pks not in seen:
                    seen.add(pks)
                    yield pair


def narrowed(block: Iterable[Known]) -> Iterator[list[Known]]:
    groups: dict[tuple[Any, ...], list[Known]] = defaultdict(list)
    for profile in block:
        names = sorted({folded(name) for name in profile.names})
        shared: list[Any] = [*profile.fields, *profile.affiliations, profile.organisation]
        for name, what in product(names, filter(None, shared)):
            groups[name, what].append(profile)
    return (group for group in groups.values() if 1 < len(group) <= MOST_IN_BLOCK)
