"""A receipt as a PDF of one A4 page: tagged for screen readers (PDF/UA-1), and the same bytes for the same receipt.

Belongs here: handing a receipt's words to Typst. Does not belong here: the words (`receipt_words`), or the layout
(`receipt.typ`). The fonts are those that Typst brings; nothing is fetched.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dashboard import receipt_words, words
from dashboard.receipts import Told

LAYOUT = Path(__file__).with_name("receipt.typ")
_ROWS = (24, 16, 13, 11, 9, 7, 5, 3, 1)
"""Rows of each table that are tried, until the receipt fits on one page."""


class DoesNotFit(ValueError):
    """The receipt takes more than a page even at its shortest."""


def to_pdf(told: Told) -> bytes:
    """The PDF of what `receipts.tell` gives.

    Raises:
        DoesNotFit: it takes more than one page.
    """
    import typst  # here, because pages and commands that make no PDF need not load it

    for most in _ROWS:
        held = json.dumps(_content(told, most), ensure_ascii=False, sort_keys=True)
        try:
            made: bytes = typst.compile(
                str(LAYOUT),
                format="pdf",
                ignore_system_fonts=True,
                sys_inputs={"receipt": held},
                pdf_standards=["ua-1"],
            )
        except typst.TypstError as problem:
            if "more than one page" not in str(problem):
                raise
            continue
        return made
    raise DoesNotFit("The receipt does not fit on one page. Read it as a page or as JSON.")


def _content(told: Told, most: int) -> dict[str, Any]:
    made = receipt_words.first_rows(receipt_words.sections(told), most)
    audience = words.AUDIENCES.get(told["audience"] or "", "Not given")
    return {
        "title": receipt_words.title(told),
        "lead": receipt_words.lead(told),
        "demonstration": words.DEMONSTRATION if told["demonstration"] else "",
        "foot": f"SEND Audit · receipt {told['receipt']} · data version {told['release']} · audience: {audience}",
        "sections": [
            {"heading": heading, "blocks": [_block(block) for block in blocks]} for _, heading, blocks in made
        ],
    }


def _block(block: receipt_words.Block) -> dict[str, Any]:
    if isinstance(block, str):
        return {"kind": "text", "text": block}
    if isinstance(block, receipt_words.Table):
        wide = _widest(block.rows) if block.rows else 0
        return {
            "kind": "table", "header": block.header, "rows": block.rows, "numbers": block.numbers, "wide": wide,
        }  # fmt: skip
    kind = "codes" if isinstance(block, receipt_words.Codes) else "pairs"
    return {"kind": kind, "rows": [list(row) for row in block.rows]}


def _widest(rows: Sequence[Sequence[str]]) -> int:
    """The column with the longest text: it takes the room that is left."""
    return max(range(len(rows[0])), key=lambda n: max(len(row[n]) for row in rows))
