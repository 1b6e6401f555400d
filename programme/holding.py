"""What people hold in a programme: the areas that they decide on."""

from typing import Any

from programme.models import Remit
from records.holding import Holding


def remits(person: Any) -> Any:
    return Remit.objects.filter(user=person).select_related("area").order_by("area__position", "pk")


def move(*, person: Any, to: Any, by: Any) -> int:
    """Whoever takes over may have had some of the areas before."""
    held = remits(person)
    areas = list(held.values_list("area", flat=True))
    Remit.objects.bulk_create([Remit(user=to, area_id=pk) for pk in areas], ignore_conflicts=True)
    held.delete()
    return len(areas)


HOLDINGS = (
    Holding(
        label=Remit._meta.verbose_name_plural, held=remits, move=move, title=lambda remit: str(remit.area)
    ),
)
