"""The scene of the permission table: the cast, signed in, and one project with what hangs on it.

Each kind of scene is made once in a worker by real services and put back for each row.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client

from attachments.services import document_upload, link_create, remark_write
from projects.models import (
    Contribution,
    Delegate,
    Exchange,
    Indicator,
    IndicatorValue,
    Milestone,
    Participation,
    Project,
    Risk,
    Update,
)
from projects.services import part_create
from records.period import Period
from tests.conftest import CAST, Stage, make_stage
from tests.snapshot import Snapshot, can_be_put_back


@dataclass
class Scene:
    stage: Stage
    project: Project
    sessions: dict[str, str]  # role → the key of its session


class Scenes:
    """The scenes of this worker, and the callers that all its rows share."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, bool], tuple[Snapshot, dict[Path, bytes]]] = {}
        self.callers = {role: Caller() for role in ("anonymous", *CAST)}

    def put_back(self, *, visibility: str, with_parts: bool, files: Path) -> Scene:
        """A scene that no other row has touched; `files` is where uploaded files are."""
        kind = (visibility, with_parts)
        if not can_be_put_back():
            return make_scene(*kind)
        if kind not in self.kept:
            snapshot = Snapshot(lambda: make_scene(*kind))
            uploaded = [path for path in files.rglob("*") if path.is_file()]
            self.kept[kind] = snapshot, {path.relative_to(files): path.read_bytes() for path in uploaded}
        snapshot, contents = self.kept[kind]
        for path, content in contents.items():
            (files / path).parent.mkdir(parents=True, exist_ok=True)
            (files / path).write_bytes(content)
        return snapshot.put_back()

    def clients(self, scene: Scene) -> dict[str, Client]:
        """The callers, each with the session of its role and no other cookie."""
        for role, caller in self.callers.items():
            caller.cookies.clear()
            if role in scene.sessions:
                caller.cookies[settings.SESSION_COOKIE_NAME] = scene.sessions[role]
        return dict(self.callers)


class Caller(Client):
    """A client that keeps cookies and nothing else: no copies of what each template was given.

    An error is the status 500, with its traceback in the log.
    """

    def request(self, **request: Any) -> Any:
        response = self.handler(self._base_environ(**request))
        self.cookies.update(response.cookies)
        return response


def make_scene(visibility: str, with_parts: bool) -> Scene:
    stage = make_stage()
    project = stage.project(visibility=visibility)
    hang_on(project, stage)
    if with_parts:
        add_parts(project, stage)
    sessions = {role: stage.client(role).cookies[settings.SESSION_COOKIE_NAME].value for role in CAST}
    return Scene(stage, project, sessions)


def hang_on(project: Project, stage: Any) -> None:
    editor = stage.actor("moscow_editor")
    file = ContentFile(b"Minutes", name="minutes.txt")
    common = {"subject": project, "language": "en", "visibility": project.visibility, "by": editor}
    document_upload(upload=file, **common)
    remark_write(text="A remark", **common)
    link_create(subject=project, target=stage.areas[0], relation="related", by=editor)


def add_parts(project: Project, stage: Any) -> None:
    """One part of each kind; what belongs to a side is Moscow's."""
    moscow, beijing = stage.cities["MOW"], stage.cities["BJS"]
    metro = moscow.organisations.first()

    def add(model: Any, **values: Any) -> Any:
        values.setdefault("project", project)
        return part_create(part=model(**values), by=stage.actor("moscow_editor"))

    add(Milestone, title_en="First train", due_on=date(2021, 6, 1))
    add(Participation, organisation=metro)
    add(Contribution, organisation=metro, kind="in_kind")
    add(Risk, title_en="Delay")
    indicator = add(Indicator, name_en="Trains", unit_en="trains")
    period = Period.parse("2021-Q1")
    part_create(
        part=IndicatorValue(indicator=indicator, city=moscow, period=period, value=1),
        by=stage.actor("moscow_editor"),
    )
    exchange = add(Exchange, title_en="Engineers", from_city=moscow, to_city=beijing)
    part_create(part=Delegate(exchange=exchange, name="A. Person"), by=stage.actor("moscow_editor"))
    own = {"visibility": "own", "owner_city": moscow}
    add(Update, programme=stage.programme, city=moscow, period=period, health="on_track", **own)
