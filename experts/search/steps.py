"""In which order the index is asked for those who may answer a question, and by which conditions."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations

from experts.search.asking import Group
from experts.search.index import PARTS
from experts.search.statistics import Statistics, statistics

MAIN = 3  # of the weightiest groups, each two are asked for together
DIRECT = 0.9  # of the best that a token of a group counts
ENOUGH = 800  # who are expected in a part of all, before the part is asked for first
MANY = 4000  # that a step would have to look at, before it is asked of a part first


@dataclass(frozen=True)
class Term:
    """Tokens of which a document holds one at least; or none, unless `wanted`."""

    tokens: tuple[str, ...]
    wanted: bool = True

    def __str__(self) -> str:
        return ("" if self.wanted else "!") + any_of(self.tokens)


def any_of(tokens: Collection[str]) -> str:
    return f"({' | '.join(sorted(tokens))})"


def query(terms: Sequence[Term]) -> str:
    """The `tsquery` of what fulfils all of these."""
    return " & ".join(map(str, terms))


def steps(groups: Sequence[Group], narrowed: Sequence[Term]) -> list[str]:
    """The conditions, from the one that the best answers fulfil to the one that any answer does.

    They overlap little. Each is asked of a part of all experts first where very many fulfil it.
    """
    known = statistics()
    found: list[str] = []
    for terms in conditions(groups):
        whole = [*terms, *narrowed]
        found += [query([Term((part,)), *whole]) for part in parts_of(whole, known)]
        found.append(query(whole))
    return list(dict.fromkeys(found))


def conditions(groups: Sequence[Group]) -> list[list[Term]]:
    every = [Term(tuple(group.tokens)) for group in groups]
    heavy = [group for group in groups if not group.taken][:MAIN] or list(groups[:1])
    rest = [Term(tuple(group.tokens)) for group in groups if group not in heavy]
    main = [Term(tuple(group.tokens)) for group in heavy]
    direct = [Term(direct_of(group)) for group in heavy]
    found = [every] if len(every) > len(main) else []
    found += [direct] if direct != main else []
    found.append(main)
    if len(main) > 2:
        for pair in combinations(range(len(main)), 2):
            found.append([*(main[each] for each in pair), *none_of(main, pair)])
    if len(main) > 1:
        for each in range(len(main)):
            found.append([main[each], *none_of(main, (each,))])
    found += [[term, *none_of(main, ())] for term in rest]
    return found


def none_of(terms: Sequence[Term], but: Collection[int]) -> list[Term]:
    return [Term(term.tokens, wanted=False) for place, term in enumerate(terms) if place not in but]


def direct_of(group: Group) -> tuple[str, ...]:
    best = max(group.tokens.values())
    return tuple(token for token, counts in group.tokens.items() if counts >= DIRECT * best)


def parts_of(terms: Sequence[Term], known: Statistics) -> list[str]:
    """The parts of all that are to be asked before all: from the first in which enough are expected."""
    shares = [known.share(term.tokens) for term in terms if term.wanted]
    looked_at = known.total * min(shares)
    if looked_at < MANY:
        return []
    expected = known.total * math.prod(shares)
    return [
        f"z{part}"
        for part in sorted(PARTS, reverse=True)
        if expected / part >= ENOUGH and known.total / part < looked_at / 2
    ]
