"""Figures that are not what they were in the release before: which receipt took the place of which.

Belongs here: the release's table `restated`, from the Parquet files of two releases of one audience. Does not belong
here: what a reader of the newest release is told first (`changes`), or following receipts through several releases
(`releases` gathers the tables of the past, the dashboard reads them).

A figure is the same one when measure, place, period and group are. Its measure's version is left aside, so that a
figure under a new definition follows the one under the old. Parts that both releases share are not opened, and only
figures whose receipt differs are kept: the table is as large as what changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from pipelines.releases import text

Files = Mapping[str, Mapping[str, Path]]
"""Table of a release -> digest of a part -> its file."""

NAMED = ("measure", "council", "window", "period_start", "period_end", "breakdown", "group")
TOLD = {
    "measure_version": "VARCHAR", "numerator": "BIGINT", "denominator": "BIGINT", "value": "DOUBLE",
    "symbol": "VARCHAR", "receipt": "VARCHAR",
}  # fmt: skip
"""What is kept of a figure, as it is now and, with `previous_` before the name, as it was."""


def restated(con: duckdb.DuckDBPyConnection, now: Files, before: Files | None) -> str:
    """Make TEMP TABLE restated(`NAMED`, previous_..., ...), in that order; returns its name.

    A figure that is no longer there has no receipt now. A figure that is new is not in the table. Without a release
    before, the table is empty.
    """
    for side, own, other in (("now", now, before or {}), ("was", before or {}, now)):
        shared = set(own.get("figures", {})) & set(other.get("figures", {}))
        files = [path for digest, path in own.get("figures", {}).items() if digest not in shared]
        _view(con, f"restated_{side}", files if before else [])
    names = ", ".join(f'was."{name}"' for name in NAMED)
    pairs = ", ".join(f"was.{name} AS previous_{name}" for name in TOLD)
    held = ", ".join(f"now.{name}" for name in TOLD)
    same = " AND ".join(f'was."{name}" = now."{name}"' for name in NAMED)
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE restated AS
        SELECT {names}, {pairs}, {held} FROM restated_was AS was LEFT JOIN restated_now AS now ON {same}
        WHERE now.receipt IS DISTINCT FROM was.receipt""")
    return "restated"


def _view(con: duckdb.DuckDBPyConnection, name: str, files: list[Path]) -> None:
    kinds = {
        **dict.fromkeys(NAMED, "VARCHAR"),
        "period_start": "DATE",
        "period_end": "DATE",
        **TOLD,
    }
    if files:
        columns = ", ".join(f'"{column}"::{kind} AS "{column}"' for column, kind in kinds.items())
        source = f"FROM read_parquet([{', '.join(map(text, files))}], union_by_name = true)"
    else:
        columns = ", ".join(f'NULL::{kind} AS "{column}"' for column, kind in kinds.items())
        source = "WHERE false"
    con.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {columns} {source}")
