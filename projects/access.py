"""Who may see and edit which project, and what neither side changes alone."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.access import correct_refusal, edit_refusal, require_edit, visible
from accounts.actors import Actor
from programme.remits import remit_refusal
from projects.models import Project, Update
from projects.progress import milestone_counts
from records.errors import NotAllowed
from records.models import Visibility
from records.registry import registry
from records.texts import columns
from records.values import path_label

__all__ = ["edit_refusal", "require_edit"]


def project_to_read(*, pk: UUID, actor: Actor) -> Project:
    """Raises `NotVisible`."""
    whole = Project.objects.select_related("programme__successor", "owner_city")
    return visible(
        whole.annotate(milestone_counts=milestone_counts(timezone.localdate())), pk=pk, actor=actor
    )


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


def part_to_read(model: Any, *, pk: UUID, actor: Actor) -> Any:
    """A part of a project, with the project. Raises `NotVisible`."""
    way = model.seen_through[-1].rstrip("_")
    whole = model.objects.select_related(f"{way}__programme", f"{way}__owner_city")
    return visible(whole, pk=pk, actor=actor)


def part_refusal(
    actor: Actor, part: Any, project: Project, *, archived: bool = False, correcting: bool = False
) -> NotAllowed | None:
    """Why this actor may not edit this part of a project; None when they may.

    What is one side's row (its values, its contributions) only that side's editors write.
    """
    rule = correct_refusal if correcting else edit_refusal
    if refusal := rule(actor, project):
        return refusal
    whole = getattr(part, "parent", project)
    if (part.archived_at and not archived) or whole.archived_at:
        return NotAllowed(_("This record is archived."), _("Restore it first."))
    side = part.side_id
    free = actor.is_system or (correcting and actor.city_id is None)
    if side is not None and side != actor.city_id and not free:
        return NotAllowed(
            _("This is the other side's own row."), _("An editor of that side can change it.")
        )
    return None


def update_refusal(
    actor: Actor, update: Update, project: Project, *, archived: bool = False
) -> NotAllowed | None:
    """Why this actor may not edit this update; None when they may. What was handed in stands."""
    if refusal := part_refusal(actor, update, project, archived=archived):
        return refusal
    return handed_in_refusal(update)


def handed_in_refusal(part: Any) -> NotAllowed | None:
    if isinstance(part, Update) and part.state == Update.State.SUBMITTED:
        return NotAllowed(
            _("This update has been handed in, so it stands as it is."),
            _("A coordinator or secretary can send it back."),
        )
    return None


def require_open(part: Any) -> None:
    """What was handed in stands until it is sent back. Raises `NotAllowed`."""
    if refusal := handed_in_refusal(part):
        raise refusal


def return_refusal(actor: Actor, update: Update, project: Project) -> NotAllowed | None:
    """Why this actor may not send this update back; None when they may.

    Whoever decides for the other side does, and for the update's own side until the
    other side relies on it: that is, until it has handed in its own for that time.
    """
    if refusal := edit_refusal(actor, project):
        return refusal
    if update.archived_at:
        return NotAllowed(_("This record is archived."), _("Restore it first."))
    if update.state != Update.State.SUBMITTED:
        return NotAllowed(_("Only an update that has been handed in is sent back."))
    if not actor.deciding_roles:
        return NotAllowed(
            _("Sending an update back is for coordinators and secretaries."),
            _("Make a remark, or ask a coordinator of your city."),
        )
    if update.city_id == actor.city_id and relied_on(update):
        return NotAllowed(
            _("The other side has handed in its own update since, and relies on this one."),
            _("A coordinator or secretary of the other side can send it back."),
        )
    return remit_refusal(actor, project.areas.all())


def relied_on(update: Update) -> bool:
    """Whether another side has handed in an update for this period, or a later one, afterwards."""
    others = Update.objects.live().filter(project=update.project_id, submitted_at__gt=update.submitted_at)
    found = others.exclude(city=update.city_id).exclude(state=Update.State.DRAFT)
    return any(period.last >= update.period.first for period in found.values_list("period", flat=True))


def require_part(
    actor: Actor, part: Any, project: Project, *, archived: bool = False, correcting: bool = False
) -> None:
    """Raises `NotAllowed`."""
    if refusal := part_refusal(actor, part, project, archived=archived, correcting=correcting):
        raise refusal


# What both sides agreed on.


def by_proposal(what: str) -> NotAllowed:
    return NotAllowed(
        _("Both sides agreed on this, so neither changes it alone: %(what)s.") % {"what": what},
        _("Propose the change; the other side then accepts or refuses it."),
    )


def alone_refusal(part: Any, project: Project) -> NotAllowed | None:
    """Why one side alone may not add this part to a project, or take it away; None when it may."""
    if project.is_agreed and getattr(part, "is_term", False):
        return by_proposal(str(registry.of(part).plural))
    return None


def require_part_alone(part: Any, project: Project) -> None:
    """Raises `NotAllowed`."""
    if refusal := alone_refusal(part, project):
        raise refusal


def require_not_joint(part: Any) -> None:
    """A new part does not bring with it what takes both sides' word. Raises `NotAllowed`."""
    for field in getattr(part, "always_joint", ()):
        if getattr(part, field) is not None:
            raise by_proposal(path_label(registry.of(part), field))


def require_unagreed(project: Project) -> None:
    """An agreed project is not taken out of the lists by one side. Raises `NotAllowed`."""
    if project.is_agreed:
        raise NotAllowed(
            _("Both sides agreed on this project, so it stays in the lists."),
            _("Propose to cancel it, or to complete it."),
        )


def require_not_public(actor: Actor, project: Project) -> None:
    """A new project is not published by one side. Raises `NotAllowed`."""
    if project.visibility == Visibility.PUBLIC and not actor.is_system:
        raise NotAllowed(
            _("It takes both sides to make a project public."),
            _("Add it as shared, then propose to make it public."),
        )


def is_agreed_path(record: Any, project: Project, path: str, current: Any) -> bool:
    """Whether a path of a project or part changes by a proposal only. Filling an empty text does not."""
    texts = columns(type(record))
    name = path.split("/")[0]
    field = texts[name][0] if name in texts else name
    if field in getattr(record, "always_joint", ()):
        return True
    if not project.is_agreed or field not in record.agreed:
        return False
    return not (name in texts and not current)


def nothing_agreed(record: Any, project: Project) -> Callable[[Mapping[str, Any], Mapping[str, Any]], None]:
    """The check that an edit touches nothing that takes both sides. It raises `NotAllowed`."""

    def check(changes: Mapping[str, Any], current: Mapping[str, Any]) -> None:
        touched = [path for path in changes if is_agreed_path(record, project, path, current[path])]
        if touched:
            names = dict.fromkeys(path_label(registry.of(record), path) for path in touched)
            raise by_proposal(pgettext("between things in a list", ", ").join(names))

    return check
