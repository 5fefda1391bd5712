"""Whether a CSV file is plain enough for DuckDB's own reader, found from its bytes.

Belongs here: the scan that decides between the quick and the careful way, so that both always give the same table.
Does not belong here: either way of reading (`text`, `loading`).
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pipelines.feeds.loading import MAX_LINE, SPACES
from pipelines.stamps import Stamp, stamp_of

BLOCK = 1 << 19  # small enough for the processor's cache: the scan goes over each block several times
_QUOTE, _LF, _CR, _SPACE = (ord(char) for char in '"\n\r ')
_ASCII = bytes(range(128))
_OTHER_ASCII = tuple(char.encode() for char in SPACES if char.isascii() and char not in " \r\n")
_OTHER_WIDE = re.compile("[" + "".join(char for char in SPACES if not char.isascii()) + "]")
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Plain:
    """A file of one record a line, correctly quoted, without blank lines."""

    records: int
    spaces: str
    """What may stand at the ends of cells: 'none' | 'plain' (spaces) | 'any' (others of `loading.SPACES`)."""


def inspect(path: Path, start: int, delimiter: str) -> Plain | None:
    """Look at a UTF-8 file from byte `start` (a record's beginning); None where it needs the careful way.

    Plain means: LF or CRLF throughout, no line break within quotes, each quotation mark where the rules of CSV put
    it, no blank line, no line too long. Under these every line is a record and DuckDB and Python's csv agree on it.
    Missing and surplus cells are left to DuckDB, which stops at them. A file is looked at once while it stays as it is.
    """
    return _inspect(path, stamp_of(path), start, delimiter)


@functools.lru_cache(maxsize=256)
def _inspect(path: Path, stamp: Stamp, start: int, delimiter: str) -> Plain | None:
    records, spaces = 0, "none"
    crlf: bool | None = None
    for lines in _whole_lines(path, start):
        if not lines.endswith(b"\n"):
            lines += b"\r\n" if crlf else b"\n"
        if crlf is None:
            crlf = lines.find(b"\r\n") == lines.find(b"\n") - 1
        array = np.frombuffer(lines, np.uint8)
        ends = np.flatnonzero(array == _LF)
        if not _regular_lines(lines, ends, crlf):
            return None
        if b'"' in lines and not _well_quoted(array, ends, ord(delimiter)):
            return None
        if spaces != "any":
            if _has_other_space(lines, delimiter):
                spaces = "any"
            elif spaces == "none" and _has_edge_space(array, ord(delimiter)):
                spaces = "plain"
        records += len(ends)
    return Plain(records, spaces)


def lines_at(path: Path, start: int, wanted: Sequence[int]) -> Iterator[str]:
    """Some of the records of a file that was found plain, by their places from 0, in rising order."""
    before = at = 0
    for lines in _whole_lines(path, start):
        beyond = before + lines.count(b"\n") + (not lines.endswith(b"\n"))
        until = bisect_left(wanted, beyond)
        if at < until:
            split = lines.split(b"\n")
            yield from (split[place - before].decode() for place in wanted[at:until])
        before, at = beyond, until


def _whole_lines(path: Path, start: int) -> Iterator[bytes]:
    """The file in blocks that end at a line's end; the last one may lack it, and so does a line without end."""
    with path.open("rb") as file:
        file.seek(start)
        carry = b""
        while block := file.read(BLOCK):
            cut = block.rfind(b"\n") + 1
            if cut:
                yield carry + block[:cut]
            carry = (b"" if cut else carry) + block[cut:]
            if len(carry) > 2 * BLOCK:
                break
        if carry:
            yield carry


def _regular_lines(lines: bytes, ends: npt.NDArray[np.intp], crlf: bool) -> bool:
    """One kind of line end, no blank line, no line too long."""
    if np.diff(ends, prepend=-1).max() > MAX_LINE:
        return False
    if crlf:
        same = lines.count(b"\r") == lines.count(b"\r\n") == len(ends)
        return same and not lines.startswith(b"\r\n") and b"\n\r\n" not in lines
    return b"\r" not in lines and not lines.startswith(b"\n") and b"\n\n" not in lines


def _well_quoted(array: Bytes, ends: npt.NDArray[np.intp], delimiter: int) -> bool:
    """Every odd mark opens a cell, every even one closes it, and no line break lies between.

    A doubled mark within a cell closes and opens with nothing between.
    """
    marks = np.flatnonzero(array == _QUOTE)
    if len(marks) % 2:
        return False
    opens, closes = marks[0::2], marks[1::2]
    before, after = array[opens - 1], array[closes + 1]
    if opens[0] == 0:
        before[0] = _LF
    if (
        not np.isin(before, (delimiter, _LF, _QUOTE)).all()
        or not np.isin(after, (delimiter, _LF, _CR, _QUOTE)).all()
    ):
        return False
    return not (np.searchsorted(marks, ends) % 2).any()


def _has_edge_space(array: Bytes, delimiter: int) -> bool:
    space = array == _SPACE
    edge = (array == delimiter) | (array == _LF) | (array == _CR) | (array == _QUOTE)
    return bool(space[0] or (space[1:] & edge[:-1]).any() or (space[:-1] & edge[1:]).any())


def _has_other_space(lines: bytes, delimiter: str) -> bool:
    if any(char in lines for char in _OTHER_ASCII if char != delimiter.encode()):
        return True
    if delimiter == "\t" and b'"' in lines:
        return True  # a tab may stand at the end of a quoted cell
    if lines.isascii():
        return False
    # All bytes of a character beyond ASCII are beyond ASCII, so what is left is still UTF-8, and short.
    return _OTHER_WIDE.search(lines.translate(None, _ASCII).decode("utf-8", "replace")) is not None
