"""Only legal transitions: every state × every act × everybody, by services and straight in the database."""

from functools import partial
from typing import Any

import pgtrigger
import pytest
from django.db import DatabaseError, transaction

from accounts.actors import DECIDE, Actor
from accounts.models import PartnerClient
from approvals.models import Decision, Proposal
from approvals.services import agreed_by, proposal_accept, proposal_raise
from programme.models import Remit
from projects.models import Project
from projects.models.guards import TRANSITIONS as IN_SQL
from projects.services import project_amend, project_start
from projects.states import ACTS, TRANSITIONS
from records.errors import Invalid, NotAllowed, NotVisible
from tests.approvals.joint import execute, set_state, titles, undone
from tests.conftest import CAST

pytestmark = pytest.mark.django_db
STATES = Project.State.values
JOINT = [act for act, transition in TRANSITIONS.items() if transition.joint]
PARTNERS = ("moscow_client", "beijing_client", "moscow_deciding_client", "beijing_deciding_client")
EVERYBODY = (*CAST, "anonymous", *PARTNERS)
GUARD = "23514"  # what the triggers raise
REFUSED = (NotAllowed, NotVisible, Invalid)

# Who edits, and so asks and starts; who gives a city's word; by side.
EDITORS = {
    "MOW": {"moscow_editor", "moscow_secretary", "moscow_client", "moscow_deciding_client"},
    "BJS": {"beijing_editor", "beijing_coordinator", "beijing_client", "beijing_deciding_client"},
}
DECIDERS = {
    "MOW": {"moscow_secretary", "moscow_deciding_client"},
    "BJS": {"beijing_coordinator", "beijing_deciding_client"},
}

# What the table of states means for a project's row. A proposal to agree moves a draft to
# `proposed`, and back when it is dropped; it is agreed from there.
WITH_A_DECISION = {
    (source, transition.target)
    for transition in TRANSITIONS.values()
    for source in transition.sources
    if (source, transition.target) != ("draft", "agreed")
} | {("draft", "proposed"), ("proposed", "draft")}
ALONE = {("draft", "proposed"), ("proposed", "draft")} | {
    (source, transition.target)
    for transition in TRANSITIONS.values()
    for source in transition.sources
    if not transition.joint
}


@pytest.fixture
def people(stage: Any) -> dict[str, Actor]:
    for area in stage.areas:
        Remit.objects.create(user=stage.people["beijing_coordinator"], area=area)
    found = {name: stage.actor(name) for name in (*CAST, "anonymous")}
    for name in PARTNERS:
        official = stage.people["moscow_secretary" if "moscow" in name else "beijing_coordinator"]
        scopes = ["projects:write", *([DECIDE] if "deciding" in name else [])]
        client = PartnerClient(
            client_id=name, name=name, city=official.city, official=official, scopes=scopes
        )
        found[name] = Actor.partner(client, scopes)
    return found


@pytest.fixture
def project(stage: Any) -> Project:
    return stage.project(**titles("title", "Signals"))


def standing(project: Project, state: str) -> Project:
    set_state(project, state)
    return Project.objects.get(pk=project.pk)


def possible(act: Any) -> bool:
    """Whether an act is done; it is undone again."""
    with undone():
        try:
            with transaction.atomic():
                act()
        except REFUSED:
            return False
        except DatabaseError as error:
            if getattr(error.__cause__, "pgcode", "") != GUARD:
                raise
            return False
        return True
    raise AssertionError


def test_who_may_start_which_project(people: dict[str, Actor], project: Project) -> None:
    """7 states × everybody."""
    found = set()
    for state in STATES:
        with undone():
            fresh = standing(project, state)
            for who, by in people.items():
                if possible(lambda: project_start(project=fresh, base_version=fresh.version, by=by)):  # noqa: B023
                    found.add((state, who))
    assert found == {("agreed", who) for who in EDITORS["MOW"] | EDITORS["BJS"]}


@pytest.mark.parametrize("act", JOINT)
def test_who_may_propose_which_transition(people: dict[str, Actor], project: Project, act: str) -> None:
    """5 acts × 7 states × everybody. One that awaits its answer is not proposed a second time."""
    found = set()
    for state in STATES:
        with undone():
            fresh = standing(project, state)
            for who, by in people.items():
                if possible(lambda: proposal_raise(subject=fresh, act=act, language="en", by=by)):  # noqa: B023
                    found.add((state, who))
    wanted = {(state, who) for state in TRANSITIONS[act].sources for who in EDITORS["MOW"] | EDITORS["BJS"]}
    assert found == wanted


