"""`make check`: the static gates. All of them run; one line each, and the output of those that fail."""

import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from config.local import debian
from config.local.console import say
from config.local.processes import Interrupts, Stopped
from config.local.testing import throw_away_servers

LINT_IMPORTS = (
    "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
)


@dataclass(frozen=True)
class Gate:
    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    skipped: str = ""


def check(root: Path) -> int:
    interrupts = Interrupts()
    interrupts.install()
    try:
        with throw_away_servers(interrupts, "test", {}) as env:
            return run_all(list(gates(root, env)), root, env, interrupts)
    except Stopped:
        return 130


def gates(root: Path, env: Mapping[str, str]) -> Iterator[Gate]:
    python = sys.executable
    manage = (python, "manage.py")
    no_gettext = "" if debian.xgettext() else "xgettext is missing: install the package gettext"
    # The longest first: two run at a time.
    yield Gate("types (mypy)", (python, "-m", "mypy", "."))
    yield Gate("style (ruff check)", (python, "-m", "ruff", "check", "."))
    yield Gate("format (ruff format)", (python, "-m", "ruff", "format", "--check", "--diff", "."))
    yield Gate("imports (import-linter)", (python, "-c", LINT_IMPORTS))
    yield Gate("template style (djlint --lint)", (python, "-m", "djlint", "--lint", "--quiet", "templates"))
    yield Gate(
        "template format (djlint --check)", (python, "-m", "djlint", "--check", "--quiet", "templates")
    )
    yield Gate("template tags (djade)", (djade(), "--check", "--target-version", "5.2", *templates(root)))
    yield Gate("migrations in step", (*manage, "makemigrations", "--check", "--dry-run"))
    yield Gate("translations complete", (*manage, "check_translations"), skipped=no_gettext)
    yield Gate("OpenAPI in step", (*manage, "check_openapi"))
    yield Gate(
        "ready for production (check --deploy)",
        (*manage, "check", "--deploy", "--fail-level", "WARNING"),
        env=production(),
    )


def production() -> dict[str, str]:
    """What production sets, so that Django's own checks judge what production runs with."""
    return {
        "MODE": "production",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": "tracker.example.org",
        "TRUSTED_ORIGINS": "https://tracker.example.org",
        "BEHIND_PROXY": "true",
    }


def djade() -> str:
    return str(Path(sys.executable).with_name("djade"))


def templates(root: Path) -> list[str]:
    return [str(file.relative_to(root)) for file in sorted((root / "templates").rglob("*.html"))]


def run_all(all_gates: list[Gate], root: Path, env: Mapping[str, str], interrupts: Interrupts) -> int:
    with ThreadPoolExecutor(2) as pool:
        running = [(gate, pool.submit(run_gate, gate, root, env)) for gate in all_gates]
        failed = 0
        try:
            for gate, future in running:
                while not future.done():
                    interrupts.pause()
                failed += report(gate, *future.result())
        except Stopped:
            pool.shutdown(cancel_futures=True)
            raise
    say(f"{failed} of {len(all_gates)} gates failed." if failed else "All gates are passed.")
    return 1 if failed else 0


def run_gate(gate: Gate, root: Path, env: Mapping[str, str]) -> tuple[int, str, float]:
    if gate.skipped:
        return 0, "", 0.0
    began = time.monotonic()
    result = subprocess.run(
        gate.command,
        cwd=root,
        env={**env, **gate.env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return result.returncode, result.stdout, time.monotonic() - began


def report(gate: Gate, code: int, output: str, seconds: float) -> bool:
    if gate.skipped:
        say(f"skipped  {gate.name}: {gate.skipped}")
    elif code == 0:
        say(f"ok       {gate.name} ({seconds:.0f} s)")
    else:
        say(f"FAILED   {gate.name}")
        say("\n".join(f"         {line}" for line in output.rstrip().splitlines()))
    return bool(code)
