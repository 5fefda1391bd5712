"""Control charts: signals, what they mean, limits, targets, and what chance alone would do."""

# ruff: noqa: E501 (a pattern is read beside the sentence that it is of, on one line)

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import groupby

from tests.sentences.grammar import says
from tests.sentences.numbers import D, P, is_value
from tests.sentences.periods import DAY, POINT, day_of, end_of
from tests.sentences.tables import Place, Row

RUN = (
    r"(?:(?:\d+|several) (?:month|quarter)s in a row (?:going up|going down|above average|below average)|2 of 3 "
    r"(?:month|quarter)s close to the (?:upper|lower) limit|(?:\d+ (?:month|quarter)s )?(?:above the upper|below the "
    r"lower) limit)"
)
VARIATIONS = {
    "Improving": "Getting better", "Getting worse": "Getting worse", "Higher than usual": "Higher than usual",
    "Lower than usual": "Lower than usual",
}  # fmt: skip


def runs(points: Sequence[Row]) -> list[list[Row]]:
    """Neighbouring points that signal on one side."""
    held = groupby(points, key=lambda row: (bool(row["signal"]), row["side"]))
    return [list(own) for (signals, _), own in held if signals]


def last_run(points: Sequence[Row]) -> list[Row] | None:
    """The run that reaches the newest point."""
    found = runs(points)
    return found[-1] if found and found[-1][-1] is points[-1] else None


def is_run(text: str, run: Sequence[Row]) -> bool:
    """Whether “7 months in a row above average” is what these points did."""
    high = any(word in text for word in ("above", "upper", "going up"))
    named = re.search("month|quarter", text)
    if high != (run[0]["side"] == "high") or (named and named[0] != run[0]["window"]):
        return False
    kinds = [row["signal"] for row in run]
    if "limit" in text and "close" not in text:
        wanted = re.match(r"\d+", text)
        return kinds.count("outside") == (int(wanted[0]) if wanted else 1)
    kind = "two_of_three" if "2 of 3" in text else "trend" if "going" in text else "shift"
    found = re.match(r"\d+", text)
    return kind in kinds and ("2 of 3" in text or (int(found[0]) if found else min(len(run), 5)) == len(run))


def is_span(text: str, run: Sequence[Row]) -> bool:
    """Whether “February 2025 to March 2026” is from a run's first point to its last; quarters have a “to” of their own."""
    parts = text.split(" to ")
    at_end = parts[1::2] if run[0]["window"] == "quarter" else parts
    return (end_of(at_end[0]), end_of(at_end[-1])) == (run[0]["period_end"], run[-1]["period_end"])


def meaning(side: str, higher_is: str) -> str:
    if higher_is not in ("better", "worse"):
        return "Higher than usual" if side == "high" else "Lower than usual"
    return "Getting better" if (side == "high") == (higher_is == "better") else "Getting worse"


def chance_text(value: float, text: str) -> bool:
    """“0.2” for 0.18: to the first digit that counts, from 1 on in whole ones."""
    digits = max(0, -math.floor(math.log10(value))) if 0 < value < 1 else 0
    return text == f"{value:.{digits}f}"


@says(
    r"(?P<polarity>Higher is better|Lower is better|Neither higher nor lower is better by itself|Nearer to no gap is better)\.?"
)
def polarity(found: re.Match[str], at: Place) -> bool:
    way = {"Hi": "better", "Lo": "worse", "Ne": "neither"}[found["polarity"][:2]]
    way = "nearer_none" if "gap" in found["polarity"] else way
    return any(at.measure(row)["higher_is"] == way for row in at.rows)


@says(
    rf"(?P<way>Getting better|Getting worse|Higher than usual|Lower than usual)(?:: (?P<run>{RUN})| – this is more than the usual (?:month-to-month|quarter-to-quarter) change \((?P<run2>{RUN}): (?P<when>{POINT}(?: to {POINT})?)\)\.)|(?P<run3>(?i:{RUN}))"
)
def signals_now(found: re.Match[str], at: Place) -> bool:
    run = last_run(at.points)
    if run is None or not is_run((found["run"] or found["run2"] or found["run3"]).lower(), run):
        return False
    return (not found["when"] or is_span(found["when"], run)) and (
        not found["way"] or found["way"] == meaning(run[-1]["side"], at.measure(at.rows[0])["higher_is"])
    )


