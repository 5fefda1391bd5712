"""Workbooks: sheets, titles, cells as text, and row numbers as Excel shows them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
import xlsxwriter

from pipelines.feeds import Refused, Skipped, unpacking
from pipelines.feeds.workbook import cell_text
from tests.feeds.conftest import Delivered, rows_of

Deliver = Callable[..., Delivered]
HEADER = ["Council", "Audit reference", "Status", "Date completed", "Notes"]


def workbook(sheets: dict[str, list[list[Any]]], change: Callable[[Any], None] = lambda book: None) -> bytes:
    """A workbook with these rows, from A1 on."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"default_date_format": "dd/mm/yyyy"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
        change(book)
    return buffer.getvalue()


def test_titles_sheets_and_row_numbers(deliver: Deliver, con: duckdb.DuckDBPyConnection) -> None:
    content = workbook(
        {
            "Read me": [["How to fill in this workbook"], ["Ask the data team"]],
            "Spring": [
                ["Audits"],
                [],
                ["Extracted on", date(2026, 4, 3)],
                HEADER,
                ["990", "A1", "done", date(2026, 3, 31), ""],
                [],
                ["990", "A2", "void"],
            ],
            "Voices": [["LA", "Audit reference", "Who", "Offered", "Why"], ["990", "A1", "child", True, "x"]],
            "Empty": [],
            "Autumn": [HEADER],
        },
        lambda book: book.worksheets()[1].merge_range("A1:E1", "Audits") and book.worksheets()[2].hide(),
    )
    tables, skipped = deliver(content, "audits.xlsx")

    assert skipped == [
        Skipped("Read me", "its first 30 rows have no feed's headers"),
        Skipped("Empty", "it is empty"),
    ]
    assert [(table.feed, table.sheet, table.header_row, table.rows) for table in tables] == [
        ("audits", "Spring", 4, 2),
        ("voices", "Voices", 1, 1),
        ("audits", "Autumn", 1, 0),
    ]
    spring, voices, autumn = tables
    assert (spring.extracted_on, voices.extracted_on) == (date(2026, 4, 3), None)
    assert rows_of(con, spring) == [
        (5, False, "990", "A1", "done", "2026-03-31", None),
        (7, False, "990", "A2", "void", None, None),
    ]
    assert rows_of(con, voices) == [(2, False, "990", "A1", "child", "yes")]
    assert (voices.unknown, voices.how["role"]) == (("Why",), "also called")
    assert rows_of(con, autumn) == []
    some, _ = deliver(content, "audits.xlsx", only={2, 7})
    assert [[row[0] for row in rows_of(con, table)] for table in some] == [[7], [2], []]
    assert len({table.relation for table in tables}) == 3


def test_a_table_that_does_not_start_at_a1(deliver: Deliver, con: duckdb.DuckDBPyConnection) -> None:
    book = openpyxl.Workbook()
    for row, cells in ((4, HEADER), (5, ["990", "A1", "done"]), (9, ["990", "A2", "done"])):
        for column, cell in enumerate(cells, start=3):
            book.active.cell(row=row, column=column, value=cell)
    book.active["J9"] = "a note beside the table"
    buffer = io.BytesIO()
    book.save(buffer)
    (table,), _ = deliver(buffer.getvalue(), "AUDITS.XLSX")

    assert table.header_row == 4
    assert table.unknown == ()
    assert [row[:4] for row in rows_of(con, table)] == [(5, False, "990", "A1"), (9, True, "990", "A2")]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (123.0, "123"),
        (-0.0, "0"),
        (0.62, "0.62"),
        (1e20, "100000000000000000000"),
        (True, "yes"),
        (False, "no"),
        (date(2026, 4, 3), "2026-04-03"),
        (datetime(2026, 4, 3), "2026-04-03"),
        (datetime(2026, 4, 3, 9, 30, 15), "2026-04-03 09:30:15"),
        (datetime(2026, 4, 3, 9, 29, 59, 999_900), "2026-04-03 09:30:00"),
        (datetime(2026, 4, 2, 23, 59, 59, 991_000), "2026-04-03"),
        (time(9, 30), "09:30:00"),
        (timedelta(hours=2), "2:00:00"),
        ("#N/A", "#N/A"),
    ],
)
def test_cells_as_text(value: Any, text: str) -> None:
    assert cell_text(value) == text


