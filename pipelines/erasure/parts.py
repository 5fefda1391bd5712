"""The parts of releases without the rows that go.

Belongs here: which stored parts hold such rows, and each written again beside. Does not belong here: putting them in
place (`work`), or which figures change by it (`figures`).

A part keeps its name, the digest of what it was: releases name it so. What it is now, the record of the erasure says.
A part is known by its columns, so one that a run cut short left behind is looked at like any other.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from pipelines import durable
from pipelines.progress import Progress
from pipelines.releases import quote, text, write_rows
from pipelines.settings import Settings

_FINDINGS, _COUNTS = {"number", "sheet", "row", "code"}, {"council", "columns", "count", "digest"}


@dataclass
class Rows:
    """The rows that go, as facts and findings know them."""

    references: set[tuple[str, str]] = field(default_factory=set)
    """(council, pseudonym) of audits, plans and reviews."""
    places: set[tuple[int, str, int]] = field(default_factory=set)
    """(number of an arrival, sheet, row)."""


def reduced(
    con: duckdb.DuckDBPyConnection, settings: Settings, rows: Rows, progress: Progress
) -> dict[Path, Path]:
    """Each stored part that holds such rows -> the part without them, in the work folder.

    Leaves TEMP TABLE erased_keys(key, council): facts' keys of what goes.
    """
    given(con, rows)
    durable.private_folder(settings.work)
    paths = [*_parquet(settings.records / "parts"), *_parquet(settings.audience("officers") / "parts")]
    found: dict[Path, Path] = {}
    for done, path in enumerate(paths):
        progress("Looking at every part of every release", done, len(paths))
        source = f"read_parquet({text(path)})"
        columns = {
            name: kind for name, kind, *_ in con.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        }
        kept = _kept(columns)
        if kept and con.execute(f"SELECT 1 FROM {source} WHERE {_goes(columns)} LIMIT 1").fetchall():
            made = settings.work / f"part-{secrets.token_hex(4)}.parquet"
            write_rows(con, kept.format(source=source), made)
            found[path] = made
    return found


def given(con: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    """TEMP TABLEs erased_keys(key, council, ref) and erased_places(number, sheet, row)."""
    council, ref = [one for one, _ in rows.references], [one for _, one in rows.references]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE erased_keys AS SELECT md5_number_upper(council || '|' || ref) AS key, council, "
        "ref FROM (SELECT unnest($council::VARCHAR[]) AS council, unnest($ref::VARCHAR[]) AS ref)",
        {"council": council, "ref": ref},
    )
    number, sheet, row = ([one[n] for one in rows.places] for n in range(3))
    con.execute(
        "CREATE OR REPLACE TEMP TABLE erased_places AS SELECT unnest($number::INTEGER[]) AS number, "
        "unnest($sheet::VARCHAR[]) AS sheet, unnest($row::BIGINT[]) AS row",
        {"number": number, "sheet": sheet, "row": row},
    )


def _parquet(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.parquet"))


def _goes(columns: dict[str, str]) -> str:
    """SQL: whether a row of a part goes, or (of counts) tells of one that does."""
    if columns.keys() >= _COUNTS:
        # a digest of few rows gives away the key of each
        return "digest <> 0 AND council IN (SELECT council FROM erased_keys)"
    if columns.keys() >= _FINDINGS:
        return "(number, sheet, row) IN (SELECT (number, sheet, row) FROM erased_places)"
    return " OR ".join(_keys(columns))


def _keys(columns: dict[str, str]) -> Iterable[str]:
    for name, kind in columns.items():
        if kind == "UBIGINT" and name.endswith("_key"):
            yield f"coalesce({quote(name)} IN (SELECT key FROM erased_keys), false)"
        elif kind == "VARCHAR" and name.endswith("_reference"):
            yield f"coalesce({quote(name)} IN (SELECT ref FROM erased_keys), false)"


def _kept(columns: dict[str, str]) -> str:
    """SQL for what stays of a part, '' of one that holds nothing of the kind."""
    if columns.keys() >= _COUNTS:
        held = "CASE WHEN council IN (SELECT council FROM erased_keys) THEN 0::UBIGINT ELSE digest END"
        return f"SELECT * REPLACE ({held} AS digest) FROM {{source}}"
    if columns.keys() >= _FINDINGS or any(_keys(columns)):
        return f"SELECT * FROM {{source}} WHERE NOT ({_goes(columns)})"
    return ""
