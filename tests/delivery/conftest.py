"""What the tests of notices share."""

from typing import Any

import pgtrigger
import pytest

from delivery.maker import notices_make
from delivery.services import record_follow
from projects.models import Project
from projects.services import project_amend


class Scene:
    """People who follow a project, and somebody who edits it."""

    def __init__(self, stage: Any) -> None:
        self.stage = stage
        self.project: Project = stage.project(
            title_en="Signals", title_ru="Сигнализация", title_zh_hans="地铁信号"
        )

    def follow(self, *names: str) -> None:
        for name in names:
            record_follow(kind="project", record_id=self.project.pk, by=self.stage.actor(name))

    def edit(self, by: str = "moscow_editor", summary: str = "Canary content") -> None:
        self.project.refresh_from_db()
        project_amend(
            project=self.project,
            changes={"summary_en": f"{summary} {self.project.version}"},
            base_version=self.project.version,
            by=self.stage.actor(by),
        )

    def hide(self) -> None:
        """Makes the project Moscow's own: nothing in the product can; it stands for whatever vanishes."""
        with pgtrigger.ignore("projects.Project:agreed"):
            Project.objects.filter(pk=self.project.pk).update(
                visibility="own", owner_city=self.stage.cities["MOW"]
            )

    def tell(self) -> None:
        notices_make()


@pytest.fixture
def scene(stage: Any) -> Scene:
    return Scene(stage)
