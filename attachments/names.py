"""What a file may be called."""

import re
import unicodedata
from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from attachments.errors import BadFile

LONGEST = 200
TURNS_WRITING = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def file_name(given: str) -> str:
    """A file's name as it was given, in composed letters. Raises `BadFile` for one that is no mere name."""
    name = unicodedata.normalize("NFC", given or "").strip()
    if len(name) > LONGEST:
        raise BadFile(
            _("The name of this file is longer than %(most)s characters. Give it a shorter one.")
            % {"most": LONGEST}
        )
    if re.search(r"[/\\]", name) or name in {"", ".", ".."} or re.match(r"^[A-Za-z]:", name):
        raise BadFile(_("The name of this file is a path, not a name. Give it a plain name."))
    if TURNS_WRITING.search(name) or any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in name):
        raise BadFile(_("The name of this file holds invisible characters. Give it a plain name."))
    return name


def extension(name: str) -> str:
    """What stands behind the last dot, in small letters, without the dot."""
    return PurePosixPath(name).suffix.lower().lstrip(".")


def stem(name: str) -> str:
    return PurePosixPath(name).stem
