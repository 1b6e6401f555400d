"""What people hold of notices: the records that they follow."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from delivery.models import Follow
from records.holding import Holding
from records.registry import registry


def follows(person: Any) -> Any:
    return Follow.objects.filter(user=person).order_by("-created_at", "-pk")


def move(*, person: Any, to: Any, by: Any) -> int:
    """What each is told of stays a matter of what they may see."""
    held = follows(person)
    count = len(held)
    Follow.objects.bulk_create(
        [Follow(user=to, kind=follow.kind, record_id=follow.record_id) for follow in held],
        ignore_conflicts=True,
    )
    held.delete()
    return count


def title(follow: Follow) -> str:
    return str(registry[follow.kind].label) if follow.kind in registry else follow.kind


HOLDINGS = (Holding(label=_("records followed"), held=follows, move=move, title=title),)
