"""Turns the points of a control chart into words: what a signal means, the chart's finding, its limits.

Belongs here: every phrase about signals. Does not belong here: finding the signals (they come in the rows of the
release's table `charts`) and drawing them (`charts`). Standard library only, like `words`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from dashboard import kinds, phrases

Row = Mapping[str, Any]

_CHANCE = "Chance alone gives some signals: about one in four steady series of 36 months shows at least one."
"""What is said of charts of a release from before it held the chance of each."""
LOOK = "Look for a reason before acting."
NOT_TESTED = (
    "Signals are looked for in headline measures only: among so many charts chance alone would give some."
)
SERIOUS_FIRST = ("outside", "trend", "two_of_three", "shift")
# A run this long is, to a reader, a long run, even where one of its points also lies outside the limits.
LONG_RUN = 7


def good_or_bad(side: str, higher_is: str | None) -> str:
    """What a signal on one side means: “Getting better” only where the definition says which way is good."""
    if higher_is in ("better", "worse"):
        return "Getting better" if (side == "high") == (higher_is == "better") else "Getting worse"
    return "Higher than usual" if side == "high" else "Lower than usual"


def pattern(signal: str, side: str, window: str, length: int) -> str:
    """What the points did, in words, for a run of `length` points with the same signal."""
    name, above = unit_of_time(window), side == "high"
    many = f"{length} {name}s" if length > 5 else f"several {name}s"
    if signal == "outside":
        each = "" if length == 1 else f"{length} {name}s "
        return f"{each}{'above the upper limit' if above else 'below the lower limit'}"
    if signal == "trend":
        return f"{many} in a row going {'up' if above else 'down'}"
    if signal == "two_of_three":
        return f"2 of 3 {name}s close to the {'upper' if above else 'lower'} limit"
    return f"{many} in a row {'above' if above else 'below'} average"


def runs(points: Sequence[Row]) -> list[dict[str, Any]]:
    """Neighbouring points on the same side that carry a signal, as runs, oldest first.

    Each has signal, side, length, the places and ends of its first and last point, and whether it reaches the
    newest point. A run takes the name of its most serious signal, or of the long run it is part of.
    """
    found = []
    marked = groupby(
        enumerate(points), key=lambda pair: (bool(pair[1].get("signal")), pair[1].get("side") or "")
    )
    for (flagged, side), members in marked:
        if not flagged:
            continue
        held = list(members)
        kinds = [row["signal"] for _, row in held]
        kind = min(kinds, key=lambda name: SERIOUS_FIRST.index(name) if name in SERIOUS_FIRST else 9)
        if len(held) >= LONG_RUN and "shift" in kinds:
            kind = "shift"
        (first, first_row), (last, last_row) = held[0], held[-1]
        found.append(
            {
                "signal": kind,
                "side": side,
                "length": kinds.count("outside") if kind == "outside" else len(held),
                "first": first,
                "last": last,
                "start": first_row["period_end"],
                "end": last_row["period_end"],
                "is_latest": last == len(points) - 1,
            }
        )
    return found


def sentences(measure: Row, points: Sequence[Row]) -> list[str]:
    """One sentence for each run of signals, the newest first."""
    said = []
    for run in reversed(runs(points)):
        window = points[run["first"]]["window"]
        did = pattern(run["signal"], run["side"], window, run["length"])
        first, last = phrases.point_name(window, run["start"]), phrases.point_name(window, run["end"])
        when = first if run["first"] == run["last"] else f"{first} to {last}"
        if run["is_latest"]:
            usual = f"{unit_of_time(window)}-to-{unit_of_time(window)}"
            meaning = good_or_bad(run["side"], measure.get("higher_is"))
            said.append(f"{meaning} – this is more than the usual {usual} change ({did}: {when}).")
        else:
            side = "higher" if run["side"] == "high" else "lower"
            said.append(f"Earlier, {when}: {side} than usual ({did}).")
    return said


def of_point(point: Row) -> str:
    """A point's signal for a table; says so where there is none."""
    if not point.get("signal"):
        return "None"
    names = {
        "outside": "outside the limits",
        "trend": "part of a trend",
        "two_of_three": "2 of 3 near the limit",
        "shift": "part of a long run",
    }
    side = "High" if point["side"] == "high" else "Low"
    return f"{side}: {names.get(point['signal'], point['signal'])}"


