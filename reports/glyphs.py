"""Which characters the fonts of a report can show, so that none ever comes out as an empty box."""

import re
from functools import cache
from pathlib import Path
from typing import Any

FONTS = Path(__file__).with_name("fonts")
INSTEAD = "〓"  # the printers' sign for a type that is not in the case


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
        return unshown().sub(INSTEAD, value)
    if isinstance(value, list):
        return [shown(item) for item in value]
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    return value
