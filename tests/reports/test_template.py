"""The blank workbook: filled in by hand it is a file that the program receives as it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from pipelines import contracts, settings
from pipelines.contracts import ContractError, simplify
from pipelines.reports.template import wanted_columns, write_template

CATALOGUE = contracts.load(settings.load({}))
FEEDS = sorted(CATALOGUE.contracts)


def blank(feed: str, folder: Path, council: str | None = "990") -> Path:
    return write_template(CATALOGUE.contracts[feed], CATALOGUE, folder / f"{feed}.xlsx", council)


def validations(path: Path) -> dict[str, Any]:
    """Header -> Excel's check of its column."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    titles = {cell.column_letter: cell.value for cell in sheet[1]}
    checks = sheet.data_validations.dataValidation
    return {titles[str(check.sqref).split(":")[0].rstrip("0123456789")]: check for check in checks}


@pytest.mark.parametrize("feed", FEEDS)
def test_a_filled_template_reads_back_under_its_own_headers(feed: str, tmp_path: Path) -> None:
    contract, path = CATALOGUE.contracts[feed], blank(feed, tmp_path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    filled: dict[str, Any] = {}
    for at, (name, column) in enumerate(wanted_columns(contract).items(), start=1):
        answers = {
            "date": date(2026, 3, 31), "month": date(2026, 3, 1), "yes_no": "Yes", "whole_number": 7, "grade": "Good",
            "council": "Brackenshire", "period": "2025-26 Q4", "birth_month": "2014-09", "identifier": "0042",
            "count": 7, "percentage": 50.5, "place_part": "0855", "ons_code": "E10000018",
            "council_text": "Minutes of the panel",
        }  # fmt: skip
        filled[name] = answers.get(column.type)
        if column.type == "code":
            filled[name] = CATALOGUE.codes[column.codes or ""][1].label
        if column.type == "group":
            filled[name] = "Not recorded"
        if column.type == "label":
            filled[name] = getattr(CATALOGUE.names_of("990"), column.list or "")[0]
        sheet.cell(2, at, filled[name])
    book.save(path)

    header, row, *rest = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert [contract.headers[simplify(str(text))] for text in header] == list(filled)
    assert dict(zip(filled, row, strict=True)) == filled, (
        "codes, dates and leading noughts come back as they were typed"
    )
    assert rest == []


@pytest.mark.parametrize("feed", FEEDS)
def test_the_other_sheets_cannot_be_taken_for_data(feed: str, tmp_path: Path) -> None:
    book = CalamineWorkbook.from_path(blank(feed, tmp_path))
    assert book.sheet_names == [CATALOGUE.contracts[feed].title, "Notes", "Lists"]
    for name in book.sheet_names[1:]:
        for row in book.get_sheet_by_name(name).to_python():
            for contract in CATALOGUE.contracts.values():
                meant = {
                    contract.headers[simplify(str(cell))]
                    for cell in row
                    if simplify(str(cell)) in contract.headers
                }
                needed = {name for name, column in contract.columns.items() if column.tells_the_feed}
                assert len(meant) <= 2, f"{name}: a row reads as a header of {contract.feed}"
                assert not needed <= meant, f"{name}: a row is a header of {contract.feed}"


def test_drop_downs_hold_the_labels_of_codes_and_the_councils_own_names(tmp_path: Path) -> None:
    path = blank("case_audits", tmp_path)
    book = openpyxl.load_workbook(path)
    checks = validations(path)

    def offered(title: str) -> list[str]:
        cells = book["Lists"][checks[title].formula1.split("!")[1].replace("$", "")]
        return [cell.value for (cell,) in cells]

    assert offered("How selected") == ["Random", "Targeted", "Complaint-led"]
    assert offered("Agreed grade") == ["Outstanding", "Good", "Requires improvement", "Inadequate"]
    assert offered("Mental health relevant") == ["Yes", "No"]
    assert offered("Locality") == list(CATALOGUE.names_of("990").localities)
    assert offered("Council") == ["Brackenshire"]
    assert checks["Completed on"].type == "date"
    assert {check.errorStyle for check in checks.values()} == {"warning"}, (
        "other spellings are read, so none is barred"
    )
    assert "Learning themes" not in checks, "a cell that may hold several cannot have a drop-down"
    assert book["Lists"].sheet_state == "hidden"


def test_without_a_council_every_open_council_is_offered_and_no_names(tmp_path: Path) -> None:
    path = blank("case_audits", tmp_path, council=None)
    assert "Team" not in validations(path)
    lists = CalamineWorkbook.from_path(path).get_sheet_by_name("Lists").to_python()
    councils = [row[0] for row in lists[1:] if row[0]]
    assert len(councils) == 153
    assert "Dorset (former county)" not in councils
    assert "Brackenshire" not in councils


def test_an_unknown_council_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="three-digit DfE code"):
        blank("case_audits", tmp_path, council="000")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("feed", FEEDS)
def test_notes_explain_every_column_code_and_rule_and_headers_carry_a_note(feed: str, tmp_path: Path) -> None:
    contract, path = CATALOGUE.contracts[feed], blank(feed, tmp_path)
    book = openpyxl.load_workbook(path)
    told = {str(cell) for row in book["Notes"].iter_rows(values_only=True) for cell in row if cell}
    assert {rule.message for rule in contract.all_rules} <= told
    for column, header in zip(wanted_columns(contract).values(), book.worksheets[0][1], strict=True):
        assert column.about in told
        assert (column.title in told) != column.required
        assert column.about in header.comment.text
        assert header.comment.text.startswith(
            "Needed in every row." if column.required else "May be left empty."
        )
        if column.codes:
            assert {code.label for code in CATALOGUE.codes[column.codes]} <= told


def test_nobody_is_asked_for_a_childs_name(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(blank("case_audits", tmp_path)).worksheets[0]
    titles = {cell.value for cell in sheet[1]}
    assert not titles & {"Child's name", "UPN", "Postcode", "Comments"}


def test_the_same_contract_gives_the_same_bytes(tmp_path: Path) -> None:
    first = blank("audit_programme", tmp_path).read_bytes()
    assert blank("audit_programme", tmp_path).read_bytes() == first
