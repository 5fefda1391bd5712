"""Bars that divide a whole into grades, as plain dicts for Plotly.

Belongs here: the marks of a 100% bar. Does not belong here: other charts (`charts`, `group_charts`), the component
around a chart, queries, words about a figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import charts, phrases

Row = Mapping[str, Any]

# From best to worst, each with its own pattern as well: neither colour nor place is needed to tell them apart.
COLOURS = ("#12394f", "#3d78ad", "#c08428", "#8a3200")
PATTERNS = ("", "", "/", "x")
INK_ON = ("#ffffff", "#ffffff", charts.INK, "#ffffff")
# A narrower part of the bar has no room for its words; the table has them all.
NARROWEST_WITH_WORDS = 0.09


def grade_bars(grades: Sequence[str], bars: Sequence[tuple[str, Sequence[Row]]]) -> charts.Figure:
    """One 100% bar for each (label, rows), whose rows are the figures of the grades in order, numerator and value each.

    A row that is not available leaves its part of the bar out.
    """
    traces = []
    for place, grade in enumerate(grades):
        own = [(label, rows[place]) for label, rows in bars]
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": grade,
                "y": [label for label, _ in own],
                "x": [(charts.percent(row["value"]) or 0) for _, row in own],
                "text": [_inside(grade, row) for _, row in own],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textangle": 0,
                "constraintext": "none",
                "textfont": {"color": INK_ON[place], "size": 14},
                "hovertext": [f"{label}: {grade}, {_counted(row)}" for label, row in own],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "marker": {
                    "color": COLOURS[place],
                    "line": {"color": "#ffffff", "width": 2},
                    "pattern": {
                        "shape": PATTERNS[place],
                        "fillmode": "overlay",
                        "fgcolor": "rgba(255,255,255,0.3)",
                        "size": 7,
                    },
                },
                "showlegend": True,
            }
        )
    layout = charts.base_layout(right=16, bottom=32, top=64)
    layout |= {
        "barmode": "stack",
        "height": 110 + 62 * max(1, len(bars)),
        "showlegend": True,
        "legend": {
            "orientation": "h", "x": 0, "y": 1, "xanchor": "left", "yanchor": "bottom", "traceorder": "normal",
            "itemclick": False, "itemdoubleclick": False,
        },
        "bargap": 0.35,
    }  # fmt: skip
    layout["xaxis"] |= {"range": [0, 100], "ticksuffix": "%", "dtick": 20}
    layout["yaxis"] = {
        "autorange": "reversed",
        "automargin": True,
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "ticksuffix": " ",
    }
    return {"data": traces, "layout": layout}


def _inside(grade: str, row: Row) -> str:
    if row["value"] is None or row["value"] < NARROWEST_WITH_WORDS:
        return ""
    return f"{phrases.count(row['numerator'])} ({phrases.percent(row['value'])})"


def _counted(row: Row) -> str:
    return phrases.number(row["numerator"], row["denominator"]) + charts.with_receipt(row)
