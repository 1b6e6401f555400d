"""The lives of a request, an invitation and an engagement: what leads from which state to which."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experts.models import Engagement, ExpertiseRequest, Invitation
from records.errors import NotAllowed

# act → the states it starts from, the one it leads to, its name
Life = Mapping[str, tuple[tuple[str, ...], str, Any]]

REQUEST: Life = {
    "open": (("draft",), "open", gettext_lazy("Open the request")),
    "close": (("open",), "closed", gettext_lazy("Close the request")),
    "cancel": (("draft", "open"), "cancelled", gettext_lazy("Cancel the request")),
}
INVITATION: Life = {
    "invite": (("shortlisted",), "invited", gettext_lazy("Invite")),
    "release": (("invited",), "released", gettext_lazy("Release the expert")),
    "refuse": (("invited",), "refused", gettext_lazy("Refuse to release")),
    "accept": (("released",), "accepted", gettext_lazy("Accept")),
    "decline": (("released",), "declined", gettext_lazy("Decline")),
    "withdraw": (("shortlisted", "invited", "released"), "withdrawn", gettext_lazy("Withdraw")),
}
ENGAGEMENT: Life = {
    "start": (("planned",), "running", gettext_lazy("Start")),
    "close": (("planned", "running"), "closed", gettext_lazy("Close the engagement")),
    "cancel": (("planned", "running"), "cancelled", gettext_lazy("Cancel the engagement")),
}
LIVES: Mapping[type, Life] = {ExpertiseRequest: REQUEST, Invitation: INVITATION, Engagement: ENGAGEMENT}


def step_refusal(record: Any, act: str) -> NotAllowed | None:
    """Why this act is not possible in the record's present state; None when it is."""
    sources, _to, label = LIVES[type(record)][act]
    if record.archived_at:
        return NotAllowed(_("This record is archived."), _("Restore it first."))
    if record.state in sources:
        return None
    return NotAllowed(
        _("“%(act)s” is not possible: the state is “%(state)s”.")
        % {"act": label, "state": record.get_state_display()}
    )


def target(record: Any, act: str) -> str:
    """The state that an act leads to."""
    return LIVES[type(record)][act][1]
