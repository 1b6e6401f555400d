"""A file of experts, from its bytes to a plan."""

from pathlib import PurePath
from typing import Any

from django.utils.translation import gettext as _

from accounts.actors import Actor
from attachments.content import examine
from attachments.names import file_name
from experts.importing.columns import known_in
from experts.importing.plan import Plan, plan_make
from experts.models import ExpertImport
from records.cells import refused
from records.sheet_reading import MIB, Sheet, read_sheet
from records.sheets import TYPES

MOST_ROWS, MOST_MB = 2_000, 10
ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "gb18030": "GB18030",
    "cp1251": "Windows-1251",
}


def file_read(upload: Any) -> tuple[str, str, str, Sheet]:
    """An upload's name, kind, SHA-256 and rows, after a look at what it is. Raises `Invalid`."""
    name = file_name(upload.name)
    kind = PurePath(name).suffix.lower().removeprefix(".")
    if kind not in TYPES:
        raise refused(_("Bring a table as XLSX or CSV."))
    if upload.size > MOST_MB * MIB:
        raise refused(_("This file is larger than %(most)s MB.") % {"most": MOST_MB})
    found = examine(upload, name)
    return name, kind, found.sha256, sheet_of(upload, kind)


def sheet_of(file: Any, kind: str) -> Sheet:
    return read_sheet(file, kind, known=known_in, most_rows=MOST_ROWS)


def plan_of(brought: ExpertImport, *, by: Actor, lock: bool = False) -> Plan:
    """What a kept file would do now. Raises `Invalid`."""
    with brought.stored.open("rb") as file:
        sheet = sheet_of(file, brought.format)
    return plan_make(sheet, programme=brought.programme, language=brought.language, by=by, lock=lock)
