"""What is noted of those who look at other cities' profiles, or take them along."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from accounts.actors import Actor
from experts.models import Expert, ExpertAccess
from records.services import writing

ENOUGH = timedelta(hours=1)  # for which looking again is the same look
BATCH = 1_000


def looks_log(*, pks: Collection[UUID], act: str, by: Actor) -> None:
    """Note that an actor reads or takes along these profiles, as far as they are other cities'.

    Looking again within the hour is the same look; whatever is taken along is noted each time.
    What a city does with its own profiles is in their history.
    """
    if by.is_system:
        return
    who = {"user_id": by.user_id, "client": by.client.name if by.client else ""}
    foreign = Expert.objects.filter(pk__in=pks).exclude(owner_city=by.city_id)
    if act == ExpertAccess.Act.VIEWED:
        lately = ExpertAccess.objects.filter(expert__in=pks, act=act, at__gt=timezone.now() - ENOUGH, **who)
        foreign = foreign.exclude(pk__in=lately.values("expert"))
    if missing := list(foreign.values_list("pk", flat=True)):
        with writing(by=by):
            ExpertAccess.objects.bulk_create(
                (ExpertAccess(expert_id=pk, act=act, city_id=by.city_id, **who) for pk in missing),
                batch_size=BATCH,
            )
