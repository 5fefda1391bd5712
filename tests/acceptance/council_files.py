"""The same rows as three councils would send them: a helper of the acceptance tests, not a test.

Rows are dicts of contract columns with canonical values (dates, booleans, codes). A style turns them into a file.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from pipelines.contracts import Catalogue, Column, Contract

Row = Mapping[str, Any]
STYLES = ("plain", "workbook", "older")


def write(
    folder: Path, contract: Contract, rows: Sequence[Row], style: str, catalogue: Catalogue, name: str = ""
) -> Path:
    """Write rows in one of `STYLES` and return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = [column for column in contract.columns if any(column in row for row in rows)]
    stem = name or f"{contract.feed}-{style}"
    if style == "plain":
        return _csv(
            folder / f"{stem}.csv", [columns, *([_plain(row.get(c)) for c in columns] for row in rows)]
        )
    if style == "workbook":
        columns.reverse()
        return _workbook(folder / f"{stem}.xlsx", contract, columns, rows, catalogue)
    headers = [_shout(contract.columns[column]) for column in columns]
    body = [[_older(row.get(c), contract.columns[c], catalogue) for c in columns] for row in rows]
    return _csv(folder / f"{stem}.csv", [headers, *body], delimiter=";", encoding="cp1252")


def _csv(path: Path, lines: Sequence[Sequence[str]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", newline="", encoding=encoding) as handle:
        csv.writer(handle, delimiter=delimiter).writerows(lines)
    return path


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "; ".join(value) if isinstance(value, list) else str(value)


def _label(value: Any, column: Column, catalogue: Catalogue) -> Any:
    if column.codes is None or value is None:
        return value
    return next(code.label for code in catalogue.codes[column.codes] if code.code == value)


def _workbook(
    path: Path, contract: Contract, columns: list[str], rows: Sequence[Row], catalogue: Catalogue
) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as book:
        book.add_worksheet("Read me").write(0, 0, "Exported for the quality assurance board")
        sheet = book.add_worksheet("Data")
        sheet.write(0, 0, f"{contract.title}, all teams")
        for place, column in enumerate(columns):
            sheet.write(2, place, f"  {contract.columns[column].title.upper()} ")
        for line, row in enumerate(rows, start=3):
            for place, column in enumerate(columns):
                value = _label(row.get(column), contract.columns[column], catalogue)
                if isinstance(value, bool):
                    sheet.write(line, place, "Y" if value else "N")
                elif isinstance(value, date):
                    sheet.write_datetime(line, place, value)  # type: ignore[arg-type]
                elif value is not None:
                    sheet.write(line, place, _plain(value) if isinstance(value, list) else value)
    return path


def _shout(column: Column) -> str:
    return f" {column.also_called[0] if column.also_called else column.title} ".upper().replace(" ", "  ")


def _older(value: Any, column: Column, catalogue: Catalogue) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, date):
        return str((value - date(1899, 12, 30)).days) if column.type == "date" else f"{value:%d/%m/%Y}"
    return _plain(_label(value, column, catalogue))
