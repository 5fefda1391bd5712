"""Rows taken out of a file in its own format: every other row is read as before, and nothing of them is left in it."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from pipelines.feeds import blanking, text, workbook
from tests.ods import Times, spreadsheet
from tests.searching import found_in

LIMIT = 10_000_000
CELL = st.text(
    st.characters(codec="utf-8", exclude_characters="\0\x1a", exclude_categories=("Cs", "Cc"))
    | st.sampled_from('\n,"; '),
    max_size=6,
)
ROWS = st.lists(st.lists(CELL, min_size=2, max_size=4), min_size=1, max_size=8)
MANY = example_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def records(path: Path, delimiter: str = ",") -> list[list[str]]:
    encoding = text.find_encoding(path, "it")
    return list(text.records(path, encoding, delimiter, 0, "it"))


@MANY
@given(rows=ROWS, gone=st.sets(st.integers(1, 8)), mark=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
       end=st.sampled_from(["\n", "\r\n"]))  # fmt: skip
def test_a_text_file_keeps_every_other_record(
    tmp_path: Path, rows: list[list[str]], gone: set[int], mark: str, end: str
) -> None:
    held = [["one", "two"], *rows]  # a header, so that the separator is known
    with (tmp_path / "a.csv").open("w", encoding=mark, newline="") as handle:
        csv.writer(handle, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(held)
    before = records(tmp_path / "a.csv")
    blanking.blank_text(tmp_path / "a.csv", tmp_path / "b.csv", (), None, lambda n: n in gone and n > 1, "it")
    after = records(tmp_path / "b.csv")
    assert len(after) == len(before)
    for number, (was, now) in enumerate(zip(before, after, strict=True), start=1):
        assert now == ([""] * len(was) if number in gone and number > 1 else was)


def test_a_text_file_keeps_every_other_byte(tmp_path: Path) -> None:
    above, below = 'sep=;\r\nRéf;Sex\r\n"C;1";F\r\n', "C3;M"
    sent = f'{above}"C2";"a\r\nlong ""cell"""\r\n{below}'.encode("cp1252")
    (tmp_path / "a.csv").write_bytes(sent)
    blanking.blank_text(tmp_path / "a.csv", tmp_path / "b.csv", (), None, {3}.__contains__, "it")
    assert (tmp_path / "b.csv").read_bytes() == f"{above};\r\n{below}".encode("cp1252")


def sheets(path: Path) -> dict[str, dict[int, list[str]]]:
    return {
        name: {number: cells for number, cells in rows if any(cells)}
        for name, rows in workbook.numbered_rows(path, "it", LIMIT)
    }


def without(
    held: dict[str, dict[int, list[str]]], sheet: str, gone: set[int]
) -> dict[str, dict[int, list[str]]]:
    return {
        name: {n: cells for n, cells in rows.items() if name != sheet or n not in gone}
        for name, rows in held.items()
    }


def book(path: Path) -> None:
    with xlsxwriter.Workbook(path) as made:
        first, second = made.add_worksheet("Notes"), made.add_worksheet("Data")
        first.write_row(0, 0, ["a note", "C17"])
        for n in range(6):
            second.write_row(n + 2, 1, [f"C{n + 12}", "shared text", f"only in {n}", n / 4, True])
        second.write_comment(7, 1, "about C17")
        second.write_formula(8, 1, '="C"&17', value="C17")
        second.autofilter(2, 1, 8, 3)
        second.filter_column_list(1, ["C17"])
        chart = made.add_chart({"type": "line"})
        chart.add_series({"name": "C17", "values": "=Data!$E$3:$E$8"})
        second.insert_chart("H2", chart)
        made.set_properties({"comments": "C17"})


