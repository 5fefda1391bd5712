"""CSV files as councils' systems write them: rows, their numbers and what was matched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.feeds import Refused, loading, text
from tests.feeds.conftest import Delivered, rows_of

Deliver = Callable[..., Delivered]
HEADER = "Council,Audit reference,Status,Date completed,Notes"


def test_a_plain_file(deliver: Deliver, con: duckdb.DuckDBPyConnection) -> None:
    (table,), skipped = deliver(f"{HEADER}\n990,A1,done,03/04/2026,\n990, A2 ,void,,late\n")

    assert (table.feed, table.sheet, table.header_row, table.rows, skipped) == ("audits", "", 1, 2, [])
    assert con.execute(f"DESCRIBE {table.relation}").fetchall()[:3] == [
        ("_row", "BIGINT", "YES", None, None, None),
        ("_ragged", "BOOLEAN", "YES", None, None, None),
        ("council", "VARCHAR", "YES", None, None, None),
    ]
    assert rows_of(con, table) == [
        (2, False, "990", "A1", "done", "03/04/2026", None),
        (3, False, "990", "A2", "void", None, "late"),
    ]


def test_headers_match_whatever_their_case_order_and_spacing(
    deliver: Deliver, con: duckdb.DuckDBPyConnection
) -> None:
    (table,), _ = deliver("STATUS ,Team colour,audit  id,Local-Authority,council tax\ndone,blue,A1,990,x\n")

    assert table.matched == {"status": "STATUS", "reference": "audit id", "council": "Local-Authority"}
    assert table.how == {"status": "name", "reference": "also called", "council": "also called"}
    assert table.unknown == ("Team colour", "council tax")
    assert table.missing == ("completed_on", "notes")
    assert rows_of(con, table) == [(2, False, "990", "A1", "done", None, None)]


def test_a_header_without_text_is_named_by_its_place(deliver: Deliver) -> None:
    (table,), _ = deliver("Council,,Audit reference,Status,,\n990,?,A1,done,,\n")
    assert table.unknown == ("(column 2)",)


@pytest.mark.parametrize(
    "header",
    [
        "X123456789012",
        "jo@example.org",
        "12/03/2014",
        "AB1 2CD",
        "07700 900123",
        "943 476 5919",
        "3 April 2014",
    ],
)
def test_a_header_that_looks_like_data_is_not_shown(deliver: Deliver, header: str) -> None:
    (table,), _ = deliver(f"{HEADER},{header}\n990,A1,done,,,\n")
    assert table.unknown == ("(column 6)",)


def test_a_long_header_is_cut(deliver: Deliver) -> None:
    (table,), _ = deliver(f"{HEADER},{'Why ' * 40}\n990,A1,done,,,\n")
    assert table.unknown == (("Why " * 40)[:59] + "…",)


def test_quoted_line_breaks_belong_to_one_row_and_blank_rows_count(
    deliver: Deliver, con: duckdb.DuckDBPyConnection
) -> None:
    (table,), _ = deliver(
        f'{HEADER}\r\n990,A1,done,,"one\ntwo\r\nthree"\r\n\r\n,,,,\r\n" ",,,,\r\n990,A2,done,,\r\n'
    )

    assert table.rows == 2
    assert rows_of(con, table) == [
        (2, False, "990", "A1", "done", None, "one\ntwo\r\nthree"),
        (6, False, "990", "A2", "done", None, None),
    ]


def test_blank_rows_of_delimiters_count_in_a_plain_file_too(
    deliver: Deliver, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(text, "load_carefully")
    (table,), _ = deliver(f'{HEADER}\n,,,,\n990,A1,done,,\n ,"",,,\n990,A2,done,,\n,,,,')

    assert [row[:4] for row in rows_of(con, table)] == [(3, False, "990", "A1"), (5, False, "990", "A2")]
    assert table.rows == 2


def test_title_rows_above_the_header(deliver: Deliver, con: duckdb.DuckDBPyConnection) -> None:
    (table,), _ = deliver(f'"Audits, all\nteams"\n\nExtracted on: 03/04/2026\n{HEADER}\n990,A1,done,,\n')

    assert (table.header_row, table.extracted_on, table.corrections) == (
        4,
        date(2026, 4, 3),
        False,
    )
    assert [row[0] for row in rows_of(con, table)] == [5]


def test_missing_and_surplus_cells(deliver: Deliver, con: duckdb.DuckDBPyConnection) -> None:
    (table,), _ = deliver(f"{HEADER}\n990,A1,done\n990,A2,done,,,, \n990,A3,done,,,,astray\n")

    assert rows_of(con, table) == [
        (2, False, "990", "A1", "done", None, None),
        (3, False, "990", "A2", "done", None, None),
        (4, True, "990", "A3", "done", None, None),
    ]


def test_surplus_cells_in_every_row(deliver: Deliver, con: duckdb.DuckDBPyConnection) -> None:
    (table,), _ = deliver(f"{HEADER}\n990,A1,done,,,x\n990,A2,done,,,\n")
    assert [row[1] for row in rows_of(con, table)] == [True, False]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_what_excel_saves_goes_the_quick_way(
    deliver: Deliver, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, mark: str, ending: str
) -> None:
    monkeypatch.delattr(text, "load_carefully")
    (table,), _ = deliver(mark + ending.join([HEADER, '990,A1,"done, checked",,', "990,A2,void,, Zoë"]))
    assert rows_of(con, table) == [
        (2, False, "990", "A1", "done, checked", None, None),
        (3, False, "990", "A2", "void", None, "Zoë"),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(deliver: Deliver, con: duckdb.DuckDBPyConnection, delimiter: str) -> None:
    others = ",;|".replace(delimiter, "")
    (table,), _ = deliver(
        HEADER.replace(",", delimiter) + "\n" + delimiter.join(["990", "A1", f'"{others}"', "", ""]) + "\n"
    )
    assert rows_of(con, table) == [(2, False, "990", "A1", others, None, None)]


def test_the_delimiter_that_excel_is_told_is_not_a_row(
    deliver: Deliver, con: duckdb.DuckDBPyConnection
) -> None:
    (table,), _ = deliver("sep=;\r\n" + HEADER.replace(",", ";") + "\r\n990;A1;done;;\r\n")

    assert table.header_row == 1
    assert rows_of(con, table) == [(2, False, "990", "A1", "done", None, None)]
    (same,), _ = deliver("sep=;\r\n" + HEADER.replace(",", ";") + "\r\n\r\n990;A1;done;;\r\n")
    assert rows_of(con, same) == [(3, False, "990", "A1", "done", None, None)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(
    deliver: Deliver, con: duckdb.DuckDBPyConnection, encoding: str, ending: str
) -> None:
    lines = [HEADER, "990,A1,Zoë’s – £5,,", "990,A2,done,,"]
    (table,), _ = deliver(ending.join(lines).encode(encoding))
    assert [(row[0], row[4]) for row in rows_of(con, table)] == [(2, "Zoë’s – £5"), (3, "done")]


def test_a_header_and_no_rows(deliver: Deliver, con: duckdb.DuckDBPyConnection) -> None:
    for content in (HEADER, f"{HEADER}\n", f"{HEADER}\n\n,,,,\n"):
        (table,), _ = deliver(content)
        assert (table.rows, rows_of(con, table)) == (0, [])


def test_a_council_given_fills_a_missing_column_only(
    deliver: Deliver, con: duckdb.DuckDBPyConnection
) -> None:
    (table,), _ = deliver("Audit ID,Status\nA1,done\n", council="990")
    assert rows_of(con, table) == [(2, False, "990", "A1", "done", None, None)]
    assert "council" not in table.matched
    assert "council" not in table.missing

    (table,), _ = deliver("Council,Audit ID,Status\n331,A1,done\n,A2,done\n", council="990")
    assert [row[2] for row in rows_of(con, table)] == ["331", None]


def test_every_delivery_has_a_table_of_its_own(deliver: Deliver, con: duckdb.DuckDBPyConnection) -> None:
    (first,), _ = deliver(f"{HEADER}\n990,A1,done,,\n")
    (second,), _ = deliver(f"{HEADER}\n990,A2,done,,\n")
    assert (first.relation, second.relation) == ("raw_audits_1", "raw_audits_2")
    assert [rows_of(con, table)[0][3] for table in (first, second)] == ["A1", "A2"]


def test_a_file_name_that_is_a_pattern(
    tmp_path: Path, con: duckdb.DuckDBPyConnection, settings: Any, deliver: Deliver
) -> None:
    from pipelines.feeds import read
    from tests.feeds.conftest import CATALOGUE

    (tmp_path / "a1.csv").write_text(f"{HEADER}\n990,WRONG,done,,\n")
    (tmp_path / "a[1].csv").write_text(f"{HEADER}\n990,RIGHT,done,,\n")
    (table,), _ = read(tmp_path / "a[1].csv", "a[1].csv", CATALOGUE, con, settings)
    assert rows_of(con, table)[0][3] == "RIGHT"


def test_a_large_file_keeps_every_row_and_its_number(
    deliver: Deliver, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several of DuckDB's blocks, read on several cores, by the quick way alone."""
    monkeypatch.delattr(text, "load_carefully")
    con.execute("SET threads = 4")
    lines = (f'990,A{row},"{"x" * (row % 97)},",,"said ""{row}"""\n' for row in range(2, 400_002))
    (table,), _ = deliver(f"{HEADER}\n{''.join(lines)}")

    assert table.rows == 400_000
    wrong = con.execute(
        f"SELECT count(*) FROM (SELECT *, row_number() OVER () + 1 AS place FROM {table.relation}) "
        "WHERE _row <> place OR reference <> 'A' || _row OR status <> repeat('x', (_row % 97)::INT) || ',' "
        "OR notes <> 'said \"' || _row || '\"'"
    ).fetchone()
    assert wrong == (0,)


