"""What the database itself refuses, as a sentence: the guards below every door say why in a reader's words.

An app registers the sentence of each of its guards, by the name of the constraint that
the guard raises (SQLSTATE 23514), or by its message where it names none.
"""

from typing import Any

from django.db import DatabaseError
from django.utils.translation import gettext as _

from records.errors import NotAllowed

CHECK_VIOLATION = "23514"
SENTENCES: dict[str, tuple[Any, Any]] = {}


def explain(guard: str, reason: Any, remedy: Any = "") -> None:
    """Say in a reader's words why a guard refuses, and what would help."""
    SENTENCES[guard] = (reason, remedy)


def refusal_of(error: BaseException) -> NotAllowed | None:
    """The sentence of a guard that refused a write; None for any other error."""
    cause = error.__cause__
    if not isinstance(error, DatabaseError) or getattr(cause, "pgcode", "") != CHECK_VIOLATION:
        return None
    told = getattr(cause, "diag", None)
    name = getattr(told, "constraint_name", None) or getattr(told, "message_primary", None) or ""
    if name in SENTENCES:
        return NotAllowed(*(str(sentence) for sentence in SENTENCES[name]))
    return NotAllowed(
        _("The database refuses this: it does not fit what is already there. Nothing was saved.")
    )
