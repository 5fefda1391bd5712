"""Control charts of the council's totals: which window carries one, in which phases, and what it says.

Belongs here: choosing the points of each council's chart, and what is stored with it. Does not belong here: limits and
rules (`statistics`), what may be declared (`charting`), drawing and words (the dashboard).

Rules run on headline measures only; any other chart has limits and no signals (docs/statistics.md, "Signals").
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from math import prod
from typing import Any, NamedTuple

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.measures.catalogue import Catalogue, Measure
from pipelines.measures.charting import Rebased, Targets, phases, positions
from pipelines.statistics import chance, classes, series
from pipelines.statistics import charts as spc
from pipelines.statistics.series import Chart
from pipelines.statistics.xmr import xmr_chart

COLUMNS = {
    "measure": "VARCHAR", "council": "VARCHAR", "window": "VARCHAR", "state": "VARCHAR", "period_start": "DATE",
    "period_end": "DATE", "numerator": "BIGINT", "denominator": "BIGINT", "value": "DOUBLE", "centre": "DOUBLE",
    "lower": "DOUBLE", "upper": "DOUBLE", "signal": "VARCHAR", "side": "VARCHAR", "baseline": "VARCHAR",
    "target": "DOUBLE", "variation": "VARCHAR", "assurance": "VARCHAR", "chance": "DOUBLE", "chance_last": "DOUBLE",
}  # fmt: skip
_KINDS = {"DATE": pa.date32(), "BIGINT": pa.int64(), "DOUBLE": pa.float64(), "VARCHAR": pa.string()}
_WINDOWS = ("month", "quarter")
MEAN_MEDIAN_N = spc.SUITABLE_MEDIAN_N
"""An average of fewer cases than this at a typical point is too lopsided for an XmR chart."""


class Point(NamedTuple):
    """A month or quarter of a figure."""

    measure: str
    council: str
    window: str
    start: date
    end: date
    numerator: int | None
    denominator: int | None
    value: float | None


@dataclass(frozen=True)
class Wanted:
    """What one council's chart of a measure is to be."""

    measure: Measure
    target: float | None
    rebased: Mapping[date, str]


def charts(
    con: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    figures: str,
    relation: str,
    targets: Targets | None = None,
    rebased: Rebased | None = None,
) -> None:
    """Make TEMP TABLE `relation` with the columns `COLUMNS`, in the order of measure, council and period.

    One chart for each council and measure with a chart: months where they can carry it, else quarters, else a table of
    quarters without limits or signals (state 'table'). Points are complete windows of all groups together; one without
    cases is missing, and has no value.

    Target, variation, assurance and the two chances (of a signal anywhere, and at the last point, though nothing
    happens) belong to a chart as a whole and stand on each of its points. A measure that is no headline has limits and
    no signals: variation and chances are empty, and the rules stored in `baseline` are null. `baseline` is what the
    chart was made with, as JSON: of one phase as the chart's method tells it, of several {"phases": [...], "rebased":
    {day: why}}.
    """
    charted = [name for name, measure in catalogue.items() if measure.chart != "none"]
    con.register("charts_wanted", pa.table({"measure": pa.array(charted, pa.string())}))
    found = con.execute(
        'SELECT measure, council, "window", period_start, period_end, numerator, denominator, value '
        f"FROM {figures} SEMI JOIN charts_wanted USING (measure) "
        "WHERE breakdown = '' AND complete AND \"window\" IN ('month', 'quarter') ORDER BY measure, council, period_end"
    ).fetchall()
    con.unregister("charts_wanted")
    rows: dict[str, list[Any]] = {name: [] for name in COLUMNS}
    for (name, council), own in groupby(map(Point._make, found), key=lambda point: point[:2]):
        measure = catalogue[name]
        because = dict.fromkeys(measure.rebased_on, "") | dict((rebased or {}).get(council, {}).get(name, {}))
        wanted = Wanted(measure, (targets or {}).get(council, {}).get(name, measure.target), because)
        for column, values in drawn(list(own), wanted).items():
            rows[column].extend(values)
    fill(con, relation, COLUMNS, rows)


def fill(
    con: duckdb.DuckDBPyConnection, relation: str, columns: Mapping[str, str], rows: Mapping[str, list[Any]]
) -> None:
    """Make TEMP TABLE `relation` of columns of values."""
    given = {name: pa.array(rows[name], _KINDS[kind], from_pandas=True) for name, kind in columns.items()}
    con.register("charts_made", pa.table(given))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {relation} AS SELECT * FROM charts_made")
    con.unregister("charts_made")


