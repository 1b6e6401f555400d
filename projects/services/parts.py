"""Every write to what a project consists of: milestones, indicators, contributions, and so on.

One set of services serves all kinds of part: a part's model says which of its fields
both sides agreed on, and whose row it is. The project is locked first.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from accounts.actors import Actor
from projects.access import (
    nothing_agreed,
    require_not_joint,
    require_open,
    require_part,
    require_part_alone,
)
from projects.models import Project
from records import services

P = TypeVar("P")


def project_of(part: Any) -> Project:
    return part.project


@contextmanager
def locked_part(part: Any, *, by: Actor, reason: str = "") -> Iterator[Any]:
    """The part as it stands, with its project, both locked: the project first."""
    with (
        services.locked(project_of(part), by=by, reason=reason) as project,
        services.locked(part, by=by, reason=reason) as fresh,
    ):
        if getattr(fresh, "parent_name", "project") == "project":
            fresh.project = project
        yield fresh


def part_create(
    *, part: P, parts: Mapping[str, Any] | None = None, original: str | None = None, by: Actor
) -> P:
    """Add a part to the project that it names. Raises `NotVisible`, `NotAllowed` and `Invalid`."""
    with services.locked(project_of(part), by=by) as project:
        require_part(by, part, project)
        require_part_alone(part, project)
        require_not_joint(part)
        return services.create(part, parts=parts, by=by, original=original)  # type: ignore[type-var]


def part_amend(
    *,
    part: P,
    changes: Mapping[str, Any],
    base_version: int,
    by: Actor,
    base: Mapping[str, Any] | None = None,
    confirmed: Collection[str] = (),
    reason: str = "",
) -> P:
    """Edit a part; see `records.services.amend`. What both sides agreed on changes by a proposal only.

    Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`.
    """
    with locked_part(part, by=by, reason=reason) as fresh:
        require_part(by, fresh, fresh.project, correcting=bool(reason))
        require_open(fresh)
        written = services.amend(
            fresh,
            changes=changes,
            base_version=base_version,
            base=base,
            confirmed=confirmed,
            check=nothing_agreed(fresh, fresh.project),
            by=by,
        )
        # Nor is a side's own row handed to the other side.
        require_part(by, written, fresh.project, correcting=bool(reason))
        return written


def part_archive(*, part: P, base_version: int, by: Actor, reason: str = "") -> P:
    """Take a part off its project; its history stays. Raises `NotAllowed` and `EditConflict`."""
    with locked_part(part, by=by, reason=reason) as fresh:
        require_part(by, fresh, fresh.project, correcting=bool(reason))
        require_part_alone(fresh, fresh.project)
        require_open(fresh)
        return services.archive(fresh, base_version=base_version, by=by)


def part_restore(*, part: P, base_version: int, by: Actor, reason: str = "") -> P:
    """Put it back. Raises `NotAllowed` and `EditConflict`."""
    with locked_part(part, by=by, reason=reason) as fresh:
        require_part(by, fresh, fresh.project, correcting=bool(reason), archived=True)
        require_part_alone(fresh, fresh.project)
        return services.restore(fresh, base_version=base_version, by=by)
