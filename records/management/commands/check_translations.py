"""Finds every string of the interface that has no good Russian or Chinese text."""

import re
import shutil
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import CommandError

from records.management.commands import makemessages

MARKS = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")


class Command(makemessages.Command):
    help = "Compares the catalogues of locale/ with the strings in the code; writes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        if shutil.which("xgettext") is None:
            raise CommandError("xgettext is not installed (package gettext).")
        self.problems: list[str] = []
        super().handle(*args, **options)
        self.problems = list(dict.fromkeys(self.problems))
        for problem in self.problems:
            self.stderr.write(problem)
        if self.problems:
            raise CommandError(f"{len(self.problems)} strings need a translator.")
        self.stdout.write("Every string is there in every language.")

    def write_po_file(self, potfile: str, locale: str) -> None:
        """In place of merging the collected strings into a catalogue: compare them with it."""
        name = Path(potfile).name.replace(".pot", ".po")
        catalogue = Path(settings.LOCALE_PATHS[0]) / locale / "LC_MESSAGES" / name
        known = {
            (entry.msgctxt, entry.msgid): entry
            for entry in polib.pofile(str(catalogue))
            if not entry.obsolete
        }
        for wanted in polib.pofile(potfile):
            entry = known.pop((wanted.msgctxt, wanted.msgid), None)
            if problem := fault(wanted, entry):
                self.problems.append(f"{locale}: {problem}: {wanted.msgid!r}")
        self.problems += [f"{locale}: no longer used: {msgid!r}" for _context, msgid in known]


def fault(wanted: polib.POEntry, entry: polib.POEntry | None) -> str:
    """What is wrong with a translation; empty when nothing is."""
    if entry is None:
        return "missing"
    if entry.fuzzy:
        return "only a guess (fuzzy)"
    texts = list(entry.msgstr_plural.values()) if wanted.msgid_plural else [entry.msgstr]
    if not texts or not all(texts):
        return "not translated"
    asked = set(MARKS.findall(wanted.msgid_plural or wanted.msgid))
    if any(set(MARKS.findall(text)) - asked for text in texts):
        return "a mark that the string does not have"
    if any(asked - set(MARKS.findall(text)) for text in texts) and not wanted.msgid_plural:
        return "a mark is lost"
    return ""
