"""What a section of a project's page is made of, whatever kind of part it shows.

A kind of part is a small class: which table shows its rows, which fields its form
has, in which order the rows stand, what an empty section says. Views, forms, templates
and access are the same for all.
"""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

import django_tables2 as tables
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from projects import access
from projects.models import Project
from records.models import RecordQuerySet
from records.pages.display import moment
from records.registry import registry


class Cell(tables.TemplateColumn):
    """A cell from a template; one that says nothing is truly empty, so that a phone leaves it out."""

    def render(self, record: Any, table: Any, value: Any, bound_column: Any, **more: Any) -> SafeString:
        written = super().render(record, table, value, bound_column, **more)
        return mark_safe(written.strip())  # noqa: S308 — a template's output


class PartTable(tables.Table):
    """A row for each part; the last column holds what this reader may do with it."""

    acts = Cell(
        template_name="projects/parts/acts.html",
        verbose_name=gettext_lazy("Edit"),
        attrs={"th": {"class": "acts"}, "td": {"class": "acts"}},
    )

    class Meta:
        orderable = False
        sequence = ("...", "acts")
        row_attrs = {"id": lambda record: f"{registry.of(record).kind}-{record.pk}"}


class DayColumn(tables.Column):
    """A day as a reader writes it."""

    def render(self, value: Any) -> str:
        return moment(value)


class PeopleColumn(tables.Column):
    """A number, in a column of numbers."""

    attrs: ClassVar = {"td": {"class": "number"}, "th": {"class": "number"}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, attrs=self.attrs, **kwargs)


def cell(name: str, label: Any, **attrs: str) -> Cell:
    """A column whose cells are `templates/projects/parts/<name>.html`."""
    return Cell(
        template_name=f"projects/parts/{name}.html",
        verbose_name=label,
        attrs={"td": attrs, "th": attrs} if attrs else {},
    )


