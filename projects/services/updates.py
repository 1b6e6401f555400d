"""A side's word on a period: handed in, sent back section by section, handed in again."""

from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from projects.access import require_part, return_refusal
from projects.models import Update
from projects.services.parts import locked_part
from records import services
from records.errors import Invalid, NotAllowed
from records.models import Verb
from records.registry import registry
from records.texts import LANGUAGES, text_in

REMARK_LENGTH = 2_000


def update_submit(*, update: Update, base_version: int, by: Actor) -> Update:
    """Hand in a draft, or one that was sent back: from now on whoever sees the project sees it.

    Raises `NotVisible`, `NotAllowed`, `Invalid` and `EditConflict`.
    """
    with locked_part(update, by=by) as fresh:
        require_part(by, fresh, fresh.project)
        if fresh.state == Update.State.SUBMITTED:
            raise NotAllowed(_("This update has been handed in already."))
        services.require_version(fresh, base_version)
        missing = {}
        if not fresh.health:
            missing["health"] = [_("Say how the project stands before you hand it in.")]
        if not any(text_in(fresh, "narrative", language) for language in LANGUAGES):
            missing["narrative"] = [_("Write what was done before you hand it in.")]
        if missing:
            raise Invalid(missing)
        fresh.state, fresh.submitted_at, fresh.returned = Update.State.SUBMITTED, timezone.now(), {}
        fresh.visibility, fresh.owner_city = fresh.project.visibility, fresh.project.owner_city
        write(fresh, "submitted_at", "returned", "visibility", "owner_city", by=by)
        return fresh


def update_return(*, update: Update, sections: Mapping[str, str], base_version: int, by: Actor) -> Update:
    """Send an update back with a remark on each section that needs more work.

    `sections` maps names of `Update.SECTIONS` to remarks; they stay in sight until the
    update is handed in again. Raises `NotVisible`, `NotAllowed`, `Invalid` and `EditConflict`.
    """
    with locked_part(update, by=by) as fresh:
        if refusal := return_refusal(by, fresh, fresh.project):
            raise refusal
        services.require_version(fresh, base_version)
        remarks = {name: remark.strip() for name, remark in sections.items() if remark.strip()}
        if unknown := set(remarks) - set(Update.SECTIONS):
            raise Invalid({sorted(unknown)[0]: [_("An update has no such section.")]})
        if not remarks:
            raise Invalid({"": [_("Say of at least one section what is missing in it.")]})
        if long := [name for name, remark in remarks.items() if len(remark) > REMARK_LENGTH]:
            raise Invalid(
                {long[0]: [_("Write at most %(number)s characters.") % {"number": REMARK_LENGTH}]}
            )
        fresh.state, fresh.returned = Update.State.RETURNED, remarks
        write(fresh, "returned", by=by)
        return fresh


def write(update: Update, *columns: str, by: Actor) -> None:
    update.version += 1
    update.updated_at, update.updated_by_id = timezone.now(), by.user_id
    update.save(update_fields=["state", *columns, "version", "updated_at", "updated_by"])
    services.note(update, registry.of(update), Verb.EDITED, by=by, fields=["state"])
