"""What one side does alone to the state and visibility of a project, and how a state is written."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from projects.access import require_edit
from projects.models import Project, Update
from projects.states import TRANSITIONS, transition_refusal
from records import services
from records.errors import NotAllowed
from records.models import Verb, Visibility
from records.registry import registry


def project_start(*, project: Project, base_version: int, by: Actor) -> Project:
    """Say that work on an agreed project has begun.

    Raises `NotVisible`, `NotAllowed` and `EditConflict`.
    """
    with services.locked(project, by=by) as fresh:
        require_edit(by, fresh)
        if refusal := transition_refusal(fresh, "start"):
            raise refusal
        services.require_version(fresh, base_version)
        set_state(fresh, TRANSITIONS["start"].target, by=by)
        return fresh


def project_share(*, project: Project, base_version: int, by: Actor) -> Project:
    """Show a project that was one side's own to the other side; there is no way back.

    Raises `NotVisible`, `NotAllowed` and `EditConflict`.
    """
    with services.locked(project, by=by) as fresh:
        require_edit(by, fresh)
        if fresh.visibility != Visibility.OWN:
            raise NotAllowed(_("Both sides see this project already."))
        services.require_version(fresh, base_version)
        set_visibility(fresh, Visibility.SHARED, by=by)
        return fresh


def set_state(project: Project, state: str, *, by: Actor) -> None:
    project.state = state
    write(project, "state", by=by)


def set_visibility(project: Project, visibility: str, *, by: Actor) -> None:
    project.visibility, project.owner_city = visibility, None
    write(project, "visibility", "owner_city", by=by)
    # What was handed in is seen by whoever sees the project; a draft stays its side's own.
    for update in Update.objects.select_for_update().filter(project=project).exclude(state="draft"):
        update.visibility, update.owner_city = visibility, None
        update.version += 1
        update.save(update_fields=["visibility", "owner_city", "version"])
        services.note(update, registry.of(update), Verb.EDITED, by=by, fields=["visibility"])


def write(project: Project, *columns: str, by: Actor) -> None:
    project.version += 1
    project.updated_at, project.updated_by_id = timezone.now(), by.user_id
    project.save(update_fields=[*columns, "version", "updated_at", "updated_by"])
    services.note(project, registry.of(project), Verb.EDITED, by=by, fields=columns[:1])
