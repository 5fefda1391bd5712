"""Blocks as a PDF on A4: tagged for screen readers (PDF/UA-1), and the same bytes for the same words.

Belongs here: handing blocks to Typst. Does not belong here: the words, or a layout (the `.typ` files; `blocks.typ` has
what they share). The fonts are those that Typst brings; nothing is fetched.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dashboard.blocks import Block, Codes, Pairs, Said, Section, Table

HERE = Path(__file__).parent
PROSE, SHORT = 220, 12
"""Letters: a table whose columns' longest texts together are longer is of prose; a text no longer is never broken."""


class DoesNotFit(ValueError):
    """The words take more pages than the layout allows."""


def to_pdf(layout: str, told: Mapping[str, Any]) -> bytes:
    """The PDF of what a layout says of `told`.

    Raises:
        DoesNotFit: the layout is of one page, and they take more.
    """
    import typst  # here, because pages and commands that make no PDF need not load it

    try:
        made: bytes = typst.compile(
            str(HERE / layout),
            format="pdf",
            ignore_system_fonts=True,
            sys_inputs={"told": json.dumps(told, ensure_ascii=False, sort_keys=True)},
            pdf_standards=["ua-1"],
        )
    except typst.TypstError as problem:
        if "more than one page" not in str(problem):
            raise
        raise DoesNotFit("This does not fit on one page. Read it as a page or as JSON.") from None
    return made


def sections(made: Sequence[Section]) -> list[dict[str, Any]]:
    """Sections as a layout reads them."""
    return [
        {"heading": heading, "blocks": [_block(block) for block in blocks]} for _, heading, blocks in made
    ]


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, str):
        return {"kind": "text", "text": block, "receipts": []}
    if isinstance(block, Said):
        return {"kind": "text", "text": block.text, "receipts": block.receipts}
    if isinstance(block, Table):
        rows = [[[cell] if isinstance(cell, str) else list(cell) for cell in row] for row in block.rows]
        return {
            "kind": "table", "header": block.header, "rows": rows, "numbers": block.numbers,
            "widths": _widths(rows) if rows else [], "caption": block.caption if block.named else "",
        }  # fmt: skip
    kind = "codes" if isinstance(block, Codes) else "pairs"
    assert isinstance(block, Codes | Pairs)
    return {"kind": kind, "rows": [list(row) for row in block.rows]}


def _widths(rows: Sequence[Sequence[Sequence[str]]]) -> list[float]:
    """The share of the room that each column takes, 0 where it takes what its text needs.

    The column with the longest text takes the room that is left. Where all are prose, each has a share by its longest
    text: by its root, so that one long text does not starve the others.
    """
    longest = [max(len(text) for row in rows for text in row[n]) for n in range(len(rows[0]))]
    if sum(longest) > PROSE:
        return [round(length**0.5, 2) if length > SHORT else 0 for length in longest]
    return [1 if n == longest.index(max(longest)) else 0 for n in range(len(longest))]
