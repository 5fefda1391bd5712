"""A board's progress report as a PDF on A4.

Belongs here: what surrounds the report's words on paper. Does not belong here: the words (`board_words`), the layout
(`board.typ`), or making the PDF (`typeset`).
"""

from __future__ import annotations

from dashboard import board_words, typeset, words
from dashboard.board_report import Told


def to_pdf(told: Told) -> bytes:
    """The PDF of what `board_report.tell` gives."""
    audience = words.AUDIENCES.get(told["audience"] or "", "Not given")
    return typeset.to_pdf(
        "board.typ",
        {
            "title": board_words.title(told),
            "demonstration": words.DEMONSTRATION if told["demonstration"] else "",
            "foot": f"SEND Audit · {told['council_name']} · data version {told['release']} · audience: {audience}",
            "sections": typeset.sections(board_words.sections(told)),
        },
    )
