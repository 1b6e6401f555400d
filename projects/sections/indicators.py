"""Measured results of a project, by period and side."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.models import City
from accounts.order import sides_in_order
from projects.access import edit_refusal, part_refusal
from projects.indicators import reached, total
from projects.models import Indicator, IndicatorValue
from projects.sections.base import DayColumn, PartTable, Section, cell
from records.pages.display import quantity


def shown_number(value: Decimal | None) -> str:
    return "" if value is None else quantity(value)


class IndicatorTable(PartTable):
    name = cell("indicator", _("Indicator"))

    class Meta(PartTable.Meta):
        pass


class Indicators(Section):
    slug = "indicators"
    model = Indicator
    heading = _("Indicators")
    question = _("What is measured, and what has been reached?")
    empty = _("No indicator has been set.")
    add_label = _("Add an indicator")
    edit_label = _("Edit this indicator")
    table = IndicatorTable
    fields = ("name", "unit", "aggregation", "baseline", "goal", "goal_on")
    agreed_when_new = ("goal",)
    per_page = 20

    def about(self, parent: Any, rows: Sequence[Any], actor: Actor) -> dict[str, Any]:
        """The values of all rows, arranged by period and side, with what they come to."""
        cities = sides_in_order(City.objects.filter(programmes=parent.programme_id), actor=actor)
        found: dict[Any, list[Any]] = defaultdict(list)
        seen = IndicatorValue.objects.visible_to(actor).live().filter(indicator__in=list(rows))
        for value in seen:
            found[value.indicator_id].append(value)
        writes = edit_refusal(actor, parent) is None
        for row in rows:
            self.arrange(row, found[row.pk], cities, actor)
            row.may_add = writes
        return {}

    def arrange(self, row: Any, values: list[Any], cities: list[City], actor: Actor) -> None:
        came_to = total(row.aggregation, values)
        cells: dict[Any, dict[Any, Any]] = defaultdict(dict)
        for value in values:
            value.indicator = row
            value.is_editable = part_refusal(actor, value, row.project) is None
            value.shown = shown_number(value.value)
            cells[value.period][value.city_id] = value
        row.sides = cities
        row.periods = [
            {
                "period": period,
                "cells": [{"value": cells[period].get(city.pk)} for city in cities],
            }
            for period in sorted(cells, reverse=True)
        ]
        row.totals = [
            {"city": city, "shown": shown_number(came_to.by_side.get(city.pk))} for city in cities
        ]
        row.together, row.overlapping = shown_number(came_to.together), came_to.overlapping
        row.shown_baseline, row.shown_goal = shown_number(row.baseline), shown_number(row.goal)
        share = reached(row.aggregation, came_to.together, row.baseline, row.goal)
        row.percent = None if share is None else int(share * 100)
        row.add_address = SECTION_OF_VALUES.add_address(row)
        row.slot = SECTION_OF_VALUES.element(row)


class ValueTable(PartTable):
    period = DayColumn(verbose_name=_("Period"))
    city = cell("value_city", _("Side"))
    value = cell("value_number", _("Value"), **{"class": "number"})
    note = cell("note", _("Note"))

    class Meta(PartTable.Meta):
        pass


class Values(Section):
    slug = "values"
    pasted = True
    model = IndicatorValue
    parent_model = Indicator
    home = "indicator"
    heading = _("Values of the indicator")
    question = _("What did each side measure, period by period?")
    empty = _("Nothing has been measured yet.")
    add_label = _("Add a value of your side")
    edit_label = _("Edit this value")
    table = ValueTable
    fields = ("period", "value", "note")
    select = ("city",)
    order = ("-period", "city")

    def about(self, parent: Any, rows: Sequence[Any], actor: Actor) -> dict[str, Any]:
        for row in rows:
            row.shown = shown_number(row.value)
        return {}

    def given(self, parent: Any, actor: Actor) -> dict[str, Any]:
        return {"city": actor.city}


SECTION_OF_VALUES = Values()
