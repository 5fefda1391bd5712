"""Words for control charts: better or worse only where the definition says so, runs named by what they are."""

from __future__ import annotations

import calendar
import json
from datetime import date

import pytest

from dashboard import signals

BETTER, WORSE, NEITHER = ({"higher_is": way, "kind": "share"} for way in ("better", "worse", "neither"))


def chart(marks: str, state: str = "limits", window: str = "month", **more: object) -> list[dict]:
    """Points from marks: `.` usual, `H`/`L` long run high/low, `O`/`U` outside high/low."""
    named = {
        ".": ("", ""),
        "H": ("shift", "high"),
        "L": ("shift", "low"),
        "O": ("outside", "high"),
        "U": ("outside", "low"),
    }
    made = []
    for place, mark in enumerate(marks):
        year, month = 2024 + place // 12, place % 12 + 1
        end = date(year, month, calendar.monthrange(year, month)[1])
        signal, side = named[mark]
        made.append(
            {"window": window, "state": state, "period_end": end, "signal": signal, "side": side, **more}
        )
    return made


def test_a_run_that_reaches_the_newest_month_is_getting_better() -> None:
    points = chart("......HHHHHHHH")
    assert signals.finding(BETTER, points) == "Getting better: 8 months in a row above average"
    assert signals.sentences(BETTER, points) == [
        "Getting better – this is more than the usual month-to-month change (8 months in a row above average: "
        "July 2024 to February 2025)."
    ]


@pytest.mark.parametrize(
    ("measure", "marks", "said"),
    [
        (BETTER, "..LLLLLLL", "Getting worse: 7 months in a row below average"),
        (WORSE, "..LLLLLLL", "Getting better: 7 months in a row below average"),
        (WORSE, "..HHHHHHH", "Getting worse: 7 months in a row above average"),
        (NEITHER, "..LLLLLLL", "Lower than usual: 7 months in a row below average"),
        (NEITHER, "........O", "Higher than usual: above the upper limit"),
        (BETTER, "........U", "Getting worse: below the lower limit"),
    ],
)
def test_polarity_decides_better_or_worse_and_nothing_else_does(measure: dict, marks: str, said: str) -> None:
    assert signals.finding(measure, chart(marks)) == said


def test_an_earlier_signal_is_never_called_better() -> None:
    points = chart("..O......")
    assert signals.finding(BETTER, points) == (
        "The latest month is within the usual range; the last signal was March 2024 (above the upper limit)"
    )
    assert signals.sentences(BETTER, points) == [
        "Earlier, March 2024: higher than usual (above the upper limit)."
    ]


def test_no_signal_is_no_clear_change() -> None:
    assert (
        signals.finding(BETTER, chart("." * 20)) == "No clear change: every month is within the usual range"
    )
    assert signals.sentences(BETTER, chart("." * 20)) == []


def test_a_point_outside_within_a_long_run_does_not_hide_the_run() -> None:
    (run,) = signals.runs(chart("...HHHOHHHH"))
    assert (run["signal"], run["length"], run["is_latest"]) == ("shift", 8, True)


def test_both_sides_make_two_runs() -> None:
    assert [(run["side"], run["first"], run["last"]) for run in signals.runs(chart(".LLLLLLLHHHHHHH."))] == [
        ("low", 1, 7),
        ("high", 8, 14),
    ]


def test_a_run_marked_only_where_it_became_a_signal_is_not_counted_wrongly() -> None:
    assert (
        signals.finding(BETTER, chart(".......H")) == "Getting better: several months in a row above average"
    )


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("run", "Too few months yet to say what is usual"),
        ("table", "Too few audits in each month to look for signals"),
    ],
)
def test_too_few_points_or_cases_say_so(state: str, said: str) -> None:
    assert signals.finding(BETTER, chart("....", state)) == said


def test_limits_say_where_they_come_from_and_whether_they_are_a_trial() -> None:
    made_with = json.dumps({"chart": "pp", "baseline": {"first": 0, "last": 9, "fixed": False}})
    said = signals.limits(chart("." * 10, "trial", baseline=made_with), BETTER)
    assert "The limits are a trial: there are fewer than 13 months so far." in said
    assert said.endswith("It is worked out from the points January 2024 to October 2024.")
    assert "Laney" in said


@pytest.mark.parametrize("baseline", [None, "", "not json", "[1]", '{"baseline": {"first": 0, "last": 99}}'])
def test_unknown_chart_parameters_are_left_out(baseline: str | None) -> None:
    assert signals.limits(chart("." * 20, baseline=baseline), BETTER).endswith(
        "the number under the point is smaller."
    )


def test_no_signal_is_denied_where_none_was_looked_for() -> None:
    points = chart("." * 20, baseline=json.dumps({"chart": "p", "rules": None}), value=0.5)
    assert signals.finding(BETTER, points) == "Each month, with the range that is usual"
    assert signals.chance(points) == ""
    assert signals.limits(points, BETTER).endswith(signals.NOT_TESTED)


def test_chance_is_said_of_the_chart_that_is_shown() -> None:
    points = chart("." * 36, value=0.5, chance=0.268, chance_last=0.029)
    points[3]["value"] = None
    assert signals.chance(points) == (
        "By chance alone, about 27 of 100 steady charts of 35 months would show a signal somewhere. Look for a reason "
        "before acting."
    )
    assert signals.chance(chart("." * 5, "run", value=0.5, chance=0.0)) == ""
    assert "one in four" in signals.chance(chart("." * 36, value=0.5))
    few = chart("." * 12, "trial", "quarter", chance_last=0.004)
    assert signals.chance_of_last([points, points, few, chart("..", "run"), []], "measures") == (
        "By chance alone, about 0.06 of these 3 measures would signal at their latest point. Look for a reason before "
        "acting."
    )


def test_a_chart_in_phases_says_when_and_why_it_begins_anew() -> None:
    phase = {"chart": "p", "baseline": {"first": 0, "last": 7, "fixed": False}, "rules": {}}
    stored = {
        "phases": [{"start": 0, **phase}, {"start": 10, **phase}],
        "rebased": {"2024-11-01": "Letters of offer were rewritten.", "2025-03-05": ""},
    }
    said = signals.limits(chart("." * 20, "trial", baseline=json.dumps(stored)), BETTER)
    assert "It is worked out from the points November 2024 to June 2025." in said
    assert "From November 2024 on it begins anew, because: Letters of offer were rewritten." in said
    assert said.endswith("From March 2025 on it begins anew.")
