"""Taking a project on into the programme that succeeds its own."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from programme.models import Area, Programme, Provision
from projects.carrying import (
    carry_refusal,
    draft_in,
    from_then_on,
    indicators_of,
    is_reached,
    matched,
    measured,
    open_risks,
    shifted,
    undone_milestones,
)
from projects.models import Indicator, Milestone, Project, Risk
from projects.services.project import next_code
from records import services
from records.errors import Invalid
from records.texts import columns

NO_AREA = gettext_lazy("None of the project's areas has a counterpart in that programme: choose its areas.")


def project_carry_over(
    *,
    project: Project,
    programme: Programme,
    areas: Sequence[Any] = (),
    provisions: Sequence[Any] = (),
    by: Actor,
) -> Project:
    """Make a draft of a project in the programme that succeeds its own, once; all of it or nothing.

    Areas and provisions are those with the same codes there, and beside them those that are
    named here by their ids; at least one area it takes. What goes along, and what becomes of
    days that lie before that programme's start, `projects.carrying` says. The project itself
    stays as it is. Raises `NotVisible`, `NotAllowed` and `Invalid`.
    """
    with services.locked(project, by=by) as fresh:
        if refusal := carry_refusal(by, fresh, programme):
            raise refusal
        parts: dict[str, Any] = {
            "areas": together(matched(Area, fresh, programme, by).found, areas),
            "provisions": together(matched(Provision, fresh, programme, by).found, provisions),
            **leads(fresh, programme),
        }
        if not parts["areas"]:
            raise Invalid({"areas": [str(NO_AREA)]})
        copy = draft_in(programme, fresh)
        copy_texts(fresh, copy)
        copy.starts_on = from_then_on(fresh.starts_on, programme)
        copy.ends_on = from_then_on(fresh.ends_on, programme)
        copy.code = next_code(copy, parts)
        services.create(copy, parts=parts, by=by, copied_from=fresh)
        for part, source in parts_to_carry(fresh, copy):
            services.create(part, by=by, copied_from=source)
        return copy


def together(found: Sequence[Any], chosen: Sequence[Any]) -> list[str]:
    """The ids of what was matched and of what was chosen beside it, each once, in this order."""
    return list(dict.fromkeys([*(str(each.pk) for each in found), *map(str, chosen)]))


def leads(project: Project, programme: Programme) -> dict[str, str]:
    """The lead organisations of those cities that are sides of the later programme too."""
    rows = project.leads.filter(  # type: ignore[attr-defined]
        city__programmes=programme, organisation__isnull=False, organisation__archived_at=None
    )
    return {f"leads/{code}": str(pk) for code, pk in rows.values_list("city__code", "organisation_id")}


def parts_to_carry(project: Project, copy: Project) -> list[tuple[Any, Any]]:
    """New parts of the copy, each with the one that it comes from."""
    earlier, later = project.programme, copy.programme
    made: list[tuple[Any, Any]] = []
    for milestone in undone_milestones(project):
        due = shifted(milestone.due_on, earlier, later)
        made.append((Milestone(project=copy, due_on=due), milestone))
    for risk in open_risks(project):
        kept = {name: getattr(risk, name) for name in ("likelihood", "impact", "state", "city_id")}
        made.append((Risk(project=copy, **kept), risk))
    for indicator in indicators_of(project):
        goal = None if is_reached(indicator) else indicator.goal
        made.append(
            (
                Indicator(
                    project=copy,
                    aggregation=indicator.aggregation,
                    baseline=measured(indicator),
                    goal=goal,
                    goal_on=from_then_on(indicator.goal_on, later) if goal is not None else None,
                ),
                indicator,
            )
        )
    for part, source in made:
        copy_texts(source, part)
    return made


def copy_texts(source: Any, target: Any) -> None:
    for name in columns(type(source)):
        setattr(target, name, getattr(source, name))
