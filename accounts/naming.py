"""How the author of a change is named to a reader."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.actors import Actor


def author_of(change: Any, actor: Actor) -> str:
    """Officials are named to those who sign in for a side; everybody else is told the side."""
    if change.user and actor.programme_ids:
        return change.user.name
    if change.city:
        return str(change.city)
    return _("A member of staff") if change.user else _("The system")
