"""Hostile and odd files bounce with one clear sentence, quickly; honest ones come through."""

import io
import struct
import time
import tracemalloc
import zipfile
import zlib

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from attachments.content import examine
from attachments.errors import BadFile
from attachments.models import Blob, Document
from attachments.names import file_name
from records.errors import Invalid
from tests.attachments.conftest import JPEG, PDF, PNG, office, open_document, zipped


def bomb() -> bytes:
    """A document of 60 kB that would unpack to 60 MB."""
    return office("xlsx", xl__sheet=b"0" * 60_000_000)


def overlapping() -> bytes:
    """Many directory entries that all point to the same bytes."""
    content = bytearray(office("docx", a=b"0" * 1000))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        offset = archive.getinfo("a").header_offset
    end = content.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<L", content, end + 16)[0]
    entry_at = content.rindex(b"PK\x01\x02", start, end)
    entry = bytes(content[entry_at:end])
    copies = b"".join(entry[:-1] + bytes([98 + number]) for number in range(20))
    directory = bytes(content[start:end]) + copies
    assert struct.unpack_from("<L", entry, 42)[0] == offset
    tail = bytearray(content[end:])
    struct.pack_into("<HHL", tail, 8, 23, 23, len(directory))
    return bytes(content[:start]) + directory + bytes(tail)


def encrypted() -> bytes:
    """The directory says of a part that it is encrypted."""
    content = bytearray(office("docx"))
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def lying_directory() -> bytes:
    content = bytearray(office("docx"))
    at = content.rindex(b"PK\x05\x06")
    struct.pack_into("<HH", content, at + 8, 60_000, 60_000)
    return bytes(content)


def huge_directory() -> bytes:
    content = bytearray(office("docx"))
    struct.pack_into("<L", content, content.rindex(b"PK\x05\x06") + 12, 2**31)
    return bytes(content)


def second_directory() -> bytes:
    """A record of the large format tells of a directory that the small one does not mention."""
    content = office("docx")
    at = content.rindex(b"PK\x05\x06")
    large = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 500_000, 500_000, 23_000_000, 0)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    return content[:at] + large + locator + content[at:]


def broken_part() -> bytes:
    content = bytearray(office("docx"))
    content[40:60] = b"\xff" * 20
    return bytes(content)


EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00" + b"\x00" * 100
ELF = b"\x7fELF\x02\x01\x01" + b"\x00" * 100
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><body onload=alert(1)>"

ODT = b"application/vnd.oasis.opendocument.text"
TYPES = "[Content_Types].xml"
BOTH = b"wordprocessingml.document.main+xml spreadsheetml.sheet.main+xml"

