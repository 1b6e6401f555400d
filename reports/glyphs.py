"""Which characters the fonts of a report can show, so that none ever comes out as an empty box."""

import re
from functools import cache
from pathlib import Path
from typing import Any

FONTS = Path(__file__).with_name("fonts")
INSTEAD = "〓"  # the printers' sign for a type that is not in the case
# Not letters: what would turn the order of the text around is left out, the rest is a space or a new line.
CONTROLS = str.maketrans(
    dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], None)
    | {"\t": " ", "\r": None, "\x0b": "\n", "\x0c": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"}
)


@cache
def unshown() -> re.Pattern[str]:
    """Matches every character that the fonts lack; `fonts/make_fonts.py` writes the list."""
    ranges = [line.split("-") for line in (FONTS / "coverage.txt").read_text().split()]
    return re.compile(
        "[^\n" + "".join(f"\\U{int(first, 16):08x}-\\U{int(last, 16):08x}" for first, last in ranges) + "]"
    )


def shown(value: Any) -> Any:
    """A text, or everything inside lists and objects, with what the fonts lack replaced by `INSTEAD`."""
    if isinstance(value, str):
        return unshown().sub(INSTEAD, value.translate(CONTROLS))
    if isinstance(value, list):
        return [shown(item) for item in value]
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    return value
