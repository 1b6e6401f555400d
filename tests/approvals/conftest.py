"""What the tests of joint approval share: a project that both sides agreed on, and who decides."""

from typing import Any

import pytest

from approvals.models import Proposal
from approvals.services import proposal_accept, proposal_raise
from programme.models import Programme, Remit
from projects.models import Project

TITLES = {"title_en": "Signals", "title_ru": "Сигналы", "title_zh_hans": "信号"}


def ask(stage: Any, project: Project, act: str, who: str = "moscow_editor", **more: Any) -> Proposal:
    return proposal_raise(subject=project, act=act, language="en", by=stage.actor(who), **more)


def accept(stage: Any, proposal: Proposal, who: str = "beijing_coordinator") -> Proposal:
    return proposal_accept(proposal=proposal, language="en", by=stage.actor(who))


@pytest.fixture
def deciders(stage: Any) -> None:
    for area in stage.areas:
        Remit.objects.create(user=stage.people["beijing_coordinator"], area=area)


@pytest.fixture
def draft(stage: Any, deciders: None) -> Project:
    return stage.project(**TITLES)


@pytest.fixture
def joint(stage: Any, draft: Project) -> Project:
    """Agreed by both sides, with a milestone."""
    accept(stage, ask(stage, draft, "agree"))
    due = {"title_en": "First", "title_ru": "Первый", "title_zh_hans": "首", "due_on": "2022-05-01"}
    accept(stage, ask(stage, draft, "change", changes={"milestones/+1": due, "ends_on": "2022-12-31"}))
    draft.refresh_from_db()
    return draft


@pytest.fixture
def inside(stage: Any) -> None:
    """The programme says that an editor's proposal is confirmed inside the city first."""
    Programme.objects.update(confirms_inside=True)
