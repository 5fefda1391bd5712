"""What changed between two releases, for a reader who saw the first: the release's table `changes`.

Belongs here: comparing the Parquet files of two releases of one audience. Does not belong here: choosing the releases
(`run`, `publish`), all that lies between any two of them (`between`), or putting a change into words (the dashboard).

A row is one thing that a reader should know, the most serious first. Parts that both releases share, byte for byte, are
not opened, so a run that changed one council of many reads that council's figures alone; and of these only totals of
12 months.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from pipelines.past import literal as text

Files = Mapping[str, Mapping[str, Path]]
"""Table of a release -> digest of a part -> its file."""

COLUMNS = {
    "place": "INTEGER", "kind": "VARCHAR", "seriousness": "INTEGER", "measure": "VARCHAR", "council": "VARCHAR",
    "window": "VARCHAR", "period_start": "DATE", "period_end": "DATE", "before": "VARCHAR", "after": "VARCHAR",
    "previous_numerator": "BIGINT", "previous_denominator": "BIGINT", "previous_value": "DOUBLE",
    "numerator": "BIGINT", "denominator": "BIGINT", "value": "DOUBLE", "change": "DOUBLE", "periods": "BIGINT",
    "previous_target": "DOUBLE", "target": "DOUBLE", "previous_receipt": "VARCHAR", "receipt": "VARCHAR",
    "feed": "VARCHAR", "number": "INTEGER", "files": "BIGINT", "rows_accepted": "BIGINT", "rows_rejected": "BIGINT",
}  # fmt: skip
"""Columns of the table. `place` counts from 1, the most serious first. What a kind has no use for is empty.

kind: `variation` or `assurance` (a chart's class, before and after), `restated` (a figure of a finished period, with
both values; `periods` says for how many periods of 12 months the measure was restated), `definition` (its version,
before and after), `period` (the last finished month, before and after), `received` (new files of a feed), `refused`
(one file).
"""
ROUNDING = 0.005
"""Restated means by more than this: half a percentage point, as figures are shown in whole ones."""

_FIGURES = {
    "measure": "VARCHAR", "measure_version": "VARCHAR", "council": "VARCHAR", "window": "VARCHAR",
    "period_start": "DATE", "period_end": "DATE", "complete": "BOOLEAN", "breakdown": "VARCHAR",
    "numerator": "BIGINT", "denominator": "BIGINT", "value": "DOUBLE", "symbol": "VARCHAR", "receipt": "VARCHAR",
}  # fmt: skip
_CHARTS = {
    "measure": "VARCHAR", "council": "VARCHAR", "window": "VARCHAR", "period_start": "DATE", "period_end": "DATE",
    "numerator": "BIGINT", "denominator": "BIGINT", "value": "DOUBLE", "target": "DOUBLE", "variation": "VARCHAR",
    "assurance": "VARCHAR",
}  # fmt: skip
_MEASURES = {"measure": "VARCHAR", "version": "VARCHAR", "chart": "VARCHAR", "headline": "INTEGER"}
_DELIVERIES = {
    "number": "INTEGER", "feed": "VARCHAR", "state": "VARCHAR", "rows_accepted": "BIGINT", "rows_rejected": "BIGINT",
}  # fmt: skip
_READ = {"figures": _FIGURES, "charts": _CHARTS, "measures": _MEASURES, "deliveries": _DELIVERIES}

_VARIATION = """
    SELECT 'variation' AS kind, now.* EXCLUDE (variation, assurance), was.variation AS before, now.variation AS after,
        was.numerator AS previous_numerator, was.denominator AS previous_denominator, was.value AS previous_value,
        CASE WHEN now.variation = 'getting worse' THEN 1 WHEN was.variation = 'improving' THEN 6
            WHEN now.variation = 'no clear change' THEN 8 ELSE 7 END AS seriousness
    FROM last_now AS now JOIN last_was AS was USING (measure, council)
    WHERE now.variation <> was.variation AND now.variation <> 'too few points'
        AND NOT (was.variation = 'too few points' AND now.variation = 'no clear change')"""
_ASSURANCE = """
    SELECT 'assurance' AS kind, now.* EXCLUDE (variation, assurance), was.assurance AS before, now.assurance AS after,
        was.numerator AS previous_numerator, was.denominator AS previous_denominator, was.value AS previous_value,
        was.target AS previous_target,
        CASE WHEN now.assurance = 'will not meet without change' THEN 2
            WHEN was.assurance = 'will reliably meet' THEN 2 ELSE 7 END AS seriousness
    FROM last_now AS now JOIN last_was AS was USING (measure, council)
    WHERE now.assurance <> was.assurance AND now.assurance NOT IN ('no target', 'too few points')
        AND was.assurance <> 'no target'"""
_RESTATED = f"""
    SELECT 'restated' AS kind, CASE WHEN headline IS NULL THEN 8 ELSE 4 END AS seriousness,
        now.* EXCLUDE (measure_version), was.numerator AS previous_numerator,
        was.denominator AS previous_denominator, was.value AS previous_value, was.receipt AS previous_receipt,
        now.value - was.value AS change, count(*) OVER (PARTITION BY measure, council) AS periods
    FROM years_now AS now JOIN years_was AS was
        USING (measure, measure_version, council, "window", period_start, period_end)
        LEFT JOIN (SELECT measure, headline FROM measures_now) USING (measure)
    WHERE abs(now.value - was.value) > {ROUNDING} + 1e-12
    QUALIFY row_number() OVER (
        PARTITION BY measure, council ORDER BY round(abs(now.value - was.value), 9) DESC, period_end DESC) = 1"""
_DEFINITION = """
    SELECT 'definition' AS kind, 5 AS seriousness, measure, '' AS council, was.version AS before, now.version AS after
    FROM measures_now AS now JOIN measures_was AS was USING (measure) WHERE now.version <> was.version"""
_PERIOD = """
    SELECT 'period' AS kind, 9 AS seriousness, council, 'month' AS "window", now.ended AS period_end,
        was.ended::VARCHAR AS before, now.ended::VARCHAR AS after
    FROM ended_now AS now JOIN ended_was AS was USING (council)
    WHERE now.ended > was.ended"""
_RECEIVED = """
    SELECT 'received' AS kind, 10 AS seriousness, feed, count(*) AS files, sum(rows_accepted)::BIGINT AS rows_accepted,
        sum(rows_rejected)::BIGINT AS rows_rejected
    FROM deliveries_now ANTI JOIN deliveries_was USING (number) WHERE state <> 'refused' GROUP BY feed"""
_REFUSED = """
    SELECT 'refused' AS kind, 3 AS seriousness, number
    FROM deliveries_now ANTI JOIN deliveries_was USING (number) WHERE state = 'refused'"""


def compare(con: duckdb.DuckDBPyConnection, now: Files, before: Files | None) -> str:
    """Make TEMP TABLE changes of `COLUMNS`, in the order of `place`; returns its name.

    Without a release before there is nothing to compare with, and the table is empty. A column that an older release
    does not have is empty there, and so gives no change.
    """
    empty = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in COLUMNS.items())
    if before is None:
        con.execute(f"CREATE OR REPLACE TEMP TABLE changes AS SELECT {empty} WHERE false")
        return "changes"
    sides(con, now, before, _READ)
    for side in ("now", "was"):
        _views(con, side)
    found = " UNION ALL BY NAME ".join(
        f"({query})"
        for query in (
            f"SELECT {empty} WHERE false", _VARIATION, _ASSURANCE, _RESTATED, _DEFINITION, _PERIOD, _RECEIVED, _REFUSED
        )
    )  # fmt: skip
    kept = ", ".join(f'found."{name}"' for name in COLUMNS if name != "place")
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE changes AS
        SELECT row_number() OVER (ORDER BY seriousness, headline NULLS LAST, round(abs(change), 9) DESC NULLS LAST,
            found.measure, council, feed, number)::INTEGER AS place, {kept}
        FROM ({found}) AS found
        LEFT JOIN (SELECT measure, headline FROM measures_now) AS known ON known.measure = found.measure
        ORDER BY place""")
    return "changes"


