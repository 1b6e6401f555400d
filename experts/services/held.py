"""Everything that is held on one expert, as one file: what a person may ask of their city."""

import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import require_edit
from accounts.actors import Actor
from accounts.models import User
from attachments.models import Document
from experts.access import expert_to_read, is_own
from experts.erasure import person_of
from experts.models import Expert, ExpertAccess, ExpertiseRequest
from experts.services.experts import access_log, require_not_erased
from records.erasure import REACHES, Person, as_stored, size
from records.errors import NotAllowed
from records.jobs import Work, job_create, job_kind
from records.models import Job
from records.results import result_keep
from records.services import writing
from records.texts import LANGUAGES

JOB = "experts.held"


def held_refusal(actor: Actor, expert: Expert) -> NotAllowed | None:
    """Why this actor may not have everything that is held on this expert; None when they may."""
    if not is_own(expert, actor):
        return NotAllowed(
            _("This expert is vouched for by another city."), _("The person asks that city for it.")
        )
    try:
        require_edit(actor, expert, archived=expert.archived_at is not None)
        require_not_erased(expert)
    except NotAllowed as refusal:
        return refusal
    if actor.user_id is None:
        return NotAllowed(_("Only people have exports made."), _("Sign in first."))
    return None


def expert_held_ask(*, expert: Expert, language: str, by: Actor) -> Job:
    """Ask for the file of everything held on an expert, which is logged. Raises `NotAllowed`."""
    if refusal := held_refusal(by, expert):
        raise refusal
    with writing(by=by):
        access_log(expert=expert, act=ExpertAccess.Act.HELD, by=by)
        asked = {"expert": str(expert.pk), "language": language if language in LANGUAGES else "en"}
        return job_create(kind=JOB, arguments=asked, by=by)


@job_kind(JOB, gettext_lazy("Everything held on an expert"))
def build(work: Work) -> None:
    """For the person who asked, as far as they may have it now. Raises `NotAllowed` and `NotVisible`."""
    by = Actor(user=User.objects.with_standing().get(pk=work.job.user_id))
    expert = expert_to_read(pk=work.arguments["expert"], actor=by)
    if refusal := held_refusal(by, expert):
        raise refusal
    person = person_of(expert)
    with translation.override(work.arguments["language"]), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"expert-{expert.pk}.zip"
        places = dict(places_of(person))
        work.step(_("Writing what is held"), 30)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            made = copies(person)
            told = {"expert": expert.pk, "made": timezone.now(), "places": places, "copies": made}
            archive.writestr(
                "held.json", json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
            )
            archive.writestr("held.txt", "\n".join(readable(places, made)))
            for document in Document.objects.filter(pk__in=person.ids("document")).select_related("blob"):
                with default_storage.open(document.blob.path) as content:
                    archive.writestr(f"files/{document.pk}-{document.file_name}", content.read())
        result_keep(work=work, path=path, name=path.name, content_type="application/zip", by=by)


def places_of(person: Person) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Place by place, each row with all its columns; past states of a row are rows as well."""
    for place in REACHES:
        if not place.is_copy:
            yield place.name, [row for rows in place.rows(person) for row in columns(rows)]
    asked = ExpertiseRequest.objects.filter(invitations__in=person.ids("invitation")).distinct()
    yield "requests", list(columns(asked))
    yield "accesses", list(columns(ExpertAccess.objects.filter(expert__in=person.ids("expert"))))


def columns(rows: Any) -> Iterator[dict[str, Any]]:
    label = str(rows.model._meta.label)
    for row in as_stored(rows).order_by("pk").values():
        yield {"table": label, **row}


def copies(person: Person) -> dict[str, int]:
    """What was made of these data and goes by itself: how much of it there is."""
    return {
        place.name: sum(size(rows) for rows in place.rows(person)) for place in REACHES if place.is_copy
    }


def readable(places: dict[str, list[dict[str, Any]]], made: dict[str, int]) -> Iterator[str]:
    """The same for people who read no JSON: each row under its heading, with what stands in it."""
    labels = {place.name: str(place.label) for place in REACHES}
    labels |= {"requests": _("requests"), "accesses": _("who looked at the profile, and when")}
    for name, rows in places.items():
        yield from ("", capfirst(labels[name]), "=" * len(labels[name]))
        for row in rows:
            yield ""
            yield from lines_of(row)
    yield from ("", capfirst(_("copies that go by themselves")), "")
    yield from (f"{labels[name]}: {count}" for name, count in made.items())


def lines_of(row: dict[str, Any]) -> Iterable[str]:
    for name, value in row.items():
        if value not in (None, "", [], {}):
            yield f"{name}: {value}"
