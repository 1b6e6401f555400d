"""Taking in published rates."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from programme.rates.files import Quote
from programme.rates.models import ExchangeRate
from records.errors import Invalid, NotAllowed

BATCH = 2_000


@dataclass(frozen=True)
class Loaded:
    added: int
    known: int


@transaction.atomic
def rates_load(*, quotes: Sequence[Quote], source: str, by: Actor) -> Loaded:
    """Keep the rates of a file; those that are kept already stay as they are.

    A file that contradicts what is kept is refused whole: amounts have been worked out
    with it. Raises `NotAllowed` and `Invalid`.
    """
    if not (by.is_system or by.is_administrator):
        raise NotAllowed(_("Only an administrator takes in exchange rates."))
    days = [quote.day for quote in quotes]
    kept = {
        (rate.currency, rate.day): (rate.nominal, rate.value)
        for rate in ExchangeRate.objects.filter(source=source, day__range=(min(days), max(days)))
    }
    fresh = []
    for quote in quotes:
        known = kept.get((quote.currency, quote.day))
        if known is None:
            fresh.append(
                ExchangeRate(
                    source=source, currency=quote.currency, day=quote.day, nominal=quote.nominal,
                    value=quote.value,
                )
            )  # fmt: skip
        elif known != (quote.nominal, quote.value):
            sentence = _(
                "The file gives %(given)s for %(currency)s on %(day)s, and %(kept)s is kept."
                " Nothing was taken in."
            )
            values = {
                "given": quote.value, "kept": known[1].normalize(), "currency": quote.currency,
                "day": quote.day,
            }  # fmt: skip
            raise Invalid({"": [sentence % values]})
    ExchangeRate.objects.bulk_create(fresh, batch_size=BATCH, ignore_conflicts=True)
    return Loaded(added=len(fresh), known=len(quotes) - len(fresh))
