"""What the sides put into a project, planned and actual, in each currency and in US dollars."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import City
from accounts.order import sides_in_order
from projects.models import Contribution
from projects.rates import rate_notice
from projects.sections.base import PartTable, Section, cell
from projects.sections.people import own_organisations

ONE = Decimal(1)


def money(amount: Decimal | None) -> str:
    """An amount with its hundredths, as a reader writes it."""
    return (
        "" if amount is None else number_format(amount, decimal_pos=2, use_l10n=True, force_grouping=True)
    )


def rate_of(contribution: Any) -> Decimal | None:
    """US dollars for one unit: one for a dollar, otherwise what is pinned, or not known."""
    return ONE if contribution.currency == Contribution.Currency.USD else contribution.rate


def in_usd(contribution: Any, amount: Decimal | None) -> Decimal | None:
    """The amount in US dollars at the pinned rate, to the hundredth; None without amount or rate."""
    rate = rate_of(contribution)
    return None if amount is None or rate is None else (amount * rate).quantize(Decimal("0.01"))


def totals(contributions: Iterable[Any]) -> dict[Any, dict[str, Any]]:
    """For each side: planned and actual in each currency, and in US dollars where all have a rate.

    `missing` counts the amounts of a side that have no rate; its dollars are not added up then.
    """
    sides: dict[Any, dict[str, Any]] = defaultdict(
        lambda: {"currencies": defaultdict(lambda: [None, None]), "usd": [None, None], "missing": 0}
    )
    for each in contributions:
        if each.kind != Contribution.Kind.MONEY or (each.planned is None and each.actual is None):
            continue
        side = sides[each.side_id]
        amounts = (each.planned, each.actual)
        add(side["currencies"][each.currency], amounts)
        if rate_of(each) is None:
            side["missing"] += 1
        else:
            add(side["usd"], [in_usd(each, amount) for amount in amounts])
    return sides


def add(sums: list[Decimal | None], amounts: Sequence[Decimal | None]) -> None:
    for place, amount in enumerate(amounts):
        if amount is not None:
            sums[place] = (sums[place] or Decimal(0)) + amount


class ContributionTable(PartTable):
    organisation = cell("contribution", _("Organisation"))
    planned = cell("contribution_planned", _("Planned"), **{"class": "number"})
    actual = cell("contribution_actual", _("Actual"), **{"class": "number"})
    rate = cell("contribution_rate", _("Rate to USD"))

    class Meta(PartTable.Meta):
        pass


class Contributions(Section):
    slug = "contributions"
    model = Contribution
    heading = _("Contributions")
    question = _("What does each side put in?")
    empty = _("No contribution has been written down.")
    add_label = _("Add a contribution of your side")
    edit_label = _("Edit this contribution")
    table = ContributionTable
    fields = (
        "organisation",
        "kind",
        "description",
        "currency",
        "planned",
        "actual",
        "rate_source",
        "rate_on",
    )
    agreed_when_new = ("planned",)
    select = ("organisation__city",)
    order = ("organisation__city", "created_at")
    below = "projects/parts/contribution_totals.html"

    def choices(self, name: str, part: Any, actor: Actor) -> Any:
        return own_organisations(part, actor)

    def notice(self, before: Any, after: Any, form: Any) -> str:
        return rate_notice(before, after, form.cleaned_data.get("rate_on"))

    def about(self, parent: Any, rows: Sequence[Any], actor: Actor) -> dict[str, Any]:
        for row in rows:
            row.amounts = {
                name: (money(amount), "" if row.currency == "USD" else money(in_usd(row, amount)))
                for name, amount in (("planned", row.planned), ("actual", row.actual))
            }
        if not rows:
            return {"totals": []}
        cities = sides_in_order(City.objects.filter(programmes=parent.programme_id), actor=actor)
        sums = totals(self.rows(parent, actor).live())
        return {"totals": [self.shown(city, sums[city.pk]) for city in cities if city.pk in sums]}

    def shown(self, city: City, sums: dict[str, Any]) -> dict[str, Any]:
        lines = [
            {"currency": currency, "planned": money(planned), "actual": money(actual)}
            for currency, (planned, actual) in sorted(sums["currencies"].items())
        ]
        planned, actual = sums["usd"]
        return {
            "city": city,
            "lines": lines,
            "missing": sums["missing"],
            "usd": None if sums["missing"] else {"planned": money(planned), "actual": money(actual)},
        }
