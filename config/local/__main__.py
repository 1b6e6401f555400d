"""`python -m config.local <command>`: what the targets of the Makefile run inside `.venv`."""

import os
import shlex
import sys
from pathlib import Path

from config.local.console import Trouble

ROOT = Path(__file__).resolve().parent.parent.parent


def main(command: str) -> int:
    """Runs one command. A trouble is one sentence and exit code 1, whatever it was."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    os.chdir(ROOT)
    try:
        return dispatch(command, shlex.split(os.environ.get("ARGS", "")))
    except Trouble as trouble:
        if str(trouble):
            print(trouble, file=sys.stderr, flush=True)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(f"{place}{error.strerror or error}.", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        return 130
    return 1


def dispatch(command: str, arguments: list[str]) -> int:
    # Each command imports only what it needs: the supervisor starts without the tests' tools.
    match command:
        case "run":
            from config.local.run import run

            return run(ROOT)
        case "test":
            from config.local.testing import test

            return test(ROOT, arguments)
        case "faults":
            from config.local.testing import faults

            return faults(ROOT, arguments)
        case "bench":
            from config.local.bench import bench

            return bench(ROOT, arguments)
        case "check":
            from config.local.gates import check

            return check(ROOT)
        case "lock":
            from config.local.lock import lock

            return lock(ROOT, arguments)
        case _:
            raise Trouble(f"There is no command {command!r}: `make help` lists them.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
