"""The passport of a project as a Word document: one table of two columns, one language in each."""

import io
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

Json = dict[str, Any]
WIDTH = Mm(85)
QUIET, ACCENT = RGBColor(0x62, 0x6B, 0x76), RGBColor(0x1D, 0x4F, 0x8C)
LATIN, HAN = "Arial", "Microsoft YaHei"  # each machine has these or shows its own in their place
WORD_LANGUAGES = {"en": "en-GB", "ru": "ru-RU", "zh-hans": "zh-CN"}
SIGNS = {"given": "●", "awaited": "○", "refused": "⊘", "unasked": "◌"}


def written(document: Json) -> bytes:
    """The DOCX. Every text is in its language, so that Word breaks and checks it as that."""
    word = Document()
    page = word.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(20)
    page.top_margin = page.bottom_margin = Mm(20)
    style = word.styles["Normal"]
    style.font.name, style.font.size = LATIN, Pt(9.5)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), HAN)
    style.paragraph_format.space_after = Pt(2)
    core = word.core_properties
    core.title, core.author = f"{document['code']} · {document['titles'][0]}"[:250], ""
    core.created = core.modified = datetime.fromisoformat(document["frozen_at"]).replace(tzinfo=None)
    core.language = WORD_LANGUAGES[document["languages"][0]]
    sheet = Sheet(word, document["languages"])
    head(sheet, document)
    for section in document["sections"]:
        sheet.row(section["titles"], size=11.5, bold=True, colour=ACCENT, keep=True, shade="F2F4F7")
        for row in section["rows"]:
            sheet.field(row)
    target = io.BytesIO()
    word.save(target)
    return target.getvalue()


def head(sheet: "Sheet", document: Json) -> None:
    names = [f"{name} · {kind}" for name, kind in zip(document["names"], document["standing"], strict=True)]
    sheet.row(names, size=8, colour=QUIET, repeat=True)
    sheet.row(document["kind"], size=9, bold=True, colour=ACCENT)
    sheet.row(document["titles"], size=14, bold=True)
    sheet.row([document["code"], document["code"]], size=9, colour=QUIET)
    for mark in document["marks"]:
        told = [
            f"{SIGNS[mark['word']]} {letter} · {said}"
            for letter, said in zip(mark["letters"], mark["told"], strict=True)
        ]
        sheet.row(
            told, size=9.5, bold=True, colour=RGBColor.from_string(mark["colour"].lstrip("#").upper())
        )
    sheet.row(document["as_of"], size=8, colour=QUIET)


class Sheet:
    """The table, row by row."""

    def __init__(self, word: Any, languages: list[str]) -> None:
        self.languages = languages
        self.table = word.add_table(rows=0, cols=2)
        self.table.alignment = WD_TABLE_ALIGNMENT.CENTER
        self.table.autofit = False
        for column in self.table.columns:
            column.width = WIDTH

    def row(
        self,
        texts: list[str],
        *,
        size: float,
        bold: bool = False,
        colour: Any = None,
        keep: bool = False,
        repeat: bool = False,
        shade: str = "",
    ) -> None:
        row = self.added(breakable=True)
        if repeat:
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for cell, text, language in zip(row.cells, texts, self.languages, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.keep_with_next = keep
            self.run(paragraph, text, language, size=size, bold=bold, colour=colour)
            if shade:
                shading = OxmlElement("w:shd")
                shading.set(qn("w:val"), "clear")
                shading.set(qn("w:fill"), shade)
                cell._tc.get_or_add_tcPr().append(shading)

    def field(self, row: Json) -> None:
        """A label with its lines below it, once in each language."""
        length = max(sum(map(len, lines)) for lines in row["lines"])
        added = self.added(breakable=length > 800)
        for place, cell in enumerate(added.cells):
            language = self.languages[place]
            paragraph = cell.paragraphs[0]
            if row["labels"][place]:
                self.run(paragraph, row["labels"][place], language, size=8, bold=True, colour=QUIET)
            for line in row["lines"][place]:
                if paragraph.runs:
                    paragraph = cell.add_paragraph()
                self.run(paragraph, line, language, size=9.5)

    def added(self, *, breakable: bool) -> Any:
        row = self.table.add_row()
        for cell in row.cells:
            cell.width = WIDTH
        if not breakable:
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        return row

    def run(
        self,
        paragraph: Any,
        text: str,
        language: str,
        *,
        size: float,
        bold: bool = False,
        colour: Any = None,
    ) -> None:
        run = paragraph.add_run(text)
        run.font.size, run.bold = Pt(size), bold
        if colour is not None:
            run.font.color.rgb = colour
        properties = run._r.get_or_add_rPr()
        tag = OxmlElement("w:lang")
        tag.set(qn("w:eastAsia" if language == "zh-hans" else "w:val"), WORD_LANGUAGES[language])
        properties.append(tag)
