"""Texts in three languages: which one is the original, and which translations are out of date.

A translated field has one column for each language (`title_ru`). The record's
`texts` says, for each field, in which language it was first written, its
revision, and the revision that each language's text follows:

    {"title": {"original": "en", "revision": 3, "follows": {"en": 3, "ru": 3, "zh-hans": 2}}}

Here the Chinese text is out of date. Whether a text is in step is never stored.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import translation
from modeltranslation.translator import NotRegistered, translator
from modeltranslation.utils import build_localized_fieldname

LANGUAGES: tuple[str, ...] = tuple(code for code, _ in settings.LANGUAGES)


def translated_fields(model: type[models.Model]) -> tuple[str, ...]:
    """The names of a model's translated fields, in the order of their registration."""
    try:
        return tuple(translator.get_options_for_model(model).all_fields)
    except NotRegistered:
        return ()


def column(field: str, language: str) -> str:
    return build_localized_fieldname(field, language)


def columns(model: type[models.Model]) -> dict[str, tuple[str, str]]:
    """Each language's column as `column → (field, language)`."""
    return {
        column(field, language): (field, language)
        for field in translated_fields(model)
        for language in LANGUAGES
    }


@dataclass(frozen=True)
class TextState:
    """One field's text for a reader of one language."""

    field: str
    value: str
    asked: str
    language: str  # the language of `value`
    original: str
    stale: bool

    @property
    def fallback(self) -> bool:
        """There is no text in the language that was asked for."""
        return self.language != self.asked

    @property
    def translated(self) -> bool:
        return self.language != self.original


def text_in(record: Any, field: str, language: str) -> str:
    return getattr(record, column(field, language)) or ""


def is_stale(record: Any, field: str, language: str) -> bool:
    entry = record.texts.get(field)
    return bool(
        entry and text_in(record, field, language) and entry["follows"].get(language, 0) < entry["revision"]
    )


def text_state(record: Any, field: str, language: str | None = None) -> TextState:
    """The text that a reader of `language` (by default the active one) is shown.

    Where that language has none: the original, then whatever there is.
    """
    asked = language or translation.get_language() or settings.LANGUAGE_CODE
    original = record.texts.get(field, {}).get("original") or settings.LANGUAGE_CODE
    for candidate in (asked, original, *LANGUAGES):
        value = text_in(record, field, candidate)
        if value:
            return TextState(field, value, asked, candidate, original, is_stale(record, field, candidate))
    return TextState(field, "", asked, asked, original, False)


def revise(
    record: Any,
    before: Mapping[str, str],
    *,
    authentic: Collection[str],
    confirmed: Collection[str] = (),
) -> None:
    """Bring `record.texts` in step with texts that have just been set.

    `before` maps each language's column to the text that stood there. A new text in
    the original or in an authentic language makes a new revision, which the texts
    set along with it follow and the others do not; unless it was itself out of date,
    for then it has only caught up. Filling an empty text or changing a mere
    translation makes none. `confirmed` names columns whose text was read again and
    found to follow the current revision as it is.
    """
    state = {field: dict(entry, follows=dict(entry["follows"])) for field, entry in record.texts.items()}
    for field in translated_fields(type(record)):
        changed = [
            language
            for language in LANGUAGES
            if text_in(record, field, language) != before.get(column(field, language), "")
        ]
        checked = [language for language in LANGUAGES if column(field, language) in confirmed]
        if not changed and not checked:
            continue
        entry = state.setdefault(
            field, {"original": changed[0] if changed else checked[0], "revision": 1, "follows": {}}
        )
        follows = entry["follows"]
        leading = {entry["original"], *authentic}
        if any(
            language in leading
            and before.get(column(field, language))
            and follows.get(language) == entry["revision"]
            for language in changed
        ):
            entry["revision"] += 1
        for language in changed + checked:
            if text_in(record, field, language):
                follows[language] = entry["revision"]
            else:
                follows.pop(language, None)
    record.texts = state
