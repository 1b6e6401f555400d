"""What waits in joint approval: words that a side owes, and opinions that somebody is asked for."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.deputies import absent_colleagues
from accounts.models import User
from approvals.concerns import assignment_along, proposal_along
from approvals.models import Assignment, Proposal, Reminder
from approvals.reminders import proposal_remind
from records.named import address, named
from records.registry import registry
from records.waiting import Place, Source, waiting

SOON = timedelta(days=30)


def pending(actor: Actor, on: date, state: str, rule: Q, **order: Any) -> Any:
    """Pending proposals of this actor's programmes: those that they can decide on themselves come first."""
    found = Proposal.objects.visible_to(actor).live().filter(rule, state=state)
    found = found.filter(programme__in=actor.programme_ids, city__isnull=False)
    reminded = Reminder.objects.filter(kind="proposal", record_id=OuterRef("pk"), day=on, step=0)
    return waiting(
        found,
        mine=decidable(actor),
        subject_kind=F("subject_kind"),
        act=F("act"),
        city=F("city_id"),
        state=F("state"),
        reminded=Exists(reminded),
        **proposal_along(actor),
        **order,
    )


def decidable(actor: Actor) -> Q:
    """The condition that this actor may give their city's word on what a proposal is about."""
    rule = Q(pk__in=[])
    if actor.deciding_roles:
        for record_type in Proposal.subject_types():
            if record_type.terms:
                records = record_type.terms.decidable(actor).filter(pk=OuterRef("subject_id"))
                rule |= Q(Exists(records), subject_kind=record_type.kind)
    return rule


def to_confirm(actor: Actor, on: date) -> Any:
    mine = Q(city=actor.city_id)
    return pending(actor, on, Proposal.State.UNCONFIRMED, mine, since="created_at", due="expires_on")


def to_answer(actor: Actor, on: date) -> Any:
    theirs = ~Q(city=actor.city_id)
    return pending(actor, on, Proposal.State.OPEN, theirs, since="opened_at", due="expires_on")


def awaited(actor: Actor, on: date) -> Any:
    mine = Q(city=actor.city_id)
    return pending(actor, on, Proposal.State.OPEN, mine, since="opened_at", due="expires_on")


def asked_by_a_day(actor: Actor, on: date) -> Any:
    soon = Q(expires_on__lte=on + SOON)
    return pending(actor, on, Proposal.State.OPEN, soon, since="opened_at", due="expires_on")


def proposal_item(data: dict[str, Any]) -> dict[str, Any]:
    terms = registry[data["subject_kind"]].terms
    act = terms.acts.get(data["act"]) if terms else None
    about = named(data["subject_kind"], data["subject_json"]) if data["subject_json"] else None
    proposal = Proposal(pk=data["pk"])
    return {
        "what": about.title if about else str(registry["proposal"].label),
        "url": page_of(proposal) or (about.url if about else ""),
        "asks": str(act.asks) if act else data["act"],
        "side": data["city"],
        "kind": "proposal",
        "reminded": data["reminded"],
    }


def page_of(record: Any) -> str:
    return address(registry.of(record), record)


# Assignments


def on_me(actor: Actor) -> Q:
    """The condition that an assignment waits on this person, or on somebody for whom they stand in."""
    people = User.objects.filter(
        Q(pk=actor.user_id) | Q(pk__in=absent_colleagues(actor.user_id).values("pk"))
    )
    units = people.filter(organisation__isnull=False).values("organisation")
    return Q(assignee__in=people.values("pk")) | Q(assignee=None, unit__in=units)


def asked(actor: Actor) -> Any:
    """The assignments of this actor's city that are not answered yet."""
    found = Assignment.objects.visible_to(actor).live().filter(answered_at=None)
    return found.filter(city=actor.city_id, city__isnull=False)


def assignment_rows(actor: Actor, found: Any) -> Any:
    stands_in = Case(When(assignee=actor.user_id, then=Value("")), default=F("assignee__name"))
    return waiting(
        found,
        since="created_at",
        due="due_on",
        mine=on_me(actor),
        subject_kind=F("subject_kind"),
        task=F("task"),
        stands_in=stands_in,
        **assignment_along(actor),
    )


def my_assignments(actor: Actor, on: date) -> Any:
    return assignment_rows(actor, asked(actor).filter(on_me(actor)))


def due_assignments(actor: Actor, on: date) -> Any:
    """What colleagues of the city are asked for by a day that comes, as whoever asked wants to know."""
    return assignment_rows(actor, asked(actor).filter(due_on__lte=on + SOON).exclude(on_me(actor)))


def assignment_item(data: dict[str, Any]) -> dict[str, Any]:
    about = named(data["subject_kind"], data["subject_json"]) if data["subject_json"] else None
    note = _("in place of %(name)s") % {"name": data["stands_in"]} if data["stands_in"] else ""
    return {
        "what": about.title if about else str(registry[data["subject_kind"]].label),
        "url": page_of(Assignment(pk=data["pk"])),
        "asks": _("Your opinion"),
        "note": " · ".join(filter(None, (data["task"][:120], note))),
        "kind": "assignment",
    }


def due_assignment_item(data: dict[str, Any]) -> dict[str, Any]:
    item = assignment_item(data)
    return {**item, "asks": _("Opinion asked of %(name)s") % {"name": data["stands_in"] or _("a unit")},
            "note": data["task"][:120]}  # fmt: skip


SOURCES = (
    Source(
        name="to-confirm",
        place=Place.OURS,
        label=gettext_lazy("Proposals to confirm inside your city"),
        rows=to_confirm,
        item=proposal_item,
    ),
    Source(
        name="to-answer",
        place=Place.OURS,
        label=gettext_lazy("Proposals of the other side to answer"),
        rows=to_answer,
        item=proposal_item,
    ),
    Source(
        name="opinions",
        place=Place.OURS,
        label=gettext_lazy("Opinions that you are asked for"),
        rows=my_assignments,
        item=assignment_item,
    ),
    Source(
        name="awaited",
        place=Place.THEIRS,
        label=gettext_lazy("Your side's proposals that await an answer"),
        rows=awaited,
        item=proposal_item,
        remind=proposal_remind,
    ),
    Source(
        name="answers-due",
        place=Place.DUE,
        label=gettext_lazy("Answers asked by a day"),
        rows=asked_by_a_day,
        item=proposal_item,
    ),
    Source(
        name="opinions-due",
        place=Place.DUE,
        label=gettext_lazy("Opinions asked of colleagues"),
        rows=due_assignments,
        item=due_assignment_item,
    ),
)
