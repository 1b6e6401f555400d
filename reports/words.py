"""The words of a report in one language, and how texts of the snapshot read in it."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from records.period import Period
from records.texts import LANGUAGES

FILE = Path(__file__).with_name("words.yaml")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where it is built in


@cache
def table() -> dict[str, dict[str, str]]:
    return yaml.load(FILE.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 — a safe one


class Words:
    """What a report says in `language`: `words("as_of", day)`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.is_chinese = language == "zh-hans"

    def __call__(self, key: str, *values: Any) -> str:
        """A phrase with its values filled in. Raises KeyError for one that is not in the table."""
        phrase = table()[key][self.language]
        said = phrase % values if values else phrase
        return said.replace("..", ".")  # a Russian date ends with its own full stop

    def named(self, prefix: str, code: str) -> str:
        """A word for a code of the record; the code itself where the table has none yet."""
        entry = table().get(f"{prefix}_{code}")
        return entry[self.language] if entry else code

    def when(self, iso: str) -> str:
        """A date or period; empty where none is stated. The year and its "г." stay on one line."""
        return Period.parse(iso).show(self.language).replace(" г", "\u00a0г") if iso else ""

    def text(self, texts: dict[str, Any] | None) -> str:
        """A text of the snapshot in this language, else in its original's, else in any."""
        return self.picked(texts)[0]

    def remark(self, texts: dict[str, Any] | None) -> str:
        """What to know of that text: in which other language it is, or that it is out of date."""
        value, language = self.picked(texts)
        if value and language != self.language:
            return self("untranslated", self(f"language_{language}"))
        return self("stale") if value and texts and language in texts.get("stale", ()) else ""

    def picked(self, texts: dict[str, Any] | None) -> tuple[str, str]:
        for language in (self.language, (texts or {}).get("original", ""), *LANGUAGES):
            if value := (texts or {}).get(language):
                return value, language
        return "", self.language

    def listed(self, items: Iterable[str]) -> str:
        return ("；" if self.is_chinese else "; ").join(items)

    def comma(self, items: Iterable[str]) -> str:
        return ("、" if self.is_chinese else ", ").join(items)

    def signed_by(self, name: str, office: str) -> str:
        """A person with an office, which Chinese puts before the name and without a comma."""
        return office + name if self.is_chinese else self.comma(part for part in (name, office) if part)

    def after(self, text: str, more: str) -> str:
        """A text with something in brackets behind it."""
        if not more:
            return text
        return f"{text}（{more}）" if self.is_chinese else f"{text} ({more})"

    def quoted_list(self, items: Iterable[str]) -> str:
        return self.listed(
            {"ru": "«%s»", "zh-hans": "“%s”"}.get(self.language, "“%s”") % item for item in items
        )
