"""A look into ZIP containers, as office documents are, without unpacking anything.

Only the directory at the end of the file is read, after its own size has been
checked, and then one small part that says what kind of document it is.
"""

import re
import struct
import zipfile
import zlib
from typing import IO

from django.utils.translation import gettext as _

from attachments.errors import BadFile

MIB = 1024 * 1024
MOST_PARTS, MOST_DIRECTORY = 10_000, 4 * MIB
MOST_UNPACKED, MOST_RATIO, RATIO_MATTERS_FROM = 500 * MIB, 100, 20 * MIB
MOST_READ = MIB  # of the part that names the type

END = struct.Struct("<4s4H2LH")  # the end of the directory, as APPNOTE 4.3.16 has it
# Where this stands before it, another record (ZIP64) tells the directory's size; no document needs one.
LOCATOR, LOCATOR_SIZE = b"PK\x06\x07", 20
PROGRAMS = re.compile(r"\.(?:exe|dll|com|scr|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|msi|jar|lnk|sh)$", re.I)
MACROS = re.compile(
    r"(?:^|/)vbaProject(?:Signature)?[^/]*\.bin$|(?:^|/)macrosheets/|^(?:Basic|Scripts)/.", re.I
)
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    KeyError,
)

OFFICE = {
    b"wordprocessingml.document.main+xml": "docx",
    b"spreadsheetml.sheet.main+xml": "xlsx",
    b"presentationml.presentation.main+xml": "pptx",
}
OPEN_DOCUMENT = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
}


def kind_of_container(file: IO[bytes], size: int) -> str:
    """`docx`, `xlsx`, `pptx`, `odt` or `ods`. Raises `BadFile` for anything else or anything unsafe."""
    require_plain_end(file, size)
    try:
        with zipfile.ZipFile(file) as archive:
            require_safe_parts(archive.infolist(), size)
            return kind_of(archive)
    except BROKEN:
        raise BadFile(_("This file is damaged: its container can't be read.")) from None


def require_plain_end(file: IO[bytes], size: int) -> None:
    """The container fills the whole file, and its directory is of a size that can be read."""
    file.seek(max(0, size - END.size - LOCATOR_SIZE))
    before, tail = (last := file.read())[: -END.size], last[-END.size :]
    if len(tail) < END.size or tail[:4] != b"PK\x05\x06":
        raise BadFile(_("This file is damaged or cut off, or something is attached to its end."))
    _sign, _disk, _first, _here, parts, directory, _offset, _comment = END.unpack(tail)
    if parts > MOST_PARTS or directory > MOST_DIRECTORY or before.startswith(LOCATOR):
        raise BadFile(_("This file is a container of too many parts."))


def require_safe_parts(parts: list[zipfile.ZipInfo], size: int) -> None:
    names = [part.orig_filename for part in parts]
    if any(is_traversal(name) for name in names):
        raise BadFile(_("This file holds parts whose names lead out of it."))
    if any(part.flag_bits & 0x1 for part in parts):
        raise BadFile(
            _("This file is protected by a password, so it can't be checked. Remove the password.")
        )
    if len({name.lower() for name in names}) != len(names):
        raise BadFile(_("This file is damaged: it holds two parts of the same name."))
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MOST_UNPACKED or (unpacked > RATIO_MATTERS_FROM and unpacked > size * MOST_RATIO):
        raise BadFile(_("This file would unpack to far more than it may: it looks like a zip bomb."))
    starts = sorted((part.header_offset, part.compress_size) for part in parts)
    nexts = [start for start, _length in starts[1:]] + [size]
    if not starts or starts[0][0] != 0:
        raise BadFile(_("This file is damaged, or something stands before its container."))
    if any(start + length > after for (start, length), after in zip(starts, nexts, strict=True)):
        raise BadFile(_("This file would unpack to far more than it may: it looks like a zip bomb."))
    if any(MACROS.search(name) for name in names):
        raise BadFile(_("This file holds macros. Save it without them."))
    if any(PROGRAMS.search(name) for name in names):
        raise BadFile(_("This file holds a program."))


def is_traversal(name: str) -> bool:
    return (
        name.startswith(("/", "~"))
        or "\\" in name
        or "\x00" in name
        or ":" in name
        or ".." in name.split("/")
    )


def kind_of(archive: zipfile.ZipFile) -> str:
    names = set(archive.namelist())
    if "[Content_Types].xml" in names:
        types = part_of(archive, "[Content_Types].xml")
        if b"macroEnabled" in types or b"vbaProject" in types:
            raise BadFile(_("This file holds macros. Save it without them."))
        found = {kind for sign, kind in OFFICE.items() if sign in types}
        if len(found) == 1:
            return found.pop()
    elif "mimetype" in names:
        if "META-INF/manifest.xml" in names and b"encryption-data" in part_of(
            archive, "META-INF/manifest.xml"
        ):
            raise BadFile(
                _("This file is protected by a password, so it can't be checked. Remove the password.")
            )
        if kind := OPEN_DOCUMENT.get(part_of(archive, "mimetype").strip()):
            return kind
    raise BadFile(_("This is an archive, not a document. Upload the files in it one by one."))


def part_of(archive: zipfile.ZipFile, name: str) -> bytes:
    """The first bytes of a part, never more than what may be read."""
    with archive.open(name) as part:
        return part.read(MOST_READ)
