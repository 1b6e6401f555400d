"""A brief as a file of at most two pages."""

import json
from datetime import datetime
from typing import Any

import typst

from reports.brief.document import MOST, Json, cut
from reports.brief.word import lines, written_docx
from reports.pdf import TEMPLATE, fonts

PAGES = 2
LINES = 100  # that two pages of the DOCX hold in any word processor, by a careful count
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
LIMITS = [most for most in (14, 10, 8, 6, 5, 4, 3, 2, 1) if most <= MOST]


def file_of(document: Json, format: str) -> bytes:
    """The brief as PDF or DOCX, with as many matters of each section as two pages hold."""
    return {"pdf": pdf, "docx": docx}[format](document)


def pdf(document: Json) -> bytes:
    for most in LIMITS:
        compiler = compiler_for(cut(document, most))
        if json.loads(compiler.query("<pages>", field="value", one=True)) <= PAGES:
            break
    made = compiler.compile(format="pdf", timestamp=moment_of(document))
    assert isinstance(made, bytes)  # noqa: S101 — a PDF is one file; for the type checker
    return made


def compiler_for(document: Json) -> Any:
    return typst.Compiler(
        TEMPLATE.with_name("brief.typ"),
        font_paths=fonts(),
        ignore_system_fonts=True,
        root=TEMPLATE.parent,
        sys_inputs={"document": json.dumps(document, ensure_ascii=False)},
    )


def moment_of(document: Json) -> int:
    return int(datetime.fromisoformat(document["made_at"]).timestamp())


def docx(document: Json) -> bytes:
    """Nothing here can count Word's pages, so the lines are counted, and carefully."""
    made = next(
        (made for most in LIMITS if lines(made := cut(document, most)) <= LINES), cut(document, LIMITS[-1])
    )
    return written_docx(made)
