"""Migrations that make many tables at once.

Django draws every model that has to do with a changed one anew after each operation. In a
first migration of some hundred operations that is nearly all of the time that it takes. Of
tables that are made in the migration itself only the last state matters: here they are
drawn once, made as they finally are, and what would only have completed them is left out.
"""

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterIndexTogether,
    AlterUniqueTogether,
    CreateModel,
)
from django.db.migrations.operations.base import Operation

COMPLETES = (AddConstraint, AddField, AddIndex, AlterIndexTogether, AlterUniqueTogether)


class Together(Operation):
    """Operations of one migration, done on the state that all of them lead to."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [list(self.operations)], {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        state.__dict__.pop("apps", None)  # drawn again when it is next asked for, and not before
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        made = {each.name_lower for each in self.operations if isinstance(each, CreateModel)}
        for operation in self.operations:
            if isinstance(operation, COMPLETES) and about(operation) in made:
                continue
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        made = {each.name_lower for each in self.operations if isinstance(each, CreateModel)}
        for operation in reversed(self.operations):
            if isinstance(operation, COMPLETES) and about(operation) in made:
                continue
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"{len(self.operations)} operations together"


def about(operation: Any) -> str:
    """The name of the model that an operation completes."""
    return (getattr(operation, "model_name", None) or operation.name).lower()


def together(operations: Sequence[Operation]) -> list[Operation]:
    return [Together(operations)]
