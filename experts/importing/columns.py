"""The columns of a table of experts, as they are called in each language, and how a cell is read.

The names are typed by people into files, so they are data here and no texts of the interface:
a header of any of the three languages is understood whatever language the reader has.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from experts.importing.words import Words
from experts.models import Expert, Level
from records.cells import (
    LANGUAGE_NAMES,
    Unreadable,
    folded,
    head_and_language,
    head_of,
    plain_cell,
    read_day,
    read_period,
    refused,
)
from records.texts import column

SEPARATORS = re.compile(r"[;；\n]+")
ORCID_ADDRESS = re.compile(r"^https?://orcid\.org/", re.I)

Availability = Expert.Availability
# How each availability is written in a file, by language, and what else is understood.
AVAILABILITY: Mapping[str, tuple[dict[str, str], tuple[str, ...]]] = {
    Availability.AVAILABLE: (
        {"en": "available", "ru": "доступен", "zh-hans": "可参与"},
        ("yes", "да", "доступна", "свободен", "有空", "是"),
    ),
    Availability.LIMITED: (
        {"en": "limited", "ru": "частично", "zh-hans": "部分时间"},
        (
            "available in part", "частично доступен", "занят частично", "ограниченно",
            "部分可参与", "部分时间可参与",
        ),
    ),
    Availability.AWAY: (
        {"en": "away", "ru": "недоступен", "zh-hans": "不可参与"},
        ("not available", "no", "нет", "недоступна", "занят", "否"),
    ),
}  # fmt: skip
NATIVE = ("native", "родной", "母语", "mother tongue", "родной язык")
PUBLICATION = gettext_noop("title | where | when | address, one publication a line")


def as_text(cell: str, words: Words) -> str:
    return cell.replace("\r\n", "\n")


def as_day(cell: str, words: Words) -> str:
    return read_day(cell).isoformat()


def as_orcid(cell: str, words: Words) -> str:
    return ORCID_ADDRESS.sub("", plain_cell(cell)).upper()


def as_availability(cell: str, words: Words) -> str:
    wanted = folded(cell)
    for value, (labels, others) in AVAILABILITY.items():
        if wanted in {value, *labels.values(), *others}:
            return str(value)
    allowed = ", ".join(str(value) for value in AVAILABILITY)
    raise Unreadable(
        _("“%(text)s” is no availability. Write one of: %(allowed)s.")
        % {"text": cell[:40], "allowed": allowed}
    )


def as_fields(cell: str, words: Words) -> list[str]:
    return sorted({words.field(part) for part in SEPARATORS.split(cell) if part.strip()})


def as_languages(cell: str, words: Words) -> dict[str, str]:
    found = {}
    for part in filter(str.strip, re.split(r"[;；,，\n]+", cell)):
        name, _colon, level = (text.strip() for text in plain_cell(part).partition(":"))
        code = LANGUAGE_NAMES.get(name.casefold(), name.casefold()).partition("-")[0]
        known = "native" if level.casefold() in NATIVE else level.upper()
        if not re.fullmatch(r"[a-z]{2,3}", code) or known not in Level.values:
            sentence = _("“%(text)s” is no language with a level. Write en:C1; zh:native.")
            raise Unreadable(sentence % {"text": part.strip()[:40]})
        found[code] = known
    return dict(sorted(found.items()))


def as_publications(cell: str, words: Words) -> list[dict[str, str]]:
    found = []
    for line in filter(str.strip, cell.splitlines()):
        parts = [part.strip() for part in line.split("|")]
        if len(parts) > 4 or not parts[0]:
            raise Unreadable(
                _("“%(text)s”: write title | where | when | address.") % {"text": line.strip()[:60]}
            )
        title, where, when, link = [*parts, "", "", ""][:4]
        found.append(
            {"title": title, "where": where, "when": read_period(when) if when else "", "link": link}
        )
    return found


Read = Callable[[str, Words], Any]


@dataclass(frozen=True)
class Column:
    """A column: where its values go, its names, how a cell is read, and what a template says of it."""

    path: str
    heads: Mapping[str, str]
    help: str
    others: tuple[str, ...] = ()
    read: Read = as_text
    text: str = ""  # the translated field, where the column is one language of it
    allowed: tuple[str, ...] = field(default=())
    width: int = 20

    def names(self) -> set[str]:
        return {head_of(name) for name in (*self.heads.values(), *self.others, self.path)}


def texts(name: str, heads: Mapping[str, str], help: str, others: tuple[str, ...]) -> list[Column]:
    """A column for each language of a translated field."""
    own = {
        "en": {"en": "English", "ru": "Russian", "zh-hans": "Chinese"},
        "ru": {"en": "английский", "ru": "русский", "zh-hans": "китайский"},
        "zh-hans": {"en": "英文", "ru": "俄文", "zh-hans": "中文"},
    }
    return [
        Column(
            column(name, language),
            {reader: f"{head} ({own[reader][language]})" for reader, head in heads.items()},
            help,
            text=name,
            others=tuple(f"{other} ({language})" for other in (*heads.values(), *others)),
            width=40,
        )
        for language in heads
    ]


COLUMNS: Sequence[Column] = (
    Column(
        "reference", {"en": "Number", "ru": "Номер", "zh-hans": "编号"},
        gettext_noop("Your city's own number of the expert. By it a row finds the same expert again."),
        ("city's own number", "№", "no.", "id", "номер в списке", "序号"), width=12,
    ),
    Column(
        "native_name",
        {"en": "Name in own script", "ru": "Имя на родном языке", "zh-hans": "母语姓名"},
        gettext_noop("At least one form of the name is needed. In Chinese names the surname comes first."),
        ("name", "full name", "имя", "фио", "姓名"),
    ),
    Column(
        "latin_name",
        {"en": "Name in Latin letters", "ru": "Имя латиницей", "zh-hans": "拉丁字母姓名"},
        gettext_noop("As in the passport."), ("latin name", "фио латиницей", "拼音", "英文姓名"),
    ),
    Column(
        "russian_name", {"en": "Name in Russian", "ru": "Имя по-русски", "zh-hans": "俄文姓名"},
        gettext_noop("As it is written in Russian."), ("russian name", "фио по-русски"),
    ),
    Column(
        "chinese_name", {"en": "Name in Chinese", "ru": "Имя по-китайски", "zh-hans": "中文姓名"},
        gettext_noop("As it is written in Chinese."), ("chinese name", "фио по-китайски"),
    ),
    *texts(
        "affiliation", {"en": "Affiliation", "ru": "Место работы", "zh-hans": "工作单位"},
        gettext_noop("Where the expert works, with the position."), ("организация", "аффилиация", "单位"),
    ),
    Column(
        "fields", {"en": "Fields", "ru": "Области специализации", "zh-hans": "专业领域"},
        gettext_noop("Codes, names or synonyms of fields in any language, divided by semicolons."),
        ("fields of expertise", "области", "специализация", "领域"), as_fields, width=40,
    ),
    Column(
        "languages", {"en": "Languages", "ru": "Языки", "zh-hans": "语言"},
        gettext_noop("Language and level, divided by semicolons: en:C1; zh:native."),
        ("languages with level", "владение языками", "语种"), as_languages, allowed=tuple(Level.values),
    ),
    *texts(
        "summary", {"en": "Summary", "ru": "О специалисте", "zh-hans": "简介"},
        gettext_noop("What the expert knows and has done, in a few sentences."), ("резюме", "个人简介"),
    ),
    Column(
        "orcid", {"en": "ORCID", "ru": "ORCID", "zh-hans": "ORCID"},
        gettext_noop("Sixteen digits: 0000-0002-1825-0097."), read=as_orcid,
    ),
    Column(
        "availability", {"en": "Availability", "ru": "Доступность", "zh-hans": "可参与情况"},
        gettext_noop("One of the allowed values."), (), as_availability,
    ),
    Column(
        "available_from", {"en": "Available from", "ru": "Доступен с", "zh-hans": "可参与日期"},
        gettext_noop("A day: 2022-05-31, 31.05.2022 or 2022年5月31日."), ("доступна с",), as_day,
    ),
    Column(
        "publications", {"en": "Publications", "ru": "Публикации", "zh-hans": "论著"}, PUBLICATION,
        ("papers", "труды", "论文"), as_publications, width=40,
    ),
    Column(
        "email", {"en": "E-mail", "ru": "Электронная почта", "zh-hans": "电子邮箱"},
        gettext_noop("Kept apart: nobody but your city reads it before the expert accepts an invitation."),
        ("email", "e-mail address", "почта", "эл. почта", "邮箱"),
    ),
    Column(
        "phone", {"en": "Telephone", "ru": "Телефон", "zh-hans": "电话"},
        gettext_noop("Kept apart, as the e-mail address is."), ("phone", "tel", "тел.", "手机"),
    ),
)  # fmt: skip
CONTACT = ("email", "phone")
ERRORS = {"en": "Errors", "ru": "Ошибки", "zh-hans": "错误"}
CITY = {"en": "City", "ru": "Город", "zh-hans": "城市"}
STATE = {"en": "State", "ru": "Состояние", "zh-hans": "状态"}
# What an export or a list of errors says beside, and an import passes over.
BESIDE = {head_of(name) for names in (ERRORS, STATE) for name in names.values()}
CITY_NAMES = {head_of(name) for name in CITY.values()}
NAMES = ("native_name", "latin_name", "russian_name", "chinese_name")


def column_named(cell: str, language: str) -> Column | None:
    """The column that a header's cell names; texts that name no language are in `language`."""
    name = head_of(cell)
    for each in COLUMNS:
        if name in each.names():
            return each
    bare, marked = head_and_language(cell)
    for each in COLUMNS:
        if not each.text or each.path != column(each.text, marked or language):
            continue
        plain = {head_and_language(known)[0] for known in (*each.heads.values(), *each.others)}
        if bare in plain or name in plain:
            return each
    return None


