"""What the database remembers of every record: each past state, who made it, and why.

The rows are written by triggers, so that a bulk update and raw SQL leave their
trace as well, and nobody can change or delete them. Call these from an app's
`translation.py`: only after registration do the models have a column for each
language.
"""

from collections.abc import Sequence
from typing import Any

import pghistory
import pgtrigger
from django.db.models import Func, JSONField, QuerySet, Value


def track(*models: Any, exclude: Sequence[str] = ()) -> None:
    """Keep the history of records, as `<Model>History` and `record.history`.

    What `exclude` names is copied nowhere, and a change of nothing else leaves no row.
    """
    changed = pgtrigger.AnyChange(exclude=list(exclude)) if exclude else pgtrigger.AnyChange()
    for model in models:
        pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(condition=changed),
            append_only=True,
            exclude=list(exclude),
            model_name=f"{model.__name__}History",
        )(model)


def track_parts(*models: Any) -> list[Any]:
    """Keep the history of rows that belong to a record and may be deleted.

    The table that Django makes for a many-to-many field is known to migrations only
    by a proxy, which is made here. Returns the models, or their proxies.
    """
    tracked = []
    for model in models:
        name = model.__name__.replace("_", " ").title().replace(" ", "")
        if model._meta.auto_created:
            meta = type("Meta", (), {"proxy": True, "app_label": model._meta.app_label})
            model = type(f"{name}Link", (model,), {"__module__": model.__module__, "Meta": meta})
        pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            append_only=True,
            obj_field=None,
            model_name=f"{name}History",
        )(model)
        tracked.append(model)
    return tracked


def forget(past: QuerySet[Any], **blank: Any) -> int:
    """Erase past states of a person's records: these columns of them, or the whole rows.

    The reasons that were given for the changes go with them. Returns how many states there were.
    """
    model = past.model
    contexts = pghistory.models.Context.objects.filter(
        pk__in=past.exclude(pgh_context=None).values("pgh_context"), metadata__has_key="reason"
    )
    contexts.update(metadata=Without("metadata", Value("reason")))
    with pgtrigger.ignore(f"{model._meta.label}:append_only"):
        return past.update(**blank) if blank else past.delete()[0]


class Without(Func):
    """A JSON object without one of its keys."""

    arg_joiner, template = " - ", "%(expressions)s"
    output_field = JSONField()
