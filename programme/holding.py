"""What people hold in a programme: areas that they decide on, obligations that they answer for."""

from typing import Any

from programme.models import Obligation, Remit
from records import services
from records.holding import Holding
from records.models import Verb
from records.registry import registry


def remits(person: Any) -> Any:
    return Remit.objects.filter(user=person).select_related("area").order_by("area__position", "pk")


def move(*, person: Any, to: Any, by: Any) -> int:
    """Whoever takes over may have had some of the areas before."""
    held = remits(person)
    areas = list(held.values_list("area", flat=True))
    Remit.objects.bulk_create([Remit(user=to, area_id=pk) for pk in areas], ignore_conflicts=True)
    held.delete()
    return len(areas)


def obligations(person: Any) -> Any:
    return Obligation.objects.live().filter(person=person, done_on=None).order_by("due_on", "pk")


def move_obligations(*, person: Any, to: Any, by: Any) -> int:
    moved = 0
    for obligation in obligations(person).select_for_update(of=("self",)):
        obligation.person = to
        services.touch(obligation, ["person"], by=by)
        services.note(obligation, registry.of(obligation), Verb.EDITED, by=by, fields=["person"])
        moved += 1
    return moved


HOLDINGS = (
    Holding(label=Obligation._meta.verbose_name_plural, held=obligations, move=move_obligations),
    Holding(
        label=Remit._meta.verbose_name_plural, held=remits, move=move, title=lambda remit: str(remit.area)
    ),
)
