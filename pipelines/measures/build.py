"""From facts to figures and charts, in one call.

Belongs here: the order of the steps. Does not belong here: any of the steps.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from pipelines.measures.catalogue import Catalogue
from pipelines.measures.charting import Rebased, Targets
from pipelines.measures.charts import charts
from pipelines.measures.compared import compared
from pipelines.measures.counts import count, long_periods, undated
from pipelines.measures.figures import figures
from pipelines.measures.lesson_charts import Watched, lesson_charts


def build(
    con: duckdb.DuckDBPyConnection,
    facts: Mapping[str, str],
    catalogue: Catalogue,
    spans: str,
    targets: Targets | None = None,
    rebased: Rebased | None = None,
    lessons: Watched | None = None,
) -> None:
    """Make the TEMP TABLEs counts, undated, figures, compared, charts and lesson_charts.

    `facts` maps each fact to its relation; `spans` is the relation that `windows.spans` makes; `targets` and `rebased`
    are those that councils set themselves, `lessons` what they did something about. Measures of given figures are left
    out: `given` makes them, and of other places.
    """
    catalogue = {name: measure for name, measure in catalogue.items() if measure.kind != "given"}
    count(con, facts, catalogue.values())
    undated(con, facts, catalogue.values())
    long_periods(con, facts)
    figures(con, catalogue, spans, "figures")
    compared(con, facts, catalogue, spans, "figures")
    charts(con, catalogue, "figures", "charts", targets, rebased)
    lesson_charts(con, catalogue, "figures", "lesson_charts", lessons or {})
    for helper in ("series", "long_periods"):
        con.execute(f"DROP TABLE IF EXISTS {helper}")
