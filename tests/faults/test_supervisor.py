"""`make run` for real: killed outright it leaves nothing behind, starts again, and stops when asked."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
OF_THE_MACHINE = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ")

pytestmark = pytest.mark.faults


class Started:
    """A running supervisor with a state folder and a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.folder = folder
        self.output = folder.with_suffix(".out")
        with self.output.open("w") as output:
            self.process = launch(folder, self.port, stdout=output, stderr=subprocess.STDOUT)

    @property
    def text(self) -> str:
        return self.output.read_text()

    def wait_until_ready(self) -> None:
        wait_for(lambda: "Ready: " in self.text or self.process.poll() is not None, seconds=240)
        assert self.process.poll() is None, self.text
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", "/health")
        assert connection.getresponse().status == 200
        connection.close()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def launch(folder: Path, port: int, **options) -> subprocess.Popen:
    env = {name: os.environ[name] for name in OF_THE_MACHINE if name in os.environ}
    env |= {"VAR_DIR": str(folder), "PORT": str(port)}
    return subprocess.Popen(
        [sys.executable, "-m", "config.local", "run"], cwd=ROOT, env=env, text=True, **options
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def processes() -> dict[int, tuple[int, str, str]]:
    """Every process: its parent, when it began (a number may be given out again), its command."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if fields[0] != "Z":
            found[int(entry.name)] = (int(fields[1]), fields[19], command)
    return found


def descendants(pid: int) -> dict[tuple[int, str], str]:
    everything = processes()
    found: dict[tuple[int, str], str] = {}
    parents = {pid}
    while parents:
        children = {number for number, (parent, _, _) in everything.items() if parent in parents}
        found |= {(number, everything[number][1]): everything[number][2] for number in children}
        parents = children
    return found


def still_there(family: dict[tuple[int, str], str]) -> list[str]:
    everything = processes()
    return [
        command
        for (number, began), command in family.items()
        if number in everything and everything[number][1] == began
    ]


@pytest.fixture
def folder(tmp_path):
    """With a space in its name, and longer than a socket's path may be."""
    folder = tmp_path / ("a folder " + "x" * 100)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def begin(folder):
    """Starts the supervisor over the same folder, as often as it is called."""
    running = []

    def begin() -> Started:
        running.append(Started(folder))
        running[-1].wait_until_ready()
        return running[-1]

    yield begin
    for started in running:
        started.end()


def test_killed_outright_asked_to_stop_or_losing_a_part_it_leaves_nothing_behind(begin, folder):
    """One installation for all of it: making a database anew is what takes the time."""
    started = begin()
    family = descendants(started.process.pid)
    for program in ("bin/postgres", "redis-server", "gunicorn", "celery", " beat "):
        assert any(program in command for command in family.values()), program

    second = launch(folder, free_port(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said, _ = second.communicate(timeout=30)
    assert second.returncode == 1
    assert said.startswith("Already running")
    assert said.count("\n") == 1

    started.process.kill()
    started.process.wait()
    assert wait_for(lambda: not still_there(family), seconds=15), still_there(family)

    again = begin()
    family = descendants(again.process.pid)
    sockets = (folder / "sockets").readlink()
    again.process.send_signal(signal.SIGTERM)
    assert again.process.wait(timeout=15) == 0
    assert not still_there(family)
    assert not sockets.exists()

    when_a_part_dies_it_says_which_and_stops_the_rest(begin())


def when_a_part_dies_it_says_which_and_stops_the_rest(started: Started) -> None:
    family = descendants(started.process.pid)
    beat = next(number for (number, _), command in family.items() if " beat " in command)

    os.kill(beat, signal.SIGKILL)
    assert started.process.wait(timeout=15) == 1
    assert "The beat process was ended by SIGKILL" in started.text
    assert "Traceback" not in started.text
    assert not still_there(family)
