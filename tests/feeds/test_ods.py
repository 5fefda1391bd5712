"""OpenDocument spreadsheets: the same rows as XLSX gives, and nothing opened that unfolds to more than it may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.feeds import Refused, Skipped, opendocument
from tests.feeds.conftest import Delivered, rows_of
from tests.feeds.test_refusals import zipped
from tests.ods import MANIFEST, MIMETYPE, Percent, Times, Xml, cell, spreadsheet

Deliver = Callable[..., Delivered]
HEADER = ["Council", "Audit reference", "Status", "Date completed", "Notes"]
ROW = ["990", "A1", "done"]
NOTE = "<office:annotation><text:p>a note</text:p></office:annotation>"
ERROR = ' calcext:value-type="error"'


def test_titles_sheets_and_row_numbers(deliver: Deliver, con: duckdb.DuckDBPyConnection) -> None:
    merged = Xml(
        '<table:table-cell office:value-type="string" table:number-columns-spanned="5"><text:p>Audits</text:p>'
        '</table:table-cell><table:covered-table-cell table:number-columns-repeated="4"/>'
    )
    content = spreadsheet(
        {
            "Read me": [["How to fill in this workbook"], ["Ask the data team"]],
            "Spring": [
                [merged],
                [],
                ["Extracted on", date(2026, 4, 3), Times(None, 16_000)],
                HEADER,
                [*ROW, date(2026, 3, 31), Times(None, 16_000)],
                Times([None], 3),
                ["990", "A2", "void"],
                Times(["990", Times("A3", 2)], 2),
                Times([Times(None, 16_384)], 1_048_000),
            ],
            "Voices": [["LA", "Audit reference", "Who", "Offered", "Why"], ["990", "A1", "child", True, "x"]],
            "Empty": [Times([Times(None, 16_384)], 1_048_576)],
            "'file:///C:/other.ods'#$Data": [Xml("<table:table-source/>"), HEADER, ["990", "OLD", "done"]],
        }
    )
    tables, skipped = deliver(content, "audits.ods")

    assert skipped == [
        Skipped("Read me", "its first 30 rows have no feed's headers"),
        Skipped("Empty", "it is empty"),
        Skipped("'file:///C:/other.ods'#$Data", "it is a copy of a sheet of another file"),
    ]
    spring, voices = tables
    assert (spring.feed, spring.sheet, spring.header_row) == ("audits", "Spring", 4)
    assert spring.extracted_on == date(2026, 4, 3)
    assert rows_of(con, spring) == [
        (5, False, "990", "A1", "done", "2026-03-31", None),
        (9, False, "990", "A2", "void", None, None),
        (10, False, "990", "A3", "A3", None, None),
        (11, False, "990", "A3", "A3", None, None),
    ]
    assert rows_of(con, voices) == [(2, False, "990", "A1", "child", "yes")]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (123, "123"),
        (0.62, "0.62"),
        (Percent(0.62), "0.62"),
        (True, "yes"),
        (False, "no"),
        (date(2026, 4, 3), "2026-04-03"),
        (datetime(2026, 4, 3, 9, 30), "2026-04-03 09:30:00"),
        (time(9, 30), "09:30:00"),
        ("two\nlines", "two\nlines"),
        (Xml(cell("x").replace("<text:p>", f"{NOTE}<text:p>")), "x"),
        (Xml(cell("a b").replace(" b", '<text:s text:c="2"/>b')), "a  b"),
        (Xml(cell(0).replace(" office", f"{ERROR} office", 1).replace(">0<", ">#DIV/0!<")), "#DIV/0!"),
        (Xml(cell("#N/A").replace(" office", ' calcext:value-type="error" office:string-value="" office', 1)), "#N/A"),
    ],
)  # fmt: skip
def test_cells_as_text(deliver: Deliver, con: duckdb.DuckDBPyConnection, value: Any, text: str) -> None:
    sheet = [[], [None, *HEADER], [None, *ROW, None, value]]
    (table,), _ = deliver(spreadsheet({"Data": sheet}), "audits.ods")
    assert rows_of(con, table) == [(3, False, "990", "A1", "done", None, text)]


BILLIONS = Times([*ROW, None, Times("x", 16_000)], 1_000_000)
LONG = Times(["990", Times("A1" * 5_000, 20)], 20_000)
STRAY = [[*ROW, Times(None, 16_378), "stray"], Times([None], 1_048_000), ROW]


@pytest.mark.parametrize(
    ("rows", "code", "words"),
    [
        ([HEADER, BILLIONS], "FILE-13", "row 1000001 and column 16004, copies included"),
        ([HEADER, LONG], "FILE-13", "row 20001 and column 21"),
        ([HEADER, *STRAY], "FILE-13", "row 1048003 and column 16382"),
        ([HEADER, Times(ROW, 10**18)], "FILE-13", f"sheet Data: its filled cells reach row {10**18 + 1}"),
        (
            [HEADER, [Xml(f'<table:table-cell table:number-columns-repeated="{"9" * 5000}"/>')]],
            "FILE-07",
            "damaged",
        ),
        ([HEADER, [Xml('<table:table-cell table:number-columns-repeated="many"/>')]], "FILE-07", "damaged"),
    ],
)
def test_what_unfolds_to_too_much_is_not_opened(
    deliver: Deliver, monkeypatch: pytest.MonkeyPatch, rows: list[Any], code: str, words: str
) -> None:
    def opened(*_: object) -> None:
        raise AssertionError("it was opened")

    monkeypatch.setattr("pipelines.feeds.workbook.CalamineWorkbook.from_filelike", opened)
    with pytest.raises(Refused) as refusal:
        deliver(spreadsheet({"Data": rows}), "audits.ods")
    assert (refusal.value.code, words in refusal.value.message) == (code, True), refusal.value.message
    assert "A1" not in refusal.value.message
    assert refusal.value.__context__ is None


def test_the_same_rows_repeated_within_reason_are_read(
    deliver: Deliver, con: duckdb.DuckDBPyConnection
) -> None:
    (table,), _ = deliver(spreadsheet({"Data": [HEADER, Times(ROW, 3_000)]}), "audits.ods")
    assert table.rows == 3_000
    assert con.execute(f"SELECT min(_row), max(_row), count(DISTINCT reference) FROM {table.relation}").fetchone() == (
        2, 3_001, 1,
    )  # fmt: skip


GOOD = {"Data": [HEADER, ROW]}
ENCRYPTED = MANIFEST.replace(
    'full-path="content.xml" manifest:media-type="text/xml"/>',
    'full-path="content.xml" manifest:media-type="text/xml" manifest:size="9"><manifest:encryption-data/>'
    "</manifest:file-entry>",
)
LOCKED = {"META-INF/manifest.xml": ENCRYPTED, "content.xml": b"\x9f\x01"}
PACKAGE = {"mimetype": MIMETYPE, "META-INF__manifest.xml": ENCRYPTED, "encrypted-package": "\x01\x02"}


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (spreadsheet(GOOD, members=LOCKED), "FILE-06", "password"),
        (zipped(**PACKAGE), "FILE-06", "password"),
        (spreadsheet(GOOD, members={"mimetype": MIMETYPE.replace("spreadsheet", "text")}), "FILE-07", "no spreadsheet"),
        (zipped(mimetype=MIMETYPE), "FILE-07", "no spreadsheet"),
        (spreadsheet(GOOD, members={"content.xml": "<a><b></a>"}), "FILE-07", "damaged"),
        (spreadsheet(GOOD, members={"content.xml": ""}), "FILE-07", "damaged"),
        (spreadsheet(GOOD, before='<!DOCTYPE x [<!ENTITY a "secret-canary">]>'), "FILE-07", "damaged"),
        (spreadsheet(GOOD, members={"xl/workbook.xml": "<x/>"}), "FILE-07", "damaged"),
        (spreadsheet({"One": [], "Two": []}), "FILE-02", "empty"),
        (spreadsheet({"One": [["secret-canary"]]}), "FILE-09", "no header row"),
        (b"", "FILE-02", "nothing in it"),
        (b"Council,Status", "FILE-07", "damaged"),
    ],
)  # fmt: skip
def test_what_is_no_spreadsheet_is_refused(deliver: Deliver, content: bytes, code: str, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        deliver(content, "audits.ods")
    assert (refusal.value.code, words in refusal.value.message) == (code, True), refusal.value.message
    assert refusal.value.message.startswith("audits.ods")
    assert "canary" not in refusal.value.message
    assert refusal.value.__context__ is None


def test_unpacked_size_has_a_limit(deliver: Deliver) -> None:
    content = spreadsheet(GOOD, members={"Pictures/1.png": bytes(20_000_000)})
    with pytest.raises(Refused) as refusal:
        deliver(content, "audits.ods", max_unzipped_bytes=10_000_000)
    assert refusal.value.code == "FILE-08"
    (table,), _ = deliver(content, "audits.ods")
    assert table.rows == 1


def test_damage_anywhere_is_refused_or_read_right(deliver: Deliver, con: duckdb.DuckDBPyConnection) -> None:
    content = spreadsheet({"Audits": [HEADER, *(["990", f"A{at}", "done"] for at in range(50))]})
    (table,), _ = deliver(content, "audits.ods")
    right = rows_of(con, table)
    codes = set()
    for at in range(0, len(content), 17):
        for damaged in (content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :], content[:at]):
            try:
                (table,), _ = deliver(damaged, "audits.ods")
            except Refused as refusal:
                codes.add(refusal.code)
            else:
                assert rows_of(con, table) == right
                con.execute(f"DROP TABLE {table.relation}")
    assert codes <= {"FILE-02", "FILE-06", "FILE-07", "FILE-08"}


def test_errors_are_found_however_the_xml_is_cut(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = cell("#REF!").replace(" office", ' calcext:value-type="error" office', 1)
    wrong, twice = Xml(text), Xml(text.replace(" office", ' table:number-columns-repeated="2" office', 1))
    path = tmp_path / "delivered"
    path.write_bytes(spreadsheet({"A": [["x"]], "B & <c>": [Times([None, twice], 2), [wrong]]}))
    monkeypatch.setattr("pipelines.feeds.unpacking._PIECE", 7)
    errors, linked = opendocument.examine(path, "f", 10**9)
    assert errors == {"B & <c>": dict.fromkeys([(1, 2), (1, 3), (2, 2), (2, 3), (3, 1)], "#REF!")}
    assert linked == set()
