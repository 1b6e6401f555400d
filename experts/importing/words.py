"""The words by which fields of expertise are called, in every language, and what each leads to."""

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _

from experts.models import ExpertiseField
from records.cells import Unreadable, folded
from records.texts import LANGUAGES, text_in


class Words:
    """Codes, labels and synonyms of all fields, read once."""

    def __init__(self) -> None:
        every = list(ExpertiseField.objects.order_by("code"))
        into = {field.pk: field.merged_into_id for field in every}
        self.fields: dict[str, ExpertiseField] = {str(field.pk): field for field in every}
        self.codes: dict[str, str] = {}
        self.labels: dict[str, set[str]] = defaultdict(set)
        self.synonyms: dict[str, set[str]] = defaultdict(set)
        for field in every:
            pk: Any = field.pk
            for _step in range(len(every)):  # a merged field leads to the one that it went into
                if into.get(pk) is None:
                    break
                pk = into[pk]
            if self.fields[str(pk)].archived_at is not None:
                continue
            self.codes[field.code] = str(pk)
            if field.archived_at is not None:
                continue
            for language in LANGUAGES:
                for number, word in enumerate(field.words(language)):
                    is_label = number == 0 and bool(text_in(field, "name", language))
                    (self.labels if is_label else self.synonyms)[folded(word)].add(str(pk))

    def field(self, text: str) -> str:
        """The id of the field that a cell names. Raises `Unreadable`, also where it could be several."""
        word = folded(text)
        if word in self.codes:
            return self.codes[word]
        found = self.labels.get(word) or self.synonyms.get(word) or set()
        if len(found) == 1:
            return next(iter(found))
        if not found:
            raise Unreadable(
                _("“%(text)s” is no field of expertise. Write its code, name or synonym.")
                % {"text": text.strip()[:60]}
            )
        codes = ", ".join(sorted(self.fields[pk].code for pk in found))
        raise Unreadable(
            _("“%(text)s” can be several fields: write one of the codes %(codes)s.")
            % {"text": text.strip()[:60], "codes": codes}
        )

    def told(self, field: ExpertiseField, language: str) -> str:
        """How a field is written in a file, so that it is read back as the same one."""
        label = text_in(field, "name", language)
        plain = bool(label) and ";" not in label and "；" not in label and folded(label) not in self.codes
        return label if plain and len(self.labels.get(folded(label), ())) == 1 else field.code
