"""What can be pasted: the columns of each kind, the names they go by, and what tells rows apart."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.actors import Actor
from projects.models import Delegate, Exchange, Indicator, IndicatorValue, Milestone, Project
from records.cells import folded, head_and_language, read_day, read_number, read_period
from records.errors import Invalid
from records.texts import LANGUAGES, column, text_in, translated_fields

Read = Callable[[str, str], Any]  # a cell and the decimal mark → the plain value


def as_text(cell: str, decimal: str) -> str:
    return cell


def as_day(cell: str, decimal: str) -> str:
    return read_day(cell).isoformat()


def as_period(cell: str, decimal: str) -> str:
    return read_period(cell)


@dataclass(frozen=True)
class Column:
    """A column and the names it goes by in a header, in three languages; those are typed, not shown."""

    field: str
    names: tuple[str, ...]
    read: Read = as_text
    needed: bool = False


@dataclass(frozen=True)
class Kind:
    """One kind of rows: `key` columns tell which record a row is about."""

    model: Any
    columns: Sequence[Column]
    key: str
    parent: Any = None  # the model that the rows belong to, where that is not the project

    def new(self, project: Project, parent: Any, by: Actor) -> Any:
        if self.model is Milestone:
            return Milestone(project=project)
        if self.model is IndicatorValue:
            return IndicatorValue(indicator=parent, city=by.city)
        return Delegate(exchange=parent)

    def existing(self, project: Project, parent: Any, by: Actor) -> list[Any]:
        """The live records that rows can be about: of what is one side's, that side's own."""
        found = self.model.objects.visible_to(by).live()
        if self.model is Milestone:
            return list(found.filter(project=project))
        if self.model is IndicatorValue:
            return list(found.filter(indicator=parent, city=by.city_id))
        return list(found.filter(exchange=parent))

    def keys_of(self, record: Any) -> set[str]:
        """By what a record may be called in a row: its title in any language, its period, its name."""
        if self.key in translated_fields(self.model):
            return {folded(text) for language in LANGUAGES if (text := text_in(record, self.key, language))}
        return {folded(str(getattr(record, self.key)))}

    def header(self, cells: Sequence[str], language: str) -> list[tuple[str, Column]] | None:
        """Which path each cell of a header names; None when the row is no header. Raises `Invalid`."""
        found = [self.named(cell, language) for cell in cells]
        if not any(found):
            return None
        if unknown := [cell for cell, column in zip(cells, found, strict=True) if cell and not column]:
            raise Invalid({"": [_("There is no column “%(name)s”.") % {"name": unknown[0][:40]}]})
        paths = [column[0] for column in found if column]
        if len(set(paths)) != len(paths):
            raise Invalid({"": [_("Two columns of the header mean the same.")]})
        return [column or ("", self.columns[0]) for column in found]

    def named(self, cell: str, language: str) -> tuple[str, Column] | None:
        name, marked = head_and_language(cell)
        language = marked or language
        for each in self.columns:
            if name in each.names:
                return self.path(each, language), each
        return None

    def path(self, each: Column, language: str) -> str:
        return column(each.field, language) if each.field in translated_fields(self.model) else each.field

    def in_order(self, language: str) -> list[tuple[str, Column]]:
        """The columns as they stand when there is no header."""
        return [(self.path(each, language), each) for each in self.columns]


KINDS: Mapping[str, Kind] = {
    "milestones": Kind(
        Milestone,
        (
            Column("title", ("title", "milestone", "название", "наименование", "контрольная точка",
                             "名称", "标题", "重要节点"), needed=True),
            Column("due_on", ("due", "due on", "due date", "deadline", "срок", "дата", "截止日期", "期限",
                              "计划日期"), as_day, needed=True),
            Column("forecast_on", ("forecast", "forecast on", "прогноз", "ожидается", "预计", "预计日期"),
                   as_day),
        ),
        key="title",
    ),
    "values": Kind(
        IndicatorValue,
        (
            Column("period", ("period", "период", "时期", "期间"), as_period, needed=True),
            Column("value", ("value", "значение", "数值", "值"), read_number, needed=True),
            Column("note", ("note", "remark", "примечание", "备注")),
        ),
        key="period",
        parent=Indicator,
    ),
    "delegates": Kind(
        Delegate,
        (
            Column("name", ("name", "full name", "имя", "фио", "фамилия имя отчество", "姓名", "名字"),
                   needed=True),
            Column("latin_name", ("latin name", "name in latin letters", "name in passport", "латиницей",
                                  "имя латиницей", "фио латиницей", "拼音", "拼音姓名", "英文姓名")),
            Column("position", ("position", "job title", "должность", "职务", "职位")),
            Column("organisation", ("organisation", "organization", "организация", "место работы", "单位")),
        ),
        key="name",
        parent=Exchange,
    ),
}  # fmt: skip
