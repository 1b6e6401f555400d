"""A brief as DOCX, for those who add to it before they go into the meeting."""

from io import BytesIO
from math import ceil
from typing import Any

from docx import Document
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from reports.brief.document import FIRST_WIDE, Json

FONTS = {"en": "Noto Sans", "ru": "Noto Sans", "zh-hans": "Noto Sans SC"}
LANGUAGES = {"en": "en-GB", "ru": "ru-RU", "zh-hans": "zh-CN"}
QUIET, ACCENT = RGBColor(0x62, 0x6B, 0x76), RGBColor(0x1D, 0x4F, 0x8C)
ROW = 92  # narrow characters that surely fit into a row; a Chinese one takes two


def rows(text: str) -> int:
    width = sum(2 if character >= FIRST_WIDE else 1 for character in text)
    return max(1, ceil(width / ROW))


def lines(document: Json) -> int:
    """How many lines of a page a brief takes at the most; a heading is as high as two and a half."""
    total = 9.0 + rows(document["title"]) * 2
    for section in document["sections"]:
        total += 2.5 + (0 if section["items"] else 1) + (1 if section["more"] else 0)
        for item in section["items"]:
            total += rows(item["text"]) + rows(item["detail"]) * (0.9 if item["detail"] else 0) + 0.4
    return ceil(total)


def written_docx(document: Json) -> bytes:
    made = Document()
    page_setup(made, document)
    add(made, document["kind"], size=9, bold=True, colour=ACCENT)
    add(made, document["title"], size=16, bold=True, after=2)
    if document["facts"]:
        add(made, " · ".join(document["facts"]), size=9.5)
    add(made, document["programme"], size=9, colour=QUIET)
    add(made, document["as_of"], size=8, colour=QUIET)
    add(made, document["for_whom"], size=8, colour=QUIET, after=4)
    for section in document["sections"]:
        heading = made.add_heading(level=2)
        heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(8), Pt(3)
        heading.paragraph_format.keep_with_next = True
        run(heading, section["title"], size=11, bold=True)
        for item in section["items"]:
            matter(made, item)
        if section["more"] or not section["items"]:
            add(made, section["more"] or section["empty"], size=9, colour=QUIET)
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def page_setup(made: Any, document: Json) -> None:
    """A4, the language of the text for spelling, and fonts that know its script."""
    page = made.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(18)
    page.top_margin = page.bottom_margin = Mm(15)
    page.header_distance = page.footer_distance = Mm(8)
    for name in ("Normal", "Heading 2"):
        style = made.styles[name]
        style.font.name, style.font.size = FONTS["en"], Pt(9.5)
        style.font.color.rgb = RGBColor(0x1B, 0x1F, 0x24)
        properties = style.element.get_or_add_rPr()
        fonts = properties.get_or_add_rFonts()
        for attribute in list(fonts.attrib):
            if attribute.endswith("Theme"):
                del fonts.attrib[attribute]
        fonts.set(qn("w:eastAsia"), FONTS["zh-hans"])
        fonts.set(qn("w:hAnsi"), FONTS["en"])
        fonts.set(qn("w:cs"), FONTS["en"])
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), LANGUAGES[document["language"]])
        language.set(qn("w:eastAsia"), LANGUAGES["zh-hans"])
        for old in properties.findall(qn("w:lang")):
            properties.remove(old)
        properties.append(language)
    about = made.core_properties
    about.title = f"{document['kind']}: {document['title']}"[:250]
    about.author, about.comments, about.language = "", "", LANGUAGES[document["language"]]
    foot = page.footer.paragraphs[0]
    foot.paragraph_format.tab_stops.add_tab_stop(Mm(174), WD_TAB_ALIGNMENT.RIGHT)
    before, between, after = document["page"].split("%")
    run(foot, f"{document['kind']}\t\t{before}", size=8, colour=QUIET)
    count(foot, "PAGE")
    run(foot, between, size=8, colour=QUIET)
    count(foot, "NUMPAGES")
    run(foot, after, size=8, colour=QUIET)


def matter(made: Any, item: Json) -> None:
    """One thing to raise: whose it is, what it is, and in a smaller line what is to be known of it."""
    paragraph = made.add_paragraph()
    paragraph.paragraph_format.left_indent = Mm(5)
    paragraph.paragraph_format.first_line_indent = Mm(-5)
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(0), Pt(3)
    paragraph.paragraph_format.keep_together = True
    paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(5))
    for side in item["sides"]:
        run(paragraph, side["letter"], bold=True, colour=RGBColor.from_string(side["colour"][1:].upper()))
    run(paragraph, ("" if item["sides"] else "–") + "\t" + item["text"])
    if item["detail"]:
        paragraph.add_run().add_break()
        run(paragraph, item["detail"], size=8.5, colour=QUIET)


def add(made: Any, text: str, *, after: float = 1, **looks: Any) -> None:
    paragraph = made.add_paragraph()
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(0), Pt(after)
    run(paragraph, text, **looks)


def run(paragraph: Any, text: str, size: float = 9.5, bold: bool = False, colour: Any = None) -> None:
    part = paragraph.add_run(text)
    part.font.size, part.font.bold = Pt(size), bold
    if colour is not None:
        part.font.color.rgb = colour


def count(paragraph: Any, what: str) -> None:
    """A number that the word processor counts: of this page, or of all."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), what)
    inner = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    inner.append(text)
    field.append(inner)
    paragraph._p.append(field)
