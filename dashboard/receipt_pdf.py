"""A receipt as a PDF of one A4 page.

Belongs here: what of a receipt's words goes on paper. Does not belong here: the words (`receipt_words`), the layout
(`receipt.typ`), or making the PDF (`typeset`).
"""

from __future__ import annotations

from contextlib import suppress

from dashboard import receipt_words, typeset, words
from dashboard.receipts import Told

_ROWS = (24, 16, 13, 11, 9, 7, 5, 3, 1)
"""Rows of each table that are tried, until the receipt fits on one page."""


def to_pdf(told: Told) -> bytes:
    """The PDF of what `receipts.tell` gives.

    Raises:
        typeset.DoesNotFit: it takes more than a page even at its shortest.
    """
    sections = receipt_words.sections(told)
    audience = words.AUDIENCES.get(told["audience"] or "", "Not given")
    held = {
        "title": receipt_words.title(told),
        "lead": receipt_words.lead(told),
        "demonstration": words.DEMONSTRATION if told["demonstration"] else "",
        "foot": f"SEND Audit · receipt {told['receipt']} · data version {told['release']} · audience: {audience}",
    }
    for most in _ROWS:
        kept = typeset.sections(receipt_words.first_rows(sections, most))
        with suppress(typeset.DoesNotFit):
            return typeset.to_pdf("receipt.typ", held | {"sections": kept})
    raise typeset.DoesNotFit("The receipt does not fit on one page. Read it as a page or as JSON.")
