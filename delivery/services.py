"""Every write to what people follow and what they have read."""

import secrets
from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from delivery.models import (
    ALWAYS_MAILED,
    CalendarAddress,
    Follow,
    MailChoice,
    Notice,
    Reason,
)
from records.errors import NotAllowed, NotVisible
from records.registry import registry


def record_follow(*, kind: str, record_id: UUID, by: Actor) -> None:
    """Tell this person of each later change of a record. Raises `NotVisible` and `NotAllowed`."""
    if by.user_id is None:
        raise NotAllowed(_("Only people follow records."), _("Sign in first."))
    if kind not in registry or not registry[kind].visible_to(by).filter(pk=record_id).exists():
        raise NotVisible
    Follow.objects.bulk_create(
        [Follow(user_id=by.user_id, kind=kind, record_id=record_id)], ignore_conflicts=True
    )


def record_unfollow(*, kind: str, record_id: UUID, by: Actor) -> None:
    """Tell this person no more; also of a record that they no longer see."""
    Follow.objects.filter(user_id=by.user_id, kind=kind, record_id=record_id).delete()


def notices_read(*, by: Actor, kind: str = "", record_id: UUID | None = None) -> int:
    """Mark what this person was told as read: of one record, or of all. Returns how many notices."""
    unread = Notice.objects.filter(user_id=by.user_id, read_at=None)
    if record_id:
        unread = unread.filter(kind=kind, record_id=record_id)
    return unread.update(read_at=timezone.now())


@transaction.atomic
def mail_choose(*, reasons: Collection[str], by: Actor) -> None:
    """Send this person e-mails for exactly these reasons."""
    MailChoice.objects.bulk_create(
        [
            MailChoice(user_id=by.user_id, reason=reason, by_mail=reason in reasons)
            for reason in Reason.values
            if reason not in ALWAYS_MAILED
        ],
        update_conflicts=True,
        unique_fields=["user", "reason"],
        update_fields=["by_mail"],
    )


def calendar_address_renew(*, by: Actor) -> CalendarAddress:
    """Give this person's calendar an address, or a new one, which ends the old. Raises `NotAllowed`."""
    if by.user_id is None:
        raise NotAllowed(_("Only people have a calendar of their own."), _("Sign in first."))
    address, _created = CalendarAddress.objects.update_or_create(
        user_id=by.user_id, defaults={"secret": secrets.token_urlsafe(24), "created_at": timezone.now()}
    )
    return address


def calendar_address_remove(*, by: Actor) -> None:
    """Take the address of this person's calendar away."""
    CalendarAddress.objects.filter(user_id=by.user_id).delete()
