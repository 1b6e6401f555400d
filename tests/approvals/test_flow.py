"""From a draft to a completed project: each side's word, and what it does."""

from datetime import date
from typing import Any

import pgtrigger
import pytest
from django.db import DatabaseError, connection, transaction

from approvals.models import ChainEntry, Proposal
from approvals.services import (
    WentStale,
    proposal_accept,
    proposal_counter,
    proposal_raise,
    proposal_refuse,
    proposal_withdraw,
)
from projects.models import Milestone, Project
from projects.services import part_amend, part_create, project_amend, project_start
from records.errors import Invalid, NotAllowed, NotVisible

TITLES = {"title_en": "Signals", "title_ru": "Сигналы", "title_zh_hans": "信号"}


@pytest.fixture
def project(stage: Any) -> Project:
    return stage.project(**TITLES)


def ask(stage: Any, project: Project, act: str, who: str = "moscow_editor", **more: Any) -> Proposal:
    return proposal_raise(subject=project, act=act, language="en", by=stage.actor(who), **more)


def accept(stage: Any, proposal: Proposal, who: str = "beijing_coordinator") -> Proposal:
    return proposal_accept(proposal=proposal, language="en", by=stage.actor(who))


@pytest.fixture
def deciders(stage: Any) -> None:
    from programme.models import Remit

    for area in stage.areas:
        Remit.objects.create(user=stage.people["beijing_coordinator"], area=area)


@pytest.fixture
def agreed(stage: Any, project: Project, deciders: None) -> Project:
    accept(stage, ask(stage, project, "agree"))
    project.refresh_from_db()
    return project


def test_two_sides_take_a_project_from_draft_to_completed(stage: Any, agreed: Project) -> None:
    assert agreed.state == "agreed"
    project_start(project=agreed, base_version=agreed.version, by=stage.actor("beijing_editor"))
    for act, state in (("suspend", "suspended"), ("resume", "active"), ("complete", "completed")):
        accept(stage, ask(stage, agreed, act))
        agreed.refresh_from_db()
        assert agreed.state == state
    entries = list(ChainEntry.objects.all())
    assert [entry.body["act"] for entry in entries] == ["raised", "accept"] * 4


def test_what_is_agreed_changes_by_an_accepted_proposal_only(stage: Any, agreed: Project) -> None:
    with pytest.raises(NotAllowed, match="ends"):
        project_amend(
            project=agreed, changes={"ends_on": "2023-01-01"}, base_version=agreed.version,
            by=stage.actor("moscow_secretary"),
        )  # fmt: skip
    proposal = ask(stage, agreed, "change", changes={"ends_on": date(2023, 1, 1)})
    assert proposal.changes == {"ends_on": {"from": None, "to": "2023-01-01"}}
    accept(stage, proposal)
    agreed.refresh_from_db()
    assert agreed.ends_on == date(2023, 1, 1)


def test_milestones_come_and_are_confirmed_jointly(stage: Any, agreed: Project) -> None:
    due = {
        "title_en": "First train",
        "title_ru": "Первый поезд",
        "title_zh_hans": "首列",
        "due_on": "2022-05-01",
    }
    with pytest.raises(NotAllowed):
        part_create(
            part=Milestone(project=agreed, title_en="x", due_on="2022-01-01"),
            by=stage.actor("moscow_editor"),
        )
    accept(stage, ask(stage, agreed, "change", changes={"milestones/+1": due}))
    milestone = Milestone.objects.get()
    with pytest.raises(NotAllowed):
        part_amend(
            part=milestone,
            changes={"achieved_on": "2022-05-01"},
            base_version=1,
            by=stage.actor("moscow_editor"),
        )
    part_amend(
        part=milestone,
        changes={"forecast_on": "2022-06-01"},
        base_version=1,
        by=stage.actor("moscow_editor"),
    )
    accept(
        stage,
        ask(stage, agreed, "change", changes={f"milestones/{milestone.pk}/achieved_on": "2022-05-02"}),
    )
    milestone.refresh_from_db()
    assert milestone.achieved_on == date(2022, 5, 2)


def test_a_proposal_goes_stale_when_what_it_is_about_changes(
    stage: Any, project: Project, deciders: None
) -> None:
    proposal = ask(stage, project, "agree")
    project.refresh_from_db()
    assert project.state == "proposed"
    project_amend(
        project=project, changes={"ends_on": "2023-01-01"}, base_version=project.version,
        by=stage.actor("beijing_editor"),
    )  # fmt: skip
    with pytest.raises(WentStale):
        accept(stage, proposal)
    proposal.refresh_from_db()
    project.refresh_from_db()
    assert (proposal.state, project.state) == ("stale", "draft")


def test_refuse_withdraw_and_counter(stage: Any, project: Project, deciders: None) -> None:
    by = stage.actor("beijing_coordinator")
    with pytest.raises(Invalid, match="reason"):
        proposal_refuse(proposal=ask(stage, project, "agree"), comment=" ", language="en", by=by)
    proposal = Proposal.objects.get()
    proposal_withdraw(proposal=proposal, by=stage.actor("moscow_editor"))
    project.refresh_from_db()
    assert project.state == "draft"
    countered = ask(stage, project, "agree")
    counter = proposal_counter(
        proposal=countered,
        act="agree",
        changes={"ends_on": "2023-06-30"},
        message="Longer",
        language="en",
        by=by,
    )
    assert counter.answers == countered
    accept(stage, counter, who="moscow_secretary")
    project.refresh_from_db()
    assert (project.state, project.ends_on) == ("agreed", date(2023, 6, 30))


def test_nobody_acts_for_two_cities(stage: Any, project: Project, deciders: None) -> None:
    proposal = ask(stage, project, "agree")
    for who in ("moscow_secretary", "moscow_editor", "beijing_editor", "stranger"):
        with pytest.raises((NotAllowed, NotVisible)):
            accept(stage, proposal, who=who)
    proposal.refresh_from_db()
    assert proposal.state == "open"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE projects_project SET ends_on = '2030-01-01'",
        "UPDATE projects_project SET title_ru = 'другое'",
        "DELETE FROM projects_project_areas",
        "UPDATE projects_project SET state = 'cancelled'",
        "UPDATE projects_project SET archived_at = now()",
    ],
)
def test_the_database_refuses_what_one_side_does_alone(stage: Any, agreed: Project, sql: str) -> None:
    with pytest.raises(DatabaseError, match="both sides agreed"), transaction.atomic():
        execute(sql)
    with pgtrigger.ignore("projects.Project:agreed", "projects.ProjectAreasLink:agreed"):  # the guard off
        assert execute(sql)


def execute(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.rowcount
