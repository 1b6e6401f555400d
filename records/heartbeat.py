"""The sign of life of a job that runs: a thread that renews its lease on a connection of its own."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import structlog
from django.conf import settings
from django.db import Error, connection

log = structlog.get_logger()


class Cancelled(Exception):
    """The job is to stop: somebody has asked for it, or another run has taken it over."""


class Heartbeat:
    """Renews the lease while the work goes on, however long one step takes.

    `held` is the query set that finds the job only while this run holds it; `lease`
    gives the moment until which it is renewed.
    """

    def __init__(self, held: Any, lease: Callable[[], Any]) -> None:
        self.held, self.lease = held, lease
        self.stopped = False
        self.said: dict[str, Any] = {}
        self.awake = threading.Condition()
        self.over = False
        self.thread = threading.Thread(target=self.go_on, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self.awake:
            self.over = True
            self.awake.notify()
        self.thread.join()

    def say(self, said: dict[str, Any]) -> None:
        """Have the thread write how far the work is."""
        with self.awake:
            self.said = said
            self.awake.notify()

    def beat(self, said: dict[str, Any]) -> None:
        """Renew the lease and note whether the work is to stop."""
        held = self.held.all()
        renewed = held.update(lease_until=self.lease(), **said)
        if not renewed or held.filter(cancel_asked=True).exists():
            self.stopped = True

    def go_on(self) -> None:
        try:
            while True:
                with self.awake:
                    if not self.said and not self.over:
                        self.awake.wait(settings.JOB_HEARTBEAT)
                    if self.over:
                        return
                    said, self.said = self.said, {}
                self.try_to_beat(said)
        finally:
            connection.close()

    def try_to_beat(self, said: dict[str, Any]) -> None:
        """A database that is away for a moment, or a row that is locked, must not end the heartbeat."""
        try:
            self.beat(said)
        except Error as error:
            log.warning("heartbeat_missed", error=str(error))
            connection.close()