def test_a_file_is_looked_at_once_and_again_when_it_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, looked = tmp_path / "delivered", 0
    whole_lines = text.plain._whole_lines

    def counted(*args: Any) -> Any:
        nonlocal looked
        looked += 1
        return whole_lines(*args)

    monkeypatch.setattr(text.plain, "_whole_lines", counted)
    path.write_text("a,b\n1,2\n", newline="")
    assert {text.plain.inspect(path, 0, ",") for _ in range(3)} == {text.plain.Plain(2, "none")}
    assert looked == 1
    path.write_text('a,b\n"1\n",2\n', newline="")
    assert text.plain.inspect(path, 0, ",") is None


def test_the_quick_way_gives_up_where_the_count_of_rows_differs(
    deliver: Deliver, con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the scan and DuckDB ever to disagree, the careful way has the word."""
    inspect = text.plain.inspect

    def miscount(*args: Any) -> Any:
        found = inspect(*args)
        return found and text.plain.Plain(found.records + 1, found.spaces)

    monkeypatch.setattr(text.plain, "inspect", miscount)
    (table,), _ = deliver(f"{HEADER}\n990,A1,done,,\n")
    assert rows_of(con, table) == [(2, False, "990", "A1", "done", None, None)]


def test_cells_up_to_the_limit_pass_and_longer_ones_are_refused(
    deliver: Deliver, con: duckdb.DuckDBPyConnection
) -> None:
    for size in (100_000, loading.MAX_LINE):
        (table,), _ = deliver(f"{HEADER}\n990,A1,done,,{'x' * size}\n")
        assert len(rows_of(con, table)[0][-1]) == size
    with pytest.raises(Refused) as refusal:
        deliver(f"{HEADER}\n990,A1,done,,{'x' * (loading.MAX_LINE + 1)}\n")
    assert refusal.value.code == "FILE-12"