@pytest.mark.parametrize("side", ["MOW", "BJS"])
@pytest.mark.parametrize("act", JOINT)
def test_who_may_accept_which_transition(
    people: dict[str, Actor], project: Project, act: str, side: str
) -> None:
    """5 acts × where each begins × the side that asks × everybody who could answer."""
    asker = people["moscow_secretary" if side == "MOW" else "beijing_coordinator"]
    other = "BJS" if side == "MOW" else "MOW"
    for state in TRANSITIONS[act].sources:
        with undone():
            proposal = proposal_raise(subject=standing(project, state), act=act, language="en", by=asker)
            accepted = set()
            for who, by in people.items():
                with undone():
                    try:
                        proposal_accept(proposal=proposal, language="en", by=by)
                    except REFUSED:
                        continue
                    assert Project.objects.get(pk=project.pk).state == TRANSITIONS[act].target
                    accepted.add(who)
            assert accepted == DECIDERS[other]


@pytest.mark.parametrize("act", JOINT)
def test_an_accepted_transition_begins_where_it_may_also_when_the_state_has_changed(
    people: dict[str, Actor], project: Project, act: str
) -> None:
    """A proposal raised in one state and answered in another one: 5 acts × 7 states."""
    source = TRANSITIONS[act].sources[0]
    proposal = proposal_raise(
        subject=standing(project, source), act=act, language="en", by=people["moscow_secretary"]
    )
    stood = Project.objects.get(pk=project.pk).state
    for state in STATES:
        with undone():
            fresh = standing(project, state)
            answer = partial(
                proposal_accept, proposal=proposal, language="en", by=people["beijing_coordinator"]
            )
            assert possible(answer) == (fresh.state == stood), state


@pytest.mark.parametrize("act", [*ACTS])
def test_an_archived_project_changes_its_state_no_more(
    people: dict[str, Actor], project: Project, act: str
) -> None:
    """Neither is anything proposed of it, nor does the answer to what was proposed before move it."""
    source = TRANSITIONS[act].sources[0] if act in TRANSITIONS else "agreed"
    changes = {"ends_on": "2023-05-05"} if act == "change" else {}
    ask = {"act": act, "changes": changes, "language": "en", "by": people["moscow_secretary"]}
    proposal = proposal_raise(subject=standing(project, source), **ask)
    archive(project)
    with pytest.raises(NotAllowed, match="archived"):
        proposal_accept(proposal=proposal, language="en", by=people["beijing_coordinator"])
    with pytest.raises(NotAllowed, match="archived"):
        proposal_raise(subject=project, **ask)
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.OPEN


def archive(project: Project) -> None:
    with pgtrigger.ignore("projects.Project:agreed"):
        execute("UPDATE projects_project SET archived_at = now() WHERE id = %s", [project.pk])


def test_a_state_is_no_field_that_anybody_edits(people: dict[str, Actor], project: Project) -> None:
    for who, by in people.items():
        for target in STATES:
            changes = {"state": target}
            edit = partial(project_amend, project=project, changes=changes, base_version=1, by=by)
            ask = partial(
                proposal_raise, subject=project, act="change", changes=changes, language="en", by=by
            )
            assert not possible(edit), who
            assert not possible(ask), who


# Straight in the database.

SQL = "UPDATE projects_project SET state = %s WHERE id = %s"


def moves(project: Project) -> set[tuple[str, str]]:
    """Every pair of states for which SQL gets a project from one to the other."""
    found = set()
    for source in STATES:
        with undone():
            standing(project, source)
            for target in STATES:
                if source != target and possible(lambda: execute(SQL, [target, project.pk])):  # noqa: B023
                    found.add((source, target))
    return found


def test_sql_goes_only_where_one_side_may(project: Project) -> None:
    """49 cells without a decision."""
    assert moves(project) == ALONE


def test_sql_with_a_decision_goes_only_where_the_table_leads(
    people: dict[str, Actor], project: Project
) -> None:
    """49 cells with the other side's decision of this very transaction."""
    proposal = proposal_raise(subject=project, act="agree", language="en", by=people["moscow_secretary"])
    proposal_accept(proposal=proposal, language="en", by=people["beijing_coordinator"])
    with agreed_by(Decision.objects.get(proposal=proposal)):
        assert moves(project) == WITH_A_DECISION


def test_sql_adds_drafts_only(project: Project) -> None:
    copy = (
        "INSERT INTO projects_project SELECT (jsonb_populate_record(t, jsonb_build_object("
        "'id', gen_random_uuid(), 'code', 'NEW', 'state', %s))).* FROM projects_project t WHERE id = %s"
    )
    added = [state for state in STATES if possible(lambda: execute(copy, [state, project.pk]))]  # noqa: B023
    assert added == ["draft"]


def test_the_guards_table_is_the_table_of_states() -> None:
    """Two places say which transition there is, in Python and in SQL."""
    words = IN_SQL.replace("(", " ").replace(")", " ").replace("'", " ").replace(",", " ").split()
    assert set(zip(words[::2], words[1::2], strict=True)) == WITH_A_DECISION
