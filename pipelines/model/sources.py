"""Which deliveries' rows stand behind each fact, by month where the feed's rows tell it.

Belongs here: counting rows in force by delivery, for every fact and date that a measure may count by.
Does not belong here: which rows stand (`in_force`), or what a delivery is called (`evidence`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Set

import duckdb

from pipelines.model.schema import FACTS, GIVEN

_OF_ANOTHER_NAME = {("audit_programme", "planned_month"): "period_end"}
"""(feed, date of a fact) -> the feed's own column of the same month."""
_OF_THE_AUDIT = {"completed_on", "moderated_on"}
"""Dates that participation has from its audit."""
Row = tuple[str, int, str, str, str, str | None, int]
"""(council, delivery's order, fact, date, feed, first day of the month or None where it cannot be told, rows)."""


def sources(con: duckdb.DuckDBPyConnection, in_force: Mapping[str, str]) -> list[Row]:
    """Rows in force behind the councils' own facts.

    Where a feed's rows have the fact's date (their own, or that of the audit that they name), rows without it are left
    out, as they are in no period. Other feeds are told as a whole: their month is None.

    Args:
        in_force: feed -> relation of its rows in force, of the feeds that councils send.
    """
    wanted = defaultdict(list)
    for fact, held in FACTS.items():
        for day in held.dates:
            for feed in held.feeds:
                wanted[feed].append((fact, day))
    found: list[Row] = []
    for feed in wanted.keys() & in_force.keys():
        by_day = _by_day(con, in_force, feed, {day for _, day in wanted[feed]})
        found += [
            (council, order, fact, day, feed, month, rows)
            for fact, day in wanted[feed]
            for council, order, month, rows in by_day[day]
        ]
    return sorted(found, key=lambda row: (*row[:5], row[5] is None, row[5] or "", row[6]))


def given_sources(con: duckdb.DuckDBPyConnection, in_force: Mapping[str, str]) -> list[Row]:
    """Rows in force behind facts of given figures, of every place together (council '')."""
    queries = [
        f"SELECT '', _order, '{fact}', '{day}', '{feed}', NULL::VARCHAR, count(*) FROM {in_force[feed]} GROUP BY ALL"
        for fact, held in GIVEN.items()
        for day in held.dates
        for feed in held.feeds
        if feed in in_force
    ]
    return con.execute(f"{' UNION ALL '.join(queries)} ORDER BY ALL").fetchall() if queries else []


def _by_day(
    con: duckdb.DuckDBPyConnection, in_force: Mapping[str, str], feed: str, days: Set[str]
) -> dict[str, list[tuple[str, int, str | None, int]]]:
    """Day of a fact -> (council, delivery's order, month, rows) of one feed, all days in one look at its rows."""
    relation = in_force[feed]
    if not con.execute(f"SELECT 1 FROM {relation} LIMIT 1").fetchone():
        return {day: [] for day in days}  # most councils send few of all feeds
    held = {row[0] for row in con.execute(f"DESCRIBE {relation}").fetchall()}
    own = {day: _OF_ANOTHER_NAME.get((feed, day), day) for day in days}
    if feed == "family_participation":
        # many people to at most one audit
        relation = (
            f"{relation} LEFT JOIN (SELECT council, audit_reference, {', '.join(sorted(_OF_THE_AUDIT))} "
            f"FROM {in_force['case_audits']}) USING (council, audit_reference)"
        )
        held |= _OF_THE_AUDIT
    dated = sorted({name for name in own.values() if name in held})
    months = [f"date_trunc('month', {name})::DATE AS {name}" for name in dated]
    sets = ", ".join(["(council, _order)", *(f"(council, _order, {name})" for name in dated)])
    whose = "".join(f"WHEN GROUPING({name}) = 0 THEN '{name}' " for name in dated)
    found = con.execute(f"""
        SELECT {f"CASE {whose}ELSE '' END" if dated else "''"} AS day, council, _order,
            coalesce({", ".join([*dated, "NULL"])})::VARCHAR AS month, count(*)
        FROM (SELECT {", ".join(["council", "_order", *months])} FROM {relation})
        GROUP BY GROUPING SETS ({sets}) HAVING month IS NOT NULL OR day = ''
    """).fetchall()
    rows: defaultdict[str, list[tuple[str, int, str | None, int]]] = defaultdict(list)
    for name, *row in found:
        rows[name].append(tuple(row))
    return {day: rows[name if (name := own[day]) in held else ""] for day in days}
