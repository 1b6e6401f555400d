"""How projects stand, for lists of them: each side's word, and milestones achieved of those due."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, DateTimeField, F, FloatField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, JSONObject, NullIf
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime

from accounts.actors import Actor
from accounts.order import sides_in_order
from approvals.models import Decision, Proposal
from programme.marks import Mark, mark
from projects.models import Milestone, Project

ASKED = (Proposal.State.OPEN, Proposal.State.ACCEPTED, Proposal.State.REFUSED, Proposal.State.COUNTERED)


@dataclass(frozen=True)
class Progress:
    """Milestones that both sides have confirmed, of those due; one achieved early counts as due."""

    achieved: int
    due: int
    planned: int

    @property
    def share(self) -> float | None:
        """From 0 to 1; None while nothing is due."""
        return self.achieved / self.due if self.due else None

    @classmethod
    def of(cls, project: Any) -> "Progress":
        """Of a project that came with `milestone_counts`."""
        return cls(**(project.milestone_counts or {"achieved": 0, "due": 0, "planned": 0}))


def due_count(on: date) -> Any:
    return Count("pk", filter=Q(achieved_on__isnull=False) | Q(due_on__lte=on))


def milestones_of_project() -> Any:
    """To be counted, in a query inside one of projects."""
    return Milestone.objects.live().filter(project=OuterRef("pk")).order_by().values("project")


def milestone_counts(on: date) -> Any:
    """The SQL of `Progress`."""
    content = JSONObject(achieved=Count("achieved_on"), due=due_count(on), planned=Count("pk"))
    return Subquery(milestones_of_project().annotate(content=content).values("content"))


def progress_share(on: date) -> Any:
    """The SQL of `Progress.share`, to sort by; null while nothing is due."""
    due = NullIf(Cast(due_count(on), FloatField()), Value(0.0))
    share = Cast(Count("achieved_on"), FloatField()) / due
    return Subquery(
        milestones_of_project().annotate(share=share).values("share"), output_field=FloatField()
    )


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
