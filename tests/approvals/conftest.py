"""What the tests of joint approval share."""

from typing import Any

import pytest

from accounts.models import Role
from accounts.services import person_create
from approvals.models import Proposal
from approvals.services import proposal_raise
from programme.models import Remit
from projects.models import Project
from tests.conftest import PASSWORD

TITLES = {"title_en": "Signals", "title_ru": "Сигналы", "title_zh_hans": "信号"}


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
