"""Sentences broken on purpose, one word or number at a time, to see that the grammar catches it.

Belongs here: how a true sentence is made untrue. Does not belong here: the grammar, and assertions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

TURNED = (
    ("higher", "lower"), ("Higher", "Lower"), ("better", "worse"), ("Improving", "Getting worse"), ("more", "fewer"),
    ("more often", "less often"), ("larger", "smaller"), ("over-heard", "under-heard"), ("above", "below"),
    ("upper", "lower"), ("weakest", "strongest"), ("usually", "seldom"), ("Within", "None in"), ("inner", "outer"),
    ("almost all", "most"), ("least", "most"), ("12 months", "3 months"), ("▲", "▼"),
)  # fmt: skip
NUMBER = re.compile(r"(?<![\w.,−-])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w]|-\d)")
OF = re.compile(r"(?P<n>\d[\d,]*) of (?P<d>\d[\d,]*)")


def broken(text: str) -> Iterator[tuple[str, str]]:
    """Each kind of fault with the sentence that has it: a number that is another, a word turned into its opposite, the
    unit left out, part and whole exchanged."""
    for found in NUMBER.finditer(text):
        yield "number", text[: found.start()] + _another(found[0]) + text[found.end() :]
    for one, other in TURNED:
        for before, after in ((one, other), (other, one)):
            if re.search(rf"(?<![\w-]){before}(?![\w-])", text):
                yield "word", re.sub(rf"(?<![\w-]){before}(?![\w-])", after, text, count=1)
    if "percentage point" in text:
        yield "unit", re.sub(r" percentage points?", "%", text, count=1)
    for found in OF.finditer(text):
        if found["n"] != found["d"]:
            yield "whole", f"{text[: found.start()]}{found['d']} of {found['n']}{text[found.end() :]}"


def _another(number: str) -> str:
    if "." in number:
        places = len(number.partition(".")[2])
        return f"{float(number.replace(',', '')) + 10**-places:,.{places}f}"
    return f"{int(number.replace(',', '')) + 1:,}"