def test_a_workbook_keeps_every_other_row_and_no_copy_of_a_cell(tmp_path: Path) -> None:
    book(tmp_path / "a.xlsx")
    before = sheets(tmp_path / "a.xlsx")
    assert found_in(tmp_path, ["C17"])
    rows = {0: {1}.__contains__, 1: {8, 9}.__contains__}
    blanking.blank_workbook(tmp_path / "a.xlsx", tmp_path / "b.xlsx", rows, "it", LIMIT)
    assert sheets(tmp_path / "b.xlsx") == without(without(before, "Data", {8, 9}), "Notes", {1})
    (tmp_path / "a.xlsx").unlink()
    assert found_in(tmp_path, ["C17", "only in 5", "about"]) == {}
    assert found_in(tmp_path, ["shared text"]), "other cells still use it"


def test_a_spreadsheet_keeps_every_other_row(tmp_path: Path) -> None:
    rows = [["Ref", "Sex"], Times(["C1", "F"], 3), ["C17", "M"], [], Times(["C17", "F"], 2), ["C4", "F"]]
    beside = {
        "Thumbnails/thumbnail.png": b"C17",
        "meta.xml": "<a>C17</a>",
        "Object 1/content.xml": "<a>C17</a>",
    }
    (tmp_path / "a.ods").write_bytes(spreadsheet({"Notes": [["C17"]], "Data": rows}, members=beside))
    before = sheets(tmp_path / "a.ods")
    gone = {0: {1}.__contains__, 1: {5, 7, 8}.__contains__}
    blanking.blank_workbook(tmp_path / "a.ods", tmp_path / "b.ods", gone, "it", LIMIT)
    assert sheets(tmp_path / "b.ods") == without(without(before, "Data", {5, 7, 8}), "Notes", {1})
    (tmp_path / "a.ods").unlink()
    assert found_in(tmp_path, ["C17"]) == {}


def test_what_stands_beside_the_tables_of_a_spreadsheet_goes(tmp_path: Path) -> None:
    made = spreadsheet({"Data": [["Ref"], ["C1"]]})
    beside = (
        "<table:tracked-changes><table:table-row><table:table-cell><text:p>C17</text:p></table:table-cell>"
        "</table:table-row></table:tracked-changes>",
        "<table:data-pilot-tables><table:data-pilot-member table:name='C17'/></table:data-pilot-tables>",
    )
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    content = parts["content.xml"].decode()
    content = content.replace("<office:spreadsheet>", f"<office:spreadsheet>{beside[0]}")
    parts["content.xml"] = content.replace(
        "</office:spreadsheet>", f"{beside[1]}</office:spreadsheet>"
    ).encode()
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        for name, held in parts.items():
            archive.writestr(name, held)
    blanking.blank_workbook(tmp_path / "a.ods", tmp_path / "b.ods", {}, "it", LIMIT)
    assert sheets(tmp_path / "b.ods") == {"Data": {1: ["Ref"], 2: ["C1"]}}
    (tmp_path / "a.ods").unlink()
    assert found_in(tmp_path, ["C17"]) == {}


@MANY
@given(
    table=st.lists(
        st.lists(st.sampled_from(["a", "b", "é", "", "<&>"]), min_size=1, max_size=3), min_size=1, max_size=7
    ),
    gone=st.sets(st.integers(1, 8)),
)
@pytest.mark.parametrize("ending", [".xlsx", ".ods"])
def test_any_rows_of_any_table(tmp_path: Path, ending: str, table: list[list[str]], gone: set[int]) -> None:
    path, to = tmp_path / f"a{ending}", tmp_path / f"b{ending}"
    if ending == ".ods":
        path.write_bytes(spreadsheet({"Data": table}))
    else:
        with xlsxwriter.Workbook(path) as made:
            sheet = made.add_worksheet("Data")
            for n, cells in enumerate(table):
                sheet.write_row(n, 0, cells)
    before = sheets(path)
    blanking.blank_workbook(path, to, {0: gone.__contains__}, "it", LIMIT)
    after = sheets(to)
    shown = {n: [cell for cell in cells if cell] for n, cells in before["Data"].items() if n not in gone}
    assert {n: [cell for cell in cells if cell] for n, cells in after["Data"].items()} == shown
