"""Children that cannot outlive their parent, and how they are watched and stopped.

Every child is started with a parent-death signal: when the supervisor is gone,
by whatever end, the kernel stops the child (on Linux). Each child leads
a session of its own, so that Ctrl-C in the terminal reaches the supervisor
alone, which then stops the children in their order.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.local.console import Trouble

PAUSE = 0.05
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


class Stopped(Exception):
    """Ctrl-C or SIGTERM came; raised at the next pause, never in the middle of a step."""


class Interrupts:
    """Notes the signals that ask for an end. `pause` is where a wait notices them."""

    def __init__(self) -> None:
        self.count = 0

    def install(self) -> None:
        """Takes over Ctrl-C, SIGTERM, a closed terminal, and the sudden end of make."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # nohup has a closed terminal ignored, and means it.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._note)
        end_with_make()

    def _note(self, number: int, frame: object) -> None:
        self.count += 1

    def pause(self) -> None:
        if self.count:
            raise Stopped
        time.sleep(PAUSE)


@dataclass
class Child:
    """One running program: its name, its log, and the signals that ask it to stop, gentlest first."""

    name: str
    process: subprocess.Popen
    log: Path
    stops: tuple[tuple[signal.Signals, float], ...] = field(
        default=((signal.SIGTERM, 4.0), (signal.SIGQUIT, 1.5))
    )

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def last_words(self, lines: int = 8) -> str:
        return tail(self.log, lines)

    def send(self, number: signal.Signals) -> None:
        """To the child alone: it passes the word on to the processes it made."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)

    def kill_all(self) -> None:
        """The child and whatever is left of its session."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def verdict(self) -> str:
        """Why it ended, in words."""
        code = self.process.returncode
        if code is None:
            return "is running"
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str],
    death_signal: signal.Signals = signal.SIGKILL,
    setpriv: Sequence[str] = (),
    stops: tuple[tuple[signal.Signals, float], ...] | None = None,
    pass_fds: Iterable[int] = (),
    cwd: Path | None = None,
    speaks: bool = False,
) -> Child:
    """Starts a program with an empty input and its output in `log`; the log before it becomes `.1`.

    One that `speaks` writes its output to the terminal, and only its errors to the log.
    """
    log.parent.mkdir(mode=0o700, exist_ok=True)
    if log.exists():
        log.replace(log.with_name(log.name + ".1"))
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*demoted(setpriv, death_signal), *map(str, command)],
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=None if speaks else output,
            stderr=output,
            start_new_session=True,
            pass_fds=tuple(pass_fds),
            preexec_fn=end_with_parent(death_signal),
        )
    child = Child(name, process, log)
    if stops:
        child.stops = stops
    return child


def end_with_parent(number: signal.Signals) -> Callable[[], None]:
    """What a child does between fork and exec, so that there is no moment when it could be orphaned."""
    parent = os.getpid()

    def promise() -> None:
        ask_death_signal(number)
        if os.getppid() != parent:
            os._exit(1)  # The parent was gone before the kernel had our word.

    return promise


def ask_death_signal(number: signal.Signals) -> None:
    """Asks the kernel to send this process `number` when its parent ends; other systems cannot."""
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, number)


def end_with_make() -> None:
    """When `make` is killed outright, it can pass nothing on: the kernel then sends SIGTERM here."""
    if os.environ.get("MAKELEVEL"):
        ask_death_signal(signal.SIGTERM)


def demoted(setpriv: Sequence[str], death_signal: signal.Signals) -> list[str]:
    """The words that run a command as another user; the change of user would undo the death signal."""
    if not setpriv:
        return []
    return [find_setpriv(), "--pdeathsig", death_signal.name.removeprefix("SIG"), *setpriv, "--"]


def find_setpriv() -> str:
    found = shutil.which("setpriv", path=os.environ.get("PATH", "") + ":/usr/bin:/bin")
    if not found:
        raise Trouble("The program setpriv is missing: install the package util-linux.")
    return found


def stop(children: Sequence[Child], hurry: Callable[[], bool] = lambda: False) -> None:
    """Asks all of `children` to stop, more firmly as time passes; none is left when this returns.

    `hurry` turning true (a second Ctrl-C) skips the asking.
    """
    steps = max((len(child.stops) for child in children), default=0)
    for step in range(steps):
        asked = [child for child in children if child.running and step < len(child.stops)]
        for child in asked:
            child.send(child.stops[step][0])
        until = {child.name: time.monotonic() + child.stops[step][1] for child in asked}
        while (
            any(child.running and time.monotonic() < until[child.name] for child in asked) and not hurry()
        ):
            time.sleep(PAUSE)
    for child in children:
        child.kill_all()


def tail(file: Path, lines: int = 8) -> str:
    """The last lines of a log that say something."""
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, file.stat().st_size - 16_384))
            text = stream.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join([line.rstrip() for line in text.splitlines() if line.strip()][-lines:])
