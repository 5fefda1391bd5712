"""How tests count the fictional county again in plain Python, and read its files back."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from pipelines import demo

SEED = 2026


def heard(audit: demo.Audit) -> bool:
    """A child, parent or carer contributed, by the contract's rule: a date no later than completion, not a record."""
    return any(
        person["role"] in ("child", "parent")
        and person["contributed_on"] is not None
        and person["contributed_on"] <= audit.row["completed_on"]
        and person["mode"] != "existing_record"
        for person in audit.people
    )


def share(audits: list[demo.Audit]) -> float:
    return sum(map(heard, audits)) / len(audits)


def offered(audits: list[demo.Audit], role: str) -> float:
    """Audits in which somebody of a role was offered the chance, of those in which it was right to ask."""
    asked = [
        any(person["offered"] for person in people)
        for audit in audits
        if (people := [person for person in audit.people if person["role"] == role])
        and any(person["contact_appropriate"] for person in people)
    ]
    return sum(asked) / len(asked)


def entries(value: Any) -> list[Any]:
    return [entry for entry in (value if isinstance(value, list) else [value]) if entry is not None]


def read(folder: Path, extract: demo.Extract) -> tuple[list[str], dict[int, list[str]]]:
    """Header and rows of a written file as texts, rows by their number in Excel; ragged rows fail."""
    path = folder / extract.file
    table: list[list[Any]]
    if path.suffix == ".xlsx":
        table = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    else:
        text = path.read_bytes().decode(extract.style.encoding)
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=extract.style.delimiter))
    rows = {number: [_text(cell) for cell in row] for number, row in enumerate(table, start=1)}
    heads = rows[extract.style.header_row]
    body = {number: row for number, row in rows.items() if number > extract.style.header_row}
    assert all(len(row) == len(heads) for row in body.values())
    return heads, body


def _text(cell: Any) -> str:
    return f"{cell:%d/%m/%Y}" if isinstance(cell, date | datetime) else str(cell)
