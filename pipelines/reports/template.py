"""A blank workbook for one feed: headers, drop-downs and notes, ready to be filled and sent in as it is.

Belongs here: the workbook, and the plain words for column types and levels that everything made from a contract uses.
Does not belong here: reading a filled one (`feeds`), or what the columns are (contracts).

The header is the first row of the first sheet, so a filled template is received without any change. Free text that the
program never keeps has no column: a blank form should not invite a child's name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

from pipelines import durable
from pipelines.contracts import Catalogue, Column, Contract, ContractError

LEVELS = {
    "query": "Row kept; please check it",
    "error": "Row set aside until it is corrected",
    "refuse": "Whole file kept out",
}
"""What a level means for the supplier, in words."""

TYPES = {
    "identifier": "Reference",
    "council": "Council",
    "code": "One of a list",
    "label": "Name from the council's list",
    "council_text": "Short text about the council",
    "date": "Date",
    "month": "Month",
    "period": "Month, quarter or year",
    "birth_month": "Month of birth",
    "whole_number": "Whole number",
    "yes_no": "Yes or no",
    "grade": "Grade",
    "free_text": "Text, never kept",
    "place": "Place",
    "place_part": "Part of a place",
    "ons_code": "Nine-character code",
    "count": "Published count",
    "percentage": "Published percentage",
    "group": "Group of a characteristic",
}
"""Column type -> what people call it."""

HOW_TO_WRITE = {
    "identifier": "The council's own reference, written the same way in every file.",
    "council": "The council's name, its three-digit DfE code or its nine-character ONS code.",
    "code": "Choose from the list; codes, labels and common spellings are all read.",
    "label": "A name from the council's list. Never a person's name.",
    "council_text": "One short line of plain words about the council's work: no names, no numbers of cases.",
    "date": "31/03/2026 or 2026-03-31.",
    "month": "03/2026, March 2026 or 2026-03.",
    "period": "2026-03, 2025-26 Q4 or 2025/26.",
    "birth_month": "2014-09. The day is not needed.",
    "whole_number": "Digits only.",
    "yes_no": "Yes or No. Leave it empty where it is not known.",
    "grade": "A grade of the council's scale.",
    "free_text": "Leave it out.",
    "place": "Made from the level and the code that it calls for.",
    "place_part": "As in DfE's published files.",
    "ons_code": "The council's nine-character code, such as E10000018.",
    "count": "Digits only, or one of DfE's symbols: z, x, c, low, u.",
    "percentage": "A number from 0 to 100, or one of DfE's symbols: z, x, c, low, u.",
    "group": "A code or label that audits have for the same characteristic, or Not recorded.",
}
"""Column type -> the forms that are read."""

LAST_ROW = 1_048_575
_NUMBER_FORMATS = {
    "date": "dd/mm/yyyy",
    "month": "mmm yyyy",
    "whole_number": "0",
}  # all else is text, see below
_WIDTHS = {"date": 14, "month": 14, "yes_no": 12, "whole_number": 12, "identifier": 18}
_MADE = datetime(2026, 1, 1)  # a fixed day, so that the same contract gives the same bytes
_EARLIEST = date(2014, 9, 1)  # the law that these audits are about came into force


def write_template(contract: Contract, catalogue: Catalogue, path: Path, council: str | None = None) -> Path:
    """Write a blank workbook for a feed to `path`, whole or not at all.

    Args:
        council: DfE code; its own teams, localities, agencies, themes and grade scale become drop-downs.

    Raises:
        ContractError: the reference list has no such council.
    """
    if council is not None and council not in catalogue.councils:
        raise ContractError(
            f"There is no council {council}. Give a three-digit DfE code of data/reference/councils.csv."
        )
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        book.set_properties({"title": f"{contract.title}: blank template", "created": _MADE})
        columns = wanted_columns(contract)
        choices = {name: _choices(column, catalogue, council) for name, column in columns.items()}
        data = book.add_worksheet(contract.title[:31])
        notes = Page(book, "Notes", (30, 44, 50, 46))
        ranges = _write_lists(book, columns, choices)
        _write_data(book, data, columns, choices, ranges)
        _write_notes(notes, contract, catalogue, columns, choices)
        data.activate()
    durable.write(path, made.getvalue())
    return path


def wanted_columns(contract: Contract) -> dict[str, Column]:
    """The columns that a supplier is asked for: all but free text, and places, which are made from other columns."""
    return {
        name: column
        for name, column in contract.columns.items()
        if column.type != "free_text" and column.in_the_file
    }


def _choices(column: Column, catalogue: Catalogue, council: str | None) -> list[str]:
    """What a drop-down offers; empty where there is nothing to choose from."""
    if column.type == "code":
        return [code.label for code in catalogue.codes[column.codes or ""]]
    if column.type == "yes_no":
        return ["Yes", "No"]
    if column.type == "grade":
        scale = catalogue.names_of(council or "").grade_scale
        return [words[0] for words in catalogue.grade_scales[scale].values()]
    if column.type == "label" and council is not None:
        return list(getattr(catalogue.names_of(council), column.list or ""))
    if column.type == "council":
        if council is not None:
            return [catalogue.councils[council].name]
        return sorted(
            entry.name for entry in catalogue.councils.values() if not entry.closed and not entry.fictional
        )
    return []


def _write_lists(book: Any, columns: dict[str, Column], choices: dict[str, list[str]]) -> dict[str, str]:
    """A hidden sheet of drop-down entries (Excel allows only 255 characters in place); column -> its range."""
    sheet = book.add_worksheet("Lists")
    sheet.hide()
    ranges = {}
    for at, (name, entries) in enumerate((name, entries) for name, entries in choices.items() if entries):
        sheet.write_string(0, at, f"List for: {columns[name].title}")
        for row, entry in enumerate(entries, start=1):
            sheet.write_string(row, at, entry)
        letter = xlsxwriter.utility.xl_col_to_name(at)
        ranges[name] = f"=Lists!${letter}$2:${letter}${len(entries) + 1}"
    return ranges


def _write_data(
    book: Any, sheet: Any, columns: dict[str, Column], choices: dict[str, list[str]], ranges: dict[str, str]
) -> None:
    # Text format keeps Excel from making 5-10 into the fifth of October, and from cutting noughts off references.
    formats = {kind: book.add_format({"num_format": _NUMBER_FORMATS.get(kind, "@")}) for kind in TYPES}
    needed = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#1D4E6B", "font_color": "#FFFFFF"}
    )
    optional = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DCE8EE", "font_color": "#1A1A1A"}
    )
    sheet.set_row(0, 32)
    sheet.freeze_panes(1, 0)
    for at, (name, column) in enumerate(columns.items()):
        sheet.set_column(at, at, _WIDTHS.get(column.type, 24), formats[column.type])
        sheet.write_string(0, at, column.title, needed if column.required else optional)
        sheet.write_comment(0, at, _comment(column), {"author": "", "x_scale": 2.2, "y_scale": 1.8})
        validation = _validation(column, choices[name], ranges.get(name))
        if validation:
            sheet.data_validation(1, at, LAST_ROW, at, validation)


def _comment(column: Column) -> str:
    parts = [
        "Needed in every row." if column.required else "May be left empty.",
        column.about,
        HOW_TO_WRITE[column.type],
    ]
    if column.several:
        parts.append("Several are separated by a semicolon.")
    if column.also_called:
        parts.append("This header is also read as: " + ", ".join(column.also_called[:6]) + ".")
    return "\n".join(parts)


def _validation(column: Column, choices: list[str], source: str | None) -> dict[str, Any] | None:
    """Excel's check of a column. A warning, never a bar: other spellings are read too, and the checks come later."""
    common = {"ignore_blank": True, "error_type": "warning", "error_title": column.title[:32]}
    if column.several:
        return None
    if source and choices:
        return {
            "validate": "list",
            "source": source,
            "error_message": "This is not on the list. Keep it all the same?",
            **common,
        }
    if column.type in ("date", "month"):
        message = "This is not a date since September 2014. Keep it all the same?"
        return {"validate": "date", "criteria": ">=", "value": _EARLIEST, "error_message": message, **common}
    if column.type == "whole_number":
        message = "This is not a whole number. Keep it all the same?"
        return {"validate": "integer", "criteria": ">=", "value": 0, "error_message": message, **common}
    return None


