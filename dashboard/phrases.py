"""How numbers, ranges, changes, days and periods are written, whatever they are of.

Belongs here: phrases that need no measure. Does not belong here: figures in their measure's words (`words`).
Nothing outside the standard library is imported, because the command line uses this too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

COEFFICIENT = "coefficient"
"""Stands for the unit of a number from -1 to 1: it has none, and two decimals."""
# Below this many, a percentage says more than the records do, so the count comes first.
COUNT_FIRST_BELOW = 20

WINDOWS = {
    "12m": "12 months",
    "financial_year": "Financial year (April to March)",
    "academic_year": "Academic year (September to August)",
    "calendar_year": "Calendar year",
    "quarter": "Quarter (3 months)",
    "month": "Month",
}
SYMBOLS = {
    "z": "Nothing to count in this period",
    "x": "Not available",
    "c": "Not shown, so that no child or family can be recognised",
    "low": "More than none, but so few that it rounds to nought",
    "u": "Too uncertain to be shown",
}
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


def count(number: int | None) -> str:
    """A whole number with commas: 1,240."""
    return "Not available" if number is None else f"{number:,}"


def percent(value: float | None) -> str:
    """A share (0 to 1) as a whole percentage, halves up; never 0% or 100% unless it is exactly that."""
    if value is None or math.isnan(value):
        return "Not available"
    points = value * 100
    if 0 < points < 0.5:
        return "less than 1%"
    if 99.5 <= points < 100:
        return "more than 99%"
    return f"{_half_up(points)}%"


def number(numerator: int | None, denominator: int | None, unit: str = "audits") -> str:
    """The number as it is always shown: “62% (74 of 120 audits)”, or the count first where there are few."""
    if numerator is None or denominator is None:
        return SYMBOLS["x"]
    if denominator == 0:
        return f"No {unit} to count"
    share = percent(numerator / denominator)
    counts = f"{count(numerator)} of {count(denominator)} {unit}"
    return f"{counts} ({share})" if denominator < COUNT_FIRST_BELOW else f"{share} ({counts})"


def amount(value: float | None, of: str) -> str:
    """An average in its unit: “23.4 weeks”; a coefficient: “0.68”."""
    if value is None or math.isnan(value):
        return "Not available"
    return _hundredths(value) if of == COEFFICIENT else f"{_tenths(value)} {of}"


def share_of(numerator: int, denominator: int) -> str:
    """A part of a whole in a table that gives the count beside it: “25% of 54”."""
    return f"{percent(numerator / denominator)} of {count(denominator)}" if denominator else SYMBOLS["z"]


def symbol(code: str) -> str:
    """A symbol in words; an unknown one is said to be not available, never left blank."""
    return SYMBOLS.get(code, SYMBOLS["x"])


def between(low: float | None, high: float | None, of: str = "") -> str:
    """A range of shares, “between 53% and 70%”, or in a unit, “between 21.2 and 25.6 weeks”; “about 53%” where its ends
    read alike; empty where none."""
    if low is None or high is None:
        return ""
    write = _hundredths if of == COEFFICIENT else _tenths if of else percent
    least, most = write(low), f"{write(high)} {of}" if of not in ("", COEFFICIENT) else write(high)
    return f"about {most}" if write(low) == write(high) else f"between {least} and {most}"


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def points(change: float, of: str = "") -> str:
    """The size of a change in percentage points, in a unit, or of a coefficient, without its direction."""
    if of == COEFFICIENT:
        return "less than 0.01" if 0 < abs(change) < 0.005 else _hundredths(abs(change))
    if of:
        return f"less than 0.1 {of}" if 0 < abs(change) < 0.05 else amount(abs(change), of)
    size = abs(change) * 100
    if 0 < size < 0.5 - 1e-9:  # not what is half a point but for its last digits
        return "less than 1 percentage point"
    whole = _half_up(size)
    return f"{whole} percentage point" if whole == 1 else f"{whole} percentage points"


def change_range(low: float | None, high: float | None, of: str = "") -> str:
    """The likely range of a difference, each end with its direction where they differ."""
    if low is None or high is None:
        return ""
    if low < 0 < high:
        return f"between {points(low, of)} lower and {points(high, of)} higher"
    side = "higher" if low >= 0 else "lower"
    near, far = (points(size, of) for size in sorted((abs(low), abs(high))))
    if near == far:
        return f"{near if near.startswith('less') else f'about {near}'} {side}"
    bare, _, _ = near.partition(f" {of or 'percentage'}")
    return f"between {bare} and {far} {side}"


def day(when: date | None) -> str:
    """31 March 2026."""
    return "Not given" if when is None else f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def erased(when: date) -> str:
    """What is said of a figure whose source is gone."""
    return f"Source erased on {day(when)}; figure preserved, not recomputable."


def month(when: date) -> str:
    """March 2026."""
    return f"{MONTHS[when.month - 1]} {when.year}"


def span(start: date, end: date) -> str:
    """1 April 2025 to 31 March 2026."""
    return f"{day(start)} to {day(end)}"


def period(window: str, start: date, end: date, complete: bool = True) -> str:
    """A period as a phrase that follows “in”: “the 12 months to 31 March 2026”."""
    if window == "month":
        words = month(end)
    elif window == "quarter":
        words = f"the 3 months to {day(end)}"
    elif window == "12m":
        words = f"the 12 months to {day(end)}"
    elif window in ("financial_year", "academic_year"):
        kind = "financial" if window == "financial_year" else "academic"
        words = f"the {kind} year {start.year}-{end.year % 100:02d} ({span(start, end)})"
    elif window == "calendar_year":
        words = f"the year {end.year}"
    else:
        words = f"the period {span(start, end)}"
    return words if complete else f"{words}, which has not finished"


def point_name(window: str, end: date) -> str:
    """A point of a chart: “March 2026”, or “January to March 2026” for a quarter."""
    if window == "calendar_year":
        return str(end.year)
    if window != "quarter":
        return month(end)
    first = MONTHS[(end.month - 3) % 12]
    years = f"{first} {end.year - 1} to {month(end)}" if end.month < 3 else f"{first} to {month(end)}"
    return years


def by_chance(expected: float, of: int, what: str, would: str) -> str:
    """“By chance alone, about 0.3 of these 9 measures would ...”; expected: how many, `of`: of how many shown."""
    digits = max(0, -math.floor(math.log10(expected))) if 0 < expected < 1 else 0
    return f"By chance alone, about {expected:,.{digits}f} of these {count(of)} {what} would {would}."


def listed(names: Sequence[str]) -> str:
    """a, b and c."""
    held = list(names)
    return held[0] if len(held) == 1 else f"{', '.join(held[:-1])} and {held[-1]}"


def feed(code: str) -> str:
    """A feed's name in words: “Case audits”."""
    return code.replace("_", " ").capitalize().replace("Dfe ", "DfE ")


def _tenths(value: float) -> str:
    return f"{math.floor(value * 10 + 0.5 + 1e-9) / 10:,.1f}"


def _hundredths(value: float) -> str:
    return f"{math.floor(abs(value) * 100 + 0.5 + 1e-9) / 100 * (1 if value >= 0 else -1):.2f}".replace(
        "-", "−"
    )


def _half_up(points_value: float) -> int:
    # The small addition undoes binary rounding: 62.5% must become 63% however it was computed.
    return math.floor(points_value + 0.5 + 1e-9)


def lower_first(text: str) -> str:
    """Lower case for the first letter, unless the first word is an abbreviation."""
    return text if len(text) > 1 and text[1].isupper() else text[:1].lower() + text[1:]
