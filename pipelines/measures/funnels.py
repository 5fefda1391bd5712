"""Funnels of published shares: every council of a year against the country's share.

Belongs here: the table `funnels`, one row for each measure, year and council with a figure. Does not belong here:
limits and over-dispersion (`statistics.funnels`), which councils are a council's neighbours, words, and any ranking.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import groupby
from typing import Any

import duckdb

from pipelines.measures.catalogue import Measure
from pipelines.releases import table_of
from pipelines.statistics import funnels as of_places

COLUMNS = {
    "measure": "VARCHAR", "window": "VARCHAR", "period_end": "DATE", "council": "VARCHAR", "target": "DOUBLE",
    "lower": "DOUBLE", "upper": "DOUBLE", "lower_998": "DOUBLE", "upper_998": "DOUBLE", "place": "VARCHAR",
    "phi": "DOUBLE", "tau2": "DOUBLE", "adjusted": "BOOLEAN", "councils": "INTEGER", "by_chance": "DOUBLE",
}  # fmt: skip
"""lower to upper_998: limits for a council with as many cases, as `statistics.funnels.Funnel` has them, shares. place:
one of its PLACES. What is of the funnel as a whole stands on each of its rows: target (the country's share), phi, tau2,
adjusted, councils (how many it has), by_chance (how many of them chance alone would name at 95%, were all at the
target)."""
LEAST = 5
"""Councils below which there is no funnel: so few do not show how councils differ."""


def tell(
    con: duckdb.DuckDBPyConnection,
    measures: Iterable[Measure],
    figures: str,
    councils: Collection[str],
    countries: Collection[str],
) -> str:
    """Make the TEMP TABLE funnels, in the order of measure, year and council; returns its name.

    Args:
        figures: relation of the published figures.
        councils, countries: codes of the places that are compared, and of those that give the target. A year without
            the figure of exactly one country has the share of all its councils as target.
    """
    drawn = [measure.id for measure in measures if measure.funnel]
    held = con.execute(
        f"""SELECT measure, "window", period_end, council, numerator, denominator FROM {figures}
        WHERE list_contains($drawn, measure) AND breakdown = '' AND symbol = '' ORDER BY ALL""",
        {"drawn": drawn},
    ).fetchall()
    rows: list[list[Any]] = []
    for (measure, window, end), own in groupby(held, key=lambda row: row[:3]):
        counts = {council: (above, below) for *_, council, above, below in own}
        whole = [counts[code] for code in counts if code in countries]
        compared = {code: counts[code] for code in counts if code in councils}
        if len(compared) >= LEAST:
            target = whole[0][0] / whole[0][1] if len(whole) == 1 else None
            rows += [[measure, window, end, *row] for row in _funnel(compared, target)]
    return table_of(con, "funnels", COLUMNS, rows)


def _funnel(counts: dict[str, tuple[int, int]], target: float | None) -> list[list[Any]]:
    """One funnel's rows, from `council` on."""
    above, below = zip(*counts.values(), strict=True)
    found = of_places.funnel(above, below, target)
    by_chance = of_places.expected_by_chance(below, found.target, of_places.WARN)
    whole = [found.phi, found.tau2, found.adjusted, len(counts), by_chance]
    limits = zip(found.lower, found.upper, found.lower_998, found.upper_998, strict=True)
    return [
        [council, found.target, *map(float, four), str(place), *whole]
        for council, four, place in zip(counts, limits, found.place, strict=True)
    ]