@says(
    rf"Earlier, (?P<when>{POINT}(?: to {POINT})?): (?P<side>higher|lower) than usual \((?P<run>{RUN})\)\.|The latest (?:month|quarter) is within the usual range; the last signal was (?P<ended>{POINT}) \((?P<run2>{RUN})\)"
)
def signals_before(found: re.Match[str], at: Place) -> bool:
    text = found["run"] or found["run2"]
    for run in runs(at.points):
        side = not found["side"] or (found["side"] == "higher") == (run[0]["side"] == "high")
        if not side or not is_run(text, run):
            continue
        if is_span(found["when"], run) if found["when"] else end_of(found["ended"]) == run[-1]["period_end"]:
            return run[-1] is not at.points[-1]
    return False


@says(
    r"(?P<side>High|Low): (?P<what>outside the limits|part of a trend|2 of 3 near the limit|part of a long run)"
)
def signal_of_point(found: re.Match[str], at: Place) -> bool:
    kind = {"outside": "outside", "trend": "trend", "near": "two_of_three", "long": "shift"}
    said = next(held for word, held in kind.items() if word in found["what"])
    return any(
        (point["signal"], point["side"]) == (said, found["side"].lower())
        for row in at.rows for point in at.chart(row)
        if (point["window"], point["period_end"]) == (row["window"], row["period_end"])
    )  # fmt: skip


@says(
    r"No clear change: every (?P<what>month|quarter) is within the usual range|Each (?P<what2>month|quarter), with the range that is usual|Too few (?:months|quarters) yet to say what is usual|Too few .+ in each (?:month|quarter) to look for signals"
)
def quiet(found: re.Match[str], at: Place) -> bool:
    points = at.points
    if not points or runs(points):
        return False
    if found["what2"]:
        return points[-1]["variation"] is None and points[-1]["window"] == found["what2"]
    if found["what"]:
        return points[-1]["window"] == found["what"] and points[-1]["state"] in ("limits", "trial")
    return points[-1]["state"] in ("run", "table")


@says(rf"(?P<class>{'|'.join(VARIATIONS)}|No clear change|Too few to say)")
def variation(found: re.Match[str], at: Place) -> bool:
    points = at.points
    if found["class"] == "Too few to say":  # of variation, or of the target
        return not points or points[-1]["state"] != "limits"
    if found["class"] == "No clear change":
        return bool(points) and last_run(points) is None and points[-1]["state"] in ("limits", "trial")
    run = last_run(points)
    return run is not None and VARIATIONS[found["class"]] == meaning(
        run[-1]["side"], at.measure(at.rows[0])["higher_is"]
    )


@says(
    rf"(?P<no>No target)|(?P<class>Will reliably meet|May or may not meet|Will not meet) the target(?: without change)?|(?:Target: at|The target is at|Dotted line: the target, at) (?P<way>least|most) (?P<value>{P}|{D} [a-z]+)\.?|(?P<then>If all goes on as it is, it (?:will reliably|may or may not) be met|It will not be met unless something changes|There are too few points to say whether it will be met)\."
)
def assurance(found: re.Match[str], at: Place) -> bool:
    for row in at.rows:
        points, measure = at.chart(row), at.measure(row)
        if not points:
            continue
        known = [point for point in points if point["value"] is not None][-1:] or points[-1:]
        target, low, high = points[-1]["target"], known[0]["lower"], known[0]["upper"]
        if found["no"]:
            if target is None or measure["higher_is"] == "neither":
                return True
        elif target is None:
            continue
        elif found["value"]:
            way = "most" if measure["higher_is"] == "worse" else "least"
            if found["way"] == way and is_value(found["value"], target, measure):
                return True
        elif (found["class"] or found["then"]).startswith(
            _promises(target, low, high, points[-1]["state"], measure["higher_is"])
        ):
            return True
    return False


def _promises(
    target: float, low: float | None, high: float | None, state: str, higher_is: str
) -> tuple[str, ...]:
    if state != "limits" or low is None or high is None:
        return ("There are too few",)
    if low <= target <= high:
        return ("May or may not", "If all goes on as it is, it may")
    if (target < low) == (higher_is == "better"):
        return ("Will reliably", "If all goes on as it is, it will reliably")
    return ("Will not", "It will not be met")


