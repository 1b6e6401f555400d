"""What people hold among people: partner systems they answer for, colleagues whose deputy they are."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import PartnerClient, User
from records.holding import Holding


def clients(person: Any) -> Any:
    return PartnerClient.objects.filter(official=person).order_by("name", "pk")


def move_clients(*, person: Any, to: Any, by: Any) -> int:
    """It acts from now on with the rights of the official who takes over, and in that name."""
    return clients(person).update(official=to)


def deputised(person: Any) -> Any:
    return User.objects.filter(deputy=person).order_by("name", "pk")


def move_deputised(*, person: Any, to: Any, by: Any) -> int:
    """Nobody becomes their own deputy."""
    held = deputised(person)
    own = held.filter(pk=to.pk).update(deputy=None)
    return own + held.update(deputy=to)


HOLDINGS = (
    Holding(label=_("partner systems answered for"), held=clients, move=move_clients),
    Holding(label=_("colleagues whose deputy the person is"), held=deputised, move=move_deputised),
)
