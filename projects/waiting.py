"""What waits in projects: updates that were sent back, milestones that come."""

from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from projects.models import Milestone, Project, Update
from records.fields import LastDay
from records.named import named, record_json
from records.pages.display import moment
from records.period import Period
from records.registry import registry
from records.waiting import Place, Source, waiting

SOON = timedelta(days=30)


def project_json(actor: Actor) -> Any:
    """The project of a row, as far as its name and address need it."""
    return Subquery(record_json(registry["project"], actor, "project_id"))


def returned(actor: Actor, rule: Q) -> Any:
    found = Update.objects.visible_to(actor).live().filter(rule, state=Update.State.RETURNED)
    found = found.filter(programme__in=actor.programme_ids, project__archived_at=None)
    return waiting(
        found,
        since="updated_at",
        mine=Q(city=actor.city_id) if actor.may_write else None,
        project=project_json(actor),
        period=F("period"),
        city=F("city_id"),
    )


def sent_back(actor: Actor, on: date) -> Any:
    return returned(actor, Q(city=actor.city_id))


def sent_back_to_them(actor: Actor, on: date) -> Any:
    return returned(actor, ~Q(city=actor.city_id))


def update_item(data: dict[str, Any]) -> dict[str, Any]:
    project = named("project", data["project"])
    return {
        "what": project.title,
        "url": f"{project.url}#update-{data['pk']}",
        "asks": _("Update on %(period)s, sent back") % {"period": moment(Period.parse(data["period"]))},
        "side": data["city"],
        "kind": "update",
    }


def milestones_due(actor: Actor, on: date) -> Any:
    """Those that come in the next days, and those whose day has passed while their programme runs."""
    under_way = (Project.State.AGREED, Project.State.ACTIVE)
    found = (
        Milestone.objects.visible_to(actor)
        .live()
        .annotate(
            expected_on=Coalesce("forecast_on", "due_on"),
            programme_ends=LastDay("project__programme__period"),
        )
    )
    found = found.filter(
        achieved_on=None,
        expected_on__lte=on + SOON,
        programme_ends__gte=on,  # nothing is overdue in a programme that has ended
        project__archived_at=None,
        project__state__in=under_way,
        project__programme__in=actor.programme_ids,
    )
    named_here: dict[str, Any] = {name: F(name) for name in milestone_columns()}
    return waiting(
        found, due="expected_on", project=project_json(actor), texts=F("texts"), due_on=F("due_on"),
        forecast_on=F("forecast_on"), **named_here,
    )  # fmt: skip


def milestone_columns() -> list[str]:
    return [
        field.attname for field in Milestone._meta.concrete_fields if field.attname.startswith("title_")
    ]


def milestone_item(data: dict[str, Any]) -> dict[str, Any]:
    project = named("project", data["project"])
    texts = {name: data[name] for name in milestone_columns()}
    milestone = Milestone(pk=data["pk"], texts=data["texts"], **texts)
    said = ""
    if data["forecast_on"]:
        said = _("agreed for %(day)s") % {"day": moment(date.fromisoformat(data["due_on"]))}
    return {
        "what": str(milestone),
        "url": f"{project.url}#milestone-{data['pk']}",
        "asks": project.title,
        "note": said,
        "kind": "milestone",
    }


SOURCES = (
    Source(
        name="updates-sent-back",
        place=Place.OURS,
        label=gettext_lazy("Updates sent back to your side"),
        rows=sent_back,
        item=update_item,
    ),
    Source(
        name="updates-sent-back-to-them",
        place=Place.THEIRS,
        label=gettext_lazy("Updates sent back to the other side"),
        rows=sent_back_to_them,
        item=update_item,
    ),
    Source(
        name="milestones",
        place=Place.DUE,
        label=gettext_lazy("Milestones"),
        rows=milestones_due,
        item=milestone_item,
    ),
)
