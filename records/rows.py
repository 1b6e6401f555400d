"""Rows of a table that somebody brings: what each would do to the records, and what is wrong with it."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from records.errors import Invalid
from records.registry import registry
from records.texts import columns
from records.values import path_label, write_columns

ADD, CHANGED, SAME, WRONG = "add", "change", "same", "wrong"


@dataclass
class Row:
    """What one row of a table would do. `changes` is path → (from, to)."""

    number: int
    name: str = ""
    act: str = WRONG
    record: Any = None
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)  # column, sentence
    moved: bool = False  # it would do something else now than when the preview was made

    def print(self) -> list[Any]:
        """What a preview promises of this row; another print later means that something has changed."""
        about = [str(self.record.pk), self.record.version] if self.act in {CHANGED, SAME} else None
        return [self.number, self.act, about, sorted(self.changes)]


def problems(record: Any, values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the record itself would say of new values of its columns: label of the column, sentence."""
    trial = copy.copy(record)
    trial._state = copy.copy(record._state)
    try:
        write_columns(trial, values)
        validate(trial)
    except Invalid as refusal:
        return said(registry.of(type(record)), refusal)
    return []


def validate(trial: Any) -> None:
    """What can be said of a row without asking the database; the rest is asked when it is saved."""
    by_database = [each.name for each in trial._meta.concrete_fields if each.is_relation]
    try:
        trial.full_clean(exclude=by_database, validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise Invalid(
            {"" if name == NON_FIELD_ERRORS else name: texts for name, texts in error.message_dict.items()}
        ) from None


def said(record_type: Any, refusal: Invalid) -> list[tuple[str, str]]:
    """The sentences of a refusal, each with the label of its column."""
    model = record_type.model
    known = {each.name for each in model._meta.concrete_fields} | set(columns(model))
    return [
        (path_label(record_type, path) if path in known else "", sentence)
        for path, sentences in refusal.errors.items()
        for sentence in sentences
    ]
