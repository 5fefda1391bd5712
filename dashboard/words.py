"""Turns rows of a release into words: numbers, periods, directions, signals, whole sentences.

Belongs here: every phrase that states a figure, so that a page, an export and the command line say the same.
Does not belong here: components, queries, the words for control charts (`signals`), and statistics (intervals,
directions and signals come in the rows).
Nothing outside the standard library is imported, because the command line uses this too.

Rows are dicts with the columns of the release's tables `measures`, `figures` and `charts`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

Row = Mapping[str, Any]

# Below this many, a percentage says more than the records do, so the count comes first.
COUNT_FIRST_BELOW = 20

DEMONSTRATION = "Demonstration data: a fictional county"
NOTHING_PUBLISHED = "No figures have been published yet. Run send-audit run"

WINDOWS = {
    "12m": "12 months",
    "financial_year": "Financial year (April to March)",
    "academic_year": "Academic year (September to August)",
    "calendar_year": "Calendar year",
    "quarter": "Quarter (3 months)",
    "month": "Month",
}
AUDIENCES = {"officers": "Officers", "public": "Public"}
SYMBOLS = {
    "z": "Nothing to count in this period",
    "x": "Not available",
    "c": "Not shown, so that no child or family can be recognised",
    "low": "Rounds to nothing, but is not nothing",
    "u": "Too uncertain to rely on",
}
LEVELS = {
    "query": "Query: the row is kept, please check it",
    "error": "Error: the row was set aside",
    "refuse": "Refused: the whole file was kept out",
}
POLARITY = {
    "better": "Higher is better.",
    "worse": "Lower is better.",
    "neither": "Neither higher nor lower is better by itself.",
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


def number_parts(measure: Row, figure: Row) -> tuple[str, str]:
    """The number in two lines, for a card: the larger first. Few audits: the count is the larger."""
    if figure.get("symbol"):
        return symbol(figure["symbol"]), ""
    share = percent(figure["value"])
    counts = f"{count(figure['numerator'])} of {count(figure['denominator'])}"
    if figure["denominator"] < COUNT_FIRST_BELOW:
        return f"{counts}", f"{unit(measure)} ({share})"
    return share, f"{counts} {unit(measure)}"


def share_of(numerator: int, denominator: int) -> str:
    """A part of a whole in a table that gives the count beside it: “25% of 54”."""
    return f"{percent(numerator / denominator)} of {count(denominator)}" if denominator else SYMBOLS["z"]


def figure_number(measure: Row, figure: Row | None) -> str:
    """`number` for a figure row, or its symbol in words."""
    if figure is None:
        return SYMBOLS["x"]
    if figure.get("symbol"):
        return symbol(figure["symbol"])
    return number(figure["numerator"], figure["denominator"], unit(measure))


def symbol(code: str) -> str:
    """A symbol in words; an unknown one is said to be not available, never left blank."""
    return SYMBOLS.get(code, SYMBOLS["x"])


def unit(measure: Row) -> str:
    """What the measure counts: audits, people, offers; as its definition says."""
    return measure.get("counts_what") or ("people" if measure.get("kind") == "people_share" else "audits")


def between(low: float | None, high: float | None) -> str:
    """A range of shares: “between 53% and 70%”; empty where there is none."""
    if low is None or high is None:
        return ""
    return f"between {percent(low)} and {percent(high)}"


def likely(figure: Row) -> str:
    """The range of a figure in a few words: “likely to be between 53% and 70%”."""
    held = between(figure.get("low"), figure.get("high"))
    return f"likely to be {held}" if held and not figure.get("symbol") else ""


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def points(change: float) -> str:
    """The size of a change in percentage points, without its direction."""
    size = abs(change) * 100
    if 0 < size < 0.5:
        return "less than 1 percentage point"
    whole = _half_up(size)
    return f"{whole} percentage point" if whole == 1 else f"{whole} percentage points"


def change_range(low: float | None, high: float | None) -> str:
    """The likely range of a difference, each end with its direction where they differ."""
    if low is None or high is None:
        return ""
    if low >= 0 or high <= 0:
        near, far = sorted((abs(low), abs(high)))
        side = "higher" if low >= 0 else "lower"
        if 0 < near * 100 < 0.5 - 1e-9:
            end = points(far)
            return f"{end} {side}" if end.startswith("less") else f"between less than 1 and {end} {side}"
        ends = _half_up(near * 100), _half_up(far * 100)
        noun = "percentage point" if ends[1] == 1 else "percentage points"
        return f"between {ends[0]} and {ends[1]} {noun} {side}"
    return f"between {points(low)} lower and {points(high)} higher"


def day(when: date | None) -> str:
    """31 March 2026."""
    return "Not given" if when is None else f"{when.day} {MONTHS[when.month - 1]} {when.year}"


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


def polarity(higher_is: str | None) -> str:
    """Which way is good, in words."""
    return POLARITY.get(higher_is or "neither", POLARITY["neither"])


def sentence(measure: Row, figure: Row | None) -> str:
    """The definition's own sentence, filled from a figure; says so in words where there is no figure."""
    if figure is None:
        return f"{measure['title']}: this release has no figure for it."
    if figure.get("symbol"):
        return f"{measure['title']}: {lower_first(symbol(figure['symbol']))}."
    template = measure.get("sentence") or "{title}: {numerator} of {denominator} ({value})."
    words = {
        "title": measure["title"],
        "numerator": count(figure["numerator"]),
        "denominator": count(figure["denominator"]),
        "value": percent(figure["value"]),
        "low": percent(figure.get("low")),
        "high": percent(figure.get("high")),
        "range": between(figure.get("low"), figure.get("high")),
        "period": period(figure["window"], figure["period_start"], figure["period_end"]),
    }
    return template.format_map(_Known(words))


