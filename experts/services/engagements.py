"""Every write to an engagement, which comes into being when an expert accepts (`answers`)."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import require_edit
from accounts.actors import Actor
from experts.asking import engagement_refusal, feedback_refusal
from experts.models import Engagement, Invitation, InvitationMessage
from experts.services.invitations import message_add
from experts.services.letters import letter_ask
from experts.services.requests import require
from experts.states import target
from records import services
from records.errors import Invalid


def engagement_amend(
    *,
    engagement: Engagement,
    changes: Mapping[str, Any],
    base_version: int,
    by: Actor,
    base: Mapping[str, Any] | None = None,
    confirmed: Collection[str] = (),
) -> Engagement:
    """Record dates, work done and outcome.

    Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`.
    """
    with services.locked(engagement, by=by) as fresh:
        require_edit(by, fresh)
        return services.amend(
            fresh, changes=changes, base_version=base_version, base=base, confirmed=confirmed, by=by
        )


def engagement_start(*, engagement: Engagement, base_version: int, by: Actor) -> Engagement:
    """The work has begun. Raises `NotVisible`, `NotAllowed` and `EditConflict`."""
    with services.locked(engagement, by=by) as fresh:
        require(engagement_refusal(by, fresh, "start"))
        return services.put(fresh, base_version=base_version, by=by, state=target(fresh, "start"))


def engagement_close(*, engagement: Engagement, base_version: int, by: Actor) -> Engagement:
    """The work is done and its outcome is recorded; the expert is asked how it went.

    Raises `NotVisible`, `NotAllowed`, `EditConflict` and `Invalid`.
    """
    with services.locked(engagement.invitation, by=by), services.locked(engagement, by=by) as fresh:
        require(engagement_refusal(by, fresh, "close"))
        if not fresh.text_state("outcome").value:
            raise Invalid({"outcome": [_("Write what came of it before the engagement is closed.")]})
        made = services.put(
            fresh, base_version=base_version, by=by, state=target(fresh, "close"), closed_at=timezone.now()
        )
        letter_ask(invitation=made.invitation, kind="closed", by=by)
        return made


def engagement_cancel(*, engagement: Engagement, base_version: int, by: Actor) -> Engagement:
    """Nothing comes of it. Raises `NotVisible`, `NotAllowed` and `EditConflict`."""
    with services.locked(engagement.invitation, by=by), services.locked(engagement, by=by) as fresh:
        require(engagement_refusal(by, fresh, "cancel"))
        made = services.put(
            fresh, base_version=base_version, by=by, state=target(fresh, "cancel"), closed_at=timezone.now()
        )
        letter_ask(invitation=made.invitation, kind="closed", by=by)
        return made


def engagement_feedback(*, engagement: Engagement, text: str, by: Actor) -> InvitationMessage:
    """The asking city says how it went; the expert's city reads it too.

    Raises `NotVisible`, `NotAllowed` and `Invalid`.
    """
    with services.locked(Invitation(pk=engagement.invitation_id), by=by) as invitation:
        require(feedback_refusal(by, invitation.engagement))
        said = InvitationMessage(kind=InvitationMessage.Kind.FEEDBACK, text=text)
        return message_add(invitation, said, by=by)
