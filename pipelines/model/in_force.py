"""Which rows stand, when several deliveries speak of the same thing.

Belongs here: what a later delivery does to an earlier one, by the contract's `replaces`.
Does not belong here: in which order deliveries come (`intake.receive`), or what the rows mean (`facts`).

A row of an earlier part goes when a later part holds its key, and also when a later part that is not a correction
speaks for it: for its council and month (`council_and_period`) or its council (`all`). So a row deleted at its source
disappears with the next delivery that covers its month, and the order in which parts are given never matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.contracts import PUBLISHED, Contract

Gone = tuple[str, str, int]
"""(council, how, rows) of rows that no longer stand."""
REPLACED = "replaced"
"""A later delivery holds the row's key."""
LEFT_OUT = "left out"
"""A later whole delivery speaks for the row's month or council and does not hold it: deleted at its source."""


@dataclass(frozen=True)
class Part:
    """One delivery's accepted rows of one feed."""

    path: Path
    """Its accepted.parquet."""
    order: int
    """Later replaces earlier; no two parts of a feed share it."""
    corrections: bool
    """Replaces only the keys that it holds, whatever the contract says."""
    periods: dict[str, tuple[date, ...]]
    """Council -> months (their first days) that the delivery covers, rejected rows included; every council it holds."""


def in_force(
    con: duckdb.DuckDBPyConnection,
    contract: Contract,
    parts: Sequence[Part],
    councils: Sequence[str],
    relation: str,
) -> list[Gone]:
    """Make `relation`, the rows of these councils that stand: a TEMP TABLE; a TEMP VIEW where no council has two parts.

    Returns how many rows do not stand, and why: counted by themselves, so that a row lost on the way shows.

    Its columns are `contract.stored`, then `_order` (the part a row came from), `_sheet` and `_row` (where it stands in
    the supplier's file). A row whose period columns are all empty belongs to no month: only its own key replaces it.

    Raises:
        ValueError: two parts have the same order.
    """
    ordered = sorted(parts, key=lambda part: part.order)
    if len({part.order for part in ordered}) != len(ordered):
        raise ValueError(f"Two deliveries of {contract.feed} have the same order. Give each its own.")
    spoken_of = [council for part in ordered for council in part.periods if council in councils]
    apart = all(part.periods for part in ordered) and len(set(spoken_of)) == len(spoken_of)
    alone = len(ordered) < 2 or apart
    joins, standing = ("", "true") if alone else _standing(con, contract, ordered)
    columns = ", ".join(f'held."{name}"::{kind} AS "{name}"' for name, kind in contract.stored.items())
    wanted = ", ".join(_text(council) for council in councils)
    try:
        con.execute(f"DROP VIEW IF EXISTS {relation}")
    except duckdb.CatalogException:  # it is a table
        con.execute(f"DROP TABLE {relation}")
    of_these = (
        f"FROM ({_rows(contract, ordered)}) AS held {joins} WHERE {whose(contract)} IN ({wanted or 'NULL'})"
    )
    con.execute(
        f"CREATE TEMP {'VIEW' if alone else 'TABLE'} {relation} AS "
        f"SELECT {columns}, held._order, held._sheet, held._row {of_these} AND {standing}"
    )
    if alone:
        return []
    how = f"CASE WHEN later_keys.latest > held._order THEN '{REPLACED}' ELSE '{LEFT_OUT}' END"
    return con.execute(
        f"SELECT {whose(contract)}, {how}, count(*) {of_these} AND NOT ({standing}) GROUP BY ALL ORDER BY ALL"
    ).fetchall()


def whose(contract: Contract) -> str:
    """SQL for what a row `held` belongs to as deliveries replace one another: its council, or all that is published."""
    return f"'{PUBLISHED}'" if contract.holds == PUBLISHED else "held.council"


def _rows(contract: Contract, parts: Sequence[Part]) -> str:
    """All parts' rows in one query; a column that an older part does not have yet is empty there."""
    typed = {**contract.stored, "_sheet": "VARCHAR", "_row": "BIGINT", "_order": "INTEGER"}
    nothing = (
        "SELECT " + ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in typed.items()) + " WHERE false"
    )
    read = [f"SELECT *, {part.order} AS _order FROM read_parquet({_text(str(part.path))})" for part in parts]
    return " UNION ALL BY NAME ".join([nothing, *read])


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _standing(con: duckdb.DuckDBPyConnection, contract: Contract, ordered: Sequence[Part]) -> tuple[str, str]:
    """Joins to what replaces a row, each many to at most one, and the condition that no later part does.

    The oldest part replaces nothing, so only the keys of the others are gathered: a small delivery on top of a large
    one costs little. Left joins with a filter, because DuckDB 1.5 turns NOT EXISTS with an inequality into a join that
    holds both sides in memory.
    """
    key = {name: _key_value(contract, name) for name in contract.key_columns}
    con.execute(
        "CREATE OR REPLACE TEMP TABLE later_keys AS "
        f"SELECT {', '.join(f'{value} AS {name}' for name, value in key.items())}, max(_order) AS latest "
        f"FROM ({_rows(contract, ordered[1:])}) AS held GROUP BY ALL"
    )
    # an empty team is the same as an empty team
    same_key = " AND ".join(f"later_keys.{name} IS NOT DISTINCT FROM {value}" for name, value in key.items())
    joins = f"LEFT JOIN later_keys ON {same_key}"
    standing = "coalesce(later_keys.latest <= held._order, true)"
    if contract.replaces == "key":
        return joins, standing
    joins += f" LEFT JOIN covered ON {_covered(con, contract, ordered)}"
    return joins, f"{standing} AND coalesce(covered.latest <= held._order, true)"


def _key_value(contract: Contract, name: str) -> str:
    """A key column to compare by; a whole number left empty means 1 (one person of a role need not be numbered)."""
    return f'coalesce(held."{name}", 1)' if contract.stored[name] == "BIGINT" else f'held."{name}"'


def _covered(con: duckdb.DuckDBPyConnection, contract: Contract, ordered: Sequence[Part]) -> str:
    """Make TEMP TABLE covered(council, month, latest), and the condition that joins it to the row `held`."""
    whole = [part for part in ordered if not part.corrections]
    spans = [
        (council, month, part.order)
        for part in whole
        for council, months in part.periods.items()
        for month in (months if contract.replaces == "council_and_period" else (None,))
    ]
    given = pa.table(
        {
            "council": pa.array([council for council, _, _ in spans], pa.string()),
            "month": pa.array([month for _, month, _ in spans], pa.date32()),
            "part": pa.array([order for _, _, order in spans], pa.int32()),
        }
    )
    con.register("spans_given", given)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE covered AS "
        "SELECT council, date_trunc('month', month)::DATE AS month, max(part) AS latest FROM spans_given GROUP BY 1, 2"
    )
    con.unregister("spans_given")
    if contract.replaces == "all":
        return f"covered.council = {whose(contract)}"
    dates = ", ".join(
        f'held."{name}"' if name in contract.stored else f'held."{name}_start"' for name in contract.period
    )
    return f"covered.council = held.council AND covered.month = date_trunc('month', coalesce({dates}))"
