"""What a file is, judged by its content and held against its name.

The browser's word on the type counts for nothing. What comes through is one of a
short list of kinds, and is still only ever handed out as a download.
"""

import codecs
import hashlib
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import filetype
from django.conf import settings
from django.utils.translation import gettext as _

from attachments.containers import kind_of_container
from attachments.errors import BadFile
from attachments.names import extension

OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": f"{OFFICE}.wordprocessingml.document",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet",
    "pptx": f"{OFFICE}.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "text": "text/plain",
}
# What a name's ending promises.
ENDINGS = {kind: kind for kind in MEDIA_TYPES if kind != "text"} | {
    "jpg": "jpeg",
    "txt": "text",
    "csv": "text",
}
ALLOWED = "PDF, DOCX, XLSX, PPTX, ODT, ODS, PNG, JPEG, TXT, CSV"
CONTAINERS = {"docx", "xlsx", "pptx", "odt", "ods"}

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old Office documents, and new ones with a password
PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
CHUNK, HEAD, TAIL = 1024 * 1024, 8192, 65_536

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
ENCODINGS = ("utf-8-sig", "gb18030", "cp1251")
NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
MARKUP_START = re.compile(r"\s*(?:<!--|<[!?]?\s*[a-z]+[\s>:/])", re.I)
MARKUP = re.compile(r"<\s*(?:script|svg|html|iframe|object|embed|body)\b", re.I)
# Two or three letters with which a text may well begin; a real one of these holds bytes that no text has.
SHORT_SIGNS = {"bmp", "bz2", "exe", "mp3", "swf"}


@dataclass(frozen=True)
class Examined:
    """A file that may be kept."""

    media_type: str
    sha256: str
    size: int


def examine(file: Any, name: str) -> Examined:
    """Look at an uploaded file (seekable, with its `size`). Raises `BadFile` with one sentence."""
    size, ending = file.size, extension(name)
    if ending not in ENDINGS:
        raise BadFile(
            _("Files of this kind are not kept here. Choose one of: %(kinds)s.") % {"kinds": ALLOWED}
        )
    if not size:
        raise BadFile(_("This file is empty."))
    require_size(size)
    kind, promised = kind_of(file, size, ENDINGS[ending]), ENDINGS[ending]
    if kind != promised:
        sentence = _("The name says %(name)s, but the content is %(content)s.") % {
            "name": ending.upper(),
            "content": kind.upper(),
        }
        raise BadFile(sentence)
    digest = hashlib.sha256()
    for chunk in chunks(file):
        digest.update(chunk)
    return Examined(MEDIA_TYPES[kind], digest.hexdigest(), size)


def require_size(size: int) -> None:
    """Raises `BadFile` for a file that is larger than this installation takes."""
    most = settings.UPLOAD_MAX_MB
    if size > most * 1024 * 1024:
        raise BadFile(_("This file is larger than %(most)s MB.") % {"most": most})


def kind_of(file: Any, size: int, promised: str) -> str:
    file.seek(0)
    head = file.read(HEAD)
    found = filetype.guess(head)
    sign = found.extension if found else ""
    if head.startswith(OLE):
        raise BadFile(
            _("This file is an old Office document, or one with a password. Save it as DOCX, XLSX or PDF.")
        )
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        kind = kind_of_container(file, size)
    elif head.startswith(b"%PDF-"):
        kind = whole(file, size, "pdf", has_end=b"%%EOF" in tail(file, size, 4096))
    elif head.startswith(b"\x89PNG\r\n\x1a\n"):
        kind = whole(file, size, "png", has_end=tail(file, size, TAIL).endswith(PNG_END))
    elif head.startswith(b"\xff\xd8\xff"):
        kind = whole(file, size, "jpeg", has_end=b"\xff\xd9" in tail(file, size, TAIL))
    elif sign and sign not in SHORT_SIGNS:
        kind = sign
    elif promised == "text":
        require_text(file, head)
        kind = "text"
    else:
        raise BadFile(
            _("The name says %(name)s, but the content is something else.") % {"name": promised.upper()}
        )
    return kind


def whole(file: Any, size: int, kind: str, *, has_end: bool) -> str:
    """`kind`, if the file goes on to its proper end and hides no archive behind it."""
    if zipfile.is_zipfile(file):
        raise BadFile(_("This file hides an archive in itself."))
    if not has_end:
        raise BadFile(_("This file is cut off, or something is attached to its end."))
    return kind


def tail(file: IO[bytes], size: int, length: int) -> bytes:
    file.seek(max(0, size - length))
    return file.read(length)


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(CHUNK):
        yield chunk


def require_text(file: IO[bytes], head: bytes) -> None:
    """The file is text in one of the encodings of the cities' offices, and no web page."""
    encodings = ("utf-16",) if head.startswith(UTF_16) else ENCODINGS
    if not any(reads_as_text(file, encoding) for encoding in encodings):
        raise BadFile(_("This is no plain text: it holds bytes that no text has."))


def reads_as_text(file: IO[bytes], encoding: str) -> bool:
    """Whether all of the file is text in this encoding. Raises `BadFile` for a web page."""
    decode = codecs.getincrementaldecoder(encoding)().decode
    before = ""
    try:
        for number, chunk in enumerate(chunks_of_text(file)):
            text = decode(chunk, not chunk)
            if NOT_TEXT.search(text):
                return False
            if (number == 0 and MARKUP_START.match(text.lstrip("\ufeff"))) or MARKUP.search(before + text):
                raise BadFile(
                    _("This is a web page or a drawing with scripts (HTML, XML, SVG), not a text.")
                )
            before = text[-20:]
    except UnicodeError:
        return False
    return True


def chunks_of_text(file: IO[bytes]) -> Iterator[bytes]:
    """The file's bytes, and an empty end that tells the decoder so."""
    yield from chunks(file)
    yield b""
