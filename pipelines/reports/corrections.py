"""The sheet in which a supplier puts rows right and sends them back.

Belongs here: its titles, its two columns in front, the marked cells. Does not belong here: which rows are on it
(`intake.to_correct`), or how it is read when it comes back (`feeds.corrected`).

It holds cells as they were sent, personal ones included: it goes back to who sent them, and lies in the outbox only
until it expires.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.contracts import Contract
from pipelines.feeds.corrected import CODE_HEADER, WRONG_HEADER
from pipelines.intake.to_correct import Sheet

NAME = "Corrections"
MARK = "►"
"""Stands before what is wrong with a marked cell, so that colour alone says nothing."""
_HOW = (
    "Correct the marked cells and save. Leave the headers and the row codes as they are. A row that you do not change, "
    "or delete here, stays as it was sent."
)
_WIDTHS = {"wrong": 60, "code": 14, "cell": 20}


def write(
    book: Any, name: str, sheet: Sheet, contract: Contract, wrong: Mapping[int, Sequence[tuple[str, str]]]
) -> None:
    """Add the sheet to a workbook that is being written.

    wrong: row -> (contract column at fault, what is wrong with it and what to do).
    """
    page = book.add_worksheet(name)
    bold = book.add_format({"bold": True})
    header = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    ours = book.add_format(
        {"text_wrap": True, "valign": "top", "bg_color": "#EDEDED", "font_color": "#1A1A1A"}
    )
    # Text, so that a workbook makes no date of 5-10 and keeps the noughts of a reference
    plain = book.add_format({"num_format": "@", "valign": "top"})
    marked = book.add_format({"num_format": "@", "valign": "top", "bg_color": "#FFE08A", "font_color": "#1A1A1A",
                              "bold": True, "border": 2})  # fmt: skip
    page.set_column(0, 0, _WIDTHS["wrong"])
    page.set_column(1, 1, _WIDTHS["code"])
    page.set_column(2, 1 + len(sheet.headers), _WIDTHS["cell"], plain)
    page.write_string(0, 0, f"{contract.title}: corrections only", bold)
    page.write_string(1, 0, sheet.title)
    page.write_string(2, 0, _HOW + _left_out(sheet))
    for at, text in enumerate((WRONG_HEADER, CODE_HEADER, *sheet.headers.values())):
        page.write_string(4, at, text, header)
    page.freeze_panes(5, 2)
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    for line, (row, code, cells) in enumerate(sheet.rows, start=5):
        faults = wrong.get(row, ())
        at_fault = {column for column, _ in faults}
        told = [f"{MARK} {text}" if column in sheet.headers else text for column, text in faults]
        page.write_string(line, 0, "\n".join(dict.fromkeys(told)), ours)
        page.write_string(line, 1, code, ours)
        for at, (column, cell) in enumerate(zip(sheet.headers, cells, strict=True), start=2):
            style = marked if column in at_fault else plain
            if cell is None:
                page.write_blank(line, at, None, style)
            else:
                page.write_string(line, at, cell, style)


def _left_out(sheet: Sheet) -> str:
    if not sheet.more:
        return ""
    return (
        f" There is room for the first {len(sheet.rows):,} rows; {sheet.more:,} more have findings. Correct those "
        "where the data lives, and export again."
    )
