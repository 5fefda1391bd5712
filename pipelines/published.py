"""The partition of published figures: one for all places together, made anew only where a published file changed.

Belongs here: rows in force of the feeds that hold published figures, their facts, figures, receipts and parts.
Does not belong here: councils' own partitions (`partitions`), or the steps (`model`, `measures`, `evidence`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import duckdb

from pipelines import releases
from pipelines.contracts import PUBLISHED, Catalogue
from pipelines.evidence import receipts
from pipelines.intake import key as keys
from pipelines.intake.receive import Checked
from pipelines.settings import Settings

TABLES = {
    "published_figures": "figures",
    "published_places": "places",
    "published_charts": "charts",
    "neighbours": "neighbours",
    "funnels": "funnels",
    "listed_inspections": "listed_inspections",
}
"""Table made here -> the release's table that it is a part of. No chart is made of them: the table stands empty, so
that a release of nothing but published figures has it."""


def make(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    catalogue: Catalogue,
    key: keys.Key,
    held: Sequence[Checked],
) -> dict[str, Any]:
    """The partition of these deliveries, in their order of force; its parts hold every place."""
    from pipelines.evidence import balanced_steps
    from pipelines.making import stand
    from pipelines.measures import catalogue as definitions
    from pipelines.measures import funnels, given
    from pipelines.measures.charts import charts
    from pipelines.model import listed, published
    from pipelines.model.sources import given_sources

    gone, balanced = stand(con, catalogue.of_published, held, [PUBLISHED])
    facts = published.build(con, {feed: f"in_force_{feed}" for feed in catalogue.of_published})
    extracted_on = max(checked.arrival.extracted_on for checked in held)
    measures = definitions.load(settings.definitions).values()
    given.figures(con, facts, measures, extracted_on, "published_figures")
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE published_places AS
        SELECT council, min(period_start) AS first_month, date_trunc('month', max(period_end))::DATE AS last_month,
            DATE '{extracted_on}' AS extracted_on
        FROM published_figures GROUP BY council""")
    charts(con, {}, "published_figures", "published_charts")
    countries = [code for code, region in catalogue.regions.items() if region.kind == "country"]
    funnels.tell(con, measures, "published_figures", catalogue.councils, countries)
    published.inspections(con)
    listed.with_labels(con, ("listed_inspections",), catalogue.codes)
    receipts.mint(con, "published_figures", "officers", key)
    tables = {fact: (fact, "records") for fact in facts.values()}
    tables |= {made: (table, "officers") for made, table in TABLES.items()}
    parts = [
        part
        for made, (table, zone) in tables.items()
        for part in releases.write_parts(con, settings, zone, table, PUBLISHED, f"FROM {made}")
    ]
    written: Counter[tuple[str, str]] = Counter()
    for part in parts:
        if part["zone"] == "records":
            written[PUBLISHED, part["table"].removeprefix("fact_")] += part["rows"]
    balanced += balanced_steps.of_rows(con, catalogue, gone, written)
    balanced += balanced_steps.of_given(con, facts, measures, "published_figures")
    return {
        "parts": parts,
        "in_force": [
            [order, feed, rows]
            for feed in catalogue.of_published
            for order, rows in con.execute(
                f"SELECT _order, count(*) FROM in_force_{feed} GROUP BY ALL ORDER BY ALL"
            ).fetchall()
        ],
        "links": [],
        "sources": [
            told
            for _, *told in given_sources(con, {feed: f"in_force_{feed}" for feed in catalogue.of_published})
        ],
        "balances": sorted(balanced),
    }
