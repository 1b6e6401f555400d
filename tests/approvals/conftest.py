"""What the tests of joint approval share: a project that both sides agreed on, and who decides."""

from typing import Any

import pytest

from accounts.models import Role
from accounts.services import person_create
from approvals.models import Proposal
from approvals.services import proposal_accept, proposal_raise
from programme.models import Programme, Remit
from projects.models import Project
from tests.conftest import PASSWORD

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


class Approvals:
    """A shared project that one side asks the other to agree on."""

    def __init__(self, stage: Any) -> None:
        self.stage = stage
        self.project: Project = stage.project(**TITLES)

    def ask(self, who: str = "moscow_editor", **more: Any) -> Proposal:
        return proposal_raise(
            subject=self.project, act="agree", language="en", by=self.stage.actor(who), **more
        )

    def remit(self, who: str, *areas: Any) -> None:
        for area in areas or self.stage.areas:
            Remit.objects.create(user=self.stage.people[who], area=area)

    def person(self, name: str, city: str, role: Role) -> Any:
        self.stage.people[name] = person_create(
            email=f"{name}@example.org",
            name=name.replace("_", " ").title(),
            password=PASSWORD,
            city=self.stage.cities[city],
            roles=[role],
        )
        return self.stage.people[name]


@pytest.fixture
def approvals(stage: Any) -> Approvals:
    return Approvals(stage)
