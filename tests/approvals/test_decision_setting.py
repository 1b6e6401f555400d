"""The database's guard lets a write pass for one thing only: a decision of the other side, here and now.

Each transaction is a real one: a decision counts in the transaction that made it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from approvals.models import Decision
from approvals.services import proposal_accept, proposal_confirm, proposal_raise, setting
from programme.models import Programme, Remit
from projects.models import Project
from tests.approvals.joint import titles

pytestmark = pytest.mark.django_db(transaction=True)
BENT = "UPDATE projects_project SET ends_on = '2030-01-01' WHERE id = %s"


@pytest.fixture
def deciding(stage: Any) -> Any:
    for area in stage.areas:
        Remit.objects.create(user=stage.people["beijing_coordinator"], area=area)
    return stage


def agree(stage: Any, project: Project) -> Decision:
    proposal = proposal_raise(
        subject=project, act="agree", language="en", by=stage.actor("moscow_secretary")
    )
    proposal_accept(proposal=proposal, language="en", by=stage.actor("beijing_coordinator"))
    return Decision.objects.get(proposal=proposal)


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(DatabaseError, match="both sides agreed"), transaction.atomic():
        yield


def bend(project: Project) -> None:
    with connection.cursor() as cursor:
        cursor.execute(BENT, [project.pk])


def test_a_decision_of_earlier_stands_behind_nothing_new(deciding: Any) -> None:
    project = deciding.project(**titles("title", "Signals"))
    decision = agree(deciding, project)
    with refused():
        setting(str(decision.pk))
        bend(project)


def test_a_decision_on_another_project_stands_behind_nothing_here(deciding: Any) -> None:
    project, other = (deciding.project(**titles("title", name)) for name in ("Signals", "Doors"))
    agree(deciding, project)
    with refused():
        setting(str(agree(deciding, other).pk))
        bend(project)


def test_the_control_a_decision_on_this_project_made_just_now_lets_it_pass(deciding: Any) -> None:
    project = deciding.project(**titles("title", "Signals"))
    with transaction.atomic():
        setting(str(agree(deciding, project).pk))
        bend(project)


def test_the_confirmation_of_ones_own_city_is_no_answer(deciding: Any) -> None:
    project = deciding.project(**titles("title", "Signals"))
    agree(deciding, project)
    Programme.objects.update(confirms_inside=True)
    project.refresh_from_db()
    proposal = proposal_raise(
        subject=project, act="cancel", language="en", by=deciding.actor("moscow_editor")
    )
    with refused():
        proposal_confirm(proposal=proposal, language="en", by=deciding.actor("moscow_secretary"))
        setting(str(Decision.objects.get(proposal=proposal, verdict="confirm").pk))
        bend(project)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        "'",
        "null",
        "00000000-0000-0000-0000-000000000000",
        "6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
        "{",
        "𠀀" * 300,
        "%s",
        "a\nb",
    ],
)
def test_garbage_is_no_decision(deciding: Any, value: str) -> None:
    project = deciding.project(**titles("title", "Signals"))
    agree(deciding, project)
    with refused():
        setting(value)
        bend(project)
