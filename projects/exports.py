"""A filtered view of the projects as one file, made by a job: all its rows, whatever their number."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.db.models import Prefetch
from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from accounts.models import City
from accounts.order import sides_in_order
from programme.models import Programme, Provision
from projects import queries
from projects.models import Lead, Project, Update
from projects.progress import Progress
from projects.standing import marks_of
from records.errors import Invalid, NotAllowed
from records.jobs import Work, job_create
from records.models import Job
from records.pages.display import language_name, listed
from records.pages.marks import WORDS
from records.results import result_keep
from records.services import writing
from records.sheets import TYPES, WRITERS
from records.texts import LANGUAGES, text_in

JOB = "projects.export"
CHUNK = 500
ROWS_STEP = gettext_noop("Writing the projects")
LONGEST_QUERY = 2_000
TEXTS = ("title", "summary")


def projects_export(*, query: str, format: str, language: str, all_languages: bool, by: Actor) -> Job:
    """Ask for the file of a view, as its address says it. Raises `NotAllowed` and `Invalid`."""
    if by.user_id is None:
        raise NotAllowed(_("Only people have exports made."), _("Sign in first."))
    if format not in TYPES or language not in LANGUAGES or len(query) > LONGEST_QUERY:
        raise Invalid({"format": [_("Choose CSV or XLSX.")]})
    arguments = {"query": query, "format": format, "language": language, "all_languages": all_languages}
    with writing(by=by):
        return job_create(kind=JOB, arguments=arguments, by=by)


def export_build(work: Work, by: Actor) -> None:
    """Write the file row by row, so that its length costs no memory, and keep it for whoever asked."""
    asked = work.arguments
    with translation.override(asked["language"]), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"projects.{asked['format']}"
        view = view_of(asked["query"], by)
        total = view.count()
        table = Table(by, asked["language"], all_languages=asked["all_languages"])
        WRITERS[asked["format"]](path, table.head(), counted(table.rows(view), total, work))
        name = f"{timezone.localdate():%Y-%m-%d}-projects.{asked['format']}"
        result_keep(work=work, path=path, name=name, content_type=TYPES[asked["format"]], by=by)


def view_of(query: str, actor: Actor) -> Any:
    """The projects of a view, sorted as its address says, exactly as its page lists them to this actor."""
    asked = QueryDict(query)
    rows = queries.project_rows(actor).prefetch_related(
        Prefetch("provisions", queryset=queries.visible(Provision, actor)),
        Prefetch("leads", queryset=Lead.objects.select_related("organisation")),
        Prefetch(
            "updates",
            queryset=queries.visible(Update, actor)
            .exclude(state=Update.State.DRAFT)
            .order_by("-submitted_at", "-pk"),
        ),
    )
    found = queries.filtered_view(asked, actor, rows)
    return queries.as_sorted(found.qs, asked.get("sort", ""))


def counted(rows: Iterator[list[Any]], total: int, work: Work) -> Iterator[list[Any]]:
    """The rows, saying every so often how far they are. Raises `Cancelled`."""
    for number, row in enumerate(rows):
        if number % CHUNK == 0:
            work.step(_(ROWS_STEP), 95 * number // max(total, 1))
        yield row


class Table:
    """The columns of the export, and a project as a row of them, in the active language."""

    def __init__(self, actor: Actor, language: str, *, all_languages: bool) -> None:
        self.actor, self.language, self.all_languages = actor, language, all_languages
        self.cities = list(sides_in_order(cities_seen(actor), actor, language))

    def head(self) -> list[str]:
        def name(field: str) -> str:
            return capfirst(str(Project._meta.get_field(field).verbose_name))  # type: ignore[union-attr]

        texts = [
            f"{name(field)} ({language_name(language)})" if self.all_languages else name(field)
            for field in TEXTS
            for language in self.languages
        ]
        by_side = [_("Lead organisation"), _("Word on the project"), _("Health")]
        return [
            name("code"), *texts, name("state"), name("visibility"), name("areas"), name("provisions"),
            *(f"{label}: {city}" for label in by_side for city in self.cities),
            name("starts_on"), name("ends_on"), _("Milestones achieved"), _("Milestones due"),
            _("Milestones planned"), _("Changed"), _("Address"),
        ]  # fmt: skip

    @property
    def languages(self) -> Sequence[str]:
        return LANGUAGES if self.all_languages else (self.language,)

    def rows(self, view: Any) -> Iterator[list[Any]]:
        for project in view.iterator(chunk_size=CHUNK):
            yield self.row(project)

    def row(self, project: Any) -> list[Any]:
        progress = Progress.of(project)
        leads = {lead.city_id: lead.organisation for lead in project.leads.all()}
        words = {mark.side: str(WORDS[mark.word]) for mark in marks_of(project, self.actor)}
        health: dict[Any, str] = {}
        for update in project.updates.all():
            health.setdefault(update.city_id, update.get_health_display())
        return [
            project.code, *self.texts(project), project.get_state_display(),
            project.get_visibility_display(), listed(project.areas.all()),
            listed(provision.code for provision in project.provisions.all()),
            *(str(leads.get(city.pk) or "") for city in self.cities),
            *(words.get(city.code, "") for city in self.cities),
            *(health.get(city.pk, "") for city in self.cities),
            project.starts_on, project.ends_on, progress.achieved, progress.due, progress.planned,
            timezone.localtime(project.updated_at).date(), project.get_absolute_url(),
        ]  # fmt: skip

    def texts(self, project: Project) -> Iterator[str]:
        for field in TEXTS:
            for language in self.languages:
                yield (
                    text_in(project, field, language)
                    if self.all_languages
                    else project.text_state(field, language).value
                )


def cities_seen(actor: Actor) -> list[Any]:
    """The sides of the programmes that the actor sees."""
    return list(City.objects.filter(programmes__in=queries.visible(Programme, actor)).distinct())