def drawn(points: list[Point], wanted: Wanted) -> dict[str, list[Any]]:
    """One council's chart of one measure, as columns."""
    measure = wanted.measure
    suitable = _window(points, measure)
    plain = suitable == "table"
    own = [point for point in points if point.window == ("quarter" if plain else suitable)]
    starts = {} if plain else phases(list(wanted.rebased), [point.end for point in own])
    chart = _in_phases(own, measure, list(starts))
    ruled = measure.headline is not None and not plain
    state = "table" if plain else chart.state
    variation = classes.variation(state, chart.value, chart.signal, chart.side, measure.higher_is)
    assurance = classes.assurance(
        state, chart.value, chart.lower, chart.upper, wanted.target, measure.higher_is
    )
    anywhere, last = _by_chance(chart.parameters) if ruled else (None, None)
    nothing = np.full(len(own), np.nan)
    of_all = {
        "window": own[0].window if own else "quarter",
        "state": state,
        "baseline": None if plain else _stored(chart.parameters, starts, wanted.rebased, ruled),
        "target": wanted.target,
        "variation": variation if ruled or plain else None,
        "assurance": assurance,
        "chance": anywhere,
        "chance_last": last,
    }
    of_each = {
        "measure": [point.measure for point in own],
        "council": [point.council for point in own],
        "period_start": [point.start for point in own],
        "period_end": [point.end for point in own],
        "numerator": [point.numerator for point in own],
        "denominator": [point.denominator for point in own],
        "value": chart.value.tolist(),
        "centre": (nothing if plain else chart.centre).tolist(),
        "lower": (nothing if plain else chart.lower).tolist(),
        "upper": (nothing if plain else chart.upper).tolist(),
        "signal": chart.signal.tolist() if ruled else [""] * len(own),
        "side": chart.side.tolist() if ruled else [""] * len(own),
    }
    return of_each | {name: [value] * len(own) for name, value in of_all.items()}


def _window(points: list[Point], measure: Measure) -> str:
    """The finest window that can carry the chart: 'month', 'quarter' or 'table'."""
    counts = [_counts([point for point in points if point.window == window]) for window in _WINDOWS]
    if measure.chart == "p":
        return spc.suitable_window(*counts[0], *counts[1])
    for window, (_, cases) in zip(_WINDOWS, counts, strict=True):
        if cases.size and np.median(np.nan_to_num(cases)) >= MEAN_MEDIAN_N:
            return window
    return "table"


def _counts(points: list[Point]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Numerators and denominators, NaN where they are not known."""
    held = np.array([(point.numerator, point.denominator) for point in points], dtype=float).reshape(-1, 2)
    return held[:, 0], held[:, 1]


def _in_phases(own: list[Point], measure: Measure, starts: list[int]) -> Chart:
    """The chart of these points, each phase with its own baseline."""

    def phase(places: NDArray[np.int64]) -> Chart:
        points = [own[place] for place in places]
        baseline = positions(
            measure.baseline, [point.end for point in points], [bool(point.denominator) for point in points]
        )
        if measure.chart == "xmr":
            values = np.array([point.value for point in points], dtype=float)
            return xmr_chart(values, baseline=baseline, rules=measure.rules)
        return spc.p_chart(*_counts(points), baseline=baseline, rules=measure.rules)

    places = np.arange(len(own))
    return series.rebased(phase, starts, places) if starts else phase(places)


def _phases_of(parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was stored of each phase; of a chart in one, what was stored of it."""
    return list(parameters.get("phases", [parameters]))


def _by_chance(parameters: Mapping[str, Any]) -> tuple[float, float]:
    """The chances of a signal anywhere and at the last point: rules begin anew in each phase."""
    of = [chance.of_signal(phase["chart"], phase["points"]) for phase in _phases_of(parameters)]
    return round(1 - prod(1 - anywhere for anywhere, _ in of), 4), round(of[-1][1], 4)


def _stored(
    parameters: dict[str, Any], starts: Mapping[int, date], because: Mapping[date, str], ruled: bool
) -> str:
    """What the chart was made with, as JSON; where no rules ran, none are stored."""
    if not ruled:
        for phase in _phases_of(parameters):
            phase["rules"] = None
    if starts:
        parameters["rebased"] = {day.isoformat(): because[day] for day in starts.values()}
    return json.dumps(parameters, sort_keys=True)