def test_errors_percentages_and_dates_survive_as_excel_stores_them(
    deliver: Deliver, con: duckdb.DuckDBPyConnection
) -> None:
    def fill(book: Any) -> None:
        sheet = book.worksheets()[0]
        sheet.write_formula("C2", "=NA()", None, "#N/A")
        sheet.write_formula("D2", '=IF("<",1/0,2)', None, "#DIV/0!")
        sheet.write_number("E2", 0.62, book.add_format({"num_format": "0%"}))
        sheet.write_formula("C3", "=1+1", None, 2)
        sheet.write_datetime(
            "D3", datetime(2026, 4, 3, 9, 30), book.add_format({"num_format": "dd/mm/yy hh:mm"})
        )
        sheet.write_string("E3", "#REF!")

    (table,), _ = deliver(workbook({"Sheet1": [HEADER, ["990", "A1"], [990, 1.0]]}, fill), "audits.xlsx")
    assert rows_of(con, table) == [
        (2, False, "990", "A1", "#N/A", "#DIV/0!", "0.62"),
        (3, False, "990", "1", "2", "2026-04-03 09:30:00", "#REF!"),
    ]


def test_errors_are_found_however_the_xml_is_cut(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Pieces of seven bytes: rows and tags are cut in every place."""

    def fill(book: Any) -> None:
        for row in range(3, 60, 7):
            book.worksheets()[1].write_formula(row, 27, "=NA()", None, "#N/A")

    path = tmp_path / "delivered"
    path.write_bytes(workbook({"One": [["x"]], "Two & <three>": [["x"] * 30 for _ in range(60)]}, fill))
    whole = unpacking.examine(path, "f", 10**9)
    assert whole == {"Two & <three>": {(row + 1, 28): "#N/A" for row in range(3, 60, 7)}}
    monkeypatch.setattr(unpacking, "_PIECE", 7)
    assert unpacking.examine(path, "f", 10**9) == whole


def test_charts_are_skipped_and_a_name_that_looks_like_data_is_not_shown(deliver: Deliver) -> None:
    def fill(book: Any) -> None:
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=A!$A$1:$A$2"})
        book.add_chartsheet("Chart").set_chart(chart)

    tables, skipped = deliver(
        workbook({"A": [HEADER, ["990", "A1", "done"]], "X123456789012": [["notes"]]}, fill), "audits.xlsx"
    )
    assert [table.sheet for table in tables] == ["A"]
    assert skipped == [
        Skipped("(sheet 2)", "its first 30 rows have no feed's headers"),
        Skipped("Chart", "it is a chart"),
    ]


def test_a_wrong_sheet_refuses_the_file_and_leaves_no_table(
    deliver: Deliver, con: duckdb.DuckDBPyConnection
) -> None:
    content = workbook(
        {"Spring": [HEADER, ["990", "A1", "done"]], "Summer": [["Note"], [*HEADER[:2], "Stage", "Notes"]]}
    )
    with pytest.raises(Refused) as refusal:
        deliver(content, "audits.xlsx")
    assert refusal.value.code == "FILE-10"
    assert "audits.xlsx, sheet Summer, row 2" in refusal.value.message
    assert con.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)


def test_a_list_of_choices_beside_the_audits_is_skipped_by_name(deliver: Deliver) -> None:
    """It has many of their headers, and no reference: it cannot be audits. Alone it is told to lack it."""
    choices = [["LA", "Status", "Notes"], ["990", "done", "any"]]
    for order in (("Audits", "Lists"), ("Lists", "Audits")):
        sheets = {"Audits": [HEADER, ["990", "A1", "done"]], "Lists": choices}
        (table,), (skipped,) = deliver(workbook({name: sheets[name] for name in order}), "audits.xlsx")
        assert (table.sheet, table.rows) == ("Audits", 1)
        assert (skipped.sheet, skipped.reason) == (
            "Lists", "it has some headers of audits, but none for the reference of each row",
        )  # fmt: skip
    with pytest.raises(Refused) as refusal:
        deliver(workbook({"Lists": choices}), "audits.xlsx")
    assert refusal.value.code == "FILE-10"


def test_a_strayed_cell_is_refused_before_it_takes_all_memory(deliver: Deliver) -> None:
    content = workbook(
        {"Audits": [HEADER, ["990", "A1", "done"]]},
        lambda book: book.worksheets()[0].write_string("XFD1048576", "stray"),
    )
    with pytest.raises(Refused) as refusal:
        deliver(content, "audits.xlsx")
    assert refusal.value.code == "FILE-13"
    assert "sheet Audits: its filled cells reach row 1048576 and column 16384" in refusal.value.message
    assert "stray" not in refusal.value.message.replace("a stray cell", "")


def test_formatted_but_empty_cells_far_away_do_no_harm(
    deliver: Deliver, con: duckdb.DuckDBPyConnection
) -> None:
    def fill(book: Any) -> None:
        bold = book.add_format({"bold": True})
        book.worksheets()[0].write_blank("XFD1048576", None, bold)
        book.worksheets()[0].write_blank("XFD2", None, bold)

    (table,), _ = deliver(workbook({"Audits": [HEADER, ["990", "A1", "done"]]}, fill), "audits.xlsx")
    assert rows_of(con, table) == [(2, False, "990", "A1", "done", None, None)]


def test_unpacked_size_is_measured_not_believed(deliver: Deliver) -> None:
    """A member of 40 MB whose headers say 1,000 bytes."""
    buffer = io.BytesIO(workbook({"Audits": [HEADER, ["990", "A1", "done"]]}))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/picture.bin", bytes(40_000_000))
    honest = buffer.getvalue()
    with pytest.raises(Refused) as refusal:
        deliver(honest, "audits.xlsx", max_unzipped_bytes=10_000_000)
    assert refusal.value.code == "FILE-08"
    size = (40_000_000).to_bytes(4, "little")
    assert honest.count(size) == 2  # beside the content, and in the directory at the end
    lying = honest.replace(size, (1_000).to_bytes(4, "little"))
    with zipfile.ZipFile(io.BytesIO(lying)) as archive:
        assert sum(member.file_size for member in archive.infolist()) < 100_000
    with pytest.raises(Refused) as refusal:
        deliver(lying, "audits.xlsx", max_unzipped_bytes=10_000_000)
    assert refusal.value.code == "FILE-08"
    with pytest.raises(Refused) as refusal:
        deliver(lying, "audits.xlsx")
    assert refusal.value.code == "FILE-07"


def test_damage_anywhere_is_refused_or_read_right(deliver: Deliver, con: duckdb.DuckDBPyConnection) -> None:
    """One byte changed, or the end cut off, at many places: never another error, never other rows."""
    content = workbook({"Audits": [HEADER, *(["990", f"A{at}", "done"] for at in range(50))]})
    (table,), _ = deliver(content, "audits.xlsx")
    right = rows_of(con, table)
    codes = []
    for at in range(0, len(content), 53):
        for damaged in (content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :], content[:at]):
            try:
                (table,), _ = deliver(damaged, "audits.xlsx")
            except Refused as refusal:
                codes.append(refusal.code)
            else:
                assert rows_of(con, table) == right
                con.execute(f"DROP TABLE {table.relation}")
    assert len(codes) > len(content) / 53
    assert set(codes) <= {"FILE-02", "FILE-06", "FILE-07", "FILE-08"}


def test_two_sheet_names_that_are_shown_alike_stay_apart(deliver: Deliver) -> None:
    rows = [HEADER, ["990", "A1", "done", date(2026, 3, 31), ""]]
    tables, _ = deliver(workbook({"Data 1": rows, "Data  1": rows}), "audits.xlsx")
    assert [table.sheet for table in tables] == ["Data 1", "Data 1 (sheet 2)"]


def test_errors_are_in_their_column_wherever_the_table_starts(
    deliver: Deliver, con: duckdb.DuckDBPyConnection
) -> None:
    book = openpyxl.Workbook()
    for row, cells in ((4, HEADER), (5, ["990", "A1", "=NA()"])):
        for column, cell in enumerate(cells, start=3):
            book.active.cell(row=row, column=column, value=cell)
    buffer = io.BytesIO()
    book.save(buffer)
    content = buffer.getvalue()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert "<f>NA()</f><v />" in xml or "<f>NA()</f><v/>" in xml
    xml = xml.replace("<v />", "<v>#N/A</v>").replace("<v/>", "<v>#N/A</v>").replace('r="E5"', 'r="E5" t="e"')
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, part in (parts | {"xl/worksheets/sheet1.xml": xml.encode()}).items():
            archive.writestr(name, part)
    (table,), _ = deliver(buffer.getvalue(), "audits.xlsx")
    assert rows_of(con, table) == [(5, False, "990", "A1", "#N/A", None, None)]
