"""What may be done now with a project as a whole, and what stands against the rest."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from approvals.access import propose_refusal
from approvals.marks import blank_marks, days, marks_of, owing, since
from approvals.models import Proposal
from projects.access import edit_refusal
from projects.models import Project
from projects.states import ACTS, TRANSITIONS, transition_refusal
from projects.terms import ProjectTerms
from records.errors import NotAllowed
from records.models import Visibility
from records.pages.display import listed

ICONS = {
    "share": "users", "agree": "checks", "start": "player-play", "change": "git-compare",
    "suspend": "player-pause", "resume": "player-play", "complete": "circle-check", "cancel": "ban",
    "publish": "world",
}  # fmt: skip
ALONE = {"share": gettext_lazy("Share with the other side"), "start": TRANSITIONS["start"].label}
TERMS = ProjectTerms()


@dataclass(frozen=True)
class Possible:
    """An act on a project: a page to propose it on, or an address to post to; or why it is not possible."""

    name: str
    label: Any
    url: str
    icon: str
    method: str = "get"
    refusal: NotAllowed | None = None


def acts_of(project: Project, actor: Actor, pending: Iterable[Proposal]) -> list[Possible]:
    """Every act, those that are possible now first."""
    asked = {proposal.act for proposal in pending}
    may_not = propose_refusal(actor, project)
    found = []
    for name, icon in ICONS.items():
        if name in ALONE:
            url = reverse(f"projects:project-{name}", args=[project.pk])
            refusal = alone_refusal(project, actor, name)
            found.append(Possible(name, ALONE[name], url, icon, "post", refusal))
        else:
            refusal = may_not or act_refusal(project, name, asked)
            url = TERMS.propose_url(project, name)
            found.append(Possible(name, ACTS[name].label, url, icon, refusal=refusal))
    return sorted(found, key=lambda act: act.refusal is not None)


def alone_refusal(project: Project, actor: Actor, act: str) -> NotAllowed | None:
    """Why this actor may not share or start this project; None when they may."""
    if refusal := edit_refusal(actor, project):
        return refusal
    if act == "share":
        seen = project.visibility != Visibility.OWN
        return NotAllowed(_("Both sides see this project already.")) if seen else None
    return transition_refusal(project, act)


def act_refusal(project: Project, act: str, asked: Iterable[str] = ()) -> NotAllowed | None:
    """Why nobody may propose this act on a project as it stands now; None when it is possible."""
    if act in asked and act != "change":
        return NotAllowed(
            _("This has been proposed already, and awaits an answer."),
            _("The other side answers it, or its own side withdraws it."),
        )
    if act in TRANSITIONS:
        return transition_refusal(project, act)
    if project.archived_at:
        return NotAllowed(_("This record is archived."), _("Restore it first."))
    if act == "publish":
        if project.visibility == Visibility.PUBLIC:
            return NotAllowed(_("This project is public already."))
        return None
    if not project.is_agreed:
        return NotAllowed(
            _("Nothing has been agreed on yet, so there is nothing to propose a change of."),
            _("Edit the project, then propose to agree on it."),
        )
    return None


def standing_marks(
    project: Project, shown: list[Proposal], sides: list[Any], actor: Actor
) -> list[dict[str, Any]]:
    """Each side's word on the project as it stands: on what it was last agreed, or asked, to be."""
    for proposal in shown:  # the latest first
        pending_agreement = proposal.act == "agree" and proposal.state == Proposal.State.OPEN
        stands = project.is_agreed and proposal.state == Proposal.State.ACCEPTED
        if (stands and proposal.act not in {"change", "publish"}) or (
            pending_agreement and not project.is_agreed
        ):
            return marks_of(proposal, sides, actor)
    return blank_marks(sides)


def told(proposal: Proposal, sides: list[Any], actor: Actor) -> dict[str, Any]:
    """A pending proposal as the project's page tells of it."""
    return {
        "proposal": proposal,
        "marks": marks_of(proposal, sides, actor),
        "owing": listed(owing(proposal, sides)),
        "days": days(since(proposal)),
        "since": localtime(since(proposal)).date(),
        "mine": any(city.pk == actor.city_id for city in owing(proposal, sides)),
    }