class Page:
    """A sheet written downwards, one line after another (as a workbook in constant memory wants it)."""

    def __init__(self, book: Any, name: str, widths: Sequence[int]) -> None:
        wrapped = {"text_wrap": True, "valign": "top"}
        self.sheet = book.add_worksheet(name)
        self.row = 0
        self._heading = book.add_format({"bold": True, "font_size": 13})
        self._bold = book.add_format({"bold": True, "bottom": 1, **wrapped})
        self._plain = book.add_format(wrapped)
        for at, width in enumerate(widths):
            self.sheet.set_column(at, at, width)

    def heading(self, text: str) -> None:
        self.row += 1 if self.row else 0
        self.sheet.write_string(self.row, 0, text, self._heading)
        self.row += 1

    def line(self, *cells: str | int, bold: bool = False) -> None:
        style = self._bold if bold else self._plain
        for at, cell in enumerate(cells):
            if isinstance(cell, str):  # never as a formula, whatever it begins with
                self.sheet.write_string(self.row, at, one_line(cell, longest=2000), style)
            else:
                self.sheet.write_number(self.row, at, cell, style)
        self.row += 1

    def table(
        self, title: str, header: Sequence[str], lines: Sequence[Sequence[str | int]], nothing: str
    ) -> None:
        """A heading with a table under it, or with a sentence where there are no lines."""
        self.heading(title)
        if not lines:
            self.line(nothing)
            return
        self.line(*header, bold=True)
        for line in lines:
            self.line(*line)


