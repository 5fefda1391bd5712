"""The rows that a supplier is asked about, with their cells as they were sent.

Belongs here: reading them again from the archived original, whose keeper alone can, with the codes by which a corrected
sheet is known when it comes back. Does not belong here: the sheet itself (`reports.supplier`), or reading it (`feeds`).

What this gives goes into the supplier's own report and nowhere else. Free text and columns that are not used stay out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.contracts import Catalogue
from pipelines.feeds import corrected, reader
from pipelines.feeds.reader import Table
from pipelines.intake.receive import Checked, original_of
from pipelines.settings import Settings

MOST = 10_000
"""Rows of a sheet: whoever has more to correct does it in the system that they come from."""


@dataclass(frozen=True)
class Sheet:
    """The rows of one sheet of one delivery that are to be corrected."""

    feed: str
    sheet: str
    """As the supplier called it; '' for CSV."""
    title: str
    """By which it is known when it comes back."""
    headers: dict[str, str]
    """Contract column -> the supplier's header, in the supplier's order."""
    rows: tuple[tuple[int, str, tuple[str | None, ...]], ...]
    """(row in the file, row code, cells in the order of `headers`)."""
    more: int
    """Rows that there was no room for."""


def sheets(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    catalogue: Catalogue,
    checked: Checked,
    findings: Iterable[Mapping[str, Any]],
) -> list[Sheet]:
    """What is to be corrected of a delivery; `findings` are those that `evidence.delivered` tells for its report."""
    wanted: dict[tuple[str, str], dict[int, bool]] = {}
    for one in findings:
        if one["row"] is not None:
            rows = wanted.setdefault((one["feed"], one["sheet"]), {})
            rule = catalogue.contracts[one["feed"]].rules_by_code[one["code"]]
            rows[one["row"]] = rows.get(one["row"], False) or rule.expect == "key_unique"
    if not wanted:
        return []
    arrival = checked.arrival
    tables, _ = reader.read(
        original_of(settings, arrival),
        arrival.file,
        catalogue,
        con,
        settings,
        arrival.council,
        as_sent=True,
        only={row for rows in wanted.values() for row in sorted(rows)[:MOST]},
    )
    return [
        _sheet(con, catalogue, checked, table, wanted[table.feed, table.sheet])
        for table in tables
        if (table.feed, table.sheet) in wanted
    ]


def _sheet(
    con: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    checked: Checked,
    table: Table,
    rows: Mapping[int, bool],
) -> Sheet:
    """`rows`: those to show -> whether another, different row has its key."""
    arrival = checked.arrival
    columns = corrected.kept(catalogue.contracts[table.feed], table.matched)
    once = {header: name for name, header in reversed(table.matched.items()) if name in columns}
    shown = [name for name in columns if once[table.matched[name]] == name]  # a cell may feed two columns
    cells = ", ".join(f'"{name}"' for name in shown)
    found = con.execute(
        f"SELECT _row, {corrected.code_sql(columns, 'list_contains($shared, _row)')}, {cells} "
        f"FROM {table.relation} WHERE _row IN (SELECT unnest($rows)) ORDER BY _row",
        {"rows": sorted(rows)[:MOST], "shared": [row for row, shared in rows.items() if shared]},
    ).fetchall()
    council = arrival.council or table.constants.get("council")
    return Sheet(
        feed=table.feed,
        sheet=table.sheet,
        title=corrected.title(arrival.number, arrival.delivery, len(columns), council, table.sheet),
        headers={name: table.matched[name] for name in shown},
        rows=tuple((row, code, tuple(texts)) for row, code, *texts in found),
        more=max(0, len(rows) - MOST),
    )
