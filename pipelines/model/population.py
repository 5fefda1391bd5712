"""Fact `population`: how many children there were, by characteristic and group, as somebody else counted them.

Belongs here: every column of the fact. Does not belong here: a population made from the register of plans, or which day
stands beside which period (`measures.populations`).
"""

from __future__ import annotations

from ibis import Table

from pipelines.model.columns import group, row_key


def groups(population: Table) -> Table:
    """One row per row in force of the feed; a number that was not given keeps its symbol and is never 0."""
    rows = population
    return rows.select(
        "council",
        "frame",
        "characteristic",
        "people",
        "people_symbol",
        category=group(rows.category),
        source=group(rows.source),
        counted_on=rows.as_at,
        population_key=row_key(rows.council, rows.frame, rows.as_at, rows.characteristic, rows.category),
    )
