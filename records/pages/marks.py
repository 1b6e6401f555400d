"""The marks of the cities: what each has said, as a drawing and in words."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext_lazy

from records.pages.display import first_of, moment

# How each word of a city reads. The order is that of the legend.
WORDS = {
    "given": pgettext_lazy("mark", "given"),
    "awaited": pgettext_lazy("mark", "awaited"),
    "refused": pgettext_lazy("mark", "refused"),
    "unasked": pgettext_lazy("mark", "not asked"),
}

# Drawn, not painted, so that a mark prints without backgrounds. A list shows a hundred: hence no template.
MARK = (
    '<svg class="word word-{word}"{side} viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
    '<circle class="word-ring" cx="12" cy="12" r="{radius}"/>'
    '<text class="word-letter" x="12" y="12" dy=".36em">{letter}</text>{bar}</svg>'
)
BAR = mark_safe('<path class="word-gap" d="M3 21 21 3"/><path class="word-bar" d="M3.2 20.8 20.8 3.2"/>')


def drawn(word: str, letter: str = "", side: str = "") -> SafeString:
    """One mark: filled, ring, barred or dotted."""
    return format_html(
        MARK,
        word=word,
        side=format_html(' data-side="{}"', side) if side else "",
        radius=11 if word == "given" else 10,
        letter=letter,
        bar=BAR if word == "refused" else "",
    )


def mark_context(mark: Any) -> dict[str, Any]:
    word = str(first_of(mark, "word")) or "unasked"
    if word not in WORDS:
        raise ValueError(f"A mark has no word {word!r}; choose from {list(WORDS)}.")
    city = first_of(mark, "city")
    said = [str(part) for part in (first_of(mark, "who"), moment(first_of(mark, "when"))) if part]
    return {
        "drawing": drawn(word, first_of(mark, "letter"), first_of(mark, "side")),
        "city": city,
        "word": word,
        "label": WORDS[word],
        "details": " · ".join(said),
        "spoken": f"{city}: {WORDS[word]}" + (f" ({', '.join(said)})" if said else ""),
    }
