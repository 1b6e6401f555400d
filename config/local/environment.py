"""The variables that the product's own processes are started with."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from config.local.console import Trouble


def given(name: str) -> str:
    """A variable of the person's own; blank counts as absent."""
    return os.environ.get(name, "").strip()


def port() -> int:
    value = given("PORT") or "8000"
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 65535):
        raise Trouble(f"PORT must be a whole number from 1 to 65535, not {value!r}.")
    return int(value)


def state_folder(root: Path) -> Path:
    folder = Path(given("VAR_DIR") or root / "var")
    if not folder.is_absolute():
        raise Trouble(f"VAR_DIR must be an absolute path, not {str(folder)!r}.")
    return folder


def short_folder() -> str:
    """Where to make a folder for sockets: the kernel allows their whole path 107 bytes."""
    folder = "/tmp" if os.access("/tmp", os.W_OK | os.X_OK) else tempfile.gettempdir()  # noqa: S108
    if len(os.fsencode(folder)) > 50:
        raise Trouble(f"The path {folder} is too long for sockets: set TMPDIR to a short folder.")
    return folder


def servers() -> dict[str, str]:
    """For PostgreSQL and Redis themselves: no setting of the machine's own clients may reach them."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def product(mode: str, folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """For Django: the machine's variables, then what this start decides."""
    own = servers() if "DATABASE_URL" in settings else dict(os.environ)
    return {
        **own,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "MODE": mode,
        "VAR_DIR": str(folder),
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        **settings,
    }
