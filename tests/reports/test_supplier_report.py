"""The report to the supplier: every finding in their own words, nothing that a cell held, nothing half written."""

from __future__ import annotations

import csv
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from pipelines import contracts, settings
from pipelines.reports import supplier

CONTRACTS = contracts.load(settings.load({})).contracts
AUDITS = CONTRACTS["case_audits"]

DELIVERY: dict[str, Any] = {
    "number": 12,
    "file": "Audits Q4 (final).xlsx",
    "received_at": datetime(2026, 4, 3, 10, 5),
    "extracted_on": date(2026, 4, 1),
    "mode": "whole",
    "reason": "",
    "feeds": [
        {
            "feed": "case_audits",
            "rows_received": 50,
            "rows_accepted": 48,
            "rows_rejected": 2,
            "unlisted": {"team": 3},
        }
    ],
    "columns": [
        {"feed": "case_audits", "sheet": "Data", "supplier_column": header, "column": column, "how": how}
        for header, column, how in (
            ("Audit ref", "audit_reference", "also called"),
            ("Completed on", "completed_on", "title"),
            ("DOB", "birth_month", "also called"),
            ("Desk note", None, "not used"),
            (None, "theme", "not in the file"),
        )
    ],
}


def finding(
    code: str, row: int | None, column: str | None, header: str | None, sheet: str = "Data"
) -> dict[str, Any]:
    level = AUDITS.rules_by_code[code].level
    return {
        "feed": "case_audits", "sheet": sheet, "row": row, "column": column, "supplier_column": header,
        "code": code, "level": level,
    }  # fmt: skip


FINDINGS = [
    finding("AUD-301", 7, "started_on", None),
    finding("AUD-109", 5, "completed_on", "Completed on"),
    finding("AUD-352", 5, "ethnicity", None),
    finding("AUD-352", 9, "ethnicity", None),
    finding("AUD-503", None, "completed_on", None, sheet=""),
]


def report(
    folder: Path, findings: list[dict[str, Any]] = FINDINGS, previous: Any = None, **change: Any
) -> list[Path]:
    return supplier.write_report(folder, DELIVERY | change, findings, previous, CONTRACTS)


def sheet(path: Path, name: str) -> list[list[Any]]:
    """Rows of a sheet without the empty cells at their ends."""
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python(skip_empty_area=False)
    return [row[: max((at + 1 for at, cell in enumerate(row) if cell != ""), default=0)] for row in rows]


def under(rows: list[list[Any]], heading: str) -> list[list[Any]]:
    """The lines of one table of a summary."""
    start = rows.index([heading]) + 1
    end = next((at for at in range(start, len(rows)) if not rows[at]), len(rows))
    return rows[start:end]


def test_every_finding_is_there_with_file_sheet_row_their_column_and_what_to_do(tmp_path: Path) -> None:
    workbook, text = report(tmp_path)
    assert (workbook.name, text.name) == (
        "00012-audits-q4-final-report.xlsx",
        "00012-audits-q4-final-report.csv",
    )
    header, *rows = sheet(workbook, "Findings")
    assert tuple(header) == supplier.HEADERS
    assert [(row[1], row[2], row[3], row[7]) for row in rows] == [
        ("", "", "Completed on", "AUD-503"),
        ("Data", 5, "Completed on", "AUD-109"),
        ("Data", 5, "Ethnicity (not in the file)", "AUD-352"),
        ("Data", 7, "Started on (not in the file)", "AUD-301"),
        ("Data", 9, "Ethnicity (not in the file)", "AUD-352"),
    ]
    assert rows[3][0] == "Audits Q4 (final).xlsx"
    assert rows[3][4] == "The audit was completed before it was started."
    assert rows[3][5].startswith("Check both dates in the audit record")
    assert [row[6] for row in rows] == [
        "Nothing set aside; please check the file",
        "Row set aside until it is corrected",
        "Row kept; please check it",
        "Row set aside until it is corrected",
        "Row kept; please check it",
    ]


def test_the_csv_says_the_same_as_the_workbook(tmp_path: Path) -> None:
    workbook, text = report(tmp_path)
    with text.open(encoding="utf-8-sig", newline="") as lines:
        read = list(csv.reader(lines))
    shown = [
        [str(int(cell)) if isinstance(cell, float) else cell for cell in row]
        for row in sheet(workbook, "Findings")
    ]
    assert read == shown


def test_the_summary_balances_and_says_what_became_of_every_column(tmp_path: Path) -> None:
    rows = sheet(report(tmp_path)[0], "Summary")
    assert ["File", "Audits Q4 (final).xlsx"] in rows
    assert ["Received", "3 April 2026, 10:05 (UTC)"] in rows
    assert ["Data extracted on", "1 April 2026"] in rows
    assert under(rows, "Rows")[1] == ["Case audits", 50, 48, 2]
    assert [line[2:4] for line in under(rows, "Findings by rule")[1:]] == [
        ["AUD-109", 1], ["AUD-301", 1], ["AUD-352", 2], ["AUD-503", 1],
    ]  # fmt: skip
    assert [line[:3] for line in under(rows, "Your columns, and what they were read as")[1:]] == [
        ["Audit ref", "Audit reference", "Reference"],
        ["Completed on", "Completed on", "Date"],
        ["DOB", "Month of birth", "Read, never kept"],
    ]
    assert under(rows, "Columns that were not used")[1:] == [["Desk note", "Data"]]
    absent = {line[0]: line[2] for line in under(rows, "Columns that the file does not have")[1:]}
    assert absent["Status"] == "Needed"
    assert absent["Theme"] == "Not needed"
    assert not {"Audit reference", "Month of birth", "Child's name"} & set(absent)
    assert under(rows, "Names that are not on the council's list")[1] == ["Team", "Case audits", 3]


