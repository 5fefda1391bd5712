"""A sheet of corrections that comes back: which delivery it corrects, and which of its rows were changed.

Belongs here: the title and the row codes by which such a sheet is known, as `reports.corrections` writes them, and
leaving out rows that nobody changed. Does not belong here: writing the sheet, or what a correction replaces
(`model.in_force`).

A row's code is its number in the file that it corrects and a digest of its cells: `17-3f9a2c81`. A row whose cells
still give that digest was not touched. It is left out, so that it cannot replace what a later file may have said. But
of two different rows of one reference (their codes end in k) an unchanged one comes back too: whoever puts the other
right, or takes it away, says that this one is right as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from pipelines.contracts import Contract
from pipelines.feeds.refusal import Refused
from pipelines.texts import simplify

ROW_CODE = "_row_code"
CODE_HEADER, WRONG_HEADER = "Row code", "What is wrong"
HASH_LENGTH = 12
"""Characters of a delivery's hash that its title gives."""
_TITLE = re.compile(
    rf"\bDelivery (\d+)-([0-9a-f]{{{HASH_LENGTH}}}), (\d+) columns(?:, council (\w+))?(?:, sheet (.+))?$"
)
_CODE = r"^0*(\d+)-([0-9a-f]{8})(k?)$"


@dataclass(frozen=True)
class Answer:
    """What a sheet of corrections says of itself."""

    number: int
    """The delivery's, as its supplier was told it; the hash is what counts."""
    delivery: str
    """How its SHA-256 begins."""
    sheet: str
    """Of the file that is corrected; '' for CSV."""
    position: dict[str, int]
    """`ROW_CODE` -> its cell, where the sheet still has the column."""
    cells: frozenset[int]
    """Cells of the columns that stand in front of the supplier's own."""


def title(number: int, delivery: str, columns: int, council: str | None, sheet: str) -> str:
    """The title row that `answer` understands."""
    of_council = f", council {council}" if council else ""
    return f"Delivery {number}-{delivery[:HASH_LENGTH]}, {columns} columns{of_council}" + (
        f", sheet {sheet}" if sheet else ""
    )


def council_said(rows: Sequence[Sequence[str]]) -> str | None:
    """The council that was given for the delivery which the sheet corrects."""
    found = _found(rows)
    return found[4] if found else None


def answer(
    titles: Sequence[Sequence[str]], header: Sequence[str], positions: Mapping[str, int], where: str, row: int
) -> Answer | None:
    """What the rows above a header say of the delivery that is corrected; None where they say nothing.

    Raises:
        Refused: columns of the sheet are gone, and with them what its rows hold.
    """
    found = _found(titles)
    if found is None:
        return None
    sent = int(found[3])
    if len(positions) < sent:
        raise Refused(
            "FILE-15",
            f"{where}, row {row}: this sheet of corrections was written with {sent} of your columns and has "
            f"{len(positions)}. A corrected row replaces the whole earlier row, so what stood in the others would be "
            "lost. Start again from the report, and leave every column and header in place.",
        )
    simple = [simplify(cell) for cell in header]
    ours = {
        text: simple.index(simplify(text)) for text in (CODE_HEADER, WRONG_HEADER) if simplify(text) in simple
    }
    position = {ROW_CODE: ours[CODE_HEADER]} if CODE_HEADER in ours else {}
    return Answer(int(found[1]), found[2], found[5] or "", position, frozenset(ours.values()))


def kept(contract: Contract, columns: Iterable[str]) -> list[str]:
    """The columns of a file that a sheet of corrections shows: free text, which nothing uses, is left out."""
    return [name for name in columns if contract.columns[name].type != "free_text"]


def digest_sql(columns: Sequence[str]) -> str:
    """SQL for the digest of a row's cells as they were loaded, from the columns that its file has."""
    cells = ", ".join(f"coalesce(\"{name}\", '')" for name in sorted(columns))
    return f"left(sha256(concat_ws(chr(31), {cells})), 8)"


def code_sql(columns: Sequence[str], shares_a_key: str) -> str:
    """SQL for a row's code; `shares_a_key` is SQL that says whether other rows have its reference."""
    return f"_row || '-' || {digest_sql(columns)} || CASE WHEN {shares_a_key} THEN 'k' ELSE '' END"


def leave_unchanged_out(
    con: duckdb.DuckDBPyConnection, relation: str, columns: Sequence[str]
) -> tuple[list[int], list[int]]:
    """Take the rows that nobody changed out of a loaded sheet of corrections; returns the numbers of the rows that the
    others correct, and of those taken out."""
    same = (
        f"regexp_extract({ROW_CODE}, '{_CODE}', 2) = {digest_sql(columns)} "
        f"AND regexp_extract({ROW_CODE}, '{_CODE}', 3) = ''"
    )
    number = f"regexp_extract({ROW_CODE}, '{_CODE}', 1)::BIGINT"
    coded = f"SELECT DISTINCT {number} AS of_row FROM {relation} WHERE regexp_matches({ROW_CODE}, '{_CODE}')"
    unchanged = con.execute(f"{coded} AND {same} ORDER BY of_row").fetchall()
    con.execute(f"DELETE FROM {relation} WHERE {same}")
    rows = con.execute(f"{coded} ORDER BY of_row").fetchall()
    return [row for (row,) in rows], [row for (row,) in unchanged]


def _found(rows: Sequence[Sequence[str]]) -> re.Match[str] | None:
    for row in rows:
        for cell in row:
            if match := _TITLE.search(cell.strip()):
                return match
    return None
