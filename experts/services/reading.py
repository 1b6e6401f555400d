"""What is noted of those who look at profiles."""

from datetime import timedelta

from django.utils import timezone

from accounts.actors import Actor
from experts.access import is_own
from experts.models import Expert, ExpertAccess
from experts.services.experts import access_log
from records.services import writing

ENOUGH = timedelta(hours=1)


def view_log(*, expert: Expert, by: Actor) -> None:
    """Note that somebody of another city looks at a profile: once an hour of each reader is enough."""
    if is_own(expert, by):
        return
    lately = ExpertAccess.objects.filter(
        expert=expert,
        act=ExpertAccess.Act.VIEWED,
        user_id=by.user_id,
        client=by.client.name if by.client else "",
        at__gt=timezone.now() - ENOUGH,
    )
    if not lately.exists():
        with writing(by=by):
            access_log(expert=expert, act=ExpertAccess.Act.VIEWED, by=by)
