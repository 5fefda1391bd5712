"""One delivered file into DuckDB: the way in for everybody else.

Belongs here: what is asked of any file before it is opened, and what is told about what was read. Does not belong
here: how each kind of file is read (`text`, `workbook`).
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contracts import Catalogue
from pipelines.feeds import corrected, mapped
from pipelines.feeds.headers import Header
from pipelines.feeds.layouts import layouts_of
from pipelines.feeds.refusal import Refused
from pipelines.feeds.text import read_text
from pipelines.feeds.workbook import read_workbook, rows_of_sheets
from pipelines.settings import Settings

TEXT, WORKBOOK = (".csv", ".tsv", ".txt"), (".xlsx", ".xlsm", ".ods")
BEFORE_OPENING = (
    "FILE-00",
    "FILE-01",
    "FILE-02",
    "FILE-03",
    "FILE-04",
    "FILE-05",
    "FILE-06",
    "FILE-07",
    "FILE-08",
)
"""Codes of refusals of files whose rows nobody could see."""
_BLANK = b' ,;|\t\r\n"\0\xff\xfe'
"""Bytes of a line without a cell: separators, quotation marks, and what is left of UTF-16."""
_INSTEAD = {
    ".xls": 'it is an old Excel workbook. Open it in Excel and save it as "Excel Workbook (.xlsx)"',
    ".xlsb": 'it is a binary workbook. Open it in Excel and save it as "Excel Workbook (.xlsx)"',
    ".fods": 'it is a flat OpenDocument file. Save it as "ODF Spreadsheet (.ods)"',
    ".zip": "it is a ZIP file. Unpack it and send the files in it",
    ".pdf": "it is a PDF. Export the table itself as .csv, .xlsx or .ods",
}


@dataclass(frozen=True)
class Table:
    """One sheet of one feed, loaded as text."""

    feed: str
    sheet: str
    """'' for CSV."""
    is_hidden: bool
    """Whether the workbook hides it from whoever opens it."""
    header_row: int
    """As Excel shows it, like every row number."""
    relation: str
    """A temporary table: _row, _ragged, then every column of the contract as text, NULL where empty."""
    matched: dict[str, str]
    """Contract column -> the header, in the supplier's words and order."""
    how: dict[str, str]
    """Contract column -> 'name' | 'title' | 'also called' | 'mapping'."""
    unknown: tuple[str, ...]
    """The supplier's headers that are not used, in order."""
    missing: tuple[str, ...]
    """Contract columns that the file does not have."""
    extracted_on: date | None
    corrections: bool
    rows: int
    mapping: str = ""
    """The mapping that the headers fit: <council>/<feed>."""
    constants: dict[str, str] = field(default_factory=dict)
    """Contract column -> what it is in every row, because the mapping or whoever received it said so."""
    answers: dict[str, Any] | None = None
    """Of a sheet of corrections: number and delivery (how its hash begins) of what it corrects, its sheet, the rows
    that it corrects, and those that were unchanged and left out."""


@dataclass(frozen=True)
class Skipped:
    """A sheet that is no feed's, such as notes."""

    sheet: str
    reason: str


def read(
    path: Path,
    name: str,
    catalogue: Catalogue,
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    council: str | None = None,
    *,
    as_sent: bool = False,
    every_row: bool = False,
    only: Collection[int] | None = None,
) -> tuple[list[Table], list[Skipped]]:
    """Load the file at `path`, which its supplier called `name`, into temporary tables raw_<feed>_<n> of `con`.

    council: DfE code for all rows of a sheet without a council column; its own mappings alone are looked at. as_sent:
    leave the cells in the supplier's words, headers of any length, and every row in place. every_row: rows of a sheet
    of corrections that nobody changed too. only: the numbers of the rows to load of every sheet; all, where not given.

    Raises:
        Refused: the whole file is kept out; no table is left behind.
        duckdb.Error: memory or disk ran short on this machine; the message holds no cell.
    """
    suffix = ready(path, name, settings)
    layouts = layouts_of(catalogue)
    if suffix in TEXT:
        header, relation, rows = read_text(path, name, layouts, con, council, only)
        return [_table(con, as_sent, every_row, "", header, relation, rows)], []
    tables, skipped = read_workbook(path, name, layouts, con, council, settings.max_unzipped_bytes, only)
    return [_table(con, as_sent, every_row, *table) for table in tables], [
        Skipped(*sheet) for sheet in skipped
    ]


def ready(path: Path, name: str, settings: Settings) -> str:
    """The ending of a file that may be opened.

    Raises:
        Refused: it is a kind of file that is not read, empty or too large.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in TEXT + WORKBOOK:
        meaning = _INSTEAD.get(suffix, "it is a kind of file that we do not read. Send .csv, .xlsx or .ods")
        raise Refused("FILE-01", f"{name}: {meaning}.")
    size = path.stat().st_size
    if size == 0:
        raise Refused(
            "FILE-02", f"{name}: there is nothing in it. Export it again and look at it before sending."
        )
    if size > settings.max_file_bytes:
        raise Refused(
            "FILE-03",
            f"{name}: it has more than {settings.max_file_bytes:,} bytes. Send it in parts by year, or raise "
            "SEND_AUDIT_MAX_FILE_BYTES.",
        )
    return suffix


def rows_refused(path: Path, name: str, code: str, settings: Settings) -> int | None:
    """Rows with something in them of a file that was refused, its headers among them, so that they are accounted for.

    None where it was refused before it could be opened (`code` says why): nobody knows what rows it has.
    """
    suffix = Path(name).suffix.lower()
    if code in BEFORE_OPENING or suffix not in TEXT + WORKBOOK:
        return None
    if suffix in TEXT:
        with path.open("rb") as lines:
            return sum(1 for line in lines if line.strip(_BLANK))
    try:
        sheets = rows_of_sheets(path, name, settings.max_unzipped_bytes, sys.maxsize)
        return sum(any(row) for _, rows in sheets for row in rows)
    except Refused:
        return None


def told(path: Path, name: str, refusal: Refused, settings: Settings) -> dict[str, Any]:
    """What is kept of a refusal: code, message, and the file's rows."""
    rows = rows_refused(path, name, refusal.code, settings)
    return {"code": refusal.code, "message": str(refusal), "rows": rows}


def _table(
    con: duckdb.DuckDBPyConnection,
    as_sent: bool,
    every_row: bool,
    sheet: str,
    header: Header,
    relation: str,
    rows: int,
    is_hidden: bool = False,
) -> Table:
    answers, mapping = None, header.layout.mapping
    if header.answer is not None and not as_sent:
        answers = {name: getattr(header.answer, name) for name in ("number", "delivery", "sheet")}
        answers |= {"rows": [], "unchanged": []}
        if header.answer.position and not every_row:
            of_rows, unchanged = corrected.leave_unchanged_out(
                con, relation, corrected.kept(header.contract, header.matched)
            )
            answers |= {"rows": of_rows, "unchanged": unchanged}
            rows = int(con.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0])
    if mapping is not None and not as_sent:
        mapped.translate(con, relation, header.contract, mapping, set(header.matched))
    return Table(
        feed=header.contract.feed,
        sheet=sheet,
        is_hidden=is_hidden,
        header_row=header.index + 1,
        relation=relation,
        matched=header.as_sent if as_sent else header.matched,
        how=header.how,
        unknown=header.unknown,
        missing=header.missing,
        extracted_on=header.extracted_on,
        corrections=header.corrections,
        rows=rows,
        mapping=mapping.name if mapping else "",
        constants=header.constants,
        answers=answers,
    )