# what it is, its name, its bytes, a part of the sentence
HOSTILE = [
    ("zip bomb", "a.xlsx", bomb, "zip bomb"),
    ("overlapping parts", "a.docx", overlapping, "zip bomb"),
    ("directory that lies of its parts", "a.docx", lying_directory, "too many parts"),
    ("directory larger than the file", "a.docx", huge_directory, "too many parts"),
    ("directory of the large format", "a.docx", second_directory, "too many parts"),
    ("10 001 parts", "a.docx", lambda: zipped({str(n): b"" for n in range(10_001)}), "too many parts"),
    ("encrypted part", "a.docx", encrypted, "password"),
    ("encrypted ODT", "a.odt", lambda: open_document("text", b"<encryption-data/>"), "password"),
    ("OLE with a password", "a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "password"),
    ("macro document by name", "a.docm", lambda: office("docx"), "not kept here"),
    ("macro book by name", "a.xlsm", lambda: office("xlsx"), "not kept here"),
    ("macros inside", "a.docx", lambda: office("docx", word__vbaProject_dot_bin=b"x"), "macros"),
    ("macros in capitals", "a.xlsx", lambda: office("xlsx", xl__VBAPROJECT_dot_BIN=b"x"), "macros"),
    ("old macro sheets", "a.xlsx", lambda: office("xlsx", xl__macrosheets__a=b"x"), "macros"),
    ("ODT with Basic", "a.odt", lambda: zipped({"mimetype": ODT, "Basic/a.xml": b""}), "macros"),
    ("macro type only", "a.docx", lambda: zipped({TYPES: b"ms-word.document.macroEnabled"}), "macros"),
    ("program inside", "a.docx", lambda: office("docx", evil_dot_exe=EXE), "program"),
    ("traversal inside", "a.docx", lambda: zipped({"../../etc/passwd": b"x"}), "lead out"),
    ("absolute path inside", "a.docx", lambda: zipped({"/etc/passwd": b"x"}), "lead out"),
    ("backslashes inside", "a.docx", lambda: zipped({"a\\..\\b": b"x"}), "lead out"),
    ("plain archive as document", "a.docx", lambda: zipped({"a.txt": b"x"}), "archive"),
    ("empty archive", "a.docx", b"PK\x05\x06" + b"\0" * 18, "damaged"),
    ("document cut off", "a.docx", lambda: office("docx")[:-30], "cut off"),
    ("document with a tail", "a.docx", lambda: office("docx") + b"tail", "attached"),
    ("damaged part", "a.docx", broken_part, "damaged"),
    ("self-unpacking program", "a.docx", lambda: EXE + office("docx"), "content is"),
    ("two kinds at once", "a.docx", lambda: zipped({TYPES: BOTH}), "archive"),
    ("table as letter", "a.docx", lambda: office("xlsx"), "XLSX"),
    ("spreadsheet as text", "a.odt", lambda: open_document("spreadsheet"), "ODS"),
    ("PDF as picture", "a.png", PDF, "PDF"),
    ("picture as PDF", "a.pdf", PNG, "PNG"),
    ("text as PDF", "a.pdf", b"hello", "something else"),
    ("program as PDF", "a.pdf", EXE, "content is"),
    ("Linux program as text", "a.txt", ELF, "ELF"),
    ("Windows program as text", "a.txt", EXE, "no plain text"),
    ("GIF as text", "a.txt", b"GIF89a=1;alert(1)", "GIF"),
    ("PDF cut off", "a.pdf", PDF[:-20], "cut off"),
    ("PDF with an archive behind", "a.pdf", lambda: PDF + zipped({"a": b"x"}), "hides an archive"),
    ("picture with an archive behind", "a.jpg", lambda: JPEG + zipped({"a": b"x"}), "hides an archive"),
    ("picture with a page behind", "a.png", PNG + HTML, "attached"),
    ("picture cut off", "a.jpg", JPEG[:-2], "cut off"),
    ("page before PDF", "a.pdf", HTML + PDF, "something else"),
    ("SVG by name", "a.svg", SVG, "not kept here"),
    ("SVG as text", "a.txt", SVG, "web page"),
    ("SVG behind a remark", "a.txt", b"<!-- x -->" + SVG, "web page"),
    ("HTML by name", "a.html", HTML, "not kept here"),
    ("HTML as CSV", "a.csv", HTML, "web page"),
    ("HTML with a mark before", "a.csv", b"\xef\xbb\xbf  " + HTML, "web page"),
    ("HTML in UTF-16", "a.csv", HTML.decode().encode("utf-16"), "web page"),
    ("script within a table", "a.csv", b"a,b\n1,<script src=x>\n", "web page"),
    ("script far behind", "a.csv", b"a,b\n" * 400_000 + b"<ScRiPt>", "web page"),
    ("zero bytes", "a.csv", b"a,b\x00c\n", "no plain text"),
    ("zero byte at the end", "a.txt", b"a" * 3_000_000 + b"\x00", "no plain text"),
    ("control bytes", "a.txt", b"a\x1b[2Jb", "no plain text"),
    ("random bytes", "a.txt", zlib.compress(b"abc" * 1000) * 9, "no plain text"),
    ("empty file", "a.txt", b"", "empty"),
    ("no ending", "minutes", b"text", "not kept here"),
    ("two endings", "a.pdf.exe", EXE, "not kept here"),
    ("shell script", "a.sh", b"#!/bin/sh", "not kept here"),
    ("traversal name", "../../etc/a.txt", b"text", "path"),
    ("Windows traversal name", "..\\a.txt", b"text", "path"),
    ("drive name", "C:a.txt", b"text", "path"),
    ("only dots", "..", b"text", "path"),
    ("name that turns round", "a\u202etxt.pdf", PDF, "invisible"),
    ("zero byte in the name", "a.txt\x00.pdf", PDF, "invisible"),
    ("line end in the name", "a\r\nX: y.txt", b"text", "invisible"),
    ("name of 10 MB", "a" * 10_000_000 + ".txt", b"text", "longer than 200"),
]  # fmt: skip


def refusal(name: str, content: bytes) -> list[str]:
    """What the check says to this file."""
    file = ContentFile(content)
    with pytest.raises(BadFile) as refused:
        examine(file, file_name(name))
    return refused.value.errors["upload"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE]
)
def test_it_bounces_with_one_clear_sentence(name, content, sentence):
    content = content() if callable(content) else content
    tracemalloc.start()
    begun = time.process_time()
    (said,) = refusal(name, content)
    taken, (_now, peak) = time.process_time() - begun, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sentence.lower() in said.lower(), said
    assert said.endswith(".")
    assert taken < 5
    assert peak < 300_000_000


