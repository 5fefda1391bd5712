"""Plotly figures of gaps, as plain dicts: for each group its share among those looked at, and among all others.

Does not belong here: charts of one share by group (`group_charts`), and the chart configuration (`charts`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import charts, heard_words, phrases, words

Row = Mapping[str, Any]


def gaps(measure: Row, rows: Sequence[Row]) -> charts.Figure:
    """A line from each group's share among the others (hollow) to its share among those looked at (full)."""
    shown = [row for row in rows if not row["symbol"] and row["compared_denominator"]]
    there = [100 * row["compared_numerator"] / row["compared_denominator"] for row in shown]
    here = [100 * row["numerator"] / row["denominator"] for row in shown]
    lows = [min(max(x + 100 * row["low"], 0), y) for x, y, row in zip(there, here, shown, strict=True)]
    highs = [max(x + 100 * row["high"], y) for x, y, row in zip(there, here, shown, strict=True)]
    places = list(range(len(shown)))
    hover = [
        f"{row['label']}: {words.figure_number(measure, row)}{charts.with_receipt(row)}" for row in shown
    ]
    lines: dict[str, Any] = {
        "type": "scatter", "mode": "lines", "hoverinfo": "skip", "showlegend": False,
        "x": [x for one, other in zip(there, here, strict=True) for x in (one, other, None)],
        "y": [y for place in places for y in (place, place, None)],
        "line": {"color": charts.LINE, "width": 2},
    }  # fmt: skip
    alike = {"type": "scatter", "mode": "markers", "y": places, "text": hover,
             "hovertemplate": "%{text}<extra></extra>", "showlegend": False}  # fmt: skip
    dots = alike | {
        "x": here,
        "marker": {"color": charts.BLUE, "size": 12, "line": {"color": "#ffffff", "width": 1}},
        "error_x": {
            "type": "data", "symmetric": False, "color": charts.BLUE, "thickness": 3, "width": 6,
            "array": [high - x for high, x in zip(highs, here, strict=True)],
            "arrayminus": [x - low for low, x in zip(lows, here, strict=True)],
        },
    }  # fmt: skip
    hollow = alike | {
        "x": there,
        "marker": {"symbol": "diamond-open", "color": charts.INK, "size": 13, "line": {"width": 2}},
    }
    layout = charts.base_layout(right=24, bottom=36, top=48)
    layout["margin"]["l"] = 12
    layout["xaxis"] |= {
        "range": [0, min(100, 5 + max([*highs, *there, 15]))], "ticksuffix": "%", "showgrid": True,
        "gridcolor": "#e6e8ea", "nticks": 6,
    }  # fmt: skip
    layout["yaxis"] = {
        "range": [len(shown) - 0.6, -0.75], "showticklabels": False, "showgrid": False, "zeroline": False,
        "fixedrange": True,
    }  # fmt: skip
    layout["height"] = 90 + 74 * max(1, len(shown))
    layout["annotations"] = [_name(row, place) for place, row in zip(places, shown, strict=True)]
    layout["annotations"].append(
        {
            "xref": "paper",
            "yref": "paper",
            "x": 0,
            "y": 1,
            "xanchor": "left",
            "yanchor": "bottom",
            "yshift": 14,
            "showarrow": False,
            "align": "left",
            "font": {"size": 13, "color": charts.INK},
            "text": "● looked at, with likely range<br>◇ compared with",
        }
    )
    return {"data": [lines, hollow, dots], "layout": layout}


def _name(row: Row, place: int) -> dict[str, Any]:
    """A group's name and what it is called, above its line."""
    return {
        "xref": "paper", "x": 0, "xanchor": "left", "y": place, "yanchor": "bottom", "yshift": 8, "align": "left",
        "showarrow": False, "bgcolor": "rgba(255,255,255,0.9)", "borderpad": 1,
        "text": f"{row['label']}<br><b>{phrases.capital(heard_words.gap(row['value']))}</b>",
        "font": {"size": 14, "color": charts.INK},
    }  # fmt: skip
