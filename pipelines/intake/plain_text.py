"""Whether a text about the council may pass intake: an action's title, a role, what shows that something was done.

Belongs here: the check for names and identifiers. Does not belong here: names of teams and places (a council's own
lists, `typed`), free text about a child or family (it never passes, whatever it says).

Denied unless every word is known: a word passes where `data/reference/plain_words.csv` has it, the council's own file
lists it, or it is part of a name that the file lists. No pattern can tell a person's name from any other word, so what
nobody has listed does not pass. Words that are also names (Mark, Grace) pass in small letters only. A text longer than
a title, or with anything but words, short numbers and common marks, does not pass either.

What it cannot see: a sentence of ordinary words that only one family fits. Whoever keeps the register must not write
one; the contract's own words say so.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from pipelines.intake.values import looks_personal

LONGEST = 200
"""Characters: a title is a line, not a story."""
_SET_PHRASES = re.compile(
    r"\byoung (people|person)\b|\bsections? [a-k][12]?( and [a-k][12]?)?\b|\b(april|may|june|august) 20\d\d\b",
    re.IGNORECASE,
)
"""What passes though a word of it alone would not."""
_WORD = re.compile(r"[a-z]+", re.IGNORECASE)
_BESIDE_WORDS = re.compile(r"[\s\d,.;:!?()/&%£+_'\"-]*")


def may_pass(
    text: str, plain: Collection[str], only_small: Collection[str] = (), own_names: Collection[str] = ()
) -> bool:
    """Whether a text holds nothing but words that are known.

    Args:
        plain: words in small letters.
        only_small: those of them that do not pass with a capital letter, as they are names of people too.
        own_names: names that the council has listed, of one or several words.
    """
    typed = text.translate(str.maketrans("’‘“”–—", "''\"\"--"))
    if len(typed) > LONGEST or looks_personal(typed):
        return False
    for name in sorted(own_names, key=len, reverse=True):
        typed = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", typed, flags=re.IGNORECASE)
    typed = _SET_PHRASES.sub(" ", re.sub(r"(?<=[a-z])'s?(?!\w)", "", typed, flags=re.IGNORECASE))
    if not _BESIDE_WORDS.fullmatch(_WORD.sub("", typed)):
        return False
    return all(
        word.lower() in plain and (word.islower() or word.lower() not in only_small)
        for word in _WORD.findall(typed)
    )