class Section:
    """The rows of one kind, of a project or of one of its parts, and how they are edited."""

    slug: ClassVar[str]
    model: ClassVar[Any]
    parent_model: ClassVar[Any] = Project
    home: ClassVar[str] = ""  # the section in which this one is shown; by default it stands by itself
    heading: ClassVar[Any]
    question: ClassVar[Any]
    empty: ClassVar[Any]
    add_label: ClassVar[Any]
    edit_label: ClassVar[Any]
    table: ClassVar[type[PartTable]]
    fields: ClassVar[Sequence[str]]
    agreed_when_new: ClassVar[Sequence[str]] = ()  # a new row with these is itself something agreed on
    select: ClassVar[Sequence[str]] = ()
    order: ClassVar[Sequence[Any]] = ("created_at",)
    per_page: ClassVar[int] = 50
    above: ClassVar[str] = ""  # templates of what stands over and under the rows
    below: ClassVar[str] = ""
    pasted: ClassVar[bool] = False  # rows may also be pasted from a spreadsheet
    row_acts: ClassVar[str] = ""  # a template of what can be done with a row beside editing it

    @property
    def kind(self) -> str:
        return registry.of(self.model).kind

    # Where it is

    @property
    def parent_address(self) -> str:
        return f"{registry.of(self.parent_model).kind}s/<uuid:pk>"

    def address(self, parent: Any) -> str:
        return reverse(f"projects:{self.kind}-list", args=[parent.pk])

    def add_address(self, parent: Any) -> str:
        return reverse(f"projects:{self.kind}-add", args=[parent.pk])

    def paste_address(self, parent: Any) -> str:
        """Where rows are pasted from a spreadsheet; empty for a section without."""
        if not self.pasted:
            return ""
        where = reverse("projects:paste", args=[self.project_of(parent).pk, self.slug])
        return where if self.parent_model is Project else f"{where}?of={parent.pk}"

    def edit_address(self, part: Any) -> str:
        return reverse(self.edit_route, args=[part.pk])

    @property
    def edit_route(self) -> str:
        return f"projects:{self.kind}-edit"

    @property
    def archive_route(self) -> str:
        return f"projects:{self.kind}-archive"

    @property
    def restore_route(self) -> str:
        return f"projects:{self.kind}-restore"

    def notice(self, before: Any, after: Any, form: Any) -> str:
        """What a person has to be told beside "Saved."; empty when there is nothing."""
        return ""

    def element(self, parent: Any) -> str:
        """The id of its element; several of a nested section may stand in one page."""
        return self.slug if self.parent_model is Project else f"{self.slug}-{parent.pk}"

    def parent_of(self, part: Any) -> Any:
        return part.project if self.parent_model is Project else part.parent

    def project_of(self, parent: Any) -> Project:
        return parent if isinstance(parent, Project) else parent.project

    def parent_to_read(self, *, pk: UUID, actor: Actor) -> Any:
        """Raises `NotVisible`."""
        if self.parent_model is Project:
            return access.project_to_read(pk=pk, actor=actor)
        return access.part_to_read(self.parent_model, pk=pk, actor=actor)

    def part_to_read(self, *, pk: UUID, actor: Actor) -> Any:
        """Raises `NotVisible`."""
        return access.part_to_read(self.model, pk=pk, actor=actor)

    # What it shows

    def rows(self, parent: Any, actor: Actor) -> RecordQuerySet[Any]:
        """The rows that an actor sees, archived ones too."""
        way = "project" if self.parent_model is Project else self.model.parent_name
        seen = self.model.objects.visible_to(actor).filter(**{way: parent})
        return seen.select_related(*self.select).order_by(*self.order, "pk")

    def arranged(self, rows: RecordQuerySet[Any]) -> RecordQuerySet[Any]:
        """For an order that the database has to work out."""
        return rows

    def about(self, parent: Any, rows: Sequence[Any], actor: Actor) -> dict[str, Any]:
        """What else the page says: sets on the rows what their cells show; gives what is around them."""
        return {}

    def settle(self, row: Any, parent: Any) -> None:
        """The row knows what it belongs to without another query."""
        setattr(row, "project" if self.parent_model is Project else row.parent_name, parent)
        row.section = self
        row.side = row
        for name in filter(None, self.model.side_path.split("__")):
            row.side = getattr(row.side, name)

    def refusal(self, parent: Any, actor: Actor) -> Any:
        """Why this actor may add no row here (`NotAllowed`); None when they may."""
        project = self.project_of(parent)
        if refusal := access.edit_refusal(actor, project):
            return refusal
        part = self.new(parent, actor)
        return access.part_refusal(actor, part, project) or access.alone_refusal(part, project)

    def row_refusal(self, part: Any, actor: Actor, project: Project, *, archived: bool = False) -> Any:
        """Why this actor may not edit a row (`NotAllowed`); None when they may."""
        return access.part_refusal(actor, part, project, archived=archived)

    # What is written

    def new(self, parent: Any, actor: Actor, pk: UUID | None = None) -> Any:
        """A row to be filled in."""
        way = "project" if self.parent_model is Project else self.model.parent_name
        part = self.model(**{way: parent}, **self.given(parent, actor))
        if pk:
            part.pk = pk
        return part

    def given(self, parent: Any, actor: Actor) -> dict[str, Any]:
        """What follows from who adds a row, and is not asked for."""
        return {}

    def choices(self, name: str, part: Any, actor: Actor) -> Any:
        """The records that a field offers; None for what is not restricted."""
        return None


def propose_address(project: Project) -> str:
    """Where a change of what was agreed is proposed."""
    try:
        return reverse("projects:project-propose-change", args=[project.pk])
    except NoReverseMatch:
        return ""


def agreed_note(project: Project, *, always: bool = False) -> SafeString:
    """What a form says beside a field that takes both sides' word, as some `always` do."""
    why, what = _("Both sides agreed on this"), _("propose a change")
    if always:
        why, what = _("Both sides say this together"), _("propose it")
    if where := propose_address(project):
        return format_html('{} — <a href="{}">{}</a>', why, where, what)
    return format_html("{} — {}", why, what)
