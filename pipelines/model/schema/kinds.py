"""What a fact and its span are.

Belongs here: the shape of what the other modules here say, and what holds of every fact.
Does not belong here: any fact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

UNKNOWN = "unknown"
"""The group of rows whose breakdown column is empty or could not be read."""


@dataclass(frozen=True)
class Fact:
    """One table that measures count."""

    counts_what: str
    """What one row is, in the plural."""
    key: str
    """UBIGINT, one per row, the same in every release: what digests are made of."""
    dates: tuple[str, ...]
    yes_no: dict[str, str]
    """Yes/no column -> what it says when true."""
    breakdowns: tuple[str, ...]
    about: tuple[str, ...] = ()
    """Further columns."""
    numbers: dict[str, str] = field(default_factory=dict)
    """Number column -> what it says. Measures of kind mean add them up, those of kind given take them as they are:
    beside each number of a given fact stands `<column>_symbol`, what was given in its place."""
    known: dict[str, str] = field(default_factory=dict)
    """Number column -> the yes/no column that is true where the number is known."""
    span: str = "audits"
    """Which of `SPANS` says for which months the fact is looked at; '' where none of its own rows are counted."""
    feeds: tuple[str, ...] = ()
    """The feeds whose rows it is made from, the one that gives its rows first."""
    told_by: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Another of `SPANS` -> the yes/no columns that are known for its months only, as a further feed tells them."""

    @property
    def order(self) -> tuple[str, ...]:
        """The columns that its rows are in the order of: a council's follow one another, from month to month."""
        return ("council", *self.dates[:1], self.key)


@dataclass(frozen=True)
class Span:
    """The months that a council has figures for: from the first row of a fact to the day its data was taken."""

    fact: str
    date: str
    where: str
    """Yes/no column: only rows for which it is true begin or lengthen the span."""
    feeds: tuple[str, ...]
    """The feeds whose day of extraction ends it; where a council holds several, the earliest does."""
    longest: int | None = None
    """Months before the last that are looked at, where earlier ones cannot be judged."""
    needs: str = ""
    """A further feed, without which its rows say too little: a period is complete once that goes to its end too, and a
    period with rows of later days has no figure."""


Extracted = Mapping[str, Mapping[str, date]]
"""Feed -> council -> day on which its data was taken from its system."""


def extraction_day(extracted: Extracted, feeds: Sequence[str], council: str) -> date:
    """The day to which a council's data of some feeds goes: the earliest of those that it sends.

    Raises:
        ValueError: no day is given for any of them.
    """
    held = [extracted[feed][council] for feed in feeds if council in extracted.get(feed, {})]
    if not held:
        raise ValueError(
            f"No day of extraction for council {council}. Give one for each council with rows of {' or '.join(feeds)}."
        )
    return min(held)
