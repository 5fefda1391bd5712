"""Control charts of the headline totals: which window carries one, and what it says.

Belongs here: choosing the points of each council's chart. Does not belong here: limits and rules (`statistics.charts`),
drawing and words (the dashboard).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.measures.catalogue import Catalogue, DefinitionError, Measure
from pipelines.statistics import charts as spc
from pipelines.statistics import classes

COLUMNS = {
    "measure": "VARCHAR", "council": "VARCHAR", "window": "VARCHAR", "state": "VARCHAR", "period_start": "DATE",
    "period_end": "DATE", "numerator": "BIGINT", "denominator": "BIGINT", "value": "DOUBLE", "centre": "DOUBLE",
    "lower": "DOUBLE", "upper": "DOUBLE", "signal": "VARCHAR", "side": "VARCHAR", "baseline": "VARCHAR",
    "target": "DOUBLE", "variation": "VARCHAR", "assurance": "VARCHAR",
}  # fmt: skip
_Point = tuple[str, str, str, date, date, int | None, int | None]
BASELINE_POINTS = 24
"""A longer chart's limits come from its first points, so many: they then stay as they are when months are added."""


Targets = Mapping[str, Mapping[str, float]]
"""Council -> measure -> its own target, in place of the definition's."""


def charts(
    con: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    figures: str,
    relation: str,
    targets: Targets | None = None,
) -> None:
    """Make TEMP TABLE `relation` with the columns `COLUMNS`, in the order of measure, council and period.

    Target, variation and assurance belong to a chart as a whole and stand on each of its points.

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
    for (measure, council), own in groupby(points, key=lambda point: point[:2]):
        target = (targets or {}).get(council, {}).get(measure, catalogue[measure].target)
        for name, values in _chart(list(own), catalogue[measure], target).items():
            rows[name].extend(values)
    kinds = {"DATE": pa.date32(), "BIGINT": pa.int64(), "DOUBLE": pa.float64(), "VARCHAR": pa.string()}
    given = {name: pa.array(values, kinds[COLUMNS[name]], from_pandas=True) for name, values in rows.items()}
    con.register("charts_made", pa.table(given))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {relation} AS SELECT * FROM charts_made")
    con.unregister("charts_made")


def check_targets(catalogue: Catalogue, targets: Targets) -> None:
    """A council's own targets name measures that can have one.

    Raises:
        DefinitionError: one does not; says which file and what to do.
    """
    for council, own in targets.items():
        for name in own:
            measure = catalogue.get(name)
            where = f"expectations/councils/{council}.yaml, at targets"
            if measure is None:
                raise DefinitionError(
                    f"{where}: there is no measure {name!r}. `send-audit measures` lists them; correct the id."
                )
            if measure.chart != "p" or measure.higher_is == "neither":
                raise DefinitionError(
                    f"{where}: {name} can have no target, because it has no control chart or neither higher nor "
                    "lower is better by itself. Remove the line."
                )


def _chart(points: list[_Point], measure: Measure, target: float | None) -> dict[str, list[Any]]:
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
    state = "table" if plain else chart.state
    variation = classes.variation(state, chart.value, chart.signal, chart.side, measure.higher_is)
    assurance = classes.assurance(state, chart.value, chart.lower, chart.upper, target, measure.higher_is)
    nothing = np.full(len(own), np.nan)
    return {
        "measure": [point[0] for point in own],
        "council": [point[1] for point in own],
        "window": [window] * len(own),
        "state": [state] * len(own),
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
        "target": [target] * len(own),
        "variation": [variation] * len(own),
        "assurance": [assurance] * len(own),
    }
