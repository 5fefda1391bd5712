"""Slices: which rows of a table go into one part, so that a release stores anew little more than what changed.

Belongs here: how a table is cut. Does not belong here: writing the parts (`releases`), or what is in them.

A long table with a period is cut at the ends of calendar years, and its two newest long years at the ends of quarters:
what is delivered changes the newest periods, and rolling windows that end there. A table about deliveries is cut after
every 50 arrivals. How a table is cut depends on its own rows alone, so that equal content is equal bytes, whichever
release it is in; a year is put together from its quarters once, when a third long year has begun.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping

import duckdb

from pipelines.model.schema import FACTS

LONG = 5_000
"""Rows up to which a table is one part, and a year of it."""
QUARTERED = 2
"""Long years, the newest, that are cut at the ends of quarters."""
ARRIVALS = 50
"""Numbers of arrivals whose rows are kept together."""
UNDATED = "undated"
_MONTH = {
    "counts": "month",
    **dict.fromkeys(("figures", "left_out"), "year(period_end) * 12 + month(period_end) - 1"),
    **{
        f"fact_{name}": f"year({fact.dates[0]}) * 12 + month({fact.dates[0]}) - 1"
        for name, fact in FACTS.items()
    },
}
"""Table -> SQL of the month that cuts it: a whole number, year x 12 + month - 1."""
_NUMBERED = ("deliveries", "checks", "findings", "columns_matched", "sources")
"""Tables about deliveries, by number of arrival."""
Slice = tuple[str, str]
"""(name, SQL that is true for its rows). The name is '' where a table is one part."""
WHOLE: list[Slice] = [("", "true")]
Quarters = Mapping[int | None, int]
"""Quarter (year x 4 + quarter - 1; None without a date) -> rows."""


def slices(con: duckdb.DuckDBPyConnection, table: str, query: str) -> list[Slice]:
    """How the rows of a query, which are those of a release's table, are cut: each row is in one slice."""
    if table in _MONTH:
        held = con.execute(
            f"SELECT {quarter_of(table)}, count(*) FROM ({query}) GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        return [
            (name, holds(table, name)) for name in dict.fromkeys(cut(table, dict(held)).values())
        ] or WHOLE
    if table in _NUMBERED:
        return _by_arrival(con, query) or WHOLE
    return WHOLE


def quarter_of(table: str) -> str:
    """SQL for the quarter of a row: a whole number, or NULL without a date and where the table is never cut."""
    return f"({_MONTH[table]}) // 3" if table in _MONTH else "NULL::INTEGER"


def cut(table: str, held: Quarters) -> dict[int | None, str]:
    """Quarter -> the slice that its rows are in, of the rows of one council in one table; quarters in their order."""
    if table not in _MONTH or sum(held.values()) <= LONG:
        return dict.fromkeys(held, "")
    years = Counter[int]()
    for quarter, rows in held.items():
        if quarter is not None:
            years[quarter // 4] += rows
    quartered = [year for year in sorted(years) if years[year] > LONG][-QUARTERED:]
    return {quarter: _name(quarter, quartered) for quarter in held}


def _name(quarter: int | None, quartered: Container[int]) -> str:
    if quarter is None:
        return UNDATED
    year, place = divmod(quarter, 4)
    return f"{year}-Q{place + 1}" if year in quartered else str(year)


def holds(table: str, name: str) -> str:
    """SQL that is true for the rows of a slice, of a table that is cut by a period."""
    month = f"({_MONTH.get(table)})"
    if name == "":
        return "true"
    if name == UNDATED:
        return f"{month} IS NULL"
    year, _, quarter = name.partition("-Q")
    first, lasts = (int(year) * 12 + (int(quarter) - 1) * 3, 3) if quarter else (int(year) * 12, 12)
    return f"{month} BETWEEN {first} AND {first + lasts - 1}"


def _by_arrival(con: duckdb.DuckDBPyConnection, query: str) -> list[Slice]:
    block = f'("number" - 1) // {ARRIVALS}'
    held = con.execute(f"SELECT DISTINCT {block} AS block FROM ({query}) ORDER BY ALL").fetchall()
    return [
        (f"{at * ARRIVALS + 1}-{(at + 1) * ARRIVALS}", f"{block} = {at}") for (at,) in held if at is not None
    ]
