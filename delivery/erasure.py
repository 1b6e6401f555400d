"""E-mails about a person that lie in the mailbox of a try-out installation.

A notice holds no text: its e-mail is written when it is sent, and then says what stands in
the record. What has left over a mail server is out of reach.
"""

import os
from functools import partial
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from delivery.mailbox import BETWEEN, Letter, letters, mailbox
from records.erasure import Person, Reach


def letters_of(person: Person) -> list[Letter]:
    return [letter for file in mailbox() for letter in letters(file) if is_about(person, letter)]


def is_about(person: Person, letter: Letter) -> bool:
    head = "\n".join(str(value) for value in letter.message.values())
    return person.is_in(f"{head}\n{letter.plain}\n{letter.html}")


def letters_erase(person: Person) -> int:
    """They go once the erasure stands: a file knows no transaction."""
    transaction.on_commit(partial(rewrite, person), robust=True)
    return len(letters_of(person))


def rewrite(person: Person) -> None:
    """Put each file anew without such letters, or delete it when it held no other."""
    for file in mailbox():
        found = letters(file)
        kept = [letter for letter in found if not is_about(person, letter)]
        if len(kept) == len(found):
            continue
        if not kept:
            file.unlink(missing_ok=True)
            continue
        fresh = Path(f"{file}.part")
        fresh.write_bytes(b"".join(letter.message.as_bytes() + BETWEEN for letter in kept))
        os.replace(fresh, file)


REACHES = (
    Reach(name="mailbox", label=_("mailbox of a try-out installation"),
          rows=lambda person: [letters_of(person)], erase=letters_erase, is_copy=True),
)  # fmt: skip
