"""Who may see and edit which project."""

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.access import edit_refusal, require_edit, visible
from accounts.actors import Actor
from projects.models import Project
from records.errors import NotAllowed

__all__ = ["edit_refusal", "project_to_edit", "project_to_read", "require_edit", "require_own_sides"]


def project_to_read(*, pk: UUID, actor: Actor) -> Project:
    """Raises `NotVisible`."""
    return visible(Project.objects.select_related("programme", "owner_city"), pk=pk, actor=actor)


def project_to_edit(*, pk: UUID, actor: Actor) -> Project:
    """Raises `NotVisible` and `NotAllowed`."""
    project = project_to_read(pk=pk, actor=actor)
    require_edit(actor, project)
    return project


def require_own_sides(actor: Actor, paths: list[str]) -> None:
    """Each side names its own contact only. Raises `NotAllowed`."""
    own = f"contacts/{actor.city.code}" if actor.city else ""
    if any(path.startswith("contacts/") and path != own for path in paths) and not actor.is_system:
        raise NotAllowed(
            _("The contact of a side is named by that side only."),
            _("An editor of that side can change it."),
        )
