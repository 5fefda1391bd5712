"""Reading a CSV file: its encoding, its delimiter, and the quick or the careful way into DuckDB.

Belongs here: text files. Does not belong here: workbooks (`workbook`), which header means what (`headers`).
"""

from __future__ import annotations

import codecs
import csv
import functools
import io
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from pipelines.feeds import headers, loading, plain
from pipelines.feeds.headers import Fit, Header
from pipelines.feeds.layouts import Layout
from pipelines.feeds.loading import MAX_LINE, SPACES
from pipelines.feeds.refusal import Refused
from pipelines.stamps import Stamp, stamp_of

DELIMITERS = (",", ";", "\t", "|")
HEAD = 1 << 20
"""Characters from the top in which the header is looked for."""
LONGEST_RECORD_LINE = 1 << 22
_BLOCK = 1 << 20
_SEP = re.compile(r'"?sep=([,;\t|:^~#])"?[,;\t|]*[\r\n]*', re.IGNORECASE)
"""Excel's own first line, which names the delimiter; Excel does not show it, nor count it as a row."""
_BINARY = (
    (
        b"PK\x03\x04",
        "it is a ZIP file or a workbook. If it is a workbook, give it its ending .xlsx or .ods again",
    ),
    (
        b"\xd0\xcf\x11\xe0",
        "it is an old or locked Office file. Save it as .xlsx without a password",
    ),
    (b"%PDF", "it is a PDF. Export the table itself as CSV or XLSX"),
    (b"\x1f\x8b", "it is compressed. Unpack it first"),
)


@dataclass(frozen=True)
class Head:
    """The first records of a text file, split as the header suggests."""

    delimiter: str
    texts: list[str]
    """The physical lines."""
    named: int
    """How many of them only name the delimiter: 0 or 1."""
    rows: list[list[str]]
    lines: list[int]
    """How many physical lines lie above each record's end."""
    fit: Fit | None


def read_text(
    path: Path,
    where: str,
    layouts: Iterable[Layout],
    con: duckdb.DuckDBPyConnection,
    council: str | None,
    only: Collection[int] | None = None,
) -> tuple[Header, str, int]:
    """Load a CSV file, or `only` some of its rows; returns its header, the table's name and the number of rows.

    Raises:
        Refused: it is not text, no feed's, lacks required columns, or its quotation marks do not match.
    """
    layouts = tuple(layouts)
    encoding = find_encoding(path, where)
    head = read_head(path, encoding, layouts, council)
    if not any(cell.strip(SPACES) for row in head.rows for cell in row) and path.stat().st_size <= HEAD:
        raise Refused(
            "FILE-02", f"{where}: there is nothing in it. Export it again and look at it before sending."
        )
    header = headers.understand(head.fit, head.rows, 1, where, council) if head.fit else None
    if header is None:
        raise headers.no_feed(where, layouts)
    relation = loading.new_name(con, header.contract.feed)
    rows = _load_quickly(con, relation, path, encoding, head, header, where, only)
    if rows is None:
        rows = load_carefully(con, relation, path, encoding, head, header, where, only)
    return header, relation, rows


def find_encoding(path: Path, where: str) -> str:
    """Python's name of the encoding: 'utf-8-sig' (also without a mark), 'utf-16' or 'cp1252'.

    Raises:
        Refused: the file is binary, or none of the three.
    """
    with path.open("rb") as file:
        start = file.read(4)
    for magic, meaning in _BINARY:
        if start.startswith(magic):
            raise Refused("FILE-04", f"{where}: its ending says text, but {meaning}.")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and not start.startswith(
        codecs.BOM_UTF32_LE
    ):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8-sig"] if start.startswith(codecs.BOM_UTF8) else ["utf-8-sig", "cp1252"]
    for encoding in candidates:
        if _decodes(path, stamp_of(path), encoding, where):
            return encoding
    raise Refused(
        "FILE-05",
        f"{where}: its letters are in an encoding that we cannot tell. In Excel, save it as "
        '"CSV UTF-8 (comma delimited)", or send the workbook itself as .xlsx or .ods.',
    )


def read_head(path: Path, encoding: str, layouts: tuple[Layout, ...], council: str | None) -> Head:
    """The first records, split by the delimiter under which the header matches best."""
    with path.open(encoding=encoding, newline="") as file:
        texts = list(io.StringIO(file.read(HEAD), newline=""))
    named = _SEP.fullmatch(texts[0]) if texts else None
    skipped = 1 if named else 0
    tries = []
    for delimiter in (named[1],) if named else _likely(texts):
        rows, lines = _first_records(texts[skipped:], delimiter)
        fit = headers.best_fit(rows, layouts, council)
        tries.append(Head(delimiter, texts, skipped, rows, [skipped + count for count in lines], fit))
    return max(tries, key=lambda head: head.fit.score if head.fit else (0, False, 0))


def _likely(texts: list[str]) -> list[str]:
    """The delimiters that stand in the texts, and one that does not: all of those split them alike."""
    found = {delimiter: any(delimiter in line for line in texts) for delimiter in DELIMITERS}
    absent = [delimiter for delimiter in DELIMITERS if not found[delimiter]]
    return [delimiter for delimiter in DELIMITERS if found[delimiter] or delimiter in absent[:1]]


