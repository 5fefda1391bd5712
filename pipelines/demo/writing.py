"""Files as bytes: CSV and XLSX as the offices make them.

Belongs here: how a value is written in each style.
Does not belong here: what is written (`files`, and the modules of the kinds of record).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from pipelines.contracts import Catalogue, Column, Contract
from pipelines.demo import story
from pipelines.demo.files import Extract, Style


def written(extract: Extract, catalogue: Catalogue) -> bytes:
    contract, style = catalogue.contracts[extract.feed], extract.style
    names, heads = _columns(extract, contract)
    cells = {name: _cell(contract.columns.get(name), style, catalogue) for name in names}
    table = [heads, *([cells[name](row.get(name)) for name in names] for row in extract.rows)]
    if style.ending == "xlsx":
        titles = [[story.TITLE], [contract.title], [f"Extracted on: {extract.extracted_on:%d/%m/%Y}"], []]
        return _workbook([*(extract.above or titles), *table], extract.sheet)
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=style.delimiter, lineterminator="\r\n").writerows(table)
    return text.getvalue().encode(style.encoding)


def _columns(extract: Extract, contract: Contract) -> tuple[list[str], list[str]]:
    """The columns of a file, and their headers."""
    if extract.layout:
        return list(extract.layout), [extract.headers.get(name, name) for name in extract.layout]
    names = [
        name
        for name, column in contract.columns.items()
        if name in extract.headers or not (column.type == "free_text" or name in extract.style.left_out)
    ]
    names += [name for name in extract.headers if name not in contract.columns]
    return names, [
        extract.headers.get(name) or extract.style.heading(name, contract.columns[name]) for name in names
    ]


def _cell(column: Column | None, style: Style, catalogue: Catalogue) -> Callable[[Any], Any]:
    """How a style writes the values of one column. A text where none belongs is a fault, and stays as it is."""
    kind = column.type if column else "free_text"
    labels: dict[str, str] = {story.COUNCIL: style.council} if kind == "council" else {}
    if column and column.codes and style.labels:
        labels = {code.code: code.label for code in catalogue.codes[column.codes]}
    if kind == "grade" and style.labels:
        scale = catalogue.grade_scales[catalogue.names_of(story.COUNCIL).grade_scale]
        labels = {grade: words[0] for grade, words in scale.items()}

    def write(value: Any) -> Any:
        match value:
            case None:
                return ""
            case bool():
                return style.yes_no[0 if value else 1]
            case date() if kind != "date":
                return f"{value:{style.month}}"
            case date() if style.ending == "csv":
                return f"{value:{style.day}}"
            case list():
                return style.joined.join(value)
            case _:
                return labels.get(value, value)

    return write


def _workbook(table: Sequence[Sequence[Any]], name: str) -> bytes:
    import xlsxwriter

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    # a fixed day instead of now, for the same bytes every time
    created = datetime(story.FIRST.year, story.FIRST.month, story.FIRST.day)
    book.set_properties({"created": created, "title": story.TITLE})
    sheet = book.add_worksheet(name)
    for at, row in enumerate(table):
        sheet.write_row(at, 0, row)
    book.close()
    return file.getvalue()
