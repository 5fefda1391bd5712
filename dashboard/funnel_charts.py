"""The funnel of councils, as a plain dict for Plotly: each council's share by its number of cases, between limits.

Belongs here: the marks of a funnel. Does not belong here: where limits lie and who is outside them (the release),
words, the component around the chart.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from dashboard import charts, kinds, phrases, words

Row = Mapping[str, Any]
_LIMITS = (("lower_998", "upper_998", "dot", "99.8%"), ("lower", "upper", "dash", "95%"))


def funnel(
    measure: Row, points: Sequence[Row], place: str, neighbours: Collection[str], country: str
) -> charts.Figure:
    """points: figures with their limits, `label`, `target` and `council`. The place's own point is a large diamond, its
    neighbours are open squares, all others small dots: shape tells them apart, not colour."""
    ordered = sorted(points, key=lambda row: row["denominator"])
    across = [row["denominator"] for row in ordered]
    traces: list[dict[str, Any]] = []
    for low, high, dash, _ in _LIMITS:
        for end in (low, high):
            line = {"color": charts.MUTED, "width": 1.5, "dash": dash, "shape": "spline"}
            traces.append(_line(across, [charts.percent(row[end]) for row in ordered], line))
    target = charts.percent(ordered[0]["target"])
    traces.append(_line(across, [target] * len(across), {"color": charts.INK, "width": 1.5}))
    others = [row for row in ordered if row["council"] != place and row["council"] not in neighbours]
    alike = [row for row in ordered if row["council"] in neighbours and row["council"] != place]
    own = [row for row in ordered if row["council"] == place]
    dot = {"color": charts.MUTED, "size": 7}
    square = {"color": charts.BLUE, "size": 11, "symbol": "square-open", "line": {"width": 2}}
    diamond = {
        "color": charts.ORANGE,
        "size": 15,
        "symbol": "diamond",
        "line": {"color": "#ffffff", "width": 1},
    }
    for rows, marker in ((others, dot), (alike, square), (own, diamond)):
        if rows:
            traces.append(_points(measure, rows, marker))
    layout = charts.base_layout(right=24, bottom=56, top=24)
    layout["height"] = 440
    span = max(across[-1] - across[0], 1)
    layout["xaxis"] |= {
        "range": [max(0, across[0] - 0.06 * span), across[-1] + 0.06 * span],
        "title": {"text": phrases.capital(f"number of {kinds.unit(measure)}"), "standoff": 8},
    }
    layout["annotations"] = [
        _note(own[0]["denominator"], charts.percent(own[0]["value"]), f"<b>{own[0]['label']}</b>")
        for _ in own[:1]
    ]
    layout["annotations"].append(
        _note(across[-1], target, f"{country}: {phrases.percent(ordered[0]['target'])}")
        | {"xanchor": "right"}
    )
    return {"data": traces, "layout": layout}


def _line(across: Sequence[int], up: Sequence[float | None], line: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "x": list(across), "y": list(up), "line": line, "hoverinfo": "skip",
        "showlegend": False,
    }  # fmt: skip


def _points(measure: Row, rows: Sequence[Row], marker: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [row["denominator"] for row in rows],
        "y": [charts.percent(row["value"]) for row in rows],
        "text": [
            f"{row['label']}: {words.figure_number(measure, row)}{charts.with_receipt(row)}" for row in rows
        ],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": marker,
        "showlegend": False,
    }


def _note(x: float, y: float | None, text: str) -> dict[str, Any]:
    return {
        "x": x, "y": y, "text": text, "showarrow": False, "yanchor": "bottom", "yshift": 9,
        "bgcolor": "rgba(255,255,255,0.85)", "font": {"size": 14, "color": charts.INK},
    }  # fmt: skip
