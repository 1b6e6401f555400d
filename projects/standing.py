"""Each side's word on projects, for lists of them."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateTimeField, F, OuterRef, Subquery
from django.db.models.functions import Cast, JSONObject
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime

from accounts.actors import Actor
from accounts.order import sides_in_order
from approvals.models import Decision, Proposal
from programme.marks import Mark, mark
from projects.models import Project

ASKED = (Proposal.State.OPEN, Proposal.State.ACCEPTED, Proposal.State.REFUSED, Proposal.State.COUNTERED)


def agreement_word(actor: Actor) -> Any:
    """The last proposal to agree on each project that the actor sees, with the answer to it."""
    answers = Decision.objects.filter(proposal=OuterRef("pk")).exclude(verdict=Decision.Verdict.CONFIRM)
    asked = Proposal.objects.visible_to(actor).filter(
        subject_kind="project", subject_id=OuterRef("pk"), act="agree", state__in=ASKED
    )
    content = JSONObject(
        city=F("city_id"),
        state=F("state"),
        opened=F("opened_at"),
        answered=Cast(Subquery(answers.order_by("-at").values("at")[:1]), DateTimeField()),
    )
    return ArraySubquery(asked.order_by("-created_at").annotate(content=content).values("content")[:1])


def marks_of(project: Project, actor: Actor) -> list[Mark]:
    """Each side's word on a project that came with `agreement_word`.

    Both have given it once the project is agreed; while it is proposed, one has and the other's is
    awaited; a side that refused is shown so until somebody proposes again.
    """
    last = next(iter(project.agreement_word), None)  # type: ignore[attr-defined]  # annotated
    marks = []
    for city in sides_in_order(project.programme.cities.all(), actor):
        asked_it = bool(last and last["city"] == str(city.pk))
        word = word_of(project, last, asked_it=asked_it)
        moment = last["opened" if asked_it else "answered"] if last and word != "awaited" else None
        read = parse_datetime(moment) if moment and word != "unasked" else None
        marks.append(mark(city, word, when=localtime(read).date() if read else ""))
    return marks


def word_of(project: Project, last: dict[str, Any] | None, *, asked_it: bool) -> str:
    if project.is_agreed:
        return "given"
    if project.state == Project.State.PROPOSED:
        return "given" if asked_it else "awaited"
    if last and last["state"] in {Proposal.State.REFUSED, Proposal.State.COUNTERED}:
        return "given" if asked_it else "refused"
    return "unasked"