@says(
    rf"12-month average: (?P<a>{P}|{D} [a-z]+) to (?P<from>{DAY}), (?P<b>{P}|{D} [a-z]+) to (?P<to>{DAY})\.?"
)
def slow(found: re.Match[str], at: Place) -> bool:
    of = {row["period_end"]: row for row in at.rows if row["window"] == "12m"}
    return all(
        (row := of.get(day_of(found[day]))) is not None
        and is_value(found[value], row["value"], at.measure(row))
        for value, day in (("a", "from"), ("b", "to"))
    )


@says(rf"(?P<title>.+), (?P<k>\d+) (?P<what>month|quarter)s to (?P<day>{DAY})\.")
def charted(found: re.Match[str], at: Place) -> bool:
    points, said = at.points, (int(found["k"]), found["what"], day_of(found["day"]))
    named = found["title"] == at.measure(at.rows[0])["title"] if at.rows else False
    return named and bool(points) and (len(points), points[-1]["window"], points[-1]["period_end"]) == said


@says(
    r"By chance alone, about (?P<n>\d+) of 100 steady charts of (?P<k>\d+) (?P<what>month|quarter)s would show a signal somewhere\."
)
def chart_by_chance(found: re.Match[str], at: Place) -> bool:
    known = [row for row in at.points if row["value"] is not None]
    said = (int(found["k"]), found["what"], int(found["n"]))
    return bool(known) and (len(known), known[-1]["window"], round(known[-1]["chance"] * 100)) == said


@says(
    r"By chance alone, about (?P<n>[\d.]+) of these (?P<of>\d+) measures would signal at their latest point\."
)
def measures_by_chance(found: re.Match[str], at: Place) -> bool:
    held = [points[-1] for row in at.rows if (points := at.chart(row))]
    chances = [
        point["chance_last"] for point in held
        if point["state"] in ("limits", "trial") and point.get("chance_last") is not None
    ]  # fmt: skip
    return len(chances) == int(found["of"]) and chance_text(sum(chances), found["n"])


@says(r"Chance alone gives some signals: about one in four steady series of 36 months shows at least one\.")
def of_old_releases(found: re.Match[str], at: Place) -> bool:
    """A release from before it held the chance of each chart."""
    return all(point.get("chance") is None for point in at.points)


@says(rf"(?P<point>{POINT})(?P<first>, the first (?:month|quarter))?|Not applicable")
def since(found: re.Match[str], at: Place) -> bool:
    """Since when a chart has been as it is: the first point of its last signal, or the first after that ended."""
    points = at.points
    if not found["point"]:
        return not points or points[-1]["state"] in ("run", "table")
    held, run = runs(points), last_run(points)
    begins = (
        run[0] if run else points[points.index(held[-1][-1]) + 1] if held else points[0] if points else None
    )
    named = begins is not None and begins["period_end"] == end_of(found["point"])
    return named and bool(found["first"]) == (not held)


@says(r"No limits")
def no_limits(found: re.Match[str], at: Place) -> bool:
    return any(
        point["lower"] is None for row in at.rows for point in at.chart(row)
        if (point["window"], point["period_end"]) == (row["window"], row["period_end"])
    )  # fmt: skip


@says(
    rf"(?P<title>.+) \((?P<label>[^()]+)\), (?P<what>month by month|quarter by quarter)(?:: (?P<was>{P}|{D} [a-z]+) on average before (?P<day>{POINT}), (?P<now>{P}|{D} [a-z]+) since)?"
)
def of_a_lesson(found: re.Match[str], at: Place) -> bool:
    """The chart of one group, and its averages before and since the declared day."""
    row, points = at.rows[0], at.points
    measure = at.measure(row)
    if (found["title"], found["label"]) != (measure["title"], at.tables.label(row)) or not points:
        return False
    if not found["what"].startswith(points[-1]["window"]):
        return False
    ends = [point["period_end"] for point in points]
    return not found["was"] or (
        is_value(found["was"], points[0]["centre"], measure)
        and is_value(found["now"], points[-1]["centre"], measure)
        and ends[0] <= end_of(found["day"]) <= ends[-1]
    )


@says(rf"(?P<k>\d+) (?P<what>month|quarter)s to (?P<day>{DAY}), before and since the declared day\.")
def length(found: re.Match[str], at: Place) -> bool:
    last = at.points[-1] if at.points else {}
    held = (len(at.points), last.get("window"), last.get("period_end"))
    return held == (int(found["k"]), found["what"], day_of(found["day"]))
