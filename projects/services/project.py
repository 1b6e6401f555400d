"""Every write to a project."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.actors import Actor
from projects.access import (
    nothing_agreed,
    require_edit,
    require_not_public,
    require_own_sides,
    require_unagreed,
)
from projects.models import CodeCounter, Project
from records import services
from records.errors import Invalid


def project_create(
    *, project: Project, parts: Mapping[str, Any], original: str | None = None, by: Actor
) -> Project:
    """Add a draft project.

    Its code comes from the first of `parts["areas"]` and the programme's first year.

    Raises `NotAllowed` and `Invalid`.
    """
    with services.writing(by=by):
        require_edit(by, project)
        require_own_sides(by, list(parts))
        require_not_public(by, project)
        project.code = next_code(project, parts)
        return services.create(project, parts=parts, by=by, original=original)


def project_amend(
    *,
    project: Project,
    changes: Mapping[str, Any],
    base_version: int,
    by: Actor,
    base: Mapping[str, Any] | None = None,
    confirmed: Collection[str] = (),
    reason: str = "",
) -> Project:
    """Edit a project; see `records.services.amend` for versions and merging.

    With a `reason`, which the history keeps, it is an administrator's correction.
    Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`.
    """
    with services.locked(project, by=by, reason=reason) as fresh:
        require_edit(by, fresh, correcting=bool(reason))
        require_own_sides(by, list(changes))
        require_area(changes)
        return services.amend(
            fresh,
            changes=changes,
            base_version=base_version,
            base=base,
            confirmed=confirmed,
            check=nothing_agreed(fresh, fresh),
            by=by,
        )


def project_archive(*, project: Project, base_version: int, by: Actor, reason: str = "") -> Project:
    """Take a project out of the lists. Raises `NotVisible`, `NotAllowed` and `EditConflict`."""
    with services.locked(project, by=by, reason=reason) as fresh:
        require_edit(by, fresh, correcting=bool(reason))
        require_unagreed(fresh)
        return services.archive(fresh, base_version=base_version, by=by)


def project_restore(*, project: Project, base_version: int, by: Actor, reason: str = "") -> Project:
    """Bring an archived project back. Raises `NotVisible`, `NotAllowed` and `EditConflict`."""
    with services.locked(project, by=by, reason=reason) as fresh:
        require_edit(by, fresh, archived=True, correcting=bool(reason))
        return services.restore(fresh, base_version=base_version, by=by)


def require_area(values: Mapping[str, Any]) -> None:
    if "areas" in values and not values["areas"]:
        raise Invalid({"areas": [_("Choose at least one area.")]})


def next_code(project: Project, parts: Mapping[str, Any]) -> str:
    """The next code of the first area: the counter's row is locked until the project is saved."""
    require_area({"areas": parts.get("areas", [])})
    codes = {str(pk): code for pk, code in project.programme.area_set.values_list("pk", "code")}
    if str(parts["areas"][0]) not in codes:
        raise Invalid({"areas": [_("Choose areas of this programme.")]})
    prefix = f"{codes[str(parts['areas'][0])]}-{project.programme.period.first.year}-"
    CodeCounter.objects.bulk_create(
        [CodeCounter(programme=project.programme, prefix=prefix)], ignore_conflicts=True
    )
    CodeCounter.objects.filter(prefix=prefix).update(last=F("last") + 1)
    return f"{prefix}{CodeCounter.objects.get(prefix=prefix).last:03}"
