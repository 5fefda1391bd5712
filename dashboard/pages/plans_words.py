"""Phrases that only the page of plans says: which section is weak, which is strong, and whether two kinds differ.

Standard library only, as in `words`. Nothing is worked out here but whether one likely range lies wholly beside
another: that is what the figures' own ranges allow. Does not belong here: anything a second page says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import group_words, phrases, words

Row = Mapping[str, Any]
# Darker means a smaller share; the number stands in every cell, so the shade only helps the eye.
SHADES = ((0.2, 5), (0.4, 4), (0.6, 3), (0.8, 2))


def shade(value: float) -> int:
    """A step of the table's shading: 5 for the smallest shares, 1 for the largest."""
    return next((step for limit, step in SHADES if value < limit), 1)


def extreme(rows: Sequence[Row], overall: Row | None, unit: str, weakest: bool) -> str:
    """The weakest (or strongest) section as a sentence, with whether it stands out from all sections together."""
    known = [row for row in rows if not row.get("symbol") and row.get("value") is not None]
    if not known:
        return ""
    row = (min if weakest else max)(known, key=lambda held: held["value"])
    name = "weakest" if weakest else "strongest"
    section = row["label"] if row["label"].startswith("Section") else f"Section {row['label']}"
    number = phrases.number(row["numerator"], row["denominator"], unit)
    said = f"{section} was the {name}: good or better in {number}"
    side = group_words.apart(row, overall)
    if not group_words.are_placed([row]):
        return f"{said}."
    if not side:
        return f"{said}. It is not clearly {'lower' if weakest else 'higher'} than all sections together."
    of_all = phrases.percent((overall or {}).get("value"))
    return f"{said}. That is clearly {side} than all sections together ({of_all})."


def changed(rows: Sequence[Row]) -> str:
    """Which sections changed on the year before by more than chance would explain."""
    parts = []
    for direction in ("higher", "lower"):
        names = [row["label"] for row in rows if row.get("direction") == direction]
        if names:
            parts.append(f"{direction} than the year before: {phrases.listed(names)}")
    if parts:
        other = (
            "other section that can be compared" if any(row.get("mix") for row in rows) else "other section"
        )
        return f"{phrases.capital('; '.join(parts))}. Every {other}: no clear change."
    if any(row.get("direction") and not row.get("mix") for row in rows):
        return "No section has clearly changed on the year before."
    if any(row.get("mix") for row in rows):
        return "The plans were chosen in another way than the year before, so the sections cannot be compared with it."
    return "There is no year before to compare the sections with."


def compared(first: Row, second: Row, measure: Row) -> str:
    """Two kinds of plan beside each other, and what their likely ranges allow to be said."""
    shown = [(row["label"], words.figure_number(measure, row), words.likely(row)) for row in (first, second)]
    said = " ".join(
        f"{label}s: {number}{f', {likely}' if likely else ''}." for label, number, likely in shown
    )
    if any(row.get("symbol") or row.get("low") is None for row in (first, second)):
        return said
    if first["low"] > second["high"] or second["low"] > first["high"]:
        more = measure.get("higher_is") != "worse"
        one, other = (first, second) if (first["value"] > second["value"]) == more else (second, first)
        did = "had a larger share" if measure.get("higher_is") == "neither" else "did better"
        return (
            f"{said} The two ranges do not overlap: {phrases.lower_first(one['label'])}s {did} than "
            f"{phrases.lower_first(other['label'])}s, by more than chance alone would explain."
        )
    return f"{said} The two ranges overlap, so these figures alone cannot say that one kind is better."
