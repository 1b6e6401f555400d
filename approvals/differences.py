"""Where two versions of a text differ, word by word; Chinese character by character."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

WORDS = re.compile(r"[㐀-鿿豈-﫿]|\w+|\s+|[^\w\s]")
LONGEST = 4_000  # pieces; beyond, the whole text counts as changed


@dataclass(frozen=True)
class Piece:
    text: str
    differs: bool


def pieces(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces, of which those that only one of them has are marked."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    if max(len(old), len(new)) > LONGEST:
        return [Piece(before, True)], [Piece(after, True)]
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, False).get_opcodes():
        for found, words in ((left, old[old_from:old_to]), (right, new[new_from:new_to])):
            if words:
                found.append(Piece("".join(words), tag != "equal"))
    return left, right
