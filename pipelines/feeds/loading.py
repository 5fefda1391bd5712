"""Cells into DuckDB: the temporary table of one sheet, whichever way the cells come.

Belongs here: the shape of that table and the two ways to fill it. Does not belong here: deciding which way (`text`),
or what a cell means (`intake`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, zip_longest
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.feeds.headers import Header
from pipelines.feeds.refusal import Refused

BATCH = 20_000
MAX_LINE = 131_072
"""Bytes of a line, and characters of a cell: Python's csv stops there too. Excel's cells end at 32,767."""
SPACES = (
    " \t\n\v\f\r\x1a\x85\xa0"
    + "".join(map(chr, range(0x2000, 0x200C)))
    + "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""What is trimmed from the ends of a cell: every space that software has been seen to leave there, and Ctrl-Z, with
which DOS ended files."""
_BATCH_VIEW = "_send_audit_feeds_batch"


class NotPlain(Exception):
    """DuckDB's reader did not find the plain file that it was told of: read it carefully instead."""


def new_name(con: duckdb.DuckDBPyConnection, feed: str) -> str:
    """A table name that the connection does not have: raw_<feed>_<n>."""
    taken = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    return next(name for n in range(1, len(taken) + 2) if (name := f"raw_{feed}_{n}") not in taken)


def drop(con: duckdb.DuckDBPyConnection, relation: str) -> None:
    con.execute(f"DROP TABLE IF EXISTS temp.{_quote(relation)}")


def load_rows(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    header: Header,
    council: str | None,
    rows: Iterable[tuple[int, Sequence[str]]],
    where: str,
) -> int:
    """Fill the table from numbered rows of cells; wholly blank ones are left out. Returns the number of rows.

    Raises:
        Refused: there is no room for it.
    """
    problem = False
    count = 0
    try:
        con.execute(f"CREATE TEMP TABLE {_quote(relation)} ({_columns(header)})")
        for batch in _batches(rows, header):
            con.register(_BATCH_VIEW, batch)
            try:
                trimmed = {
                    name: f"nullif(trim(c{at}, {_literal(SPACES)}), '')"
                    for name, at in header.positions.items()
                }
                con.execute(
                    f"INSERT INTO {_quote(relation)} SELECT _row, _ragged, {_cells(header, council, trimmed)} "
                    f"FROM {_BATCH_VIEW} ORDER BY _row"
                )
            finally:
                con.unregister(_BATCH_VIEW)
            count += batch.num_rows
    except duckdb.Error:
        problem = (
            True  # raised below, where the message of DuckDB, which may hold cells, is not chained to it
        )
    if problem:
        drop(con, relation)
        raise Refused(
            "FILE-14",
            f"{where}: it could not be loaded; memory or disk ran short on this machine. The file itself may be well: "
            "free some room, or raise SEND_AUDIT_MEMORY, and receive it again.",
        )
    return count


def load_plain(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    header: Header,
    council: str | None,
    path: Path,
    *,
    delimiter: str,
    skip: int,
    width: int,
    records: int,
    first_row: int,
    spaces: str,
) -> int:
    """Fill the table by DuckDB's own CSV reader, streaming, from a file that was found plain. Returns rows.

    skip: lines above the first record. width: cells a record. records: how many there are. first_row: the first
    one's number. spaces: 'none' | 'plain' | 'any', what may stand at the ends of cells.

    Raises:
        NotPlain: the file turns out otherwise; no table is left behind.
    """
    cells = [f"c{at}" for at in range(width)]
    trim = {
        "none": "{0}",
        "plain": "CASE WHEN starts_with({0}, ' ') OR ends_with({0}, ' ') THEN nullif(trim({0}, ' '), '') ELSE {0} END",
        "any": f"nullif(trim({{0}}, {_literal(SPACES)}), '')",
    }[spaces]
    trimmed = {name: trim.format(f"c{at}") for name, at in header.positions.items() if at < width}
    beyond = " OR ".join(f"{trim.format(cell)} IS NOT NULL" for cell in cells[header.width :]) or "false"
    # Blank rows are marked by a NULL and deleted below: they count in the numbering. The first used column is
    # asked first because it is nearly never empty, and CASE then leaves the others alone.
    first = next(iter(trimmed.values()), trim.format("c0"))
    blank = f"CASE WHEN {first} IS NULL THEN coalesce({', '.join(map(trim.format, cells))}) IS NULL ELSE false END"
    types = ", ".join(f"'{cell}': 'VARCHAR'" for cell in cells)
    try:
        con.execute(
            f"CREATE TEMP TABLE {_quote(relation)} AS SELECT 0::BIGINT AS _row, "
            f"CASE WHEN {blank} THEN NULL ELSE {beyond} END AS _ragged, {_cells(header, council, trimmed)} "
            f"FROM read_csv({_literal(str(path))}, auto_detect = false, header = false, columns = {{{types}}}, "
            f"skip = {skip}, delim = {_literal(delimiter)}, quote = '\"', escape = '\"', strict_mode = true, "
            f"null_padding = false, max_line_size = {MAX_LINE}, compression = 'none', hive_partitioning = false)"
        )
        (loaded,) = con.execute(f"SELECT count(*) FROM {_quote(relation)}").fetchone() or (-1,)
        if loaded == records:
            # row_number() OVER () would say the same, but makes DuckDB read on one core only.
            con.execute(f"UPDATE {_quote(relation)} SET _row = rowid + {first_row}")
            (blanks,) = con.execute(f"DELETE FROM {_quote(relation)} WHERE _ragged IS NULL").fetchone() or (
                0,
            )
            return int(loaded - blanks)
    except duckdb.Error:
        pass
    drop(con, relation)
    raise NotPlain


def _batches(rows: Iterable[tuple[int, Sequence[str]]], header: Header) -> Iterator[pa.Table]:
    rows = iter(rows)
    used = sorted(set(header.positions.values()))
    while chunk := list(islice(rows, BATCH)):
        kept = [(number, cells) for number, cells in chunk if any(cell.strip(SPACES) for cell in cells)]
        ragged = [any(cell.strip(SPACES) for cell in cells[header.width :]) for _, cells in kept]
        columns = list(zip_longest(*(cells for _, cells in kept), fillvalue=""))
        empty = [""] * len(kept)
        yield pa.table(
            {
                "_row": pa.array([number for number, _ in kept], pa.int64()),
                "_ragged": pa.array(ragged, pa.bool_()),
                **{
                    f"c{at}": pa.array(columns[at] if at < len(columns) else empty, pa.string())
                    for at in used
                },
            }
        )


def _columns(header: Header) -> str:
    return ", ".join(
        ["_row BIGINT", "_ragged BOOLEAN", *(f"{_quote(name)} VARCHAR" for name in header.contract.columns)]
    )


def _cells(header: Header, council: str | None, trimmed: dict[str, str]) -> str:
    """The contract's columns in order, each as the expression that gives it."""

    def cell(name: str) -> str:
        if name in trimmed:
            return trimmed[name]
        filled = council and name not in header.positions and header.contract.columns[name].type == "council"
        return _literal(council) if council and filled else "NULL::VARCHAR"

    return ", ".join(f"{cell(name)} AS {_quote(name)}" for name in header.contract.columns)


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
