"""Tables as files: CSV and XLSX, in which no cell is ever a formula."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

# What a spreadsheet takes for a formula, and whatever already has an apostrophe before such a start.
FORMULA_START = re.compile(r"'*[=+\-@\t\r]")
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LONGEST_CELL = 32_767  # Excel's
TEXTS_ONLY = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def neutral(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and FORMULA_START.match(value) else value


def natural(cell: str) -> str:
    """A text as it was before `neutral`, so that what was exported is read back as it stood."""
    return cell[1:] if cell.startswith("'") and FORMULA_START.match(cell[1:]) else cell


def write_csv(path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        writer.writerow([neutral(label) for label in head])
        writer.writerows([neutral(value) for value in row] for row in rows)


def write_xlsx(path: Any, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """To a path or a file. Every text is written as a text, and neutral, so that it stays one as CSV."""
    with xlsxwriter.Workbook(path, {"constant_memory": True, **TEXTS_ONLY}) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, len(head) - 1, 18)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for place, label in enumerate(head):
            sheet.write_string(0, place, neutral(label), book.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, place, neutral(value)[:LONGEST_CELL])
                elif isinstance(value, date):
                    sheet.write_datetime(number, place, value, day)
                elif value is not None:
                    sheet.write_number(number, place, value)


WRITERS = {"csv": write_csv, "xlsx": write_xlsx}
