"""The quick and the careful way through a CSV file give the same table: that of Python's csv module."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from secrets import token_hex
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from pipelines import settings as settings_module
from pipelines.feeds import Refused, loading, plain, read, text
from tests.feeds.conftest import CATALOGUE

SETTINGS = settings_module.load({})
COLUMNS = ("council", "reference", "status", "completed_on", "notes")
CELL = st.one_of(
    st.sampled_from(["", "good", "03/04/2026", "990", "NULL", "#N/A", '"', "''", "-", "=1", "\\", "#"]),
    st.text(st.sampled_from(list("ab1 ,;|\t\"'\\\n\r é£’\xa0\u2003\ufeff日\x1a\x0b#")), max_size=6),
)
ONE_LINE_CELL = CELL.map(lambda cell: cell.replace("\n", "").replace("\r", ""))
WORKABLE = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
}


def expected(content: str, delimiter: str, header_row: int, width: int) -> list[tuple[Any, ...]]:
    """What the table must be, from Python's csv: the oracle."""
    rows = []
    for number, cells in enumerate(
        csv.reader(io.StringIO(content, newline=""), delimiter=delimiter), start=1
    ):
        cells = [cell.strip(loading.SPACES) for cell in cells]
        if number > header_row and any(cells):
            used = [cell or None for cell in cells[:width]]
            rows.append((number, any(cells[width:]), *used, *[None] * (width - len(used))))
    return rows


def result(
    con: duckdb.DuckDBPyConnection, path: Path, careful: bool, only: set[int] | None = None
) -> tuple[Any, ...]:
    """The rows that a read gives, or the code of its refusal; and whether the quick way was taken."""
    ways = []
    quick = text._load_quickly

    def watched(*args: Any) -> int | None:
        rows = None if careful else quick(*args)
        ways.append(rows is not None)
        return rows

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "_load_quickly", watched)
        try:
            (table,), _ = read(path, "audits.csv", CATALOGUE, con, SETTINGS, only=only)
        except Refused as refusal:
            return refusal.code, None, None
        rows = con.execute(f"SELECT _row, _ragged, {', '.join(COLUMNS)} FROM {table.relation}").fetchall()
        con.execute(f"DROP TABLE {table.relation}")
        assert table.rows == len(rows)
        return rows, table.header_row, ways == [True]


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, list[tuple[Any, ...]], int, bool]:
    """A file's bytes, its rows, its header's row, and whether it is plain, so that the quick way must be taken."""
    delimiter = draw(st.sampled_from(",;\t|"))
    ending = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    plain = draw(st.booleans())
    cell = ONE_LINE_CELL if plain else CELL
    sizes = st.just(5) if plain else st.integers(0, 8)
    table = draw(
        st.lists(sizes.flatmap(lambda size: st.lists(cell, min_size=size, max_size=size)), max_size=12)
    )
    titles = draw(st.lists(st.lists(ONE_LINE_CELL, max_size=3), max_size=3))
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, quoting=quoting, lineterminator=ending)
    writer.writerows([*titles, COLUMNS])
    head = buffer.getvalue()
    buffer.seek(buffer.truncate(0))
    writer.writerows(table)
    body = buffer.getvalue()
    if draw(st.booleans()):
        body = body.removesuffix(ending)
    try:
        content = (head + body).encode(encoding)
        if encoding == "cp1252":
            (head + body).encode("ascii")
            encoding = "utf-8"
    except UnicodeEncodeError:
        assume(encoding == "cp1252" and "\ufeff" not in head + body)
        try:
            content = (head + body).encode(encoding)
        except UnicodeEncodeError:
            encoding, content = "utf-8", (head + body).encode()
    quick = plain and bool(table) and encoding.startswith("utf-8") and ending != "\r"
    # DuckDB does not recognise quotation marks right after a byte order mark
    quick = quick and not (encoding == "utf-8-sig" and '"' in head)
    quick = quick and not any(body.startswith(end) or end * 2 in body for end in ("\n", "\r\n"))
    return content, expected(head + body, delimiter, len(titles) + 1, 5), len(titles) + 1, quick


def check_some_rows(con: duckdb.DuckDBPyConnection, path: Path, rows: list[tuple[Any, ...]]) -> None:
    """Some rows of a file, read alone, are what they are among all, whichever way they are read."""
    only = {row for row, *_ in rows[::2]} | {1, len(rows) + 50}  # the header's row at the latest, and none
    for careful in (True, False):
        assert result(con, path, careful, only)[0] == [row for row in rows if row[0] in only]


@settings(max_examples=300, **WORKABLE)
@given(made=files())
def test_both_ways_give_what_pythons_csv_gives(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, made: Any
) -> None:
    content, rows, header_row, plain = made
    path = tmp_path / token_hex(4)
    path.write_bytes(content)
    careful = result(con, path, careful=True)
    assert careful == (rows, header_row, False)
    quick = result(con, path, careful=False)
    assert quick == (rows, header_row, quick[2])
    if plain:
        assert quick[2], "a plain file went the slow way"
    check_some_rows(con, path, rows)


@settings(max_examples=400, **WORKABLE)
@given(
    body=st.text(st.sampled_from(list('ab,,,,"" ;\n\n\r\té\xa0')), max_size=60),
    delimiter=st.sampled_from(",;\t|"),
    ending=st.sampled_from(["\n", "\r\n"]),
)
@example(body='a,"b\nc,d', delimiter=",", ending="\n")
@example(body='a,b,c,d,e,"f\n"', delimiter=",", ending="\n")
@example(body='a,"b" ,c,d,e\n', delimiter=",", ending="\n")
@example(body='a, "b,c",d,e\n', delimiter=",", ending="\n")
@example(body='a, "b",c,d,e\n', delimiter=",", ending="\n")
@example(body='"a\t"\tb\tc\td\te\n', delimiter="\t", ending="\n")
@example(body="a,b,c,d,e,,,\nf,,,,,", delimiter=",", ending="\n")
@example(body='a,b,c,d,e,""\n', delimiter=",", ending="\n")
@example(body='a,b,c,d,e," "\n', delimiter=",", ending="\n")
def test_whatever_the_bytes_the_ways_agree(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, body: str, delimiter: str, ending: str
) -> None:
    path = tmp_path / token_hex(4)
    path.write_bytes((delimiter.join(COLUMNS) + ending + body).encode())
    careful = result(con, path, careful=True)
    assert result(con, path, careful=False)[:2] == careful[:2]
    if isinstance(careful[0], list):
        check_some_rows(con, path, careful[0])


def test_rows_far_apart_are_found_in_a_file_of_many_blocks(
    tmp_path: Path, con: duckdb.DuckDBPyConnection
) -> None:
    path = tmp_path / "delivered"
    rows = [(row, False, "990", f"A{row}", "done", None, f"{'é ' * (row % 60)}|") for row in range(2, 30_002)]
    cells = "".join(f'990,A{row},done,,"{note}"\n' for row, _, _, _, _, _, note in rows)
    path.write_text(",".join(COLUMNS) + "\n" + cells.removesuffix("\n"), encoding="utf-8")
    assert path.stat().st_size > 2 * plain.BLOCK
    only = {2, 3, 17_000, 29_999, 30_001}
    found, _, quickly = result(con, path, careful=False, only=only)
    assert quickly
    assert found == [row for row in rows if row[0] in only]
