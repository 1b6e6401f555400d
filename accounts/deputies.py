"""Who stands in for whom: while a colleague is away, what waits on them waits on their deputy too."""

from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.models import User


def is_away(on: date | None = None, through: str = "") -> Q:
    """The condition that somebody is away on a day, today by default. `through` leads to the person."""
    on = on or timezone.localdate()
    return Q(**{f"{through}away_from__lte": on, f"{through}away_until__gte": on})


def absent_colleagues(user_id: int | None, on: date | None = None) -> Any:
    """The people of the same city for whom this person stands in on a day."""
    if user_id is None:
        return User.objects.none()
    own = User.objects.filter(pk=user_id).values("city")
    return User.objects.filter(is_away(on), deputy=user_id, city__in=own, is_active=True)


def deputies_of(people: Any, on: date | None = None) -> Any:
    """The ids of those who stand in now for any of these people, who are away."""
    away = User.objects.filter(is_away(on), pk__in=people, is_active=True, deputy__isnull=False)
    return away.filter(deputy__is_active=True).values("deputy")
