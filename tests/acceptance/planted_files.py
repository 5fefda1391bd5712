"""Planted rows as files of three council styles, with what must be found at which row: a helper, not a test.

Here the layout matters (title rows above the header, two sheets of one feed, blank rows and line breaks between), where
`council_files` is about how the same rows are worded.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from pipelines import contracts, settings
from pipelines.contracts import Column, Contract
from tests.planted import BEYOND, Planted, Raw
from tests.planted_rows import EXTRACTED_ON, REACHES_DOWN

CATALOGUE = contracts.load(settings.load({}))
FEEDS = sorted(CATALOGUE.contracts)
Finding = tuple[str, int, str]


@dataclass
class Sheet:
    """A sheet as lines of cells, and what must be found in it: the row numbers are those that Excel shows."""

    name: str
    lines: list[list[Any]]
    columns: list[str]
    findings: list[Finding] = field(default_factory=list)
    rows: int = 0


def sheet_of(
    name: str, contract: Contract, columns: Sequence[str], style: str, titles: list[list[str]]
) -> Sheet:
    """An empty sheet: title rows, and the header as a council of that style words it."""
    said = {
        "plain": lambda column, _: column,
        "workbook": lambda _, about: f"  {about.title.upper()} ",
        "older": lambda _, about: f" {about.also_called[0]}".upper().replace(" ", "  "),
    }[style]
    header = [said(column, contract.columns[column]) for column in columns] + ["Our own notes"]
    return Sheet(name, [*titles, header], list(columns))


def place(sheet: Sheet, row: dict[str, Any], codes: Sequence[str], contract: Contract, style: str) -> None:
    """One row at the end of a sheet; every fifth is followed by a blank one."""
    note = "Looked at twice;\nthen closed" if style == "older" else ""
    cells = [spelled(row.get(column), contract.columns[column], style) for column in sheet.columns]
    sheet.lines.append([*cells, note, *([row[BEYOND]] if row[BEYOND] else [])])
    sheet.findings += [(sheet.name, len(sheet.lines), code) for code in codes]
    sheet.rows += 1
    if sheet.rows % 5 == 0:
        sheet.lines.append(["", " "] if sheet.rows % 2 else [])


def spelled(value: Any, column: Column, style: str) -> Any:
    """A canonical value as the cell of a style; a workbook's dates stay dates."""
    if value is None or isinstance(value, Raw):
        return value or ""
    if isinstance(value, bool):
        return {"plain": ("no", "yes"), "workbook": ("N", "Y"), "older": ("FALSE", "TRUE")}[style][value]
    if isinstance(value, date):
        if style == "older":
            return str((value - date(1899, 12, 30)).days) if column.type == "date" else f"{value:%m/%Y}"
        return value if style == "workbook" else value.isoformat()
    if style != "plain" and column.type == "council":
        return CATALOGUE.councils[value].name
    if style != "plain" and column.codes:
        return next(code.label for code in CATALOGUE.codes[column.codes] if code.code == value)
    return value


def deliver(
    folder: Path, contract: Contract, cases: Sequence[Planted], style: str, stem: str = "", dated: bool = True
) -> tuple[Path, list[Sheet]]:
    """All cases in one file of a style, and the sheets as they were laid out; `dated` where the style has titles."""
    columns = [name for name, column in contract.columns.items() if column.in_the_file]
    stem = stem or f"{contract.feed}-{style}"
    told = [f"Extracted on: {EXTRACTED_ON:%d/%m/%Y}"] if dated else []
    if style == "workbook":
        sheets = [
            sheet_of("North", contract, columns[::-1], style, [["Quality assurance", "", *told], []]),
            sheet_of("South", contract, columns, style, [["All teams"], [], ["Please fill in"], []]),
        ]
    else:
        titles = [["Café – Übersicht"], [], told] if style == "older" else []
        sheets = [sheet_of("", contract, columns, style, titles)]
    for at, case in enumerate(cases):
        for n, (row, codes) in enumerate(case.rows):
            apart = len(case.rows) > 1 and case.code not in REACHES_DOWN
            place(sheets[(n if apart else at) % len(sheets)], row, codes, contract, style)
    if style == "workbook":
        return workbook(folder / f"{stem}.xlsx", sheets), sheets
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";" if style == "older" else ",").writerows(sheets[0].lines)
    path = folder / f"{stem}.csv"
    path.write_bytes(text.getvalue().encode("cp1252" if style == "older" else "utf-8"))
    return path, sheets


def workbook(path: Path, sheets: Sequence[Sheet]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as book:
        book.add_worksheet("Read me").write(0, 0, "How to fill in this workbook")
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            for line, cells in enumerate(sheet.lines):
                for place, cell in enumerate(cells):
                    if isinstance(cell, date):
                        page.write_datetime(line, place, cell)  # type: ignore[arg-type]
                    elif cell != "":
                        page.write(line, place, cell)
    return path