def known_in(cells: Sequence[str]) -> int:
    """How many cells of a row are names of columns: what makes it a header."""
    return sum(bool(cell) and (column_named(cell, "en") is not None or passed_over(cell)) for cell in cells)


def passed_over(cell: str) -> bool:
    return head_of(cell) in BESIDE | CITY_NAMES


def header(cells: Sequence[str], language: str) -> list[Column | None]:
    """Which column each cell of a header names. Raises `Invalid`, with the cell that is no column."""
    found = [column_named(cell, language) if cell else None for cell in cells]
    if not known_in(cells):
        raise refused(
            _("The first row names no column that is known here. Start from one of the templates.")
        )
    for place, (cell, each) in enumerate(zip(cells, found, strict=True), start=1):
        if cell and each is None and not passed_over(cell):
            raise refused(
                _("Column %(place)d: there is no column “%(name)s”. Rename or delete it.")
                % {"place": place, "name": cell[:40]}
            )
    paths = [each.path for each in found if each]
    if twice := [path for path in paths if paths.count(path) > 1]:
        name = next(each for each in found if each and each.path == twice[0]).heads[language]
        raise refused(_("Two columns of the header mean “%(name)s”.") % {"name": name})
    if not set(paths) & {*NAMES, "reference", "orcid"}:
        raise refused(_("No column tells whom a row is about: give a name, a number or an ORCID."))
    return found
