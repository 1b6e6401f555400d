"""A report as an Excel workbook: a sheet for each section. No cell is ever a formula."""

import io
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import xlsxwriter

from reports.chart import COLOURS

Json = dict[str, Any]
FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
LONGEST_NAME = 31
LONGEST_CELL = 32_767  # Excel's; a longer text would be left out without a word
WIDTH = 9.5  # characters for each unit of a column's relative width
FONT = {"font_name": "Noto Sans", "font_size": 10, "valign": "top", "text_wrap": True}
HAIRLINE = "#d5dae0"


class Book:
    """A workbook in the making."""

    def __init__(self, document: Json) -> None:
        self.target = io.BytesIO()
        self.document = document
        self.workbook = xlsxwriter.Workbook(
            self.target,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self.workbook.set_properties(
            {
                "title": f"{document['title']} · {document['period']}",
                "subject": document["kind"],
                # Excel keeps no time zone; the same snapshot gives the same bytes.
                "created": datetime.fromisoformat(document["frozen_at"]).replace(tzinfo=None),
            }
        )
        add = self.workbook.add_format
        self.title = add({**FONT, "bold": True, "font_size": 15, "text_wrap": False})
        self.quiet = add({**FONT, "font_color": "#626b76", "text_wrap": False})
        self.head = add({**FONT, "bold": True, "bottom": 1, "bg_color": "#f2f4f7", "valign": "vcenter"})
        self.cell = add({**FONT, "bottom": 4, "bottom_color": HAIRLINE})
        self.number = add({**FONT, "bottom": 4, "bottom_color": HAIRLINE, "align": "right"})

    def sheet(self, name: str) -> Any:
        sheet = self.workbook.add_worksheet(self.free_name(name))
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L{self.document['period']}&R&P / &N")
        return sheet

    def free_name(self, name: str) -> str:
        """A name that Excel accepts and no other sheet has."""
        base = FORBIDDEN.sub(" ", name).strip("' ")[:LONGEST_NAME] or "-"
        taken = {sheet.get_name().lower() for sheet in self.workbook.worksheets()}
        name, number = base, 1
        while name.lower() in taken:
            number += 1
            name = f"{base[: LONGEST_NAME - 4]} {number}"
        return name

    def head_row(self, sheet: Any, row: int, labels: Iterable[str]) -> None:
        for column, label in enumerate(labels):
            sheet.write_string(row, column, label, self.head)
        sheet.set_row(row, 24)

    def finished(self) -> bytes:
        self.workbook.close()
        return self.target.getvalue()


def written(document: Json) -> bytes:
    """The workbook. The same document gives the same bytes."""
    book = Book(document)
    summary(book, document)
    for section in document["sections"]:
        table(book, section, document["headings"]["h_notes"])
    return book.finished()


def summary(book: Book, document: Json) -> None:
    """What the report is of, its figures and sentences, and the data of its chart with the chart."""
    sheet = book.sheet(document["summary"])
    sheet.set_column(0, 0, 64)
    sheet.set_column(1, 8, 15)
    sheet.write_string(0, 0, f"{document['kind']}: {document['period']}", book.title)
    lines = [
        document["title"],
        " · ".join((document["edition"], document["as_of"])),
        document["draft_note"],
    ]
    for row, text in enumerate(lines, start=1):
        sheet.write_string(row, 0, text, book.quiet)
    book.head_row(sheet, 5, [document["headings"]["h_figure"], document["headings"]["h_value"]])
    for row, figure in enumerate(document["figures"], start=6):
        sheet.write_string(row, 0, figure["label"], book.cell)
        sheet.write_number(row, 1, figure["value"], book.number)
    top = 7 + len(document["figures"])
    book.head_row(sheet, top, [document["glance"]])
    for row, point in enumerate(document["points"], start=top + 1):
        sheet.write_string(row, 0, point["text"] + in_brackets(point["notes"]), book.cell)
    chart_of(book, sheet, document, top + len(document["points"]) + 2)


def chart_of(book: Book, sheet: Any, document: Json, top: int) -> None:
    chart = document["chart"]
    sheet.write_string(top, 0, chart["title"], book.title)
    sheet.write_string(top + 1, 0, chart["note"], book.quiet)
    book.head_row(
        sheet, top + 2, [document["headings"]["h_area"], *(state["label"] for state in chart["states"])]
    )
    first, last = top + 3, top + 2 + len(chart["rows"])
    for row, area in enumerate(chart["rows"], start=first):
        sheet.write_string(row, 0, area["area"], book.cell)
        for column, count in enumerate(area["counts"], start=1):
            sheet.write_number(row, column, count, book.number)
    if not chart["rows"] or not chart["states"]:
        return
    drawing = book.workbook.add_chart({"type": "bar", "subtype": "stacked"})
    for column, state in enumerate(chart["states"], start=1):
        drawing.add_series(
            {
                "name": [sheet.get_name(), top + 2, column],
                "categories": [sheet.get_name(), first, 0, last, 0],
                "values": [sheet.get_name(), first, column, last, column],
                "fill": {"color": COLOURS[state["code"]]},
                "gap": 90,
            }
        )
    drawing.set_title({"none": True})
    drawing.set_legend({"position": "top"})
    drawing.set_y_axis({"reverse": True, "line": {"none": True}})
    drawing.set_x_axis({"major_gridlines": {"visible": True, "line": {"color": HAIRLINE}}, "major_unit": 1})
    drawing.set_size({"width": 820, "height": 90 + 30 * len(chart["rows"])})
    sheet.insert_chart(last + 2, 0, drawing)


def table(book: Book, section: Json, notes_label: str) -> None:
    sheet = book.sheet(section["title"])
    sheet.write_string(0, 0, section["title"], book.title)
    sheet.write_string(1, 0, section["intro"], book.quiet)
    columns = section["columns"]
    has_notes = any(line["notes"] for row in section["rows"] for cell in row for line in cell)
    labels = [column["label"] for column in columns] + ([notes_label] if has_notes else [])
    book.head_row(sheet, 3, labels)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, max(10, column["width"] * WIDTH))
    if has_notes:
        sheet.set_column(len(columns), len(columns), 14)
    for number, row in enumerate(section["rows"], start=4):
        for column, cell in enumerate(row):
            if len(cell) == 1 and "number" in cell[0]:
                sheet.write_number(number, column, cell[0]["number"], book.number)
            else:
                sheet.write_string(number, column, cut("\n".join(map(line_text, cell))), book.cell)
        if has_notes:
            used = sorted({note for cell in row for line in cell for note in line["notes"]})
            sheet.write_string(number, len(columns), ", ".join(map(str, used)), book.cell)
    if not section["rows"]:
        sheet.write_string(4, 0, section["empty"], book.quiet)
    else:
        sheet.autofilter(3, 0, 3 + len(section["rows"]), len(labels) - 1)
    sheet.freeze_panes(4, 1 if len(columns) > 2 else 0)
    sheet.repeat_rows(3)


def line_text(line: Json) -> str:
    """A line as plain text: its side's letter and its code before it, what there is to remark behind it."""
    before = [f"[{line['side']['letter']}]"] if line.get("side") else []
    before += [line["code"]] if line.get("code") else []
    before += [f"{line['lead']}:"] if line.get("lead") else []
    after = [f"({line['remark']})"] if line.get("remark") else []
    return " ".join([*before, line["text"], *after])


def cut(text: str) -> str:
    """A text that one cell holds; the pages of the PDF have the whole of it."""
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def in_brackets(notes: list[int]) -> str:
    return f" [{', '.join(map(str, notes))}]" if notes else ""
