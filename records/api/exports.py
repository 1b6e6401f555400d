"""A page of a list as CSV or XLSX. No cell is ever a formula."""

import csv
import io
from collections.abc import Iterable
from typing import Any

import xlsxwriter

from records.sheets import TYPES, neutral

__all__ = ["TYPES", "as_csv", "as_xlsx", "neutral"]


def flat(value: Any, name: str) -> Iterable[tuple[str, Any]]:
    """A record's values as columns: `title_ru`, `leads_XXX`; a list of records as their codes or ids."""
    if isinstance(value, dict):
        if "id" in value and name:
            yield name, label(value)
        else:
            for key, inner in value.items():
                yield from flat(inner, f"{name}_{key.replace('-', '_')}" if name else key)
    elif isinstance(value, list):
        yield name, "; ".join(label(item) for item in value)
    else:
        yield name, value


def label(item: Any) -> str:
    """A record by its code or id; something without either by its values."""
    if not isinstance(item, dict):
        return str(item)
    name = item.get("code") or item.get("id")
    return str(name) if name else " ".join(label(value) for value in item.values() if value is not None)


def cells(records: list[dict[str, Any]]) -> tuple[list[str], list[list[Any]]]:
    rows = [dict(flat(record, "")) for record in records]
    names = list(dict.fromkeys(name for row in rows for name in row))
    return names, [[row.get(name) for name in names] for row in rows]


def as_csv(records: list[dict[str, Any]]) -> bytes:
    names, rows = cells(records)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(names)
    writer.writerows([neutral(value) for value in row] for row in rows)
    return ("\ufeff" + buffer.getvalue()).encode()


def as_xlsx(records: list[dict[str, Any]]) -> bytes:
    names, rows = cells(records)
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, names, book.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, place, value)
                elif value is not None:
                    sheet.write(number, place, value)
        sheet.autofit()
    return buffer.getvalue()
