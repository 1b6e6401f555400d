"""Reports and passports as PDF, by Typst. The same document gives the same bytes."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from reports.glyphs import FONTS

TEMPLATE = Path(__file__).with_name("typst") / "report.typ"
PASSPORT = TEMPLATE.with_name("passport.typ")


@cache
def fonts() -> Any:
    """Only the committed ones: a report looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def written(document: dict[str, Any], chart_svg: str) -> bytes:
    """A report as PDF. Raises `typst.TypstError`."""
    return compiled(TEMPLATE, document, chart=chart_svg)


def passport(document: dict[str, Any]) -> bytes:
    """The passport of a project as PDF. Raises `typst.TypstError`."""
    return compiled(PASSPORT, document)


def compiled(template: Path, document: dict[str, Any], **inputs: str) -> bytes:
    """The PDF. Its date is the document's, never that of the writing."""
    compiler = typst.Compiler(font_paths=fonts(), ignore_system_fonts=True, root=template.parent)
    made = compiler.compile(
        template,
        format="pdf",
        sys_inputs={"document": json.dumps(document, ensure_ascii=False), **inputs},
        timestamp=int(datetime.fromisoformat(document["frozen_at"]).timestamp()),
    )
    assert isinstance(made, bytes)  # noqa: S101 — a PDF is one file; for the type checker
    return made