def likely_range(measure: Row, figure: Row) -> str:
    """What the interval means, as a sentence; empty where there is none."""
    if figure.get("symbol") or figure.get("low") is None or figure.get("high") is None:
        return ""
    done = {"audits": " for audits done this way", "people": " for people in audits done this way"}
    return f"The true rate{done.get(unit(measure), '')} is likely to be {between(figure['low'], figure['high'])}."


def year_before(measure: Row, figure: Row) -> str:
    """The comparison with the year before, for a 12-month figure; empty for any other window."""
    if figure.get("window") != "12m" or figure.get("symbol"):
        return ""
    if not figure.get("previous_denominator") or figure.get("change") is None:
        return "There is no figure for the year before to compare it with."
    before = number(figure["previous_numerator"], figure["previous_denominator"], unit(measure))
    direction, change = figure.get("direction"), figure["change"]
    likely = change_range(figure.get("change_low"), figure.get("change_high"))
    if direction in ("higher", "lower"):
        return (
            f"That is {points(change)} {direction} than the year before, which was {before}. "
            f"The difference is likely to be {likely}: more than chance alone would explain."
        )
    size = "no different" if change == 0 else f"{points(change)} {'higher' if change > 0 else 'lower'}"
    return (
        f"The year before it was {before}. No clear change: this is {size}, "
        f"but the true difference could be anything {likely}."
    )


def change_cell(figure: Row) -> str:
    """The change on the year before in a few words, for a table or a card."""
    if figure.get("symbol") or figure.get("change") is None:
        return "No year before to compare with"
    direction = figure.get("direction")
    if direction in ("higher", "lower"):
        return f"{points(figure['change'])} {direction} than the year before"
    return "No clear change from the year before"


def headline(measure: Row, figure: Row | None) -> str:
    """Period, sentence, likely range and the year before: what the page and the command line say first."""
    if figure is None or figure.get("symbol"):
        return sentence(measure, figure)
    complete = figure.get("complete", True) is not False
    when = period(figure["window"], figure["period_start"], figure["period_end"], complete)
    parts = [
        f"In {when}, {lower_first(sentence(measure, figure))}",
        likely_range(measure, figure),
        year_before(measure, figure),
    ]
    return " ".join(part for part in parts if part)


def listed(names: Sequence[str]) -> str:
    """a, b and c."""
    held = list(names)
    return held[0] if len(held) == 1 else f"{', '.join(held[:-1])} and {held[-1]}"


def feed(code: str) -> str:
    """A feed's name in words: “Case audits”."""
    return code.replace("_", " ").capitalize()


def strip(about: Row, period_words: str, checks: Row) -> str:
    """The line at the top of every page, print and export."""
    parts = [
        f"Figures as they stood on {day(about.get('as_of'))}",
        f"Period {period_words}" if period_words else "",
        f"Data version {about.get('release')}",
        f"Checks: {checks_words(checks)}",
        f"Audience: {AUDIENCES.get(about.get('audience') or '', 'Not given')}",
    ]
    return " · ".join(part for part in parts if part)


def checks_words(checks: Row) -> str:
    """41 passed, 2 warnings, 0 failed."""
    warned = "1 warning" if checks["warned"] == 1 else f"{count(checks['warned'])} warnings"
    return f"{count(checks['passed'])} passed, {warned}, {count(checks['failed'])} failed"


class _Known(dict):
    """Leaves a name the template should not have used visible, so that a test or a reader sees it."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _half_up(points_value: float) -> int:
    # The small addition undoes binary rounding: 62.5% must become 63% however it was computed.
    return math.floor(points_value + 0.5 + 1e-9)


def lower_first(text: str) -> str:
    """Lower case for the first letter, unless the first word is an abbreviation."""
    return text if len(text) > 1 and text[1].isupper() else text[:1].lower() + text[1:]
