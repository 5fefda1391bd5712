"""Looking into an ODS spreadsheet before it is opened: is it one, is it safe, which cells hold errors.

Belongs here: the container's parts, what its XML would unfold to, and the little that calamine does not tell. Does not
belong here: the ZIP container itself (`unpacking`), cells and headers (`workbook`).

ODS writes equal cells and equal rows once, with the number of times that they come: a file of a few hundred bytes can
stand for milliards of cells. So what it unfolds to is reckoned from its XML, piece by piece, before anything opens it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from xml.parsers import expat

from pipelines.feeds import unpacking
from pipelines.feeds.refusal import Refused

CONTENT, MANIFEST, KIND = "content.xml", "META-INF/manifest.xml", "mimetype"
LINKED = "it is a copy of a sheet of another file"
_SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"
_ENCRYPTED = re.compile(rb"<(?:\w+:)?encryption-data[\s/>]")
_EMPTY = frozenset(
    f"table:{name}"
    for name in (
        "style-name", "number-columns-repeated", "number-columns-spanned", "number-rows-spanned",
        "content-validation-name", "protect",
    )
)  # fmt: skip
"""What a cell without a value may have."""
_MOST_ERRORS = 1 << 16
_COLUMNS_TIMES, _ROWS_TIMES = "table:number-columns-repeated", "table:number-rows-repeated"


class Unfolded:
    """What is learnt of a spreadsheet's sheets while its XML streams by.

    Raises (from `feed` and `end`):
        ValueError: the XML is damaged, or has a document type, which a spreadsheet never has.
        OverflowError: it unfolds to more than the limit; its arguments are the sheet, row and column reached.
    """

    def __init__(self, limit: int) -> None:
        self.errors: dict[str, dict[tuple[int, int], str]] = {}
        self.linked: set[str] = set()
        self._limit, self._most_cells = limit, limit // unpacking.BYTES_A_CELL
        self._bytes = 0
        self._sheet = ""
        self._row = self._column = self._last_row = self._last_column = 0
        self._row_times = self._cell_times = 1
        self._in_row = self._counted = 0
        self._filled = False
        self._error: list[str] | None = None
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._starts = {
            "table:table-cell": self._start_cell,
            "table:covered-table-cell": self._start_cell,
            "table:table-row": self._start_row,
            "table:table": self._start_sheet,
            "table:table-source": lambda given: self.linked.add(self._sheet),
        }
        self._ends = {
            "table:table-cell": self._end_cell,
            "table:covered-table-cell": self._end_cell,
            "table:table-row": self._end_row,
        }
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, piece: bytes) -> None:
        """Take the next piece of XML."""
        self._parse(piece, last=False)

    def end(self) -> None:
        """Say that the last piece was given."""
        self._parse(b"", last=True)

    def _parse(self, piece: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(piece, last)
            return
        except OverflowError:
            raise
        except Exception:  # its message may quote the XML
            pass
        raise ValueError("not the XML of a spreadsheet")

    def _doctype(self, *_: Any) -> None:
        raise ValueError("a spreadsheet has no document type")

    def _start(self, name: str, given: dict[str, str]) -> None:
        if name in self._starts:
            self._starts[name](given)

    def _end(self, name: str) -> None:
        if name in self._ends:
            self._ends[name]()

    def _start_sheet(self, given: dict[str, str]) -> None:
        self._sheet = given.get("table:name", "")
        self._row = self._last_row = self._last_column = 0

    def _start_row(self, given: dict[str, str]) -> None:
        self._row_times = int(given.get(_ROWS_TIMES, 1))
        self._column = self._in_row = 0

    def _start_cell(self, given: dict[str, str]) -> None:
        self._cell_times = int(given.get(_COLUMNS_TIMES, 1))
        self._filled = not given.keys() <= _EMPTY
        if self._filled:
            if given.get("calcext:value-type") == "error":
                self._error = []
            if self._error is not None or self._cell_times > 1 or self._row_times > 1:
                self._parser.CharacterDataHandler = self._text

    def _text(self, text: str) -> None:
        self._counted += len(text)
        if self._error is not None:
            self._error.append(text)

    def _end_cell(self) -> None:
        first, self._column = self._column + 1, self._column + self._cell_times
        if not self._filled:
            return
        self._last_column = max(self._last_column, self._column)
        self._in_row += self._cell_times * (1 + self._counted)
        if self._error is not None and self._cell_times * self._row_times <= _MOST_ERRORS:
            shown = "".join(self._error).strip()[:30] or "#ERROR"
            here = self.errors.setdefault(self._sheet, {})
            for row in range(self._row + 1, self._row + 1 + self._row_times):
                here |= {(row, column): shown for column in range(first, self._column + 1)}
        self._error = None
        self._counted = 0
        self._parser.CharacterDataHandler = None

    def _end_row(self) -> None:
        self._row += self._row_times
        if self._in_row:
            self._last_row = self._row
            self._bytes += self._in_row * self._row_times
            if self._last_row * self._last_column > self._most_cells or self._bytes > self._limit:
                raise OverflowError(self._sheet, self._last_row, self._last_column)


def is_one(path: Path, where: str, limit: int) -> bool:
    """Whether a workbook's container is OpenDocument's rather than Excel's.

    Raises:
        Refused: it is no container, locked or damaged; or it could be taken for either, so that what is looked into
            here need not be what is opened then.
    """
    names = {member.filename for member in unpacking.members(path, where, limit)}
    ours = bool(names & {CONTENT, KIND})
    if ours and any(name.startswith("xl/") for name in names):
        raise unpacking.damaged(where)
    return ours


def examine(path: Path, where: str, limit: int) -> tuple[dict[str, dict[tuple[int, int], str]], set[str]]:
    """Sheet -> (row, column) -> the error shown there, and the sheets that are copies of another file's.

    Raises:
        Refused: it is locked, damaged, no spreadsheet, or unfolds to more than `limit` bytes.
    """
    seen = Unfolded(limit)
    kept = {MANIFEST: bytearray(), KIND: bytearray()}
    fault: Exception | None = None
    members = unpacking.members(path, where, limit)
    for name, piece in unpacking.pieces(path, members, where, limit):
        if name in kept:
            kept[name] += piece
        elif name == CONTENT and fault is None:
            fault = _fault(partial(seen.feed, piece))
    # only now: the content of a locked file is no XML either, and which part comes first is not said
    if _ENCRYPTED.search(kept[MANIFEST]):
        raise unpacking.locked(where)
    if CONTENT not in {member.filename for member in members} or bytes(kept[KIND]).strip() != _SPREADSHEET:
        raise not_a_spreadsheet(where)
    fault = fault or _fault(seen.end)
    if isinstance(fault, OverflowError):
        raise _too_far(where, *fault.args)
    if fault is not None:
        raise unpacking.damaged(where)
    return seen.errors, seen.linked


def _fault(look: Callable[[], None]) -> Exception | None:
    try:
        look()
    except (ValueError, OverflowError) as problem:
        return problem
    return None


def not_a_spreadsheet(where: str) -> Refused:
    """The refusal of an OpenDocument file of another kind."""
    return Refused(
        "FILE-07",
        f"{where}: it is an OpenDocument file, but no spreadsheet. Open the table in LibreOffice or Excel, save it as "
        '"ODF Spreadsheet (.ods)" or "Excel Workbook (.xlsx)" and send it again.',
    )


def _too_far(where: str, sheet: str, row: int, column: int) -> Refused:
    return Refused(
        "FILE-13",
        f"{where}, {unpacking.named(sheet)}: its filled cells reach row {row} and column {column}, copies included. "
        "That is too large to open, and usually comes from a cell or row that was filled down or right to the sheet's "
        "end. Press Ctrl+End to find it, delete those rows and columns, save, and send it again.",
    )
