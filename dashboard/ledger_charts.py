"""The ledger of actions as a chart, as plain dicts for Plotly: what came in, what went out, and what is open.

Belongs here: the marks. Does not belong here: other charts (`charts`), the component around a chart, queries.

What came in stands above the line and what went out below it, each kind with its own pattern, so that neither colour
nor a legend is needed to tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dashboard import charts, phrases

Row = Mapping[str, Any]
KINDS = (
    ("opened", "Opened", 1, "#12394f", ""),
    ("reopened", "Opened again", 1, "#3d78ad", "/"),
    ("done", "Done", -1, "#c08428", ""),
    ("cancelled", "Cancelled", -1, "#8a3200", "x"),
)
"""Part of the ledger, its name, up or down, colour and pattern."""


def balance(
    points: Sequence[Mapping[str, Row | None]], ends: Sequence[Any], labels: Sequence[str]
) -> charts.Figure:
    """Bars of each month's movements, and a line of what is open at its end.

    Args:
        points: for each month, figure by part: opened, reopened, done, cancelled, open; None where there is none.
        ends: each month's last day.
        labels: each month's name, for what is said of a mark.
    """
    places = list(range(len(points)))
    traces: list[dict[str, Any]] = []
    for part, name, way, colour, pattern in KINDS:
        rows = [point.get(part) for point in points]
        traces.append(
            {
                "type": "bar",
                "name": name,
                "x": places,
                "y": [way * _number(row) for row in rows],
                "hovertext": [_said(label, name, row) for label, row in zip(labels, rows, strict=True)],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "marker": {
                    "color": colour,
                    "line": {"color": "#ffffff", "width": 1},
                    "pattern": {
                        "shape": pattern,
                        "fillmode": "overlay",
                        "fgcolor": "rgba(255,255,255,0.5)",
                        "size": 6,
                    },
                },
                "showlegend": True,
            }
        )
    rows = [point.get("open") for point in points]
    traces.append(
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": "Open at the end",
            "x": places,
            "y": [None if row is None else row["numerator"] for row in rows],
            "text": [_said(label, "Open at the end", row) for label, row in zip(labels, rows, strict=True)],
            "hovertemplate": "%{text}<extra></extra>",
            "line": {"color": charts.INK, "width": 2},
            "marker": {"symbol": "circle", "size": 8, "color": charts.INK},
            "showlegend": True,
        }
    )
    layout = charts.base_layout(right=16, bottom=64, top=72)
    layout |= {
        "barmode": "relative",
        "height": 400,
        "showlegend": True,
        "legend": {
            "orientation": "h",
            "x": 1,
            "xanchor": "right",
            "y": 1.02,
            "yanchor": "bottom",
            "itemclick": False,
            "itemdoubleclick": False,
        },
        "bargap": 0.3,
    }
    layout["xaxis"] |= {
        "tickmode": "array",
        "tickvals": places,
        "ticktext": [_month(end, place == 0) for place, end in enumerate(ends)],
        "tickangle": 0,
        "range": [-0.6, len(points) - 0.4],
        "tickfont": {"size": 12},
    }
    layout["yaxis"] = {
        "automargin": True, "fixedrange": True, "gridcolor": "#e6e8ea", "zeroline": True, "zerolinecolor": charts.LINE,
        "title": {"text": "Actions: in above, out below"},
    }  # fmt: skip
    return {"data": traces, "layout": layout}


def _month(end: date, is_first: bool) -> str:
    """The month below its bar, and the year below the first one and each January, as there is room for no more."""
    return charts.month_over_year(end) if is_first or end.month == 1 else charts.month_over_year(end)[:3]


def width(months: int) -> int:
    """The pixels that the chart of so many months needs."""
    return max(560, 70 + 28 * months)


def _number(row: Row | None) -> int:
    return int(row["numerator"] or 0) if row else 0


def _said(label: str, name: str, row: Row | None) -> str:
    if row is None:
        return f"{label}: not available"
    return f"{label}: {name.lower()}, {phrases.count(row['numerator'])}{charts.with_receipt(row)}"
