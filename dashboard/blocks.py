"""What a printed statement is made of, whatever it is shown on: a page, a PDF, a console.

Belongs here: the kinds of block that words are put into once. Does not belong here: the words (`receipt_words`,
`board_words`), and how a block looks (`pages.laid_out`, `typeset`, the command line's console).
"""

from __future__ import annotations

from dataclasses import dataclass

RECEIPT = "Receipt"
"""Heads a column of receipt codes: they are of the numbers in their row."""


@dataclass(frozen=True)
class Said:
    """A sentence that states figures, with their receipts."""

    text: str
    receipts: tuple[str, ...]


@dataclass(frozen=True)
class Pairs:
    """Names, each with what it is."""

    rows: list[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """A table; the first cell of a row is its heading. Columns in `numbers` hold whole numbers (or nothing).

    A cell is a text, or a text and what stands below it in smaller letters.
    """

    caption: str
    header: tuple[str, ...]
    rows: list[list[str | tuple[str, str]]]
    numbers: tuple[int, ...] = ()
    named: bool = False
    """Whether its caption is shown: where several tables follow one another."""


@dataclass(frozen=True)
class Codes:
    """Text to be copied as it is, each with what it does."""

    rows: list[tuple[str, str]]


Block = str | Said | Pairs | Table | Codes
Section = tuple[str, str, list[Block]]
"""Anchor, heading, blocks."""
