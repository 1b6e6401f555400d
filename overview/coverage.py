"""What became of each provision: the projects that carry it out, how far they are, what shows it.

Everything is counted by the database, in a number of queries that grows neither with the
provisions nor with the projects; of the projects only the first few are read.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, IntegerField, OuterRef, Prefetch, Subquery, Sum, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from attachments.models import Document
from programme import access
from programme.citations import citations_seen
from programme.models import Agreement, Event, Provision
from projects.models import Project
from projects.progress import ACHIEVED, milestones_counted, with_progress
from records.registry import registry

TITLES = 3
State = Project.State
# Both sides have given their word on these, and have not taken it back.
LIVE = (State.ACTIVE, State.AGREED, State.SUSPENDED, State.COMPLETED)
EVIDENCE = {
    "agreements": _("agreements"),
    "events": _("events"),
    "documents": _("documents"),
    "milestones": _("milestones achieved"),
    "citations": _("citations"),
}
# What calls for attention comes first.
STANDINGS = ("no_live_project", "no_evidence", "evidenced")


@dataclass
class Coverage:
    """One provision, as far as a reader may know what became of it."""

    provision: Provision
    states: dict[str, int] = field(default_factory=dict)
    due: int = 0
    achieved: int = 0
    evidence: dict[str, int] = field(default_factory=lambda: dict.fromkeys(EVIDENCE, 0))

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def live(self) -> int:
        """How many projects both sides have agreed on and not cancelled."""
        return sum(self.states.get(state, 0) for state in LIVE)

    @property
    def standing(self) -> str:
        """One of `STANDINGS`. Without a live project nothing is claimed that evidence could show."""
        if not self.live:
            return "no_live_project"
        return "evidenced" if any(self.evidence.values()) else "no_evidence"

    @property
    def tally(self) -> list[tuple[str, Any, int]]:
        return [(state, state.label, self.states[state]) for state in State if state in self.states]

    @property
    def shown_evidence(self) -> list[tuple[Any, int]]:
        return [(label, self.evidence[name]) for name, label in EVIDENCE.items()]

    @property
    def projects(self) -> list[Project]:
        """The first few; those that `with_first_projects` has given."""
        return self.provision.first_projects  # type: ignore[attr-defined]

    @property
    def more(self) -> int:
        return self.total - len(self.projects)


def coverage_of(provisions: Iterable[Provision], actor: Actor, on: date) -> list[Coverage]:
    """The coverage of each provision, in three queries."""
    found = {provision.pk: Coverage(provision) for provision in provisions}
    projects = access.seen(Project, actor).filter(provisions__in=list(found)).order_by()
    for pk, state, count in projects.values_list("provisions", "state").annotate(Count("pk")):
        if pk in found:
            found[pk].states[state] = count
    for pk, due, achieved in milestones_by_provision(list(found), actor, on):
        found[pk].due, found[pk].achieved = due, achieved
        found[pk].evidence["milestones"] = achieved
    for pk, name, count in evidence_rows(list(found), actor):
        found[pk].evidence[name] += count
    return list(found.values())


def links(pks: Sequence[UUID], actor: Actor) -> Any:
    """The rows that say which project carries out which provision, of projects that the actor sees."""
    through: Any = Project.provisions.through
    seen = access.seen(Project, actor).order_by()
    return through.objects.filter(provision__in=pks, project__in=seen)


def milestones_by_provision(pks: Sequence[UUID], actor: Actor, on: date) -> Any:
    counted = milestones_counted(actor, on).filter(project__provisions__in=pks)
    rows = counted.order_by().values_list("project__provisions")
    return rows.annotate(due=Count("pk"), achieved=Count("pk", filter=ACHIEVED))


def evidence_rows(pks: Sequence[UUID], actor: Actor) -> Any:
    """Provision, kind of evidence and how much of it its projects have; all kinds by one query.

    An agreement that two projects of a provision rest on is one piece of evidence.
    """
    parts = []
    for name, model in (("agreements", Agreement), ("events", Event)):
        path = f"project__{name}"
        linked = links(pks, actor).filter(**{f"{path}__in": access.seen(model, actor).order_by()})
        parts.append(tally(linked, name, Count(path, distinct=True)))
    for name, rows in (
        ("documents", access.seen(Document, actor)),
        ("citations", citations_seen(actor)),
    ):
        on_projects = rows.filter(subject_kind=registry.of(Project).kind).order_by()
        each = on_projects.filter(subject_id=OuterRef("project_id")).values("subject_id")
        count = Subquery(each.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
        linked = links(pks, actor).filter(project_id__in=on_projects.values("subject_id"))
        parts.append(tally(linked, name, Sum(count)))
    return parts[0].union(*parts[1:], all=True)


def tally(linked: Any, name: str, amount: Any) -> Any:
    by_provision = linked.values("provision_id").annotate(name=Value(name), n=amount)
    return by_provision.values_list("provision_id", "name", "n")


def with_first_projects(provisions: Any, actor: Actor, on: date) -> Any:
    """Provisions with the first few of their projects, the live ones first, each with its progress."""
    order = Case(*(When(state=state, then=Value(n)) for n, state in enumerate(LIVE)), default=Value(9))
    seen = with_progress(access.seen(Project, actor), actor, on).annotate(place=order)
    first = Prefetch("projects", seen.order_by("place", "code")[:TITLES], to_attr="first_projects")
    return provisions.prefetch_related(first)


def in_order(covered: Iterable[Coverage]) -> list[Coverage]:
    """What calls for attention first, then by code."""
    return sorted(covered, key=lambda each: (STANDINGS.index(each.standing), each.provision.code))


def summary(covered: Sequence[Coverage]) -> dict[str, int]:
    """How many provisions there are, and how many of each standing."""
    counts: dict[str, int] = defaultdict(int)
    for each in covered:
        counts[each.standing] += 1
    return {"provisions": len(covered), **{name: counts[name] for name in STANDINGS}}
