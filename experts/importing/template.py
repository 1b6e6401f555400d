"""What an official fills in, and what comes back of it when rows are wrong."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from experts.importing.columns import AVAILABILITY, COLUMNS, ERRORS, Column
from experts.importing.plan import Plan
from experts.models import ExpertiseField
from records.rows import WRONG
from records.sheets import TEXTS_ONLY, neutral, write_xlsx
from records.texts import text_in

CHOICE_ROWS = 1_000  # of a template in which a cell offers its allowed values


def allowed(column: Column, language: str) -> list[str]:
    """What a cell of a column may hold, where that is a short list."""
    if column.path == "availability":
        return [labels[language] for labels, _others in AVAILABILITY.values()]
    return list(column.allowed)


def explanations(language: str) -> Iterator[tuple[str, str, str]]:
    """Column, what it holds, allowed values."""
    for column in COLUMNS:
        yield column.heads[language], _(column.help), ", ".join(allowed(column, language))


def notes() -> list[str]:
    return [
        _("An empty cell leaves what is there. Columns may stand in any order, and may be left out."),
        _("Nothing is saved before you have looked at what each row would change."),
    ]


def template_xlsx(language: str) -> bytes:
    """A sheet to fill in, one of explanations, one of the fields of expertise."""
    buffer = io.BytesIO()
    with (
        translation.override(language),
        xlsxwriter.Workbook(buffer, {"in_memory": True, **TEXTS_ONLY}) as book,
    ):
        bold = book.add_format({"bold": True, "bottom": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        sheet = book.add_worksheet(pgettext("sheet of a workbook", "Experts"))
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(COLUMNS):
            sheet.set_column(place, place, column.width, text)
            sheet.write_string(0, place, column.heads[language], bold)
            if column.path == "availability":
                choice = {"validate": "list", "source": allowed(column, language)}
                sheet.data_validation(1, place, CHOICE_ROWS, place, choice)
        told = book.add_worksheet(pgettext("sheet of a workbook", "Explanations"))
        told.set_column(0, 0, 28, wrap)
        told.set_column(1, 2, 60, wrap)
        write_lines(told, [(_("Column"), _("What it holds"), _("Allowed values"))], bold)
        write_lines(told, [*explanations(language), *((note, "", "") for note in notes())], wrap, start=1)
        fields = book.add_worksheet(pgettext("sheet of a workbook", "Fields of expertise"))
        fields.set_column(0, 0, 28, wrap)
        fields.set_column(1, 2, 60, wrap)
        write_lines(fields, [(_("Code"), _("Name"), _("Synonyms"))], bold)
        write_lines(fields, field_lines(language), wrap, start=1)
    return buffer.getvalue()


def write_lines(sheet: Any, lines: Any, style: Any, start: int = 0) -> None:
    for number, line in enumerate(lines, start=start):
        for place, value in enumerate(line):
            sheet.write_string(number, place, neutral(value), style)


def field_lines(language: str) -> Iterator[tuple[str, str, str]]:
    for field in ExpertiseField.objects.live().order_by("code"):
        synonyms = ", ".join(text_in(field, "synonyms", language).splitlines())
        yield field.code, field.text_state("name", language).value, synonyms


def template_csv(language: str) -> bytes:
    """A header to fill in below. In CSV a line of explanation would be a row, so there is none."""
    return ("\ufeff" + ";".join(column.heads[language] for column in COLUMNS) + "\r\n").encode()


def errors_xlsx(plan: Plan, language: str) -> bytes:
    """The rows that are wrong, as they were brought, each with what is wrong with it and what to do."""
    buffer = io.BytesIO()
    rows = [[*padded(row.cells, len(plan.names)), sentence(row.errors)] for row in plan.of(WRONG)]
    write_xlsx(buffer, [*plan.names, ERRORS[language]], rows)
    return buffer.getvalue()


def padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))]


def sentence(errors: Sequence[tuple[str, str]]) -> str:
    colon = pgettext("between a name and what is said of it", ": ")
    return "\n".join(f"{column}{colon}{said}" if column else said for column, said in errors)