def sides(
    con: duckdb.DuckDBPyConnection, now: Files, before: Files, read: Mapping[str, Mapping[str, str]]
) -> None:
    """TEMP VIEWs <table>_now and <table>_was of two releases' files, with the columns (name -> type) to `read`."""
    for side, own, other in (("now", now, before), ("was", before, now)):
        for table, columns in read.items():
            _view(con, f"{table}_{side}", columns, _apart(table, own, other))


def _apart(table: str, own: Files, other: Files) -> list[Path]:
    """The files of a table to look at: those that the other release does not share."""
    shared = set(own.get(table, {})) & set(other.get(table, {})) if table in ("figures", "charts") else set()
    return [path for digest, path in own.get(table, {}).items() if digest not in shared]


def _view(con: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str], files: list[Path]) -> None:
    """TEMP VIEW of some columns of Parquet files; a column that they do not have is empty."""
    listed = f"read_parquet([{', '.join(map(text, map(str, files)))}], union_by_name = true)"
    held = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {listed}").fetchall()} if files else set()
    chosen = ", ".join(
        f'"{column}"::{kind} AS "{column}"' if column in held else f'NULL::{kind} AS "{column}"'
        for column, kind in columns.items()
    )
    con.execute(
        f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {chosen} {f'FROM {listed}' if files else 'WHERE false'}"
    )


def _views(con: duckdb.DuckDBPyConnection, side: str) -> None:
    """What the comparisons read: charted years of 12 months, the last finished month, the last point of each chart."""
    # Months have no gaps, so where both sides share the newest part, what they do not share ends with the same month
    charted = "measure IN (SELECT measure FROM measures_now WHERE chart = 'p')"
    con.execute(f"""
        CREATE OR REPLACE TEMP VIEW years_{side} AS
        SELECT * EXCLUDE (complete, breakdown, symbol) FROM figures_{side}
        WHERE breakdown = '' AND "window" = '12m' AND complete AND symbol = '' AND {charted}""")
    con.execute(f"""
        CREATE OR REPLACE TEMP VIEW ended_{side} AS
        SELECT council, max(period_end) AS ended FROM figures_{side}
        WHERE breakdown = '' AND "window" = 'month' AND complete GROUP BY council""")
    con.execute(f"""
        CREATE OR REPLACE TEMP VIEW last_{side} AS
        SELECT * FROM charts_{side}
        QUALIFY row_number() OVER (PARTITION BY measure, council ORDER BY period_end DESC) = 1""")
