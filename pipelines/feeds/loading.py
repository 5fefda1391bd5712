"""Cells into DuckDB: the temporary table of one sheet, whichever way the cells come.

Belongs here: the shape of that table and the two ways to fill it. Does not belong here: deciding which way (`text`),
or what a cell means (`intake`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.feeds.corrected import ROW_CODE
from pipelines.feeds.headers import Header
from pipelines.feeds.refusal import Refused

PORTION, PORTIONS = 500, 40
"""Records turned at a time, few enough for the processor's cache, and how many such go to DuckDB together."""
MAX_LINE = 131_072
"""Bytes of a line, and characters of a cell: Python's csv stops there too. Excel's cells end at 32,767."""
SPACES = (
    " \t\n\v\f\r\x1a\x85\xa0"
    + "".join(map(chr, range(0x2000, 0x200C)))
    + "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""What is trimmed from the ends of a cell: every space that software has been seen to leave there, and Ctrl-Z, with
which DOS ended files."""
_TRIM = {
    "none": "{0}",
    "plain": "CASE WHEN starts_with({0}, ' ') OR ends_with({0}, ' ') THEN nullif(trim({0}, ' '), '') ELSE {0} END",
    # Trimming by a long list of characters is slow; nearly all cells begin and end with printable ASCII
    "any": "CASE WHEN unicode({0}) BETWEEN 33 AND 126 AND unicode({0}[-1]) BETWEEN 33 AND 126 THEN {0} "
    f"ELSE nullif(trim({{0}}, '{SPACES}'), '') END",
}
"""SQL that trims a cell, by what the scan found at the ends of cells (`plain.Plain.spaces`)."""
_BATCH_VIEW = "_send_audit_feeds_batch"


def new_name(con: duckdb.DuckDBPyConnection, feed: str) -> str:
    """A table name that the connection does not have: raw_<feed>_<n>."""
    taken = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    return next(name for n in range(1, len(taken) + 2) if (name := f"raw_{feed}_{n}") not in taken)


def drop(con: duckdb.DuckDBPyConnection, relation: str) -> None:
    con.execute(f"DROP TABLE IF EXISTS temp.{_quote(relation)}")


def below(
    header: Header, rows: Iterable[tuple[int, Sequence[str]]], only: Collection[int] | None = None
) -> Iterator[tuple[int, Sequence[str]]]:
    """The numbered rows under a header, or `only` those with these numbers."""
    first = header.index + 2
    return ((number, cells) for number, cells in rows if number >= first and (only is None or number in only))


def load_rows(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    header: Header,
    rows: Iterable[tuple[int, Sequence[str]]],
    where: str,
) -> int:
    """Fill the table from numbered rows of cells; wholly blank ones are left out. Returns the number of rows.

    Raises:
        Refused: a column that stands twice does not say the same twice.
        duckdb.Error: memory or disk ran short, which is no fault of the file; it holds no cell.
    """
    count, shortage = 0, None
    try:
        con.execute(f"CREATE TEMP TABLE {_quote(relation)} ({_columns(header)})")
        for batch in _batches(rows, header):
            _same_twice(batch, header, where)
            con.register(_BATCH_VIEW, batch)
            try:
                filled = {name: f"nullif(c{at}, '')" for name, at in header.positions.items()}
                con.execute(
                    f"INSERT INTO {_quote(relation)} SELECT _row, _ragged, {_cells(header, filled)} "
                    f"FROM {_BATCH_VIEW}"
                )
            finally:
                con.unregister(_BATCH_VIEW)
            count += batch.num_rows
    except duckdb.Error as problem:
        shortage = type(problem)
    except BaseException:
        drop(con, relation)
        raise
    if shortage is not None:
        drop(con, relation)
        # Text goes in as text, so only the machine can fail. DuckDB's own message, which may hold cells, ends here.
        raise shortage(
            f"{where}: memory or disk ran short while it was loaded. Free some, or raise SEND_AUDIT_MEMORY."
        )
    return count


def load_plain(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    header: Header,
    path: Path,
    *,
    delimiter: str,
    skip: int,
    width: int,
    records: int,
    first_row: int,
    spaces: str,
) -> int | None:
    """Fill the table by DuckDB's own CSV reader, streaming, from a file that was found plain. Returns the number of
    rows; None where the file turns out otherwise, so that it must be read carefully, and no table is left behind.

    skip: lines above the first record. width: cells a record. records: how many there are. first_row: the first
    one's number. spaces: 'none' | 'plain' | 'any', what may stand at the ends of cells.
    """
    cells = [f"c{at}" for at in range(width)]
    trim = _TRIM[spaces]
    trimmed = {name: trim.format(f"c{at}") for name, at in header.positions.items() if at < width}
    beyond = " OR ".join(f"{trim.format(cell)} IS NOT NULL" for cell in cells[header.width :]) or "false"
    # Blank rows are marked by a NULL and deleted below: they count in the numbering. The first used column is
    # asked first because it is nearly never empty, and CASE then leaves the others alone.
    first = next(iter(trimmed.values()), trim.format("c0"))
    blank = f"CASE WHEN {first} IS NULL THEN coalesce({', '.join(map(trim.format, cells))}) IS NULL ELSE false END"
    types = ", ".join(f"'{cell}': 'VARCHAR'" for cell in cells)
    try:
        if not _one(con, "SELECT current_setting('preserve_insertion_order')"):
            return None
        con.execute(
            f"CREATE TEMP TABLE {_quote(relation)} AS SELECT 0::BIGINT AS _row, "
            f"CASE WHEN {blank} THEN NULL ELSE {beyond} END AS _ragged, {_cells(header, trimmed)} "
            f"FROM read_csv({_literal(str(path))}, auto_detect = false, header = false, columns = {{{types}}}, "
            f"skip = {skip}, delim = {_literal(delimiter)}, quote = '\"', escape = '\"', strict_mode = true, "
            f"null_padding = false, max_line_size = {2 * MAX_LINE}, compression = 'none', hive_partitioning = false)"
        )
        if _one(con, f"SELECT count(*) FROM {_quote(relation)}") == records:
            # row_number() OVER () would say the same, but makes DuckDB read on one core only.
            con.execute(f"UPDATE {_quote(relation)} SET _row = rowid + {first_row}")
            return records - int(_one(con, f"DELETE FROM {_quote(relation)} WHERE _ragged IS NULL"))
    except duckdb.Error:
        pass  # a missing or surplus cell; what DuckDB says of it would hold the row
    drop(con, relation)
    return None


def _batches(rows: Iterable[tuple[int, Sequence[str]]], header: Header) -> Iterator[pa.Table]:
    portions = _portions(iter(rows), header)
    while batch := list(islice(portions, PORTIONS)):
        yield pa.Table.from_batches(batch)


def _portions(rows: Iterator[tuple[int, Sequence[str]]], header: Header) -> Iterator[pa.RecordBatch]:
    used = sorted({*header.positions.values(), *(copy for _, copy in header.repeated)})
    while portion := list(islice(rows, PORTION)):
        kept = [(number, cells) for number, cells in portion if any(cell.strip(SPACES) for cell in cells)]
        beyond = [cells[header.width :] for _, cells in kept]
        columns = list(zip_longest(*(cells for _, cells in kept), fillvalue=""))
        empty = [""] * len(kept)
        yield pa.record_batch(
            {
                "_row": pa.array([number for number, _ in kept], pa.int64()),
                "_ragged": pa.array(
                    [any(cell.strip(SPACES) for cell in cells) for cells in beyond], pa.bool_()
                ),
                **{f"c{at}": _trimmed(columns[at] if at < len(columns) else empty) for at in used},
            }
        )


def _same_twice(batch: pa.Table, header: Header, where: str) -> None:
    for one, copy in header.repeated:
        differs = pc.not_equal(pc.utf8_lower(batch[f"c{one}"]), pc.utf8_lower(batch[f"c{copy}"]))
        if pc.any(differs).as_py():
            row = batch["_row"][pc.index(differs, True).as_py()].as_py()
            name = next(header.matched[name] for name, at in header.positions.items() if at == one)
            raise Refused(
                "FILE-11",
                f'{where}, row {row}: the header "{name}" stands in columns {one + 1} and {copy + 1}, and '
                "they differ. Keep the one that holds the answer, and rename or remove the other.",
            )


def _trimmed(cells: Sequence[str]) -> pa.Array:
    return pc.utf8_trim(pa.array(cells, pa.string()), characters=SPACES)


def _columns(header: Header) -> str:
    return ", ".join(
        ["_row BIGINT", "_ragged BOOLEAN", *(f"{_quote(name)} VARCHAR" for name in _loaded(header))]
    )


def _cells(header: Header, trimmed: dict[str, str]) -> str:
    """The contract's columns in order, each as the expression that gives it."""

    def cell(name: str) -> str:
        if name in trimmed:
            return trimmed[name]
        return _literal(header.constants[name]) if name in header.constants else "NULL::VARCHAR"

    return ", ".join(f"{cell(name)} AS {_quote(name)}" for name in _loaded(header))


def _loaded(header: Header) -> list[str]:
    """The contract's columns, and the row codes of a sheet of corrections."""
    return [*header.contract.columns, *([ROW_CODE] if ROW_CODE in header.positions else [])]


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> Any:
    row = con.execute(sql).fetchone()
    return row[0] if row else None


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
