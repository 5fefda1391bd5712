"""A file as another system exports it: the county's mapping of a feed, turned round.

Belongs here: our values in the headers and words that a mapping names. Does not belong here: what is in the file
(the modules of the kinds of record), or reading it (`pipelines.mappings`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from pipelines.contracts import Catalogue, Column
from pipelines.demo import story
from pipelines.demo.files import WAREHOUSE, Extract
from pipelines.mappings import Mapping


def exported(extract: Extract, catalogue: Catalogue) -> Extract:
    """The same file in the other system's layout, which only the county's mapping of the feed makes readable."""
    [mapping] = [
        found for found in catalogue.mappings if (found.council, found.feed) == (story.COUNCIL, extract.feed)
    ]
    columns = catalogue.contracts[extract.feed].columns
    headers = {str(ours): theirs for theirs, ours in mapping.columns.items()}
    rows = [
        {header: _cell(row[name], name, columns[name], mapping) for name, header in headers.items()}
        for row in extract.rows
    ]
    return replace(
        extract,
        style=replace(WAREHOUSE, delimiter=";"),
        rows=rows,
        layout=tuple(headers.values()),
        note=f"{extract.note}; in the layout of another system",
    )


def _cell(value: Any, name: str, column: Column, mapping: Mapping) -> str:
    """A value in the system's words where the mapping has some, else as anybody writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return mapping.yes_no["yes" if value else "no"][0]
    if isinstance(value, date):
        return f"{value:%d %B %Y}"
    if isinstance(value, list):
        return f" {mapping.separators[name]} ".join(value)
    words = mapping.grades if column.type == "grade" else mapping.codes.get(name, {})
    return next((theirs for theirs, ours in words.items() if ours == value), str(value))
