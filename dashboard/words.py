"""Turns rows of a release into words: numbers, periods, directions, signals, whole sentences.

Belongs here: every phrase that states a figure, so that a page, an export and the command line say the same.
Does not belong here: components, queries, and statistics (intervals, directions and signals come in the rows).
Nothing outside the standard library is imported, because the command line uses this too.

Rows are dicts with the columns of the release's tables `measures`, `figures` and `charts`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
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
CHANCE = (
    "Chance alone gives some signals: about one in four steady series of 36 months shows at least one. "
    "Look for a reason before acting."
)
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


def count(number: int | None) -> str:
    """A whole number with commas: 1,240."""
    return "Not available" if number is None else f"{number:,}"


def percent(value: float | None) -> str:
    """A share (0 to 1) as a whole percentage, halves up; never 0% or 100% unless it is exactly that."""
    if value is None:
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
    """What the measure counts: people or audits."""
    return "people" if measure.get("kind") == "people_share" else "audits"


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
        ends = sorted((_half_up(abs(low) * 100), _half_up(abs(high) * 100)))
        side = "higher" if low >= 0 else "lower"
        return f"between {ends[0]} and {ends[1]} percentage points {side}"
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
        return f"{measure['title']}: {_lower_first(symbol(figure['symbol']))}."
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
    done = "audits done this way" if unit(measure) == "audits" else "people in audits done this way"
    return f"The true rate for {done} is likely to be {between(figure['low'], figure['high'])}."


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
        f"In {when}, {_lower_first(sentence(measure, figure))}",
        likely_range(measure, figure),
        year_before(measure, figure),
    ]
    return " ".join(part for part in parts if part)


def good_or_bad(side: str, higher_is: str | None) -> str:
    """What a signal on one side means: “Getting better” only where the definition says which way is good."""
    if higher_is in ("better", "worse"):
        return "Getting better" if (side == "high") == (higher_is == "better") else "Getting worse"
    return "Higher than usual" if side == "high" else "Lower than usual"


def signal_pattern(signal: str, side: str, window: str, length: int) -> str:
    """What the points did, in words, for a run of `length` points with the same signal."""
    name, above = ("quarter" if window == "quarter" else "month"), side == "high"
    many = f"{length} {name}s" if length > 5 else f"several {name}s"
    if signal == "outside":
        each = "" if length == 1 else f"{length} {name}s "
        return f"{each}{'above the upper limit' if above else 'below the lower limit'}"
    if signal == "trend":
        return f"{many} in a row going {'up' if above else 'down'}"
    if signal == "two_of_three":
        return f"2 of 3 {name}s close to the {'upper' if above else 'lower'} limit"
    return f"{many} in a row {'above' if above else 'below'} average"


def signal_runs(points_of_chart: Sequence[Row]) -> list[dict[str, Any]]:
    """Neighbouring points on the same side that carry a signal, as runs, oldest first.

    A run takes the name of its most serious signal: outside, then trend, two of three, shift.
    """
    order = {"outside": 0, "trend": 1, "two_of_three": 2, "shift": 3}
    runs = []
    numbered = list(enumerate(points_of_chart))
    for (flagged, side), members in groupby(
        numbered, key=lambda pair: (bool(pair[1].get("signal")), pair[1].get("side") or "")
    ):
        if not flagged:
            continue
        held = list(members)
        kinds = [row["signal"] for _, row in held]
        # A long run above average that also has one point outside is, to a reader, the long run.
        kind = "shift" if len(held) >= 7 and "shift" in kinds else min(kinds, key=lambda k: order.get(k, 9))
        first, last = held[0], held[-1]
        runs.append(
            {
                "signal": kind,
                "side": side,
                "length": len(held) if kind != "outside" else kinds.count("outside"),
                "first": first[0],
                "last": last[0],
                "start": first[1]["period_end"],
                "end": last[1]["period_end"],
                "is_latest": last[0] == len(points_of_chart) - 1,
            }
        )
    return runs


def signal_sentences(measure: Row, points_of_chart: Sequence[Row]) -> list[str]:
    """One sentence for each run of signals, the newest first."""
    said = []
    for run in reversed(signal_runs(points_of_chart)):
        window = points_of_chart[run["first"]]["window"]
        name = "quarter-to-quarter" if window == "quarter" else "month-to-month"
        pattern = signal_pattern(run["signal"], run["side"], window, run["length"])
        first, last = point_name(window, run["start"]), point_name(window, run["end"])
        when = first if run["first"] == run["last"] else f"{first} to {last}"
        if run["is_latest"]:
            meaning = good_or_bad(run["side"], measure.get("higher_is"))
            said.append(f"{meaning} – this is more than the usual {name} change ({pattern}: {when}).")
        else:
            side = "higher" if run["side"] == "high" else "lower"
            said.append(f"Earlier, {when}: {side} than usual ({pattern}).")
    return said


def signal_cell(point: Row) -> str:
    """A point's signal for a table; says so where there is none."""
    names = {"outside": "outside the limits", "trend": "part of a trend", "two_of_three": "2 of 3 near the limit",
             "shift": "part of a long run"}  # fmt: skip
    if not point.get("signal"):
        return "None"
    side = "High" if point["side"] == "high" else "Low"
    return f"{side}: {names.get(point['signal'], point['signal'])}"