def finding(measure: Row, points: Sequence[Row]) -> str:
    """The chart's heading: what it shows, in a few words."""
    if not points:
        return "There is no chart for this measure"
    state, window = points[-1]["state"], points[-1]["window"]
    name = unit_of_time(window)
    if state == "table":
        return f"Too few {kinds.unit(measure)} in each {name} to look for signals"
    if state == "run":
        return f"Too few {name}s yet to say what is usual"
    if not tested(points):
        return f"Each {name}, with the range that is usual"
    found = runs(points)
    if not found:
        return f"No clear change: every {name} is within the usual range"
    run = found[-1]
    did = pattern(run["signal"], run["side"], window, run["length"])
    if run["is_latest"]:
        return f"{good_or_bad(run['side'], measure.get('higher_is'))}: {did}"
    ended = phrases.point_name(window, run["end"])
    return f"The latest {name} is within the usual range; the last signal was {ended} ({did})"


def tested(points: Sequence[Row]) -> bool:
    """Whether signals were looked for: a chart of no headline measure is stored without rules."""
    return not points or _phase(points[-1]).get("rules", True) is not None


def chance(points: Sequence[Row]) -> str:
    """How often a chart such as this one signals though nothing happens; empty where no signal is looked for."""
    if not points or not tested(points) or points[-1]["state"] not in ("limits", "trial"):
        return ""
    held = points[-1].get("chance")
    if held is None:
        return f"{_CHANCE} {LOOK}"
    name = unit_of_time(points[-1]["window"])
    known = sum(row["value"] is not None for row in points)
    return (
        f"By chance alone, about {round(held * 100)} of 100 steady charts of {known} {name}s would show a signal "
        f"somewhere. {LOOK}"
    )


def chance_of_last(charts: Sequence[Sequence[Row]], what: str) -> str:
    """How many of some charts would signal at their last point though nothing happens."""
    held = [points[-1] for points in charts if points and points[-1]["state"] in ("limits", "trial")]
    known = [row["chance_last"] for row in held if row.get("chance_last") is not None]
    if not known:
        return f"{_CHANCE} {LOOK}" if held else ""
    return f"{phrases.by_chance(sum(known), len(known), what, 'signal at their latest point')} {LOOK}"


def limits(points: Sequence[Row], measure: Row) -> str:
    """What the chart's limits are and where they come from."""
    if not points:
        return ""
    last = points[-1]
    name = unit_of_time(last["window"])
    mean = kinds.is_mean(measure)
    if last["state"] == "table":
        return f"Too few in a typical {name}: the numbers are given without limits or signals."
    if last["state"] == "run":
        return " ".join([f"Fewer than 8 {name}s: the points are drawn without limits.", *anew(last)])
    wide = (
        f"Its width comes from how much neighbouring {name}s differ."
        if mean
        else "It is wider where the number under the point is smaller."
    )
    said = f"The shaded band is the usual range: when nothing has changed, almost every {name} falls inside it. {wide}"
    if last["state"] == "trial":
        said += f" The limits are a trial: there are fewer than 13 {name}s so far."
    parameters = _phase(last)
    if parameters.get("chart") == "pp":
        said += f" It allows for {name}s differing more than chance alone would make them (Laney's p′ chart)."
    baseline = parameters.get("baseline")
    if isinstance(baseline, dict):
        begins = parameters.get("start", 0)
        start, end = baseline.get("first"), baseline.get("last")
        if isinstance(start, int) and isinstance(end, int) and 0 <= start <= end < len(points) - begins:
            first, until = (
                phrases.point_name(last["window"], points[begins + n]["period_end"]) for n in (start, end)
            )
            said += f" It is worked out from the points {first} to {until}."
    said += "".join(f" {one}" for one in anew(last))
    return said if tested(points) else f"{said} {NOT_TESTED}"


def begins_anew(point: Row) -> list[date]:
    """The days on which a chart begins anew, in order."""
    return sorted(map(date.fromisoformat, _parameters(point.get("baseline")).get("rebased") or {}))


def anew(point: Row) -> list[str]:
    """From when a chart begins anew, and why, one sentence each."""
    held = _parameters(point.get("baseline")).get("rebased") or {}
    return [
        f"From {phrases.month(date.fromisoformat(day))} on it begins anew{f', because: {why}' if why else '.'}"
        for day, why in held.items()
    ]


def unit_of_time(window: str) -> str:
    """month or quarter."""
    return "quarter" if window == "quarter" else "month"


def _phase(point: Row) -> dict[str, Any]:
    """What the chart's last phase was made with; of a chart in one, the chart."""
    held = _parameters(point.get("baseline"))
    phases = held.get("phases")
    return phases[-1] if isinstance(phases, list) and phases else held


def _parameters(text: str | None) -> dict[str, Any]:
    """What the chart was made with, as stored beside its points."""
    try:
        held = json.loads(text or "{}")
    except ValueError:
        return {}
    return held if isinstance(held, dict) else {}
