"""A bad file, its report, the rows put right in the report's own sheet and sent back: nothing is left to correct, and
both versions stay in the history."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from pipelines import contracts, demo, releases, run
from pipelines.contracts import Catalogue
from pipelines.demo import sending
from pipelines.demo.writing import written
from pipelines.settings import Settings
from tests.ods import spreadsheet

QUESTION = "Why was this case looked at, and who in the service had asked for it to be looked at?"
HEADER = ["Local authority", "Audit ID", "Child ref", "Type of audit", "Selection", "Audit month", "Audit status",
          "Date completed", QUESTION,
          "Frame", "Comments"]  # fmt: skip
GOOD = [
    "Brackenshire",
    "A{n}",
    "C{n}",
    "routine",
    "random",
    "03/2026",
    "completed",
    "2{n}/03/2026",
    "",
    "EHCP",
    "secret",
]
Cells = list[list[str]]


def row(n: int, **change: str) -> list[str]:
    by_name = dict(zip(HEADER, (cell.replace("{n}", str(n)) for cell in GOOD), strict=True))
    return list((by_name | {name.replace("_", " "): value for name, value in change.items()}).values())


BAD = [
    row(1),
    row(2, Date_completed="soon"),  # 3: not a date
    row(3, Audit_ID=""),  # 4: no reference
    row(4, Type_of_audit="Look 9"),  # 5: not on the list
    row(5),
    row(5, Selection="targeted"),  # 7: the same reference, another audit
    row(6),
    row(6),  # 9: a copy
    row(7, Frame="everything"),
]


@pytest.fixture
def send_audit(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    from pipelines.cli import app

    for name, value in {"SEND_AUDIT_DATA": settings.data, "SEND_AUDIT_KEY_FILE": settings.key_file}.items():
        monkeypatch.setenv(name, str(value))

    def call(*arguments: str) -> Any:
        result = CliRunner().invoke(app, list(arguments))
        assert result.exit_code in (0, 3), result.output
        return json.loads(result.stdout) if "--json" in arguments else result.output

    return call


def as_csv(path: Path, rows: list[list[str]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="", errors="replace") as handle:
        csv.writer(handle).writerows(rows)
    return path


def put_right(sheet: Any) -> None:
    """What a person would do in the sheet, by what stands in its first column."""
    header = next(
        n for n, cells in enumerate(sheet.iter_rows(values_only=True), start=1) if cells[1] == "Row code"
    )
    at = {cell.value: n for n, cell in enumerate(sheet[header], start=1)}
    done = set()
    for n in range(sheet.max_row, header, -1):
        number = int(sheet.cell(n, 2).value.split("-")[0])
        change = {
            3: {"Date completed": "22/03/2026"},
            4: {"Audit ID": "A3"},
            5: {"Type of audit": "thematic"},
            7: {"Audit ID": "A55"},
            10: {"Frame": "EHCP"},
        }.get(number, {})
        for name, value in change.items():
            sheet.cell(n, at[name]).value = value
        done.add(number)
        if number == 9:
            sheet.delete_rows(n)
    assert done >= {3, 4, 5, 6, 7, 9, 10}


def as_text(sheet: Any) -> Cells:
    return [
        ["" if cell is None else str(cell) for cell in cells] for cells in sheet.iter_rows(values_only=True)
    ]


def send_back(book: Any, folder: Path, ending: str) -> Path:
    path = folder / f"put-right{ending}"
    if ending == ".xlsx":
        book.save(path)
        return path
    if ending == ".csv":
        return as_csv(path, as_text(book["Corrections"]), "cp1252")
    path.write_bytes(spreadsheet({name: as_text(book[name]) for name in book.sheetnames}))
    return path


def standing(settings: Settings) -> list[tuple[Any, ...]]:
    """(delivery, row, code, level) of the findings that still stand, those about single rows."""
    found = releases.open_release(settings)["findings"]
    found = found[found.stands & found.row.notna()]
    return sorted(zip(found.number, found.row.astype(int), found.code, found.level, strict=True))


@pytest.mark.parametrize("ending", [".xlsx", ".ods", ".csv"])
def test_a_round_trip(
    ending: str, settings: Settings, tmp_path: Path, send_audit: Callable[..., Any]
) -> None:
    sent = as_csv(tmp_path / "march.csv", [HEADER, *BAD])
    send_audit("receive", str(sent), "--from", "Tarn office")
    run.run(settings)
    before = {code for _, _, code, _ in standing(settings)}
    assert {"AUD-109", "AUD-202", "AUD-104", "AUD-601", "AUD-602"} <= before

    [report] = settings.outbox.glob("00001-*-report.xlsx")
    book = openpyxl.load_workbook(report)
    sheet = book["Corrections"]
    assert "secret" not in str(as_text(sheet)), "free text and unused columns stay out"
    wrong = {cells[1].split("-")[0]: cells[0] for cells in as_text(sheet)[5:]}
    assert "► Date completed: Completed on is not a date." in wrong["3"]
    put_right(sheet)
    answer = send_audit("receive", str(send_back(book, tmp_path, ending)), "--from", "Tarn office", "--json")[
        0
    ]
    assert (answer["mode"], answer["corrects"], answer["sent_by"]) == ("corrections", [1], "Tarn office")
    assert answer["feeds"][0]["rows_set_aside"] == 0, answer["feeds"][0]["findings"]
    run.run(settings)

    left = [(number, code) for number, _, code, level in standing(settings) if level != "query"]
    assert left == []
    told = send_audit("history", "case_audits", "--json")["deliveries"]
    assert [(one["number"], one["mode"], one["corrects"], one["sent_by"]) for one in told] == [
        (1, "whole", [], "Tarn office"),
        (2, "corrections", [1], "Tarn office"),
    ]
    in_force = {one["number"]: one["rows_in_force"] for one in told}
    assert sum(in_force.values()) == 8, "seven sound audits and the one that had another's reference"


def test_rows_that_nobody_changed_change_nothing(
    settings: Settings, tmp_path: Path, send_audit: Callable[..., Any]
) -> None:
    sent = as_csv(tmp_path / "march.csv", [HEADER, *BAD])
    send_audit("receive", str(sent), "--extracted-on", "2026-04-01")
    run.run(settings)
    [report] = settings.outbox.glob("00001-*-report.xlsx")
    book = openpyxl.load_workbook(report)
    first = standing(settings)
    rows_in_force = releases.open_release(settings)["deliveries"].rows_in_force.tolist()

    # a newer extract changes an audit that had a query, and that the supplier does not touch in the old report
    newer = [row(1, Type_of_audit="thematic"), *BAD[1:]]
    send_audit(
        "receive", str(as_csv(tmp_path / "newer.csv", [HEADER, *newer])), "--extracted-on", "2026-04-02"
    )
    said = send_audit("receive", str(send_back(book, tmp_path, ".xlsx")))
    assert "Taken as corrections to delivery 1" in said
    assert "Not changed, and so left as before:" in said
    assert "2 rows received = 0 accepted + 2 set aside" in said, "two audits of one reference, as before"
    run.run(settings)
    deliveries = releases.open_release(settings)["deliveries"].set_index("number")
    assert deliveries.rows_in_force.to_dict() == {1: 0, 2: rows_in_force[0], 3: 0}
    assert {code for _, _, code, _ in standing(settings)} == {code for _, _, code, _ in first}


def test_a_sheet_that_lost_columns_is_refused(
    settings: Settings, tmp_path: Path, send_audit: Callable[..., Any]
) -> None:
    send_audit("receive", str(as_csv(tmp_path / "march.csv", [HEADER, *BAD])))
    [report] = settings.outbox.glob("00001-*-report.xlsx")
    book = openpyxl.load_workbook(report)
    sheet = book["Corrections"]
    header = [cell.value for cell in sheet[5]]
    sheet.delete_cols(header.index("Child ref") + 1)
    said = send_audit("receive", str(send_back(book, tmp_path, ".xlsx")))
    assert "Refused (FILE-15)" in said
    assert "Start again from the report" in said


def test_who_sends_is_an_office_and_never_an_address(tmp_path: Path, settings: Settings) -> None:
    from pipelines.cli import app

    sent = as_csv(tmp_path / "march.csv", [HEADER, *BAD])
    result = CliRunner().invoke(app, ["receive", str(sent), "--from", "kim@brackenshire.example"])
    assert result.exit_code == 2
    assert "Give the office or role" in result.output


def test_the_demonstrations_bad_file_ends_without_findings(
    settings: Settings, tmp_path: Path, send_audit: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty-five planted faults: what the county would have sent instead is typed into the report's sheet."""
    catalogue = contracts.load(settings)
    bad = bad_extract(catalogue)
    monkeypatch.setattr(sending, "spoil", lambda extract, rng: None)
    right = next(one for one in demo.extracts(demo.county(2026, catalogue), 2026) if one.file == bad.file)
    files = []
    for name, extract in (("sent", bad), ("right", right)):
        path = tmp_path / name / bad.file
        path.parent.mkdir()
        path.write_bytes(written(extract, catalogue))
        files.append(path)
    send_audit(
        "receive", str(files[0]), "--from", "Brackenshire casework", "--extracted-on", f"{bad.extracted_on}"
    )
    run.run(settings)
    assert len({row for _, row, _, level in standing(settings) if level == "error"}) >= 20

    [report] = settings.outbox.glob("00001-*-report.xlsx")
    book = openpyxl.load_workbook(report)
    type_what_is_right(book["Corrections"], files[1])
    send_audit("receive", str(send_back(book, tmp_path, ".ods")), "--from", "Brackenshire casework")
    run.run(settings)
    left = {code for _, _, code, _ in standing(settings)}
    assert left <= {"AUD-401"}, "re-audits of audits in earlier files, which are not sent here"
    told = send_audit("history", "case_audits", "--json")["deliveries"]
    assert [(one["mode"], one["corrects"], one["rows_rejected"]) for one in told[1:]] == [
        ("corrections", [1], 0)
    ]
    assert sum(one["rows_in_force"] for one in told) == len(right.rows)


