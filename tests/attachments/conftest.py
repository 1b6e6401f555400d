"""Files of every kind, made on the spot."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile

from attachments.services import document_upload, remark_write

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\x00IEND\xaeB`\x82"
)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + b"x" * 50 + b"\xff\xd9"
MAIN = {
    "docx": "wordprocessingml.document.main+xml",
    "xlsx": "spreadsheetml.sheet.main+xml",
    "pptx": "presentationml.presentation.main+xml",
}


def zipped(parts: dict[str, bytes], *, stored: bool = False) -> bytes:
    buffer = io.BytesIO()
    way = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(buffer, "w", way) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def office(kind: str, **parts: bytes) -> bytes:
    """A small office document; further parts by name, `__` for a slash."""
    types = f'<Override ContentType="application/vnd.openxmlformats-officedocument.{MAIN[kind]}"/>'
    extra = {name.replace("__", "/").replace("_dot_", "."): content for name, content in parts.items()}
    return zipped({"[Content_Types].xml": types.encode(), "doc/main.xml": b"<a/>", **extra})


def open_document(kind: str, manifest: bytes = b"<manifest/>") -> bytes:
    return zipped(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(),
            "content.xml": b"<a/>",
            "META-INF/manifest.xml": manifest,
        }
    )


@pytest.fixture
def project(stage: Any, files: Any) -> Any:
    return stage.project(visibility="public")


@pytest.fixture
def upload(stage: Any) -> Callable[..., Any]:
    """`upload(subject, b"…", "name.txt", visibility="own", who="moscow_editor")`."""

    def put(
        subject: Any,
        content: bytes = b"Minutes of the meeting",
        name: str = "minutes.txt",
        *,
        visibility: str = "shared",
        who: str = "moscow_editor",
        **values: Any,
    ) -> Any:
        file = ContentFile(content)
        file.name = name
        return document_upload(
            subject=subject,
            upload=file,
            visibility=visibility,
            by=stage.actor(who),
            **{"language": "en", **values},
        )

    return put


@pytest.fixture
def remark(stage: Any) -> Callable[..., Any]:
    def write(
        subject: Any, text: str = "A word", *, visibility: str = "shared", who: str = "moscow_editor"
    ) -> Any:
        return remark_write(
            subject=subject, text=text, language="en", visibility=visibility, by=stage.actor(who)
        )

    return write
