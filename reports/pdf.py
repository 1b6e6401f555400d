"""A report as PDF, by Typst and the template beside it. The same document gives the same bytes."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from reports.glyphs import FONTS

TEMPLATE = Path(__file__).with_name("typst") / "report.typ"


@cache
def fonts() -> Any:
    """Only the committed ones: a report looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


def written(document: dict[str, Any], chart_svg: str) -> bytes:
    """The PDF. Its date is the snapshot's, never that of the writing. Raises `typst.TypstError`."""
    compiler = typst.Compiler(font_paths=fonts(), ignore_system_fonts=True, root=TEMPLATE.parent)
    made = compiler.compile(
        TEMPLATE,
        format="pdf",
        sys_inputs={"document": json.dumps(document, ensure_ascii=False), "chart": chart_svg},
        timestamp=int(datetime.fromisoformat(document["frozen_at"]).timestamp()),
    )
    assert isinstance(made, bytes)  # noqa: S101 — a PDF is one file; for the type checker
    return made
