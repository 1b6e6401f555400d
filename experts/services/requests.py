"""Every write to a request for expertise: a draft is the asking city's own, opened it is shared."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require_edit
from accounts.actors import Actor
from experts.asking import ask_refusal, request_refusal
from experts.models import ExpertiseRequest, Invitation
from experts.services.letters import letter_ask
from experts.states import INVITATION, target
from records import services
from records.errors import Invalid, NotAllowed
from records.models import Visibility

State = ExpertiseRequest.State


def request_create(
    *,
    request: ExpertiseRequest,
    parts: Mapping[str, Any] | None = None,
    original: str | None = None,
    by: Actor,
) -> ExpertiseRequest:
    """Write a draft, which is the actor's city's own. Raises `NotAllowed` and `Invalid`."""
    with services.writing(by=by):
        if by.city is not None:
            request.city = by.city
        request.state, request.visibility, request.owner_city_id = (
            State.DRAFT,
            Visibility.OWN,
            request.city_id,
        )
        require_edit(by, request)
        return services.create(request, parts=parts, by=by, original=original)


def request_amend(
    *,
    request: ExpertiseRequest,
    changes: Mapping[str, Any],
    base_version: int,
    by: Actor,
    base: Mapping[str, Any] | None = None,
    confirmed: Collection[str] = (),
) -> ExpertiseRequest:
    """Edit a request that is not over. Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`."""
    with services.locked(request, by=by) as fresh:
        require(ask_refusal(by, fresh))
        if fresh.state not in (State.DRAFT, State.OPEN):
            raise NotAllowed(_("This request is over."), _("Write a new one."))
        made = services.amend(
            fresh, changes=changes, base_version=base_version, base=base, confirmed=confirmed, by=by
        )
        if made.state == State.OPEN:
            require_whole(made)
        return made


def request_open(*, request: ExpertiseRequest, base_version: int, by: Actor) -> ExpertiseRequest:
    """Show the request to the other cities, which then release experts for it; there is no way back.

    Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`.
    """
    with services.locked(request, by=by) as fresh:
        require(request_refusal(by, fresh, "open"))
        require_whole(fresh)
        return services.put(
            fresh,
            base_version=base_version,
            by=by,
            state=target(fresh, "open"),
            opened_at=timezone.now(),
            visibility=Visibility.SHARED,
            owner_city=None,
        )


def request_close(*, request: ExpertiseRequest, base_version: int, by: Actor) -> ExpertiseRequest:
    """The request is answered: who has not accepted yet is asked no longer.

    Raises `NotVisible`, `NotAllowed` and `EditConflict`.
    """
    return finished(request, "close", base_version, by)


def request_cancel(*, request: ExpertiseRequest, base_version: int, by: Actor) -> ExpertiseRequest:
    """The request is dropped: who has not accepted yet is asked no longer.

    Raises `NotVisible`, `NotAllowed` and `EditConflict`.
    """
    return finished(request, "cancel", base_version, by)


def request_archive(*, request: ExpertiseRequest, base_version: int, by: Actor) -> ExpertiseRequest:
    """Take a request out of the lists; while it is open, experts wait for it.

    Raises `NotVisible`, `NotAllowed` and `EditConflict`.
    """
    with services.locked(request, by=by) as fresh:
        require(ask_refusal(by, fresh))
        if fresh.state == State.OPEN:
            raise NotAllowed(_("An open request is not archived."), _("Close or cancel it first."))
        return services.archive(fresh, base_version=base_version, by=by)


def finished(request: ExpertiseRequest, act: str, base_version: int, by: Actor) -> ExpertiseRequest:
    with services.locked(request, by=by) as fresh:
        require(request_refusal(by, fresh, act))
        services.require_version(fresh, base_version)
        pending = fresh.invitations.select_for_update().live().filter(state__in=INVITATION["withdraw"][0])
        for invitation in pending.order_by("pk"):
            taken_back(invitation, by=by)
        return services.put(
            fresh, base_version=base_version, by=by, state=target(fresh, act), closed_at=timezone.now()
        )


def taken_back(invitation: Invitation, *, by: Actor) -> Invitation:
    """Withdraw a locked invitation. Whoever holds a link to it is told."""
    had_link = invitation.state == Invitation.State.RELEASED
    made = services.put(
        invitation, base_version=invitation.version, by=by, state=target(invitation, "withdraw")
    )
    if had_link:
        letter_ask(invitation=made, kind="withdrawn", by=by)
    return made


def require_whole(request: ExpertiseRequest) -> None:
    """What another city reads says what is asked, and in which field. Raises `Invalid`."""
    missing = {}
    for name in ("title", "text"):
        if not request.text_state(name).value:
            missing[name] = [_("Write this before the request is opened.")]
    if not request.fields.exists():
        missing["fields"] = [_("Choose at least one field of expertise.")]
    if missing:
        raise Invalid(missing)


def require(refusal: NotAllowed | None) -> None:
    """Raises the refusal, where there is one."""
    if refusal is not None:
        raise refusal
