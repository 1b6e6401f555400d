"""The files of a report, drawn from its snapshot."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reports import chart, pdf, xlsx
from reports.document import document


@dataclass(frozen=True)
class Drawn:
    """One file."""

    language: str
    format: str
    content: bytes


def draw(snapshot: dict[str, Any], wanted: Sequence[tuple[str, str]], *, is_draft: bool) -> Iterator[Drawn]:
    """Each file that is wanted (language, format), one after the other."""
    for language in dict.fromkeys(language for language, _format in wanted):
        told = document(snapshot, language, is_draft=is_draft)
        for format in (format for other, format in wanted if other == language):
            content = (
                pdf.written(told, chart.drawn(told["chart"])) if format == "pdf" else xlsx.written(told)
            )
            yield Drawn(language, format, content)
