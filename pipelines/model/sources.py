"""Which deliveries' rows stand behind each fact, by month where the feed's rows tell it.

Belongs here: counting rows in force by delivery, for every fact and date that a measure may count by.
Does not belong here: which rows stand (`in_force`), or what a delivery is called (`evidence`).
"""

from __future__ import annotations

from collections.abc import Mapping

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
    there = {
        feed
        for feed, relation in in_force.items()
        if con.execute(f"SELECT 1 FROM {relation} LIMIT 1").fetchone()
    }
    queries = [
        _rows(con, in_force, fact, day, feed)
        for fact, held in FACTS.items()
        for day in held.dates
        for feed in held.feeds
        if feed in there  # most councils send few of all feeds
    ]
    if not queries:
        return []
    months = " UNION ALL ".join(queries)
    return con.execute(f"SELECT * REPLACE (month::VARCHAR AS month) FROM ({months}) ORDER BY ALL").fetchall()


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


def _rows(con: duckdb.DuckDBPyConnection, in_force: Mapping[str, str], fact: str, day: str, feed: str) -> str:
    """SQL: one feed's rows behind one fact, by council, delivery and month."""
    relation, own = in_force[feed], _OF_ANOTHER_NAME.get((feed, day), day)
    held = {row[0] for row in con.execute(f"DESCRIBE {relation}").fetchall()}
    month = "NULL::DATE"
    if own in held:
        month = own
    elif feed == "family_participation" and day in _OF_THE_AUDIT:
        # many people to at most one audit
        relation = (
            f"(SELECT council, _order, {day} FROM {relation} LEFT JOIN (SELECT council, audit_reference, {day} "
            f"FROM {in_force['case_audits']}) USING (council, audit_reference))"
        )
        month = day
    told = f"WHERE {month} IS NOT NULL" if month != "NULL::DATE" else ""
    return (
        f"SELECT council, _order, '{fact}', '{day}', '{feed}', date_trunc('month', {month})::DATE AS month, count(*) "
        f"FROM {relation} {told} GROUP BY ALL"
    )
