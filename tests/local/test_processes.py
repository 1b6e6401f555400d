"""Children: they end when asked, when they do not listen, and when their parent is gone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.local.processes import Interrupts, Stopped, start, stop, tail

ROOT = Path(__file__).resolve().parent.parent.parent
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(60)
"""
# A parent that starts a child and waits: through `start` or, as the control, without a death signal.
PARENT = """
import os, subprocess, sys, time
from pathlib import Path
from config.local.processes import start
if sys.argv[1] == "guarded":
    process = start("child", ["sleep", "60"], log=Path(sys.argv[2]), env=os.environ).process
else:
    process = subprocess.Popen(["sleep", "60"], start_new_session=True, stdout=subprocess.DEVNULL)
print(process.pid, flush=True)
time.sleep(60)
"""


def wait_for(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_output_goes_to_the_log_and_the_one_before_is_kept(tmp_path):
    log = tmp_path / "log" / "child.log"
    for word in ("first", "second"):
        start("child", ["echo", word], log=log, env=os.environ).process.wait()
    assert tail(log) == "second"
    assert log.with_name("child.log.1").read_text() == "first\n"


def test_a_child_that_does_not_listen_is_ended(tmp_path):
    child = start(
        "deaf",
        [sys.executable, "-c", DEAF],
        log=tmp_path / "log",
        env=os.environ,
        stops=((signal.SIGTERM, 0.2),),
    )
    assert wait_for(lambda: tail(child.log) == "deaf")
    stop([child])
    assert child.verdict() == "was ended by SIGKILL"


def test_what_a_child_left_in_its_session_ends_with_it(tmp_path):
    child = start("parent", ["sh", "-c", "sleep 60 & echo $!"], log=tmp_path / "log", env=os.environ)
    assert wait_for(lambda: not child.running)
    stop([child])
    assert wait_for(lambda: not is_alive(int(tail(child.log))))


@pytest.mark.parametrize("guard", ["guarded", "control"])
def test_a_child_ends_with_its_parent(tmp_path, guard):
    """The control shows that without the guard the child would have stayed."""
    command = [sys.executable, "-c", PARENT, guard, str(tmp_path / "log")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    try:
        gone = wait_for(lambda: not is_alive(pid), seconds=5 if guard == "guarded" else 0.5)
        assert gone == (guard == "guarded")
    finally:
        if is_alive(pid):
            os.kill(pid, signal.SIGKILL)


def test_a_pause_notices_that_the_end_was_asked_for():
    interrupts = Interrupts()
    interrupts.pause()
    interrupts.count += 1
    with pytest.raises(Stopped):
        interrupts.pause()
