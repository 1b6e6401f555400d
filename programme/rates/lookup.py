"""What one unit of a currency is in US dollars, on a day, by a central bank."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from programme.rates.models import ExchangeRate
from records.errors import Invalid
from records.pages.display import moment

Source = ExchangeRate.Source
# Digits after the point of a rate in USD. The sources publish five or six figures, so the
# ratio of two of them says no more than that; the rest keeps rounding out of sums.
PLACES = Decimal("1E-10")
EXACT = Context(prec=40, rounding=ROUND_HALF_EVEN)
# The longest that a source is silent: the ECB over Easter or Christmas, the Bank of Russia in January.
SILENT = {Source.ECB: timedelta(days=5), Source.CBR: timedelta(days=14)}


@dataclass(frozen=True)
class UsdRate:
    """USD for one unit. `on` is the day whose rate it is: the asked one, or the working day before it."""

    value: Decimal
    on: date
    source: str


def rate_usd(*, currency: str, day: date, source: str) -> UsdRate:
    """USD for one unit of a currency, ten digits after the point, rounded half to even.

    Worked out through the euro (ECB) or the rouble (Bank of Russia) from rates of one and
    the same day. Raises `Invalid`, by "currency", "source" or "day", when there is no rate.
    """
    if source not in Source.values:
        raise Invalid({"source": [_("Choose the European Central Bank or the Bank of Russia.")]})
    if day > timezone.localdate():
        raise Invalid({"day": [_("This day is still to come: nobody has published its rate.")]})
    published = ExchangeRate.objects.filter(source=source)
    since = day - SILENT[Source(source)]
    on = published.filter(currency="USD", day__range=(since, day)).aggregate(on=Max("day"))["on"]
    if on is None:
        raise Invalid({"day": [nothing_kept(day, source)]})
    if currency == "USD":
        return UsdRate(Decimal(1), on, source)
    rates = {rate.currency: rate for rate in published.filter(day=on, currency__in=["USD", currency])}
    usd = rates["USD"]
    if source == Source.CBR and currency == "RUB":
        return UsdRate(ratio(Decimal(usd.nominal), usd.value), on, source)
    if currency not in rates:
        raise Invalid({"day": [not_quoted(currency, on, source)]})
    own = rates[currency]
    if source == Source.ECB:
        return UsdRate(ratio(usd.value, own.value), on, source)
    return UsdRate(ratio(own.value * usd.nominal, usd.value * own.nominal), on, source)


def ratio(above: Decimal, below: Decimal) -> Decimal:
    return EXACT.divide(above, below).quantize(PLACES, context=EXACT)


def nothing_kept(day: date, source: str) -> str:
    sentence = _(
        "No rate of this source is kept for %(day)s: %(source)s."
        " Choose another day or source, or ask an administrator to take in its file."
    )
    return sentence % {"day": moment(day), "source": Source(source).label}


def not_quoted(currency: str, on: date, source: str) -> str:
    last = ExchangeRate.objects.filter(source=source, currency=currency, day__lt=on).aggregate(
        last=Max("day")
    )["last"]
    if source == Source.ECB and currency == "RUB" and last:
        sentence = _(
            "The European Central Bank has published no rate of the rouble since %(last)s."
            " Choose the Bank of Russia’s rate of the day."
        )
        return sentence % {"last": moment(last)}
    return nothing_kept(on, source)
