"""What is seen, as files: every kind says the same, numbers are numbers, and nothing is a formula."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from dashboard import export, store, workbooks
from dashboard.app import PAGES, create_app
from dashboard.components import Page

COLUMNS = [
    workbooks.Column("name", "Who"), workbooks.Column("n", "How many", "count"),
    workbooks.Column("share", "Of all", "share"), workbooks.Column("on", "When", "date"),
    workbooks.Column("done", "Whether", "yes_no"),
]  # fmt: skip
ROWS: list[dict[str, Any]] = [
    {"name": "=1+1", "n": 1234, "share": 0.625, "on": date(2026, 3, 31), "done": True},
    {"name": "Ty & <Co>", "n": None, "share": 23.4, "on": None, "done": False, "value_is": "mean"},
]
BOOK = workbooks.Book(
    "A title", datetime(2026, 4, 1, 9, 30), [("A title", None), ("Period", "March")], COLUMNS, ROWS
)


@pytest.fixture(scope="module")
def officers(store_root: Path) -> FlaskClient:
    return create_app(store_root, "officers").server.test_client()


def test_xlsx_has_numbers_as_numbers_and_no_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbooks.to_xlsx(BOOK)))
    assert book.sheetnames == ["Notes", "Figures"]
    sheet = book["Figures"]
    assert [cell.value for cell in sheet[1]] == ["name", "n", "share", "on", "done"]
    assert [cell.value for cell in sheet[2]] == ["=1+1", 1234, 0.625, datetime(2026, 3, 31), "yes"]
    assert [cell.data_type for cell in sheet[2]] == ["s", "n", "n", "d", "s"]
    assert sheet["A2"].quotePrefix
    assert [sheet["C2"].number_format, sheet["C3"].number_format] == ["0.0%", "0.0"]
    assert sheet.freeze_panes == "A2"
    assert list(sheet.tables) == ["Figures"]
    assert not sheet.merged_cells.ranges
    assert book["Notes"]["B2"].value == "March"
    assert book.properties.title == "A title"


def test_ods_says_the_same_as_xlsx() -> None:
    ods, xlsx = (
        CalamineWorkbook.from_filelike(io.BytesIO(made(BOOK)))
        for made in (workbooks.to_ods, workbooks.to_xlsx)
    )
    assert ods.sheet_names == xlsx.sheet_names == ["Notes", "Figures"]
    for name in ods.sheet_names:
        assert ods.get_sheet_by_name(name).to_python() == xlsx.get_sheet_by_name(name).to_python()


def test_ods_is_packed_as_the_standard_asks_and_holds_no_formula() -> None:
    made = workbooks.to_ods(BOOK)
    assert made[30:38] == b"mimetype"
    with zipfile.ZipFile(io.BytesIO(made)) as packed:
        assert packed.getinfo("mimetype").compress_type == zipfile.ZIP_STORED
        listed = packed.read("META-INF/manifest.xml").decode()
        for name in packed.namelist():
            if name.endswith(".xml"):
                ElementTree.fromstring(packed.read(name))
            if not name.startswith(("META-INF", "mimetype")):
                assert f'"{name}"' in listed
        content = packed.read("content.xml").decode()
    assert "formula" not in content
    assert "Ty &amp; &lt;Co&gt;" in content
    assert "table:number-columns-spanned" not in content


def test_the_same_book_gives_the_same_bytes() -> None:
    assert workbooks.to_ods(BOOK) == workbooks.to_ods(BOOK)
    assert workbooks.to_xlsx(BOOK) == workbooks.to_xlsx(BOOK)


def test_a_book_without_rows_is_whole() -> None:
    empty = workbooks.Book("Nothing", None, [("Nothing", None)], COLUMNS, [])
    for made in (workbooks.to_ods(empty), workbooks.to_xlsx(empty)):
        held = CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_name("Figures").to_python()
        assert [row for row in held if any(row)] == [["name", "n", "share", "on", "done"]]


OF_FIGURES = [path for path in PAGES if path not in ("/receipts", "/protection")]  # JSON and PDF; words alone


@pytest.mark.parametrize("path", [*OF_FIGURES, "/data/findings", "/definitions/voice.any_family"])
def test_every_page_is_offered_as_all_four_kinds(officers: FlaskClient, path: str) -> None:
    address = "/overview" if path == "/" else path
    for kind, content_type in export.KINDS.items():
        answer = officers.get(f"{address}.{kind}")
        assert answer.status_code == 200, f"{address}.{kind}"
        assert answer.headers["Content-Type"] == content_type
        assert f".{kind}" in answer.headers["Content-Disposition"]


def test_workbook_of_a_page_holds_its_figures_and_explains_itself(officers: FlaskClient) -> None:
    address = "/voice.{}?by=primary_need&window=financial_year"
    told = json.loads(officers.get(address.format("json")).get_data())
    for kind in ("xlsx", "ods"):
        book = CalamineWorkbook.from_filelike(io.BytesIO(officers.get(address.format(kind)).get_data()))
        header, *rows = book.get_sheet_by_name("Figures").to_python()
        assert header == list(export.FIGURE_COLUMNS)
        at = {name: place for place, name in enumerate(header)}
        assert [row[at["receipt"]] for row in rows] == [row["receipt"] for row in told]
        values = [row["value"] or 0 for row in told]  # a workbook keeps 16 digits
        assert [row[at["value"]] or 0 for row in rows] == pytest.approx(values, rel=1e-14)
        assert {type(row[at["numerator"]]) for row in rows} <= {float, int}
        notes = {row[0]: row[1] for row in book.get_sheet_by_name("Notes").to_python()}
        assert notes["Demonstration"] == "Demonstration data: a fictional county"
        assert notes["Period covered"] == "1 April 2025 to 31 March 2026"
        assert notes["Figures as they stood on"] == "21 November 2026"
        assert notes["Data version"] == "2026-11-21.1"
        assert notes["Audience"] == "Officers"
        assert notes["Place"] == "Brackenshire"
        assert notes["Compare groups by"] == "Primary need"
        assert "passed" in notes["Checks on the files in force"]
        assert notes["z"] == "Nothing to count in this period"
        assert set(export.FIGURE_COLUMNS) <= set(notes)
        assert "Licence" in notes
        assert "Source" in notes


def test_deliveries_and_findings_can_be_asked_for_by_month_and_feed(officers: FlaskClient) -> None:
    def held(address: str) -> list[dict[str, Any]]:
        return json.loads(officers.get(address).get_data())

    assert {row["feed"] for row in held("/data.json?feed=case_audits")} == {"case_audits"}
    assert len(held("/data.json?received=2026-11")) == len(held("/data.json")) == 5
    assert held("/data.json?received=2026-05") == []
    found = held("/data/findings.json?received=2026-11&feed=case_audits")
    assert {row["number"] for row in found} == {2, 4}
    assert {row["feed"] for row in found} == {"case_audits"}


def test_an_average_says_what_it_is_in(release: store.Release, monkeypatch: pytest.MonkeyPatch) -> None:
    weeks = {"measure": "timeliness.mean_weeks", "kind": "mean", "unit": "weeks", "title": "Weeks to a plan"}
    known = dict(store.measures(release)) | {"timeliness.mean_weeks": weeks}
    monkeypatch.setattr(store, "measures", lambda _: known)
    shown = [{"measure": name, "council": "990"} for name in ("timeliness.mean_weeks", "voice.child")]
    rows = export.figures(release, Page("Any", [], figures=shown))
    assert [(row["value_is"], row["unit"]) for row in rows] == [("mean", "weeks"), ("share", "")]