def load_carefully(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    path: Path,
    encoding: str,
    head: Head,
    header: Header,
    where: str,
    only: Collection[int] | None = None,
) -> int:
    """Any CSV, record by record with Python's csv, in batches."""
    with path.open(encoding=encoding, newline="") as file:
        lines = iter(lambda: file.readline(LONGEST_RECORD_LINE), "")
        records = enumerate(_records(islice(lines, head.named, None), head.delimiter, where), start=1)
        return loading.load_rows(con, relation, header, loading.below(header, records, only), where)


def records(path: Path, encoding: str, delimiter: str, named: int, where: str) -> Iterator[list[str]]:
    """The records of a text file; `named`: lines at its top that only name the delimiter."""
    with path.open(encoding=encoding, newline="") as file:
        lines = iter(lambda: file.readline(LONGEST_RECORD_LINE), "")
        yield from _records(islice(lines, named, None), delimiter, where)


def likely_delimiter(texts: list[str]) -> str:
    """The delimiter under which most of the first lines have the same number of cells, and more than one."""

    def agreement(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in _first_records(texts, delimiter)[0] if len(row) > 1)
        width, lines = widths.most_common(1)[0] if widths else (0, 0)
        return lines, width

    return max(DELIMITERS, key=agreement)


def _load_quickly(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    path: Path,
    encoding: str,
    head: Head,
    header: Header,
    where: str,
    only: Collection[int] | None,
) -> int | None:
    skip = head.lines[header.index]
    above = "".join(head.texts[:skip])
    start = len(above.encode()) + (3 if has_mark(path) else 0)
    found = plain.inspect(path, start, head.delimiter) if encoding == "utf-8-sig" else None
    if (
        found is None
        or header.repeated  # both columns are compared, cell by cell
        or found.records == 0
        or len(head.rows) <= header.index + 1
        or set("*?[]{}") & set(str(path))
    ):
        return None  # the last because DuckDB would take the path for a pattern
    first_row = header.index + 2
    if only is not None:
        chosen = [row for row in sorted(only) if first_row <= row < first_row + found.records]
        lines = plain.lines_at(path, start, [row - first_row for row in chosen])
        cells = csv.reader(lines, delimiter=head.delimiter)
        return loading.load_rows(con, relation, header, zip(chosen, cells, strict=True), where)
    return loading.load_plain(
        con,
        relation,
        header,
        path,
        delimiter=head.delimiter,
        skip=skip,
        width=len(head.rows[header.index + 1]),
        records=found.records,
        first_row=first_row,
        spaces=found.spaces,
    )


def _records(lines: Iterable[str], delimiter: str, where: str) -> Iterator[list[str]]:
    """The cells of `records_with_lines`."""
    for cells, _ in records_with_lines(lines, delimiter, where):
        yield cells


def records_with_lines(
    lines: Iterable[str], delimiter: str, where: str
) -> Iterator[tuple[list[str], list[str]]]:
    """Records as Python's csv sees them, which is forgiving; but where one runs over several lines its quotation
    marks must be right: a stray one would swallow the rows that follow without a word. Beside each its own lines, which
    are good until the next is asked for."""
    held: list[str] = []
    number = 0

    def fed() -> Iterator[str]:
        for line in lines:
            if len(line) >= LONGEST_RECORD_LINE:
                raise _unclosed(where, number + 1)
            held.append(line)
            yield line

    reader = csv.reader(fed(), delimiter=delimiter)
    while True:
        broken = False
        try:
            cells = next(reader)
            if len(held) > 1:
                next(csv.reader(held, delimiter=delimiter, strict=True))
        except StopIteration:
            return
        except csv.Error:
            broken = True
        if broken:
            raise _unclosed(where, number + 1)
        number += 1
        yield cells, held
        held.clear()


def _unclosed(where: str, number: int) -> Refused:
    return Refused(
        "FILE-12",
        f"{where}, row {number}: a quotation mark opens there and is not closed as it should be, so that following "
        f"rows run into one cell, or a cell has more than {MAX_LINE:,} characters. Write a quotation mark within a "
        "quoted cell twice, or send the workbook itself as .xlsx or .ods.",
    )


def _first_records(texts: list[str], delimiter: str) -> tuple[list[list[str]], list[int]]:
    reader = csv.reader(texts, delimiter=delimiter)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            rows.append(row)
            lines.append(reader.line_num)
            if len(rows) > headers.SEARCHED:
                break
    except csv.Error:
        pass  # what came before it is enough to try this delimiter
    return rows, lines


def has_mark(path: Path) -> bool:
    """Whether a file begins with the mark of UTF-8."""
    with path.open("rb") as file:
        return file.read(3) == codecs.BOM_UTF8


@functools.lru_cache(maxsize=256)
def _decodes(path: Path, stamp: Stamp, encoding: str, where: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                text = decoder.decode(block) if encoding == "utf-16" or b"\0" not in block else "\0"
                if "\0" in text:
                    raise Refused(
                        "FILE-04",
                        f"{where}: it holds bytes that no text has. It may be damaged, or another kind of file with "
                        'the wrong ending. Export it again as "CSV UTF-8" or as .xlsx.',
                    )
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
