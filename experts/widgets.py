"""Form fields that the kit has no widget for: languages with levels, fields of a large tree."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experts.languages import language_choices, language_label
from experts.models import ExpertiseField, Level
from experts.queries import field_path, fields_with_parents
from records.search import search_texts

MOST_LANGUAGES = 12
EMPTY_ROWS = 2
MOST_FOUND = 12

Rows = list[tuple[str, str]]


class LanguagesWidget(forms.Widget):
    """A row for each language with its level, and some empty ones."""

    use_fieldset = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        whole = data.get(name)
        if isinstance(whole, Mapping):  # put there by the form, when it merges
            return whole
        rows = (
            (data.get(f"{name}-{row}-language", "").strip(), data.get(f"{name}-{row}-level", "").strip())
            for row in range(MOST_LANGUAGES)
        )
        return [row for row in rows if any(row)]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and f"{name}-0-language" not in data

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        rows: Rows = list(value.items()) if isinstance(value, Mapping) else list(value or ())
        shown = [*rows, *[("", "")] * EMPTY_ROWS][:MOST_LANGUAGES]
        context = {
            "name": name,
            "id": (attrs or {}).get("id", ""),
            "rows": shown,
            "languages": language_choices(),
            "levels": Level.choices,
        }
        return mark_safe(render_to_string("experts/languages_field.html", context))  # noqa: S308 — a template's output


class LanguagesField(forms.Field):
    """Cleans to ISO 639 code → level."""

    widget = LanguagesWidget

    def to_python(self, value: Any) -> dict[str, str]:
        return dict(value or {})

    def validate(self, value: Any) -> None:
        pass  # the rows themselves say what is wrong with them

    def clean(self, value: Any) -> dict[str, str]:
        rows: Rows = list(value.items()) if isinstance(value, Mapping) else list(value or ())
        found: dict[str, str] = {}
        for language, level in rows:
            if not language or not level:
                name = language_label(language) if language else dict(Level.choices).get(level, level)
                raise forms.ValidationError(
                    _("“%(name)s”: choose both a language and its level.") % {"name": name}
                )
            if language in found:
                raise forms.ValidationError(
                    _("“%(name)s” stands there twice.") % {"name": language_label(language)}
                )
            if level not in Level.values:
                raise forms.ValidationError(_("“%(level)s” is no level.") % {"level": level})
            found[language] = level
        return found


class FieldsField(forms.ModelMultipleChoiceField):
    """Fields of expertise: those that are chosen, and those that a search for words found."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Fields of expertise"))
        super().__init__(ExpertiseField.objects.none(), **kwargs)

    def label_from_instance(self, record: Any) -> str:
        return field_path(record)

    def offer(self, chosen: Any, words: str = "") -> int:
        """Offer what is chosen and what these words find; returns how many they find."""
        fields = fields_with_parents()
        self.queryset = ExpertiseField.objects.live()
        kept = list(fields.filter(pk__in=[pk for pk in chosen or () if pk]))
        found = []
        if words.strip():
            found = list(search_texts(fields.live(), words, texts=("name", "synonyms"))[:MOST_FOUND])
        known = {field.pk for field in kept}
        shown = [*kept, *(field for field in found if field.pk not in known)]
        self.widget.choices = [(str(field.pk), field_path(field)) for field in shown]
        return len(found)
