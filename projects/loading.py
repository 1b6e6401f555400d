"""How a joint project is made from the facts of a programme's file."""

from typing import Any

from accounts.actors import Actor
from programme.loading.kinds import Content, Ids, LoadedKind, Values, load_as, many, texts
from projects.services import project_amend, project_create


def project(content: Content, position: int, ids: Ids) -> Values:
    return {
        **texts(content, "title", "summary"),
        "areas": many(ids, "area", content["areas"]),
        "provisions": many(ids, "provision", content["provisions"]),
        "agreements": many(ids, "agreement", content["agreements"]),
        "events": many(ids, "event", content["events"]),
    }


def project_made(record: Any, parts: Values, *, original: str, by: Actor) -> Any:
    return project_create(project=record, parts=parts, original=original, by=by)


def project_amended(record: Any, *, changes: Values, base_version: int, by: Actor) -> Any:
    return project_amend(project=record, changes=changes, base_version=base_version, by=by)


load_as(
    LoadedKind(
        kind="project", section="projects", values=project, create=project_made, amend=project_amended
    )
)
