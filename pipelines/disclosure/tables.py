"""The public release's tables that tell of figures by group.

Belongs here: `group_figures` (the figures by group), `protection` (what is shown by which groups, and why the rest is
not), `attacks` (the record of the attack), `coarser_groups` (which code of a list is in which coarser group).
Does not belong here: what is shown (`breakdowns`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.disclosure.breakdowns import Given, Shown
from pipelines.disclosure.choose import WHY
from pipelines.disclosure.families import LONG
from pipelines.disclosure.groupings import TOGETHER
from pipelines.disclosure.rules import THRESHOLD
from pipelines.disclosure.shown import Row
from pipelines.measures.catalogue import Measure
from pipelines.statistics import proportions

HIDDEN = "c"
"""The symbol in place of a number that is hidden."""
TABLES = ("protection", "attacks", "coarser_groups")
"""New tables of a public release, besides those that officers' releases have too."""
_PROTECTION = pa.schema(
    {
        **dict.fromkeys(("council", "measure", "breakdown"), pa.string()),
        "state": pa.string(),  # whole | part | not_shown
        "window": pa.string(),
        "reason": pa.string(),
        "groups_shown": pa.int32(),
        "groups_hidden": pa.int32(),
        "together": pa.bool_(),
        "coarser": pa.bool_(),
        "named": pa.list_(pa.string()),
        "held": pa.list_(pa.date32()),
    }
)
_ATTACKS = pa.schema(
    {
        **dict.fromkeys(("council", "breakdown", "fact", "date"), pa.string()),
        "measures": pa.list_(pa.string()),
        **dict.fromkeys(("threshold", "protected", "hidden"), pa.int32()),
        "found": pa.int32(),
    }
)
_COARSER = pa.schema(dict.fromkeys(("breakdown", "code", "group"), pa.string()))


def make(
    con: duckdb.DuckDBPyConnection,
    shown: Sequence[Shown],
    given: Given,
    figures: str,
) -> None:
    """Make the TEMP TABLEs group_figures, protection, attacks and coarser_groups; `figures` has the columns and types
    of figures, without receipts and with digests."""
    measures, thresholds, coarser = given.measures, given.thresholds, given.coarser
    _table(con, "protection", pa.Table.from_pylist(list(_protection(shown)), _PROTECTION))
    told = [
        {**dict(zip(("council", "breakdown", "fact", "date"), one.key, strict=True)), "measures": list(one.series),
         "threshold": thresholds.get(one.key.council, THRESHOLD), "protected": one.verdict.attacked.protected,
         "hidden": one.verdict.attacked.hidden, "found": len(one.verdict.attacked.found)}
        for one in shown if one.verdict is not None and one.verdict.attacked is not None
    ]  # fmt: skip
    _table(con, "attacks", pa.Table.from_pylist(told, _ATTACKS))
    lists = [
        {"breakdown": breakdown, "code": code, "group": group}
        for breakdown in sorted({one.key.breakdown for one in shown if one.grouping.coarser and one.series})
        for code, group in coarser.get(breakdown, {}).items()
    ]
    _table(con, "coarser_groups", pa.Table.from_pylist(lists, _COARSER))
    con.execute(f"CREATE OR REPLACE TEMP TABLE group_figures AS SELECT * FROM {figures} WHERE false")
    for one in shown:
        insert(con, "group_figures", figures_of(one, measures))


def insert(con: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add rows to a table of figures; what they do not have is empty."""
    made = list(rows)
    if made:
        con.register("made_rows", pa.Table.from_pylist(made))
        con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM made_rows")
        con.unregister("made_rows")


def _protection(shown: Sequence[Shown]) -> Iterator[dict[str, Any]]:
    for one in shown:
        place = {"council": one.key.council, "breakdown": one.key.breakdown}
        named = sorted(one.grouping.named) if one.grouping.named is not None else None
        for name, series in one.series.items():
            groups = {row.group for row in one.rows if row.measure == name}
            held = sorted(start for window, start in one.held if window == series.window)
            yield place | {
                "measure": name, "state": "part" if series.hidden else "whole", "window": series.window,
                "reason": "", "groups_shown": len(groups - series.hidden),
                "groups_hidden": len(groups & series.hidden), "together": TOGETHER in groups,
                "coarser": one.grouping.coarser, "named": named, "held": held,
            }  # fmt: skip
        for name, why in one.refused.items():
            yield place | {"measure": name, "state": "not_shown", "window": "", "reason": WHY[why],
                           "groups_shown": 0, "groups_hidden": 0, "together": False, "coarser": False,
                           "named": None, "held": []}  # fmt: skip


def figures_of(one: Shown, measures: Mapping[str, Measure]) -> Iterator[dict[str, Any]]:
    """Rows of figures, made from the counts that are shown alone."""
    by_place = {(row.measure, row.window, row.start, row.group): row for row in one.rows}
    for row in one.rows:
        before = by_place.get(
            (row.measure, row.window, row.start.replace(year=row.start.year - 1), row.group)
        )
        before = before if row.window == "financial_year" else None
        version = one.versions.get((row.measure, row.window, row.start), measures[row.measure].version)
        yield {
            "measure": row.measure, "measure_version": version, "council": one.key.council, "window": row.window,
            "period_start": row.start, "period_end": last_day(row.window, row.start), "complete": True,
            "breakdown": one.key.breakdown, "group": row.group, "numerator": row.numerator,
            "denominator": row.denominator, **ranges(row, before),
            "numerator_digest": _digest(row.numerator), "denominator_digest": _digest(row.denominator),
        }  # fmt: skip


def _digest(count: int | None) -> str:
    """What a receipt is made from: the count that is shown, so that it tells nothing else of the rows."""
    return HIDDEN if count is None else str(count)


def ranges(row: Row, before: Row | None) -> dict[str, Any]:
    """Share, likely range and change since the year before, from the counts that are shown."""
    empty = ("value", "low", "high", "previous_numerator", "previous_denominator", "previous_value", "change",
             "change_low", "change_high")  # fmt: skip
    made: dict[str, Any] = dict.fromkeys(empty) | {"symbol": HIDDEN, "direction": ""}
    if row.numerator is None or not row.denominator:
        return made
    n, of = np.array([float(row.numerator)]), np.array([float(row.denominator)])
    low, high = proportions.wilson(n, of)
    made |= {"symbol": "", "value": float(n[0] / of[0]), "low": float(low[0]), "high": float(high[0])}
    if before is None or before.numerator is None or not before.denominator:
        return made
    n0, of0 = np.array([float(before.numerator)]), np.array([float(before.denominator)])
    change, change_low, change_high = proportions.newcombe(n, of, n0, of0)
    directions = sorted(["", proportions.HIGHER, proportions.LOWER, proportions.NO_CLEAR_CHANGE])
    place = int(np.searchsorted(directions, proportions.direction(change_low, change_high))[0])
    return made | {
        "previous_numerator": before.numerator, "previous_denominator": before.denominator,
        "previous_value": float(n0[0] / of0[0]), "change": float(change[0]), "change_low": float(change_low[0]),
        "change_high": float(change_high[0]), "direction": directions[place],
    }  # fmt: skip


def last_day(window: str, start: date) -> date:
    """The last day of a window."""
    after = start.year * 12 + start.month - 1 + LONG[window]
    return date.fromordinal(date(after // 12, after % 12 + 1, 1).toordinal() - 1)


def _table(con: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    con.register("made_table", table)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM made_table")
    con.unregister("made_table")
