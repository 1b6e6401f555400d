"""The folder that keeps what one installation has typed: `var/`, or what VAR_DIR names.

A folder is used only when it is empty or carries the marker, so that a slip in
VAR_DIR cannot mix the product's files into something else, and only by its
owner, so that no file turns unreadable half-way. One process holds it at a
time: the lock is on the folder itself and ends with the process that holds it,
however that ends.
"""

import contextlib
import fcntl
import os
import pwd
import secrets
import shutil
import tempfile
from pathlib import Path

from config.local import environment
from config.local.console import Trouble

MARKER = "made-by-make-run.txt"
MARKER_TEXT = (
    "This folder holds the data of a local installation: PostgreSQL, Redis, files, logs.\n"
    "`make run` made it and uses it. Without this file it would refuse to.\n"
)


class State:
    """An opened state folder. Keep the object: its lock goes when it is closed or collected."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.logs = folder / "log"
        self._lock = open_folder(folder)

    def close(self) -> None:
        os.close(self._lock)

    def secret_key(self) -> str:
        """The key that signs sessions: made once, so that people stay signed in over a restart."""
        file = self.folder / "secret-key"
        if not file.exists():
            write_private(file, secrets.token_urlsafe(48))
        key = file.read_text().strip()
        if len(key) < 50:
            raise Trouble(f"{file} is damaged: remove it and start again (people then sign in anew).")
        return key

    def sockets(self) -> Path:
        """A fresh short folder for the servers' sockets, since a tree's own path may be too long.

        `sockets` in the state folder points at it; a start that follows a crash
        finds the old one there and removes it.
        """
        self.remove_sockets()
        link = self.folder / "sockets"
        made = Path(tempfile.mkdtemp(prefix="tracker-", dir=environment.short_folder()))
        (made / "of").write_text(str(self.folder))
        link.symlink_to(made)
        return made

    def remove_sockets(self) -> None:
        """Removes the socket folder, if it is this state's own: in a copied tree the link is another's."""
        link = self.folder / "sockets"
        if not link.is_symlink():
            return
        made = Path(os.readlink(link))
        link.unlink()
        with contextlib.suppress(OSError):
            if (made / "of").read_text() == str(self.folder):
                shutil.rmtree(made, ignore_errors=True)


def open_folder(folder: Path) -> int:
    """Makes, checks and locks the state folder; returns the descriptor that holds the lock."""
    make_folder(folder)
    check_owner(folder)
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError as error:
        raise Trouble(f"{folder} cannot be opened: give yourself back its rights (chmod u+rwx).") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise Trouble(
            f"Already running: another `make run` uses {folder}; stop that one first (Ctrl-C), "
            "or give this one a folder and a port of its own with VAR_DIR and PORT."
        ) from error
    marker = folder / MARKER
    if not marker.exists():
        if any(folder.iterdir()):
            os.close(handle)
            raise Trouble(
                f"{folder} was not made by `make run`, so nothing in it was touched: move it away, "
                "or set VAR_DIR to another folder."
            )
        marker.write_text(MARKER_TEXT)
        # Root lets others pass through, but not look in: PostgreSQL then runs as another user.
        folder.chmod(0o700 if os.geteuid() else 0o711)
    return handle


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise Trouble(f"{folder} is a file and must be a folder: move it away and start again.") from error
    except NotADirectoryError as error:
        raise Trouble(f"{folder} cannot be made, since a part of that path is a file.") from error
    except PermissionError as error:
        raise Trouble(
            f"{folder} cannot be made here: start as the owner of {folder.parent}, "
            "or set VAR_DIR to a folder of yours."
        ) from error


def check_owner(folder: Path) -> None:
    owner = folder.stat().st_uid
    if owner == os.geteuid():
        return
    try:
        name = pwd.getpwuid(owner).pw_name
    except KeyError:
        name = f"user number {owner}"
    raise Trouble(
        f"{folder} belongs to {name}, not to you: start as {name}, or set VAR_DIR to a folder of yours."
    )


def write_private(file: Path, text: str) -> None:
    """Writes whole or not at all, readable by its owner only from the first byte on."""
    part = file.with_name(file.name + ".new")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(file)
