"""The product without its guard against lost updates: no lock, and no look at the version."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import AppConfig


class Unguarded(AppConfig):
    name, label = "tests.faults", "unguarded"

    def ready(self) -> None:
        from records import services

        amend = services.amend

        @contextmanager
        def not_locked(record: Any, *, by: Any, reason: str = "") -> Iterator[Any]:
            with services.writing(by=by, reason=reason):
                fresh = type(record)._default_manager.get(pk=record.pk)
                time.sleep(0.05)
                yield fresh

        def amend_blindly(record: Any, **how: Any) -> Any:
            return amend(record, **{**how, "base_version": record.version, "base": None})

        services.locked, services.amend = not_locked, amend_blindly
