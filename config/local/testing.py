"""`make test` and `make faults`: pytest over a database and a Redis that live as long as the run."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from config.local import debian, environment
from config.local.console import say
from config.local.postgres import Postgres
from config.local.processes import Child, Interrupts, Stopped, end_with_parent, stop
from config.local.redis import Redis

PREFIX = "tracker-test-"
TEMPLATE = "TEST_TEMPLATE"  # names the database with all migrations that the tests' own are copied from


def test(root: Path, arguments: list[str]) -> int:
    return run_pytest(root, ["-n", "2", *arguments], {})


def faults(root: Path, arguments: list[str]) -> int:
    """One after another: each kills processes and measures how the rest takes it."""
    return run_pytest(root, ["-n", "0", "tests/faults", *arguments], {"FAULTS": "long"})


def run_pytest(root: Path, arguments: list[str], more: Mapping[str, str]) -> int:
    """Prints nothing after pytest's closing line: that is the answer people look for."""
    interrupts = Interrupts()
    interrupts.install()
    chromium = debian.chromium()
    settings = {**more, "CHROMIUM": chromium} if chromium else more
    try:
        with throw_away_servers(interrupts, "test", settings) as env:
            for command in (["compilemessages"], *([["migrate"]] if TEMPLATE in env else [])):
                manage = [sys.executable, "manage.py", *command, "--verbosity", "0"]
                done = subprocess.run(manage, cwd=root, env=env, check=False)
                if done.returncode:
                    return done.returncode
            return pytest(root, arguments, env, interrupts)
    except Stopped:
        return 130


def pytest(root: Path, arguments: list[str], env: Mapping[str, str], interrupts: Interrupts) -> int:
    """Runs in the terminal's own session: Ctrl-C reaches pytest directly, and it sums up before it ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=root,
        env=dict(env),
        preexec_fn=end_with_parent(signal.SIGKILL),
    )
    try:
        return wait(process, interrupts.pause)
    except Stopped:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
        raise


def wait(process: subprocess.Popen, pause: Callable[[], None]) -> int:
    while process.poll() is None:
        pause()
    return 1 if process.returncode < 0 else process.returncode


@contextmanager
def throw_away_servers(
    interrupts: Interrupts, mode: str, more: Mapping[str, str]
) -> Iterator[dict[str, str]]:
    """The product's variables, over servers that end with the block; outside ones go first."""
    base = Path(environment.short_folder())
    remove_abandoned(base)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
    lock = os.open(folder, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    # Root's PostgreSQL runs as another user, who has to pass through here.
    folder.chmod(0o700 if os.geteuid() else 0o711)
    sockets = folder / "sockets"
    sockets.mkdir(mode=0o700)
    env = environment.servers()
    children: list[Child] = []
    settings = {"SECRET_KEY": "only-for-tests-" + "x" * 40, **more}
    try:
        if not environment.given("DATABASE_URL"):
            say("Starting a PostgreSQL for this run …")
            database = Postgres(folder / "postgres", sockets, folder / "postgres.log", env, throw_away=True)
            children.append(database.start(interrupts))
            settings["DATABASE_URL"] = database.url
            settings[TEMPLATE] = settings["DATABASE_URL"].rpartition("/")[2]
        if not environment.given("REDIS_URL"):
            redis = Redis(folder / "redis", sockets, folder / "redis.log", env)
            children.append(redis.start(interrupts))
            settings["REDIS_URL"] = redis.url
        yield environment.product(mode, folder / "var", settings)
    finally:
        for child in reversed(children):
            stop([child])
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def remove_abandoned(base: Path) -> None:
    """Removes what a run that was killed left behind: a folder of ours that nobody holds the lock of."""
    for folder in base.glob(f"{PREFIX}*"):
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            continue
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            pass  # A run that goes on at this moment.
        finally:
            os.close(handle)