def one_line(text: str, longest: int = 250) -> str:
    """Text of a length that a cell can show; a header may hold line breaks and much else."""
    flat = text if text.isprintable() else re.sub(r"\s+", " ", text).strip()
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"


def _write_notes(
    page: Page,
    contract: Contract,
    catalogue: Catalogue,
    columns: dict[str, Column],
    choices: dict[str, list[str]],
) -> None:
    """What the columns, codes and rules are. No row of this sheet can be taken for a header of the feed."""
    page.heading(f"How to fill in: {contract.title}")
    page.line("One row", contract.grain[0].upper() + contract.grain[1:] + ".")
    page.line("The file", contract.about)
    page.line(
        "The header", "Keep the first row. Columns may be moved or left out, except those that are needed."
    )
    page.line("Save it", "As a workbook (.xlsx or .ods) or as CSV UTF-8, without a password.")
    page.line(
        "Never",
        "No name, UPN, address or words of a child or family. Where a file has them they go no further.",
    )
    described = []
    for column in columns.values():
        title = f"{column.title} (needed)" if column.required else column.title
        several = " Several are separated by a semicolon." if column.several else ""
        described.append(
            (title, column.about, HOW_TO_WRITE[column.type] + several, "; ".join(column.also_called))
        )
    header = ("Column", "What it is", "How to write it", "Headers also read")
    page.table("Columns", header, described, "")
    entries = []
    for name, column in columns.items():
        title = f"List for: {column.title}"
        if column.type == "code":
            codes = catalogue.codes[column.codes or ""]
            entries += [(title, code.label, code.code, "; ".join(code.also_called)) for code in codes]
        elif column.type in ("grade", "label"):
            entries += [(title, entry, "", "") for entry in choices[name]]
    page.table("Lists", ("Column", "Write", "or the code", "or one of"), entries, "No column has a list.")
    rules = [
        (
            rule.code,
            rule.message,
            rule.action,
            "A check of the whole file" if rule.scope == "file" else LEVELS[rule.level],
        )
        for rule in contract.all_rules
    ]
    page.table("Checks", ("Rule", "What is wrong", "What to do", "What happens to the row"), rules, "")
