"""Phrases that only the voice page says: steps of the funnel, audits where nobody was asked, groups apart.

Standard library only, as in `words`. Does not belong here: anything a second page says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import group_words, phrases

Row = Mapping[str, Any]


def of_step_before(numerator: int | None, previous: int | None) -> str:
    """One step's count as a share of the step before it: arithmetic on two published counts."""
    if numerator is None or previous is None:
        return phrases.SYMBOLS["x"]
    if previous == 0:
        return "Nothing in the step before"
    if numerator > previous:
        return "More than the step before"
    return phrases.percent(numerator / previous)


NOT_PLACED = "Whether a group differs by more than chance is not told here"
"""Said where a release does not hold the limits of groups, and so nothing of them is known."""


def nobody_offered(total: Row, not_appropriate: Row | None, no_reason: Row | None) -> str:
    """How many audits offered nobody a say, and why, from three figures of the same audits."""
    counts = f"{phrases.count(total['numerator'])} of {phrases.count(total['denominator'])}"
    opening = f"In {counts} completed audits nobody was offered the chance"
    if not_appropriate is None or no_reason is None:
        return f"{opening}."
    return (
        f"{opening} ({phrases.count(not_appropriate['numerator'])} recorded as not appropriate, "
        f"{phrases.count(no_reason['numerator'])} with no reason given)."
    )


def groups_finding(rows: Sequence[Row], overall: Row | None) -> str:
    """The heading of a chart of groups."""
    if not group_words.are_placed(rows):
        return NOT_PLACED
    below, above = groups_apart(rows, overall)
    than = "than would be usual by chance" if any(row.get("place") for row in rows) else "than for all audits"
    parts = []
    if below:
        parts.append(f"Lower {than}: {phrases.listed(below)}")
    if above:
        parts.append(f"{'higher' if below else f'Higher {than}'}: {phrases.listed(above)}")
    return "; ".join(parts) or "No group is clearly different from all audits together"


def groups_apart(rows: Sequence[Row], overall: Row | None) -> tuple[list[str], list[str]]:
    """Labels of the groups that lie lower, and higher, than chance explains (`group_words.apart`)."""
    below, above = (
        [row["label"] for row in rows if group_words.apart(row, overall) == side]
        for side in ("lower", "higher")
    )
    return below, above
