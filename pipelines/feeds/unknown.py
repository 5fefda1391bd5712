"""A table whose headers nobody knows yet: its header row and what its columns hold.

Belongs here: reading a file without a contract, for `send-audit map`. Does not belong here: guessing what the columns
mean (`commands.proposals`). Nothing of what is read here is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pipelines.feeds import headers, text, workbook
from pipelines.feeds.layouts import Layout
from pipelines.feeds.loading import SPACES
from pipelines.feeds.reader import TEXT, ready
from pipelines.settings import Settings
from pipelines.texts import simplify

LOOKED_AT = 20_000
"""Rows that are read."""
_WORDS = 3
"""Headers that are known count as so many that are not, when the header row is looked for."""


@dataclass(frozen=True)
class Seen:
    """One column as it stands in the file."""

    at: int
    """From 0."""
    header: str
    values: Counter[str]
    """Distinct cells that are not empty -> rows."""


@dataclass(frozen=True)
class UnknownTable:
    """A sheet that may be a feed's."""

    sheet: str
    header_row: int
    rows: int
    columns: tuple[Seen, ...]


def look(path: Path, settings: Settings, layouts: Iterable[Layout]) -> list[UnknownTable]:
    """Every sheet of a file that has a row of headers with rows under it.

    Raises:
        Refused: the file cannot be read.
    """
    ready(path, path.name, settings)
    layouts = tuple(layouts)
    known = {header for layout in layouts for header in layout.headers}
    found = []
    for sheet, rows in _sheets(path, settings, layouts):
        table = _table(sheet, rows, known)
        if table is not None:
            found.append(table)
    return found


def _sheets(
    path: Path, settings: Settings, layouts: tuple[Layout, ...]
) -> Iterator[tuple[str, list[list[str]]]]:
    if path.suffix.lower() not in TEXT:
        yield from workbook.rows_of_sheets(path, path.name, settings.max_unzipped_bytes, LOOKED_AT)
        return
    encoding = text.find_encoding(path, path.name)
    head = text.read_head(path, encoding, layouts, None)
    delimiter = head.delimiter if head.fit else text.likely_delimiter(head.texts[head.named :])
    yield "", list(islice(text.records(path, encoding, delimiter, head.named, path.name), LOOKED_AT))


def _table(sheet: str, rows: Sequence[Sequence[str]], known: set[str]) -> UnknownTable | None:
    """The row of the first thirty that looks most like headers: many different texts that are no numbers."""
    tries = [(_likeness(row, known), -at) for at, row in enumerate(rows[: headers.SEARCHED])]
    best, place = max(tries, default=(0, 0))
    if best < 2:
        return None
    header = rows[-place]
    body = [[cell.strip(SPACES) for cell in row] for row in rows[1 - place :]]
    body = [row for row in body if any(row)]
    columns = tuple(
        Seen(at, cell.strip(), Counter(row[at] for row in body if at < len(row) and row[at]))
        for at, cell in enumerate(header)
        if cell.strip()
    )
    return UnknownTable(sheet, 1 - place, len(body), columns)


def _likeness(row: Sequence[str], known: set[str]) -> int:
    texts = {simplify(cell) for cell in row if any(letter.isalpha() for letter in cell)}
    return len(texts - {""}) + _WORDS * len(texts & known)
