"""Control charts of the headline totals: which window carries one, and what it says.

Belongs here: choosing the points of each council's chart. Does not belong here: limits and rules (`statistics.charts`),
drawing and words (the dashboard).
"""

from __future__ import annotations

import json
from datetime import date
from itertools import groupby
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.measures.catalogue import Catalogue
from pipelines.statistics import charts as spc

COLUMNS = {
    "measure": "VARCHAR", "council": "VARCHAR", "window": "VARCHAR", "state": "VARCHAR", "period_start": "DATE",
    "period_end": "DATE", "numerator": "BIGINT", "denominator": "BIGINT", "value": "DOUBLE", "centre": "DOUBLE",
    "lower": "DOUBLE", "upper": "DOUBLE", "signal": "VARCHAR", "side": "VARCHAR", "baseline": "VARCHAR",
}  # fmt: skip
_Point = tuple[str, str, str, date, date, int | None, int | None]
BASELINE_POINTS = 24
"""A longer chart's limits come from its first points, so many: they then stay as they are when months are added."""


def charts(con: duckdb.DuckDBPyConnection, catalogue: Catalogue, figures: str, relation: str) -> None:
    """Make TEMP TABLE `relation` with the columns `COLUMNS`, in the order of measure, council and period.

    One chart for each council and measure with `chart: p`: months where they can carry it, else quarters, else a
    table of quarters without limits or signals (state 'table'). Points are complete windows of all groups together.
    """
    drawn = [name for name, measure in catalogue.items() if measure.chart == "p"]
    con.register("charts_wanted", pa.table({"measure": pa.array(drawn, pa.string())}))
    points: list[_Point] = con.execute(
        'SELECT measure, council, "window", period_start, period_end, numerator, denominator '
        f"FROM {figures} SEMI JOIN charts_wanted USING (measure) "
        "WHERE breakdown = '' AND complete AND \"window\" IN ('month', 'quarter') ORDER BY measure, council, period_end"
    ).fetchall()
    con.unregister("charts_wanted")
    rows: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for _, own in groupby(points, key=lambda point: point[:2]):
        for name, values in _chart(list(own)).items():
            rows[name].extend(values)
    kinds = {"DATE": pa.date32(), "BIGINT": pa.int64(), "DOUBLE": pa.float64(), "VARCHAR": pa.string()}
    given = {name: pa.array(values, kinds[COLUMNS[name]], from_pandas=True) for name, values in rows.items()}
    con.register("charts_made", pa.table(given))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {relation} AS SELECT * FROM charts_made")
    con.unregister("charts_made")


def _chart(points: list[_Point]) -> dict[str, list[Any]]:
    """One council's chart of one measure, as columns."""
    of_window = {name: [point for point in points if point[2] == name] for name in ("month", "quarter")}
    counts = {
        name: tuple(np.array([point[place] for point in own], dtype=float) for place in (5, 6))
        for name, own in of_window.items()
    }
    suitable = spc.suitable_window(*counts["month"], *counts["quarter"])
    window = "quarter" if suitable == "table" else suitable
    own = of_window[window]
    baseline = (0, BASELINE_POINTS - 1) if len(own) > BASELINE_POINTS else None
    chart = spc.p_chart(*counts[window], baseline=baseline)
    plain = suitable == "table"
    nothing = np.full(len(own), np.nan)
    return {
        "measure": [point[0] for point in own],
        "council": [point[1] for point in own],
        "window": [window] * len(own),
        "state": ["table" if plain else chart.state] * len(own),
        "period_start": [point[3] for point in own],
        "period_end": [point[4] for point in own],
        "numerator": [point[5] for point in own],
        "denominator": [point[6] for point in own],
        "value": chart.value.tolist(),
        "centre": (nothing if plain else chart.centre).tolist(),
        "lower": (nothing if plain else chart.lower).tolist(),
        "upper": (nothing if plain else chart.upper).tolist(),
        "signal": [""] * len(own) if plain else chart.signal.tolist(),
        "side": [""] * len(own) if plain else chart.side.tolist(),
        "baseline": [None if plain else json.dumps(chart.parameters, sort_keys=True)] * len(own),
    }
