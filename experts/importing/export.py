"""A filtered view of the experts as one file, made by a job: what its reader may see, and no more.

Contact details are in no export. Each profile of another city that is taken along is noted
for the auditor, and the file does not outlast the consents that it rests on.
"""

import tempfile
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.http import QueryDict
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.actors import Actor
from experts.access import covered, is_own
from experts.importing.columns import AVAILABILITY, CITY, COLUMNS, CONTACT, STATE
from experts.importing.words import Words
from experts.listing import SearchForm, sides_of
from experts.models import Expert, ExpertAccess, Work
from experts.search import find
from experts.services.reading import looks_log
from records.errors import Invalid, NotAllowed
from records.jobs import Work as Task
from records.jobs import job_create
from records.models import Job
from records.period import Period
from records.results import result_keep
from records.services import writing
from records.sheets import LONGEST_CELL, TYPES, WRITERS
from records.texts import LANGUAGES

JOB = "experts.export"
CHUNK = 500
LONGEST_QUERY = 2_000
ROWS_STEP = gettext_noop("Writing the experts")
EXPORTED = [column for column in COLUMNS if column.path not in CONTACT]
# What of a profile a consent has to cover before another city is shown it, by column.
COVER = {"orcid": "orcid", "publications": "publications"} | {
    column.path: column.text for column in COLUMNS if column.text
}


def experts_export(*, query: str, format: str, language: str, by: Actor) -> Job:
    """Ask for the file of a view, as its address says it. Raises `NotAllowed` and `Invalid`."""
    if by.user_id is None:
        raise NotAllowed(_("Only people have exports made."), _("Sign in first."))
    if format not in TYPES or language not in LANGUAGES or len(query) > LONGEST_QUERY:
        raise Invalid({"format": [_("Choose CSV or XLSX.")]})
    with writing(by=by):
        return job_create(
            kind=JOB, arguments={"query": query, "format": format, "language": language}, by=by
        )


def export_build(work: Task, by: Actor) -> None:
    """Write the file row by row, note what was taken along, and keep it for whoever asked."""
    asked = work.arguments
    with translation.override(asked["language"]), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"experts.{asked['format']}"
        view = view_of(asked["query"], by)
        table = Table(by, asked["language"])
        WRITERS[asked["format"]](path, table.head(), table.rows(view, work))
        looks_log(pks=table.foreign, act=ExpertAccess.Act.EXPORTED, by=by)
        name = f"{timezone.localdate():%Y-%m-%d}-experts.{asked['format']}"
        result_keep(
            work=work, path=path, name=name, content_type=TYPES[asked["format"]], until=table.until, by=by
        )


def view_of(query: str, actor: Actor) -> list[UUID]:
    """The experts of a view in its order, exactly as its page finds them for this actor."""
    cities = {city.pk: city for each in sides_of(actor).values() for city in each}
    form = SearchForm(QueryDict(query), cities=list(cities.values()))
    words, asked = form.words, form.asked
    found: list[UUID] = []
    while True:
        part = find(words, actor=actor, limit=CHUNK, offset=len(found), **asked)
        found += [hit.expert.pk for hit in part.hits]
        if not part.hits or len(found) >= part.total:
            return found


def in_parts(view: list[UUID], actor: Actor) -> Iterator[Expert]:
    """The experts of a view, a few at a time, as far as they are still to be seen."""
    works = Work.objects.live().filter(kind=Work.Kind.PUBLICATION).order_by("created_at", "pk")
    whole = (
        Expert.objects.visible_to(actor)
        .live()
        .exclude(state=Expert.State.ERASED)
        .select_related("owner_city")
        .prefetch_related("fields", "languages", Prefetch("works", queryset=works))
    )
    for start in range(0, len(view), CHUNK):
        part = view[start : start + CHUNK]
        known = whole.in_bulk(part)
        yield from (known[pk] for pk in part if pk in known)


class Table:
    """The columns of a template but for the contact details, each expert as a row of them."""

    def __init__(self, actor: Actor, language: str) -> None:
        self.actor, self.language, self.words = actor, language, Words()
        self.foreign: list[Any] = []  # ids of other cities' experts in it
        self.until: datetime | None = None  # the end of the first consent among them

    def head(self) -> list[str]:
        return [
            *(column.heads[self.language] for column in EXPORTED),
            CITY[self.language],
            STATE[self.language],
        ]

    def rows(self, view: list[UUID], work: Task) -> Iterator[list[Any]]:
        for number, expert in enumerate(in_parts(view, self.actor)):
            if number % CHUNK == 0:
                work.step(_(ROWS_STEP), 95 * number // len(view))
            yield self.row(expert)

    def row(self, expert: Expert) -> list[Any]:
        shown = covered(expert, self.actor)
        if not is_own(expert, self.actor):
            self.foreign.append(expert.pk)
            self.until = min(filter(None, (self.until, end_of(expert))), default=None)
        return [
            *(
                self.value(expert, column.path) if COVER.get(column.path, "") in {"", *shown} else ""
                for column in EXPORTED
            ),
            expert.owner_city.text_state("name", self.language).value,  # type: ignore[union-attr]
            expert.get_state_display(),
        ]

    def value(self, expert: Expert, path: str) -> Any:
        """A cell from which an import reads the same value again."""
        if path == "fields":
            return "; ".join(sorted(self.words.told(field, self.language) for field in expert.fields.all()))
        if path == "languages":
            known = sorted((each.language, each.level) for each in expert.languages.all())
            return "; ".join(f"{code}:{level}" for code, level in known)
        if path == "availability":
            return AVAILABILITY[expert.availability][0][self.language]
        if path == "publications":
            return lines_of(expert.works.all())
        return getattr(expert, path)


def lines_of(works: Any) -> str:
    """One publication a line, whole ones only, as many as a cell takes."""
    text = ""
    for work in works:
        parts = [work.title, work.where, str(work.when) if isinstance(work.when, Period) else "", work.link]
        told = [" ".join(part.replace("|", "/").split()) for part in parts]
        while told and not told[-1]:
            told.pop()
        line = " | ".join(told)
        if len(text) + len(line) + 1 >= LONGEST_CELL:
            break
        text = f"{text}\n{line}" if text else line
    return text


def end_of(expert: Expert) -> datetime | None:
    """The moment from which this expert's consent holds no longer."""
    last = expert.consent_expires_on
    return timezone.make_aware(datetime.combine(last + timedelta(days=1), time())) if last else None
