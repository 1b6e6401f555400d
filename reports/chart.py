"""The report's one chart: a Vega-Lite spec, drawn to SVG without network."""

from functools import cache
from typing import Any

import vl_convert

from reports.glyphs import FONTS

VERSION = "6.4"
INK, QUIET, HAIRLINE = "#1b1f24", "#626b76", "#dfe3e8"
# A project's life from pale to full, in the one accent; what stopped is warm or grey.
COLOURS = {
    "draft": "#b9c7d8",
    "proposed": "#8fa9c6",
    "agreed": "#6288b3",
    "active": "#33679f",
    "completed": "#143f70",
    "suspended": "#d9a441",
    "cancelled": "#9a9a9a",
}
FONT = "Noto Sans, Noto Sans SC"


@cache
def fonts_known() -> None:
    vl_convert.register_font_directory(str(FONTS))


def spec(chart: dict[str, Any]) -> dict[str, Any]:
    """How many projects each area has, the states as parts of its bar."""
    labels = [state["label"] for state in chart["states"]]
    values = [
        {"area": row["area"], "state": label, "order": order, "n": count}
        for row in chart["rows"]
        for order, (label, count) in enumerate(zip(labels, row["counts"], strict=True))
    ] or [{"area": row["area"], "state": "", "order": 0, "n": 0} for row in chart["rows"]]
    longest = max((sum(row["counts"]) for row in chart["rows"]), default=0)
    step = max(1, -(-longest // 8))
    axis = {"labelFont": FONT, "labelFontSize": 10, "labelColor": INK, "domain": False, "ticks": False}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": 510,
        "autosize": {"type": "fit", "contains": "padding"},
        "height": 56 + 20 * max(1, len(chart["rows"])),
        "background": None,
        "padding": {"left": 0, "top": 0, "right": 6, "bottom": 0},
        "data": {"values": values},
        "encoding": {
            "y": {
                "field": "area",
                "type": "nominal",
                "sort": [row["area"] for row in chart["rows"]],
                "axis": {**axis, "title": None, "labelLimit": 330, "labelPadding": 8},
            }
        },
        "layer": [
            {
                "mark": {"type": "bar", "height": 10},
                "encoding": {
                    "x": {
                        "field": "n",
                        "type": "quantitative",
                        "scale": {"domain": [0, max(longest, 1)], "nice": False},
                        "axis": {
                            **axis,
                            "title": None,
                            "labelColor": QUIET,
                            "labelFontSize": 9,
                            "gridColor": HAIRLINE,
                            "values": list(range(0, max(longest, 1) + 1, step)),
                            "format": "d",
                        },
                    },
                    "order": {"field": "order"},
                    "color": {
                        "field": "state",
                        "type": "nominal",
                        "scale": {
                            "domain": labels,
                            "range": [COLOURS[state["code"]] for state in chart["states"]],
                        },
                        "legend": None,  # the page has it, where it wraps like text
                    },
                },
            },
        ],
        "config": {"view": {"stroke": None}, "font": FONT},
    }


def drawn(chart: dict[str, Any]) -> str:
    """The chart as SVG."""
    fonts_known()
    return vl_convert.vegalite_to_svg(spec(chart), vl_version=VERSION)