def test_a_refused_file_says_so_and_why(tmp_path: Path) -> None:
    unknown = [
        {"feed": None, "sheet": "Data", "supplier_column": "Colour", "column": None, "how": "not used"}
    ]
    paths = report(tmp_path, [], reason="No feed has these headers.", feeds=[], columns=unknown)
    rows = sheet(paths[0], "Summary")
    assert ["Outcome", "The whole file was kept out. What was held before still stands."] in rows
    assert ["Reason", "No feed has these headers."] in rows
    assert under(rows, "Columns that the file does not have") == [["It was not recognised as any feed."]]
    assert sheet(paths[0], "Findings")[1] == ["Nothing was found wrong."]


def test_what_changed_compares_rows_findings_and_headers(tmp_path: Path) -> None:
    previous = DELIVERY | {
        "number": 11,
        "file": "Audits Q3.xlsx",
        "extracted_on": date(2026, 1, 2),
        "feeds": [{"feed": "case_audits", "rows_received": 40, "rows_accepted": 35, "rows_rejected": 5}],
        "columns": [
            entry | {"supplier_column": "Old note"} for entry in DELIVERY["columns"] if not entry["column"]
        ],
        "findings": {"AUD-301": 5, "AUD-352": 1, "AUD-310": 4, "AUD-999": 1},
    }
    rows = sheet(report(tmp_path, previous=previous)[0], "What changed")
    assert ["The file before", "Audits Q3.xlsx", "extracted on 2 January 2026"] in rows
    assert under(rows, "Rows")[1:] == [
        ["Case audits", "received", 40, 50, 10],
        ["Case audits", "accepted", 35, 48, 13],
        ["Case audits", "set aside", 5, 2, -3],
    ]
    changes = {
        line[1]: line[2:] for line in under(rows, "Findings")[1:] if "AUD" in "".join(map(str, line[1:2]))
    }
    assert changes == {
        "AUD-109": [0, 1, "1 new"],
        "AUD-301": [5, 1, "4 put right"],
        "AUD-310": [4, 0, "all put right"],
        "AUD-352": [1, 2, "1 new"],
        "AUD-503": [0, 1, "1 new"],
        "AUD-999": [1, 0, "all put right"],
    }
    assert ["Put right", "", "", 9] in rows
    assert ["New", "", "", 3] in rows
    assert ["Old note", "no longer in the file"] in under(rows, "Your columns")
    assert ["Audit ref", "new in this file"] in under(rows, "Your columns")


def test_a_first_file_has_nothing_to_compare_with(tmp_path: Path) -> None:
    rows = sheet(report(tmp_path)[0], "What changed")
    assert rows[1] == ["This is the council's first file of its kind: there is nothing to compare it with."]


@pytest.mark.parametrize("hostile", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "\r\n=cmd"])
def test_a_header_that_looks_like_a_formula_stays_a_text(hostile: str, tmp_path: Path) -> None:
    columns = [
        *DELIVERY["columns"],
        {"feed": None, "sheet": hostile, "supplier_column": hostile, "column": None},
    ]
    found = [finding("AUD-109", 5, "completed_on", hostile, sheet=hostile)]
    workbook, text = report(tmp_path, found, file=hostile, columns=columns)
    cells = [cell for tab in openpyxl.load_workbook(workbook) for row in tab.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert hostile.strip() in {cell.value for cell in cells}
    with text.open(encoding="utf-8-sig", newline="") as lines:
        written = [cell for row in csv.reader(lines) for cell in row]
    assert "'" + hostile.strip() in written
    assert not [cell for cell in written if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_a_header_of_any_length_and_kind_is_shown_on_one_short_line(tmp_path: Path) -> None:
    found = [finding("AUD-109", 5, "completed_on", "Date\ncompleted  " + "x" * 40_000)]
    column = sheet(report(tmp_path, found)[0], "Findings")[1][3]
    assert column.startswith("Date completed x")
    assert len(column) == 250


def test_beyond_the_sheets_room_the_csv_still_has_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supplier, "SHEET_ROWS", 3)
    workbook, text = report(tmp_path)
    note = "The first 3 of 5 findings. The CSV beside this workbook has all of them."
    assert [row[0] for row in sheet(workbook, "Findings")[-2:]] == ["Audits Q4 (final).xlsx", note]
    assert len(sheet(workbook, "Findings")) == 1 + 3 + 1
    assert ["Findings", note] in sheet(workbook, "Summary")
    assert len(text.read_text(encoding="utf-8-sig").splitlines()) == 1 + 5


def test_nothing_but_what_is_passed_for_it_is_written(tmp_path: Path) -> None:
    """Findings may carry more than the report wants, values even; none of it gets out."""
    secret = "Canary-Kestrel-7731"
    found = [entry | {"value": secret, "raw": secret} for entry in FINDINGS]
    for path in report(tmp_path, found, note=secret):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as parts:
                written = b"".join(parts.read(name) for name in parts.namelist())
        else:
            written = path.read_bytes()
        assert b"AUD-301" in written
        assert secret.encode() not in written


def test_a_report_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    report(tmp_path)
    report(tmp_path, FINDINGS[:1])
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".csv", ".xlsx"]
    assert len(sheet(next(tmp_path.glob("*.xlsx")), "Findings")) == 2


def test_a_failed_report_leaves_the_one_before(tmp_path: Path) -> None:
    before = [path.read_bytes() for path in report(tmp_path)]
    with pytest.raises(KeyError):
        report(tmp_path, [*FINDINGS, finding("AUD-301", 8, None, None) | {"code": "XXX-301"}])
    assert [path.read_bytes() for path in sorted(tmp_path.iterdir(), reverse=True)] == before
