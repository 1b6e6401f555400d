"""The signed link by which an expert, who has no account, answers an invitation.

It names the invitation and the serial of the link and nothing of the person. It lasts for some
days; whoever holds one that is over may have a fresh one sent to the address that is known, and
is never shown it.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.signing import SignatureExpired, TimestampSigner
from django.urls import reverse

from experts.models import Invitation

LASTS = timedelta(days=14)
SIGNER = TimestampSigner(salt="experts.invitation", sep=".")


@dataclass(frozen=True)
class Opened:
    """What a link says of itself. Its signature was found good."""

    pk: UUID
    serial: int
    is_over: bool


def token_of(invitation: Invitation) -> str:
    """The link's secret part, which lasts from now on."""
    return SIGNER.sign(f"{invitation.pk.hex}-{invitation.link_serial}")


def address_of(invitation: Invitation) -> str:
    """The whole address, for a letter."""
    return settings.SITE_URL + reverse("experts:invitation-answer", args=[token_of(invitation)])


def opened(token: str) -> Opened:
    """What a link says. Raises `BadSignature` for one that nobody here has signed."""
    try:
        value, is_over = SIGNER.unsign(token, max_age=LASTS), False
    except SignatureExpired:
        value, is_over = SIGNER.unsign(token), True
    pk, _dash, serial = value.partition("-")
    return Opened(UUID(pk), int(serial), is_over)
