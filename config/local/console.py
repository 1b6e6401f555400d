"""Speaking to the person at the terminal: one line per step, one sentence per trouble."""

import os
import sys


class Trouble(Exception):
    """Something that the person who typed the command can put right; its text says how."""


def say(line: str = "") -> None:
    """Prints a line at once. A closed terminal is no reason to leave servers running."""
    try:
        print(line, flush=True)
    except OSError:
        # Later lines, and Python's own flush at exit, go nowhere instead of failing again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
