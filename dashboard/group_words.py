"""Words for a group beside the total of its council: whether chance alone could set it apart.

Belongs here: what every page says of it. Does not belong here: the limits themselves, which come in the rows, and words
about one page's groups (`pages`).

Rows are dicts with the columns of the release's table `figures`.
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import kinds, phrases
from dashboard.words import Row

# The part of groups that exact 99.8% limits leave out, at most, where only chance sets them apart.
BEYOND_LIMITS = 0.002
PLACED = {
    "higher": "Higher than would be usual by chance",
    "lower": "Lower than would be usual by chance",
    "as expected": "As would be usual by chance",
}
"""Where a group lies beside its council's total -> its words."""


def apart(row: Row, total: Row | None) -> str:
    """`lower` or `higher` where a group lies further from its total than chance explains, else nothing.

    That is beyond the exact 99.8% limits that the release holds. A release from before it held them tells it by the
    group's likely range (95%).
    """
    if row.get("place"):
        return row["place"] if row["place"] in ("higher", "lower") else ""
    if (
        "place" in row
        or total is None
        or total.get("value") is None
        or row.get("symbol")
        or row.get("low") is None
    ):
        return ""
    if row["high"] < total["value"]:
        return "lower"
    return "higher" if row["low"] > total["value"] else ""


def are_placed(rows: Sequence[Row]) -> bool:
    """Whether groups were set beside their total: what is public does not hold their limits; an older release has none
    either, and goes by likely ranges."""
    return any(row.get("place") for row in rows) or not any("place" in row for row in rows)


def usual(measure: Row, row: Row) -> str:
    """What would be usual by chance for a group with so many cases, at its council's share; empty where not known."""
    if not row.get("place"):
        return ""
    cases = f"{phrases.count(row['denominator'])} {kinds.unit(measure)}"
    if row["usual_least"] == row["usual_most"]:
        return f"{phrases.count(row['usual_least'])} of {cases} would be usual"
    return (
        f"{phrases.count(row['usual_least'])} to {phrases.count(row['usual_most'])} of {cases} would be usual"
    )


def by_chance(rows: Sequence[Row], what: str = "groups") -> str:
    """How many of the groups shown would be named though nothing sets them apart; a release from before it held limits
    names by likely ranges, one in 20. Empty where no group is looked at."""
    looked_at = sum(bool(row.get("place")) for row in rows)
    if looked_at:
        return phrases.by_chance(BEYOND_LIMITS * looked_at, looked_at, what, "be named so")
    return (
        ""
        if any("place" in row for row in rows)
        else f"About one in 20 of the {what} differs by chance alone."
    )
