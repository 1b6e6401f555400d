"""What waits in a programme: what either side still owes from the minutes."""

from datetime import date
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.deputies import absent_colleagues
from programme import access
from programme.models import Obligation
from records.fields import LastDay
from records.named import address
from records.registry import registry
from records.texts import columns
from records.waiting import Place, Source, waiting


def owed(actor: Actor, on: date, rule: Q) -> Any:
    """Obligations that are not met; what a closed programme left open waits on nobody any more."""
    found = access.obligations(actor).annotate(programme_last=LastDay("programme__period"))
    found = found.filter(rule, done_on=None, programme_last__gte=on, programme__in=actor.programme_ids)
    persons = Q(person=actor.user_id) | Q(person__in=absent_colleagues(actor.user_id).values("pk"))
    texts: dict[str, Any] = {name: F(name) for name in text_columns()}
    return waiting(
        found, due="due_on", mine=persons, city=F("city_id"), texts=F("texts"),
        **texts,
    )  # fmt: skip


def text_columns() -> list[str]:
    return [name for name, (field, _language) in columns(Obligation).items() if field == "text"]


def of_our_side(actor: Actor, on: date) -> Any:
    return owed(actor, on, Q(city=actor.city_id))


def of_the_other_side(actor: Actor, on: date) -> Any:
    return owed(actor, on, ~Q(city=actor.city_id))


def item(data: dict[str, Any]) -> dict[str, Any]:
    texts = {name: data[name] for name in text_columns()}
    obligation = Obligation(pk=data["pk"], texts=data["texts"], **texts)
    return {
        "what": obligation.text_state("text").value,
        "url": address(registry["obligation"], obligation),
        "side": data["city"],
        "kind": "obligation",
    }


SOURCES = (
    Source(
        name="obligations",
        place=Place.OURS,
        label=_("Obligations of your side"),
        rows=of_our_side,
        item=item,
    ),
    Source(
        name="obligations-of-theirs",
        place=Place.THEIRS,
        label=_("Obligations of the other side"),
        rows=of_the_other_side,
        item=item,
    ),
)
