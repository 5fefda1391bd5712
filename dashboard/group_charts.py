"""Plotly figures that compare groups, as plain dicts: dots with ranges, and small lines on one scale.

Does not belong here: charts over time for the whole council, and the chart configuration (`charts`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import charts, phrases, words

Row = Mapping[str, Any]
_SYMBOLS = {"higher": "triangle-up", "lower": "triangle-down"}
"""The shapes of groups that lie further from their total than chance explains; the words stand beside them."""


def intervals(measure: Row, rows: Sequence[Row], overall: Row | None) -> charts.Figure:
    """A dot and its 95% range for each group under its own words, in the groups' own order, and all audits."""
    shown = [row for row in rows if not row.get("symbol") and row["value"] is not None]
    values = [_points(row["value"]) for row in shown]
    places = list(range(len(shown)))
    traces = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": values,
            "y": places,
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": [_reach(row["high"], value) for row, value in zip(shown, values, strict=True)],
                "arrayminus": [-_reach(row["low"], value) for row, value in zip(shown, values, strict=True)],
                "color": charts.BLUE,
                "thickness": 3,
                "width": 6,
            },
            "marker": {
                "symbol": [_SYMBOLS.get(row.get("place") or "", "circle") for row in shown],
                "color": charts.BLUE,
                "size": 12,
                "line": {"color": "#ffffff", "width": 1},
            },
            "text": [f"{row['label']}: {_number(measure, row)}{charts.with_receipt(row)}" for row in shown],
            "hovertemplate": "%{text}<extra></extra>",
            "showlegend": False,
        }
    ]
    layout = charts.base_layout(right=24, bottom=36, top=30)
    layout["margin"]["l"] = 12
    layout["xaxis"] |= {
        "range": [0, 100],
        "ticksuffix": "%",
        "dtick": 20,
        "showgrid": True,
        "gridcolor": "#e6e8ea",
    }
    layout["yaxis"] = {
        "range": [len(shown) - 0.6, -0.75],
        "showticklabels": False,
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
    }
    layout["height"] = 66 + 72 * max(1, len(shown))
    layout["annotations"] = [
        {
            "xref": "paper",
            "x": 0,
            "xanchor": "left",
            "y": place,
            "yanchor": "bottom",
            "yshift": 8,
            "align": "left",
            "showarrow": False,
            "bgcolor": "rgba(255,255,255,0.9)",
            "borderpad": 1,
            "text": f"{_wrapped(row['label'], 38)}<br><b>{_number(measure, row)}</b>{_apart(row)}",
            "font": {"size": 14, "color": charts.INK},
        }
        for place, row in zip(places, shown, strict=True)
    ]
    if overall is not None and overall["value"] is not None:
        at = _points(overall["value"])
        layout["shapes"] = [
            {
                "type": "line",
                "layer": "below",
                "xref": "x",
                "yref": "paper",
                "x0": at,
                "x1": at,
                "y0": 0,
                "y1": 1,
                "line": {"color": charts.MUTED, "width": 1.5, "dash": "dash"},
            }
        ]
        layout["annotations"].append(
            {
                "x": at,
                "yref": "paper",
                "y": 1,
                "yanchor": "bottom",
                "xanchor": "right" if at > 75 else "left" if at < 25 else "center",
                "showarrow": False,
                "text": f"All audits: {phrases.percent(overall['value'])}",
                "font": {"size": 13, "color": charts.INK},
            }
        )
    return {"data": traces, "layout": layout}


def small_multiples(measure: Row, rows: Sequence[Row], columns: int = 2) -> charts.Figure:
    """One small line for each group on the same scale, quarter by quarter. No signals: groups are too small."""
    by_label: dict[str, list[Row]] = {}
    for row in rows:
        if not row.get("symbol") and row["value"] is not None:
            by_label.setdefault(row["label"], []).append(row)
    ends = sorted({row["period_end"] for held in by_label.values() for row in held})
    place = {end: number for number, end in enumerate(ends)}
    yearly = all(row.get("window") == "calendar_year" for row in rows)
    deep = max(1, -(-len(by_label) // columns))
    layout = charts.base_layout(right=24, bottom=36, top=12)
    layout["height"] = 48 + 190 * deep
    layout["annotations"] = []
    traces = []
    for number, (label, held) in enumerate(by_label.items(), 1):
        across, down = (number - 1) % columns, (number - 1) // columns
        left, right = (across + 0.06 * (across > 0)) / columns, (across + 0.94) / columns
        top = 1 - down / deep
        x, y = ("xaxis", "yaxis") if number == 1 else (f"xaxis{number}", f"yaxis{number}")
        short = "" if number == 1 else str(number)
        shown = [ends[0], ends[len(ends) // 2], ends[-1]]
        layout[x] = {
            "domain": [left, right],
            "anchor": f"y{short}",
            "range": [-0.5, len(ends) - 0.5],
            "tickmode": "array",
            "tickvals": [place[end] for end in shown],
            "ticktext": [str(end.year) if yearly else charts.month_over_year(end) for end in shown],
            "tickangle": 0,
            "showgrid": False,
            "zeroline": False,
            "showline": True,
            "fixedrange": True,
            "linecolor": charts.LINE,
            "tickfont": {"size": 12},
        }
        layout[y] = {
            "domain": [top - 0.8 / deep, top - 0.24 / deep],
            "anchor": f"x{short}",
            "range": [-6, 106],
            "tickmode": "array",
            "tickvals": [0, 50, 100],
            "ticktext": ["0%", "50%", "100%"],
            "zeroline": False,
            "gridcolor": "#e6e8ea",
            "fixedrange": True,
            "tickfont": {"size": 12},
        }
        layout["annotations"].append(
            {
                "xref": "paper",
                "yref": "paper",
                "x": left,
                "y": top - 0.2 / deep,
                "xanchor": "left",
                "yanchor": "bottom",
                "showarrow": False,
                "text": f"<b>{_wrapped(label)}</b>",
                "align": "left",
                "font": {"size": 14, "color": charts.INK},
            }
        )
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": [place[row["period_end"]] for row in held],
                "y": [_points(row["value"]) for row in held],
                "xaxis": f"x{short}",
                "yaxis": f"y{short}",
                "text": [f"{label}, {charts.hover(_own(measure, row), row)}" for row in held],
                "hovertemplate": "%{text}<extra></extra>",
                "line": {"color": charts.BLUE, "width": 2},
                "marker": {"color": charts.BLUE, "size": 6},
                "showlegend": False,
            }
        )
    return {"data": traces, "layout": layout}


def _own(measure: Row, row: Row) -> Row:
    """The measure, with what a row counts where that is another (plans without exceptions, beside plans)."""
    return {**measure, "counts_what": row["counts_what"]} if row.get("counts_what") else measure


def _number(measure: Row, row: Row) -> str:
    return words.figure_number(_own(measure, row), row)


def _apart(row: Row) -> str:
    """What is said of a group that lies further from its total than chance explains."""
    return {"higher": " · ▲\u00a0higher", "lower": " · ▼\u00a0lower"}.get(row.get("place") or "", "")


def _points(value: float) -> float:
    return round(value * 100, 3)


def _reach(end: float | None, value: float) -> float:
    """From a dot to the end of its range; nothing where it has none."""
    return 0.0 if end is None else _points(end) - value


def _wrapped(label: str, longest: int = 26) -> str:
    """A long label on two lines, so that the chart keeps its width."""
    if len(label) <= longest:
        return label
    at = label.rfind(" ", 0, longest + 1)
    return label if at < 0 else f"{label[:at]}<br>{_wrapped(label[at + 1 :], longest)}"