def chart_finding(measure: Row, points_of_chart: Sequence[Row]) -> str:
    """The chart's heading: what it shows, in a few words."""
    if not points_of_chart:
        return "There is no chart for this measure"
    state, window = points_of_chart[-1]["state"], points_of_chart[-1]["window"]
    name = "quarter" if window == "quarter" else "month"
    if state == "table":
        return f"Too few audits in each {name} to look for signals"
    if state == "run":
        return f"Too few {name}s yet to say what is usual"
    runs = signal_runs(points_of_chart)
    if runs and runs[-1]["is_latest"]:
        run = runs[-1]
        meaning = good_or_bad(run["side"], measure.get("higher_is"))
        return f"{meaning}: {signal_pattern(run['signal'], run['side'], window, run['length'])}"
    return f"No clear change: the latest {name}s are within the usual range"


def limits_words(points_of_chart: Sequence[Row]) -> str:
    """What the chart's limits are and where they come from."""
    if not points_of_chart:
        return ""
    last = points_of_chart[-1]
    name = "quarter" if last["window"] == "quarter" else "month"
    if last["state"] == "table":
        return f"Fewer than 20 audits in a typical {name}: the numbers are given without limits or signals."
    if last["state"] == "run":
        return f"Fewer than 8 {name}s: the points are drawn without limits."
    words = (
        f"The shaded band is the usual range: about 99 of 100 {name}s fall inside it when nothing has changed. "
        "It is wider where there were fewer audits."
    )
    if last["state"] == "trial":
        words += f" The limits are a trial: there are fewer than 13 {name}s so far."
    start, end = _baseline(last.get("baseline"))
    if start and end:
        words += f" It is worked out from {month(start)} to {month(end)}."
    return words


def nobody_offered(total: Row, not_appropriate: Row | None, no_reason: Row | None) -> str:
    """How many audits offered nobody a say, and why, from three figures of the same audits."""
    opening = f"In {count(total['numerator'])} of {count(total['denominator'])} completed audits nobody was offered the chance"
    if not_appropriate is None or no_reason is None:
        return f"{opening}."
    return (
        f"{opening} ({count(not_appropriate['numerator'])} recorded as not appropriate, "
        f"{count(no_reason['numerator'])} with no reason given)."
    )


def groups_apart(rows: Sequence[Row], overall: Row | None) -> tuple[list[str], list[str]]:
    """Labels of the groups whose whole likely range lies below, and above, the figure for everybody."""
    if overall is None or overall.get("value") is None:
        return [], []
    known = [row for row in rows if not row.get("symbol") and row.get("low") is not None]
    below = [row["label"] for row in known if row["high"] < overall["value"]]
    above = [row["label"] for row in known if row["low"] > overall["value"]]
    return below, above


def groups_finding(rows: Sequence[Row], overall: Row | None) -> str:
    """The heading of a chart of groups."""
    below, above = groups_apart(rows, overall)
    parts = []
    if below:
        parts.append(f"Lower than for everybody: {listed(below)}")
    if above:
        parts.append(f"{'higher' if below else 'Higher than for everybody'}: {listed(above)}")
    return "; ".join(parts) or "No group is clearly different from everybody"


def listed(names: Sequence[str]) -> str:
    """a, b and c."""
    held = list(names)
    return held[0] if len(held) == 1 else f"{', '.join(held[:-1])} and {held[-1]}"


def feed(code: str) -> str:
    """A feed's name in words: “Case audits”."""
    return code.replace("_", " ").capitalize()


def of_step_before(numerator: int | None, previous: int | None) -> str:
    """One step's count as a share of the step before it: arithmetic on two published counts."""
    if numerator is None or previous is None:
        return "Not available"
    if previous == 0:
        return "Nothing in the step before"
    if numerator > previous:
        return "More than the step before"
    return percent(numerator / previous)


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


def _lower_first(text: str) -> str:
    """Lower case for the first letter, unless the first word is an abbreviation."""
    return text if len(text) > 1 and text[1].isupper() else text[:1].lower() + text[1:]


def _baseline(text: str | None) -> tuple[date | None, date | None]:
    """First and last day of a chart's baseline, if its parameters hold them."""
    try:
        held = json.loads(text or "{}")
        return date.fromisoformat(str(held["start"])[:10]), date.fromisoformat(str(held["end"])[:10])
    except (ValueError, KeyError, TypeError):
        return None, None