@pytest.mark.django_db
def test_nothing_of_it_is_kept(project, upload, files):
    for what, name, content, _sentence in HOSTILE:
        with pytest.raises(Invalid) as refused:
            upload(project, content() if callable(content) else content, name)
        assert list(refused.value.errors) == ["upload"], what
    assert not Document.objects.exists()
    assert not Blob.objects.exists()
    assert not files.exists()


HONEST = [
    ("a.pdf", PDF, "application/pdf"),
    ("a.PDF", PDF, "application/pdf"),
    ("a.png", PNG, "image/png"),
    ("a.jpg", JPEG, "image/jpeg"),
    ("a.jpeg", JPEG, "image/jpeg"),
    ("a.docx", office("docx"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("a.xlsx", office("xlsx"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("a.pptx", office("pptx"), "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("a.odt", open_document("text"), "application/vnd.oasis.opendocument.text"),
    ("a.ods", open_document("spreadsheet"), "application/vnd.oasis.opendocument.spreadsheet"),
    ("протокол.txt", "Протокол встречи".encode(), "text/plain"),
    ("протокол.txt", "Протокол встречи".encode("cp1251"), "text/plain"),
    ("会议纪要.txt", "会议纪要".encode("gb18030"), "text/plain"),
    ("会议纪要.csv", "指标,值\n地铁,1\n".encode("utf-16"), "text/csv"),
    ("a.csv", b"\xef\xbb\xbfa,b\n1,2 < 3\n", "text/csv"),
    ("a.csv", b"PK,MZ\n1,2\n", "text/csv"),
    ("a.txt", b"MZ is no program", "text/plain"),
    ("a.csv", b"ID3;CWS\n1;2\n", "text/csv"),
]  # fmt: skip


@pytest.mark.django_db
def test_honest_files_come_through(project, upload):
    for name, content, media_type in HONEST:
        document = upload(project, content, name)
        assert (document.file_name, document.media_type) == (name, media_type)


@pytest.mark.django_db
def test_a_real_workbook_and_its_names_in_letters_apart(project, upload):
    from openpyxl import Workbook

    buffer = io.BytesIO()
    Workbook().save(buffer)
    assert upload(project, buffer.getvalue(), "книга.xlsx").media_type.endswith("spreadsheetml.sheet")
    assert upload(project, b"x", "и\u0306.txt").file_name == "й.txt"


# Over HTTP


@pytest.mark.django_db
def test_what_is_refused_comes_back_with_what_was_typed(stage, project):
    client = stage.client("moscow_editor")
    where = f"/records/project/{project.pk}/documents/add/"
    data = {"language": "ru", "visibility": "own", "title": "Моя справка", "note": ""}
    answer = client.post(where, {**data, "upload": SimpleUploadedFile("a.csv", HTML)})
    assert answer.status_code == 422
    assert "This is a web page" in answer.text
    assert "Моя справка" in answer.text
    assert client.post(where, data).status_code == 422
    assert not Document.objects.exists()


@pytest.mark.django_db
def test_an_upload_beyond_the_limit_is_dropped_on_its_way(stage, project, settings):
    settings.UPLOAD_MAX_MB = 1
    client = stage.client("moscow_editor")
    data = {
        "language": "ru",
        "visibility": "own",
        "title": "Kept words",
        "upload": SimpleUploadedFile("a.txt", b"x" * 3_000_000),
    }
    answer = client.post(f"/records/project/{project.pk}/documents/add/", data)
    assert answer.status_code == 422
    assert "larger than 1 MB" in answer.text
    assert "Choose a file" not in answer.text
    assert "Kept words" in answer.text


@pytest.mark.django_db
def test_the_service_holds_the_limit_too(project, upload, settings):
    settings.UPLOAD_MAX_MB = 1
    with pytest.raises(Invalid, match="larger than 1 MB"):
        upload(project, b"x" * 1_100_000)
    assert upload(project, b"x" * 1024 * 1024)


@pytest.mark.django_db
def test_a_name_of_10_mb_in_a_request_is_a_bad_request(stage, project):
    body = (
        b'--x\r\nContent-Disposition: form-data; name="upload"; filename="'
        + b"a" * 10_000_000
        + b'.txt"\r\n\r\ntext\r\n--x--\r\n'
    )
    answer = stage.client("moscow_editor").post(
        f"/records/project/{project.pk}/documents/add/",
        body,
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code in {400, 422}
    assert not Document.objects.exists()
