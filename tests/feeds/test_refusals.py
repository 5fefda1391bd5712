"""What is refused, with which code and words; and that no cell is ever in them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import duckdb
import pytest

from pipelines.feeds import Refused, refusal
from tests.feeds.conftest import Delivered, rows_of
from tests.feeds.test_workbook import HEADER as CELLS
from tests.feeds.test_workbook import workbook

Deliver = Callable[..., Delivered]
HEADER = ",".join(CELLS)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refused(deliver: Deliver, *args: object, **more: object) -> Refused:
    with pytest.raises(Refused) as caught:
        deliver(*args, **more)
    assert caught.value.code in refusal.CODES
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None, "what lies behind a refusal may hold cells"
    return caught.value


def zipped(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("audits.xls", "old Excel workbook"),
        ("audits.PDF", "PDF"),
        ("audits.zip", "Unpack"),
        ("audits.docx", "do not read"),
        ("audits", "do not read"),
        ("audits.csv.exe", "do not read"),
    ],
)
def test_kinds_of_file_that_are_not_read(deliver: Deliver, name: str, words: str) -> None:
    found = refused(deliver, b"x", name)
    assert found.code == "FILE-01"
    assert words in found.message
    assert found.message.startswith(name)


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "audits.csv", "FILE-02"),
        (b"", "audits.xlsx", "FILE-02"),
        (b"\xef\xbb\xbf \r\n\r\n,,\r\n", "audits.csv", "FILE-02"),
        (workbook({"One": [], "Two": []}), "audits.xlsx", "FILE-02"),
        (b"PK\x03\x04....", "audits.csv", "FILE-04"),
        (OLE + bytes(100), "audits.csv", "FILE-04"),
        (b"%PDF-1.7", "audits.csv", "FILE-04"),
        (HEADER.encode() + b"\n990,A\x001,done,,\n", "audits.csv", "FILE-04"),
        (HEADER.encode("utf-16-le"), "audits.csv", "FILE-04"),
        (HEADER.encode("utf-32"), "audits.csv", "FILE-04"),
        (HEADER.encode() + b"\n990,A\x81,done,,\n", "audits.csv", "FILE-05"),
        (b"\xef\xbb\xbf" + HEADER.encode() + b"\n990,\xe9,done,,\n", "audits.csv", "FILE-05"),
        (HEADER.encode("utf-16") + b"\n", "audits.csv", "FILE-05"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "audits.xlsx", "FILE-06"),
        (OLE + bytes(100), "audits.xlsx", "FILE-07"),
        (HEADER.encode(), "audits.xlsx", "FILE-07"),
        (b"PK\x03\x04" + bytes(100), "audits.xlsx", "FILE-07"),
        (zipped(word__document="x"), "audits.xlsx", "FILE-07"),
        (b"name,colour\nsecret-canary,blue\n", "audits.csv", "FILE-09"),
        (workbook({"One": [["secret-canary"]], "Two": []}), "audits.xlsx", "FILE-09"),
    ],
)
def test_files_that_cannot_be_read(deliver: Deliver, content: bytes, name: str, code: str) -> None:
    found = refused(deliver, content, name)
    assert found.code == code
    assert found.message.startswith(f"{name}: ")
    assert "canary" not in found.message


def test_a_file_that_is_too_large(deliver: Deliver) -> None:
    found = refused(deliver, HEADER, max_file_bytes=10)
    assert found.code == "FILE-03"
    assert "more than 10 bytes" in found.message


def test_no_feed_tells_which_there_are(deliver: Deliver) -> None:
    found = refused(deliver, "990,A1,done\n990,A2,done\n")
    assert "audits (Audits); voices (Voices)" in found.message
    assert "`send-audit template FEED`" in found.message


def test_a_header_below_the_first_thirty_rows_is_not_looked_for(deliver: Deliver) -> None:
    (table,), _ = deliver("title\n" * 29 + HEADER + "\n990,A1,done,,\n")
    assert table.header_row == 30
    assert refused(deliver, "title\n" * 30 + HEADER + "\n990,A1,done,,\n").code == "FILE-09"


def test_missing_required_columns_are_named_with_their_spellings(deliver: Deliver) -> None:
    found = refused(deliver, "Report\nAudit ID,Status,Notes,Secret-canary\nA1,done,,\n")

    assert found.code == "FILE-10"
    assert found.message == (
        "audits.csv, row 2: this looks like Audits (audits), but required columns are missing. Looked for these "
        'headers, whatever their case and order: "Council" or "council" or "LA" or "Local authority". Add the columns '
        "or correct their headers; a council column may be left out if the council is set when receiving. "
        "`send-audit template audits` shows them all."
    )


def test_the_feed_with_most_headers_is_meant_even_if_another_would_be_complete(deliver: Deliver) -> None:
    found = refused(deliver, "Council,Audit reference,Date completed,Notes,Who\n990,A1,,,child\n")
    assert "this looks like Audits (audits)" in found.message
    (table,), _ = deliver("Council,Audit reference,Offered,Who,Notes\n990,A1,yes,child,\n")
    assert (table.feed, table.unknown) == ("voices", ("Notes",))


def test_too_few_headers_are_no_feed(deliver: Deliver) -> None:
    assert refused(deliver, "Audit ID,Status,Secret-canary\nA1,done,\n").code == "FILE-09"


def test_two_columns_for_one_thing(deliver: Deliver) -> None:
    found = refused(deliver, "LA,Audit ID,Status,Local authority\n990,A1,done,991\n")
    assert found.code == "FILE-11"
    assert found.message == (
        'audits.csv, row 1: the headers "LA" (column 1) and "Local authority" (column 4) both mean Council. Keep the '
        "one that holds the answer, and rename or remove the other."
    )


def test_a_column_that_stands_twice_may_say_the_same_in_other_letters(
    deliver: Deliver, con: duckdb.DuckDBPyConnection
) -> None:
    header = "Council,Audit ID,Status,Completed on,COMPLETED ON\n"
    (table,), _ = deliver(f"{header}990,A1,done,3 May 2026,3 MAY 2026 \n990,A2,done,,\n")
    assert [row[5] for row in rows_of(con, table)] == ["3 May 2026", None]
    found = refused(deliver, f"{header}990,A1,done,3 May 2026,3 MAY 2026\n990,A2,done,3 May 2026,\n")
    assert found.code == "FILE-11"
    assert "audits.csv, row 3:" in found.message


@pytest.mark.parametrize(
    "below",
    [
        "Council,Audit ID,Status,Completed on",  # one header more, and so the better one
        "Council,Status,Audit ID",  # in another order
    ],
)
def test_two_tables_on_one_sheet_are_refused_and_no_row_is_lost(deliver: Deliver, below: str) -> None:
    found = refused(deliver, f"Council,Audit ID,Status\n990,A1,done\n\n{below}\n990,A2,done,\n")
    assert (found.code, found.message) == (
        "FILE-16",
        "audits.csv: rows 1 and 4 are both headers, so that the sheet holds two tables. Put each on a sheet or in a "
        "file of its own.",
    )
    # a header printed again at the top of a page is no second table
    (table,), _ = deliver("Council,Audit ID,Status\n990,A1,done\nLA,Audit reference,STATUS\n990,A2,done\n")
    assert (table.header_row, table.rows) == (1, 3)


@pytest.mark.parametrize(
    "header",
    [
        "council,AuditReference,status,DateCompleted",
        "LA,audit_id,STATUS,datecompleted",
        "1. Council,2. Audit reference,3) Status,4. Date completed",
        "Council (required),Audit ID (Required),Status*,Date completed (optional)",
        " local  authority ,Audit-ID,Status:,Date  Completed",
    ],
)
def test_headers_match_whatever_their_spacing_and_decoration(deliver: Deliver, header: str) -> None:
    (table,), _ = deliver(f"{header}\n990,A1,done,03/04/2026\n")
    assert list(table.matched) == ["council", "reference", "status", "completed_on"]
    assert table.unknown == ()


def test_a_name_or_title_wins_over_another_spelling(deliver: Deliver, con: duckdb.DuckDBPyConnection) -> None:
    (table,), _ = deliver("Local authority,Audit ID,Status,Council,Audit Reference\n991,A9,done,990,A1\n")
    assert (table.matched["council"], table.matched["reference"]) == ("Council", "Audit Reference")
    assert table.unknown == ("Local authority", "Audit ID")
    assert rows_of(con, table) == [(2, False, "990", "A1", "done", None, None)]


def test_several_columns_of_free_text_are_none_too_many(
    deliver: Deliver, con: duckdb.DuckDBPyConnection
) -> None:
    (table,), _ = deliver("Council,Audit ID,Status,Notes,notes\n990,A1,done,one,two\n")
    assert (table.matched["notes"], table.unknown) == ("Notes", ("notes",))


@pytest.mark.parametrize(
    ("body", "row"),
    [
        ('990,"A1,done,,\n990,A2,done,,\n', 2),  # never closed: the rest of the file would be one cell
        ('990,A1,done,,\n990,"A2,done,,\n990,"A3",done,,\n', 3),  # closed by the next row's
    ],
)
def test_a_quotation_mark_never_swallows_rows(deliver: Deliver, body: str, row: int) -> None:
    found = refused(deliver, f"{HEADER}\n{body}")
    assert found.code == "FILE-12"
    assert f"audits.csv, row {row}:" in found.message


def test_a_stray_mark_within_a_row_is_just_a_character(deliver: Deliver) -> None:
    (table,), _ = deliver(f'{HEADER}\n990,A1,5" done,,"said "no" twice"\n990,A2,done,,\n')
    assert table.rows == 2


def test_a_line_without_end_is_not_read_into_memory(deliver: Deliver) -> None:
    assert refused(deliver, f"{HEADER}\n" + "990,A1,done,,x " * 400_000).code == "FILE-12"


def test_a_refusal_survives_being_sent_between_processes() -> None:
    import pickle

    again = pickle.loads(pickle.dumps(Refused("FILE-02", "audits.csv: empty.")))  # noqa: S301
    assert (again.code, again.message, str(again)) == ("FILE-02", "audits.csv: empty.", "audits.csv: empty.")
