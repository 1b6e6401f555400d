"""The rate that is pinned beside a contribution: asked for, worked out once, and left alone."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from programme.rates.lookup import rate_usd
from projects.models import Contribution
from records.errors import Invalid

ASKED = frozenset({"rate_source", "rate_on"})
CLEARED: dict[str, Any] = {"rate": None, "rate_source": "", "rate_on": None}
OF_A_DOLLAR: dict[str, Any] = {**CLEARED, "rate": Decimal(1)}
OWN_NAMES = {"day": "rate_on", "source": "rate_source", "currency": "currency"}


def rate_columns(contribution: Contribution, given: Collection[str]) -> dict[str, Any]:
    """What becomes of the rate when a contribution is written (`RecordType.follows`).

    Naming source or day pins it. Another amount leaves it as it is; another currency
    clears it, since the old one says nothing of that. Raises `Invalid`.
    """
    asked = ASKED.intersection(given)
    if contribution.currency == Contribution.Currency.USD:
        return OF_A_DOLLAR if asked or "currency" in given else {}
    if not asked:
        return CLEARED if "currency" in given else {}
    source, day = contribution.rate_source, contribution.rate_on
    if not source and not day:
        return CLEARED
    if not contribution.currency:
        raise Invalid({"rate_on": [_("Something in kind has no rate: it is no amount of money.")]})
    if not source:
        raise Invalid({"rate_source": [_("Say whose rate it is.")]})
    if not day:
        raise Invalid({"rate_on": [_("Say of which day the rate is to be.")]})
    try:
        found = rate_usd(currency=contribution.currency, day=day, source=source)
    except Invalid as refusal:
        raise Invalid({OWN_NAMES[name]: said for name, said in refusal.errors.items()}) from None
    return {"rate": found.value, "rate_on": found.on}


def rate_notice(before: Contribution, after: Contribution, asked_on: date | None = None) -> str:
    """What a person has to be told of the rate after saving; empty when there is nothing to say."""
    if before.rate_source and not after.rate_source and before.currency != after.currency:
        return _("The rate was that of another currency, so it has been cleared. Choose a day anew.")
    if after.rate_on and asked_on and after.rate_on != asked_on:
        return _("No rate was published on %(asked)s; that of %(on)s was taken.") % {
            "asked": asked_on,
            "on": after.rate_on,
        }
    return ""