def bad_extract(catalogue: Catalogue) -> demo.Extract:
    sent = demo.extracts(demo.county(2026, catalogue), 2026)
    return next(one for one in sent if one.feed == "case_audits" and "25 bad rows" in one.note)


def type_what_is_right(sheet: Any, file: Path) -> None:
    """Into each row what the right file has there; rows that it does not have are copies, and are deleted."""
    from python_calamine import CalamineWorkbook

    from pipelines.feeds.workbook import cell_text

    if file.suffix == ".csv":
        text = file.read_bytes().decode(
            "utf-8-sig" if file.read_bytes().startswith(b"\xef\xbb\xbf") else "cp1252"
        )
        right = list(csv.reader(text.splitlines(), delimiter=max(";,", key=text.splitlines()[0].count)))
    else:
        book = CalamineWorkbook.from_path(file)
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
        right = [[cell_text(cell) for cell in cells] for cells in rows]
    header = next(
        n for n, cells in enumerate(sheet.iter_rows(values_only=True), start=1) if cells[1] == "Row code"
    )
    at = {str(cell.value): n for n, cell in enumerate(sheet[header], start=1)}
    heads = next(row for row in right if set(at) - {"What is wrong", "Row code"} <= set(row))
    for n in range(sheet.max_row, header, -1):
        number = int(sheet.cell(n, 2).value.split("-")[0])
        if number > len(right):
            sheet.delete_rows(n)
            continue
        for name, cell in zip(heads, right[number - 1], strict=True):
            if name in at:
                sheet.cell(n, at[name]).value = cell or None
