"""Variation and assurance of a chart in words, with a shape for each, and since when.

Belongs here: every phrase and shape for the two classes, so that the overview, a matrix and a page say the same.
Does not belong here: working them out (they come in the rows of the release's table `charts`), signals point by point
(`signals`). Standard library only, like `words`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import phrases, signals, words

Row = Mapping[str, Any]

VARIATION = {
    "improving": "Improving",
    "no clear change": "No clear change",
    "getting worse": "Getting worse",
    "higher": "Higher than usual",
    "lower": "Lower than usual",
    "too few points": "Too few to say",
}
"""Class -> its words, in the order of the matrix."""
ASSURANCE = {
    "will reliably meet": "Will reliably meet the target",
    "may or may not meet": "May or may not meet the target",
    "will not meet without change": "Will not meet the target without change",
    "no target": "No target",
    "too few points": "Too few to say",
}
EXPECTED = {
    "will reliably meet": "If all goes on as it is, it will reliably be met.",
    "may or may not meet": "If all goes on as it is, it may or may not be met.",
    "will not meet without change": "It will not be met unless something changes.",
    "too few points": "There are too few points to say whether it will be met.",
}
# Shapes of assets/tables.js. A shape repeats the words beside it and never stands alone.
_SHAPES = {
    "improving": "up", "getting worse": "down", "no clear change": "level", "higher": "higher", "lower": "lower",
    "will reliably meet": "tick", "may or may not meet": "query", "will not meet without change": "cross",
}  # fmt: skip


def shape(held: str | None) -> str:
    """The name of a class's shape; empty where it has none."""
    return _SHAPES.get(held or "", "")


def of_chart(points: Sequence[Row]) -> tuple[str, str, float | None]:
    """Variation, assurance and target of a chart, from its newest point; what it does not have is too few points."""
    newest = points[-1] if points else {}
    return (
        newest.get("variation") or "too few points",
        newest.get("assurance") or "no target",
        newest.get("target"),
    )


def target(value: float | None, measure: Row) -> str:
    """A target in words: “At least 90%”, “At most 10%”, “At most 20.0 weeks”."""
    if value is None:
        return "No target"
    return (
        f"At {'most' if measure.get('higher_is') == 'worse' else 'least'} {words.value_words(measure, value)}"
    )


def aim(measure: Row, value: float | None, assurance: str) -> str:
    """The target, whose it is, and whether it will be met, as sentences; empty where there is none."""
    if value is None or assurance == "no target":
        return ""
    own = value != measure.get("target")
    source = "It is the council's own." if own else measure.get("target_source") or ""
    parts = [
        f"The target is {phrases.lower_first(target(value, measure))}.",
        source,
        EXPECTED[assurance],
    ]
    return " ".join(part for part in parts if part)


def why(points: Sequence[Row]) -> str:
    """What the newest points did, in a few words; empty where they carry no signal."""
    found = signals.runs(points)
    if not found or not found[-1]["is_latest"]:
        return ""
    run = found[-1]
    return signals.pattern(run["signal"], run["side"], points[run["first"]]["window"], run["length"])


def since(points: Sequence[Row]) -> str:
    """Since when the chart has been as it is: the first point of its last signal, or the first after it ended."""
    if not points or points[-1]["state"] in ("run", "table"):
        return "Not applicable"
    found, window = signals.runs(points), points[-1]["window"]
    if found and found[-1]["is_latest"]:
        return phrases.point_name(window, found[-1]["start"])
    first = found[-1]["last"] + 1 if found else 0
    name = phrases.point_name(window, points[first]["period_end"])
    return name if found else f"{name}, the first {signals.unit_of_time(window)}"
