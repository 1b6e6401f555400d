"""What a service says when it does not do what it was asked.

Each is one sentence for a reader, in the reader's language, and knows nothing of
pages or HTTP: the page kit and the API kit turn it into their own form.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class Refused(Exception):
    """Something was not done, and nothing was saved."""


class NotVisible(Refused):
    """There is no such record, or none that this actor may see: the two are never told apart."""


class NotAllowed(Refused):
    """The record is visible, the act is not allowed. `remedy` says what would allow it."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.reason, self.remedy = reason, remedy


class OutOfDate(NotAllowed):
    """What this would act on has changed since; the act came too late. What was found out is saved."""


class Invalid(Refused):
    """The input cannot be used. `errors` maps a field (or "") to its sentences."""

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__("; ".join(sentence for sentences in errors.values() for sentence in sentences))
        self.errors = errors


@dataclass(frozen=True)
class FieldConflict:
    """A field that two people changed: what it was, what it is now, what was asked for."""

    field: str
    base: Any
    theirs: Any
    mine: Any


class EditConflict(Refused):
    """The record has changed since `base_version`, in fields that this edit changes too."""

    def __init__(self, version: int, conflicts: Sequence[FieldConflict]) -> None:
        super().__init__(", ".join(conflict.field for conflict in conflicts))
        self.version, self.conflicts = version, list(conflicts)
