"""Charts over time beside those of published peers, for the same input: p-charts and XmR.

Every case and every key of a file is looked at. A key is compared, or stands in LEFT_OUT with its reason; a key
that is in neither fails. Where we mean to differ, DEVIATIONS says so, and the test shows what we give instead.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from pipelines.statistics.charts import clipped, p_chart, p_charts, p_limits
from pipelines.statistics.classes import assurance, variation
from pipelines.statistics.rules import outside, shift, signals, trend, two_of_three
from pipelines.statistics.series import LIMITS_POINTS, rebased
from pipelines.statistics.xmr import REACH, xmr_chart, xmr_charts, xmr_limits
from tests.statistics.reference import (
    DEVIATIONS,
    LEFT_OUT,
    cases,
    close,
    exactly,
    flags,
    number,
    numbers,
    params,
    present,
    reference,
)

# --- p-charts

P_KEYS = {"y", "cl", "lcl", "ucl", "lcl_2s", "ucl_2s", "sigma_signal"}
ANHOEJ = {"runs_signal", "longest_run", "longest_run_max", "n_crossings", "n_crossings_min", "n_useful"}


def parts(case: dict) -> list[slice]:
    """A rebased chart is one chart after the other."""
    cuts = [0, *(case["input"]["part"] or []), len(case["input"]["x"])]
    return [slice(start, stop) for start, stop in pairwise(cuts)]


def p_case(case: dict | None) -> dict:
    case = present(case, "pchart.json")
    if case["chart"] in LEFT_OUT:
        pytest.skip(f"chart {case['chart']}: {LEFT_OUT[case['chart']]}")
    assert set(case["expected"]) <= P_KEYS | ANHOEJ
    assert case["chart"] in ("p", "pp")
    return case


@pytest.mark.parametrize("case", params("pchart.json"))
def test_p_chart_limits_equal_qicharts2(case):
    case = p_case(case)
    x, n = numbers(case["input"]["x"]), numbers(case["input"]["n"])
    expected, freeze = case["expected"], case["input"]["freeze"]
    for part in parts(case):
        baseline = (0, min(freeze, x[part].size) - 1) if freeze else None
        laney = case["chart"] == "pp"
        centre, sigma = p_limits(x[part], n[part], baseline, laney=laney, screened=case["screened_mr"])
        got = dict(zip(("lcl", "ucl"), clipped(centre, sigma, 3), strict=True))
        got |= dict(zip(("lcl_2s", "ucl_2s"), clipped(centre, sigma, 2), strict=True))
        got["cl"] = centre
        for name, values in got.items():
            close(values, numbers(expected[name])[part], err_msg=name)
        y = numbers(expected["y"])[part]
        assert ((outside(y, centre, sigma) != 0) == flags(expected["sigma_signal"])[part]).all()


@pytest.mark.parametrize("case", params("pchart.json"))
def test_whole_p_chart_draws_the_reference_limits(case):
    """The chart that is published has the same limits as the peer wherever it has limits at all."""
    case = p_case(case)
    if case["screened_mr"] and case["chart"] == "pp":
        pytest.skip("a published p' chart is never screened; p_limits is compared above")
    x, n, freeze = numbers(case["input"]["x"]), numbers(case["input"]["n"]), case["input"]["freeze"]
    for part in parts(case):
        baseline = (0, min(freeze, x[part].size) - 1) if freeze else None
        chart = p_chart(x[part], n[part], baseline=baseline, chart=case["chart"])
        expected = {
            name: numbers(values)[part] for name, values in case["expected"].items() if name in P_KEYS
        }
        no_limits = not np.isfinite(expected["lcl"]).any()
        assert (chart.state == "run") == (no_limits or chart.parameters["baseline"]["points"] < 8)
        exactly(chart.value, expected["y"])
        drawn = {"lcl": chart.lower, "ucl": chart.upper, "lcl_2s": chart.lower_2s, "ucl_2s": chart.upper_2s}
        for name, got in drawn.items():
            wanted = np.full(x[part].shape, np.nan) if chart.state == "run" else expected[name]
            close(got, wanted, err_msg=name)
        if chart.state != "run":
            assert ((chart.signal == "outside") == flags(case["expected"]["sigma_signal"])[part]).all()


def test_p_charts_of_all_cases_together_are_those_of_each():
    """Every case of one length is a row among others, and comes out as alone."""
    reference("pchart.json")
    some = [case for case in cases("pchart.json") if case["chart"] in ("p", "pp")]
    for length in {len(case["input"]["x"]) for case in some}:
        same = [case["input"] for case in some if len(case["input"]["x"]) == length]
        x, n = (np.array([numbers(case[name]) for case in same]) for name in ("x", "n"))
        together = p_charts(x, n)
        for row in range(len(same)):
            alone = p_charts(x[row : row + 1], n[row : row + 1])
            for got, wanted in zip(together, alone, strict=True):
                np.testing.assert_array_equal(got[row], wanted[0])


# --- XmR charts

PHASE_KEYS = {
    "start", "end", "n", "mean", "amr_raw", "n_mr_screened_out", "amr", "lpl", "upl", "lower_2s", "upper_2s",
    "short_group_warning", "rules",
}  # fmt: skip
SERIES_KEYS = {
    "phases", "relative_to_mean", "close_to_limits", "special_cause_type", "point_type", "variation_icon",
    "assurance_type", "assurance_icon", "warnings",
}  # fmt: skip
OLD_RULES = {"two_of_three": "nhsrplotthedots"}


def xmr_case(case: dict | None) -> dict:
    case = present(case, "xmr.json")
    assert set(case["expected"]) <= SERIES_KEYS
    return case


def phase_values(case: dict, phase: dict) -> tuple[np.ndarray, tuple[int, int] | None]:
    y = numbers(case["input"]["y"])[phase["start"] : phase["end"] + 1]
    fix = case["input"]["fix_after_n_points"]
    return y, (0, min(fix, y.size) - 1) if fix else None


def guarded(phase: dict) -> bool:
    """Whether screening left the peer nothing but zeros, or nothing at all."""
    return bool(phase["n_mr_screened_out"]) and not phase["amr"]


@pytest.mark.parametrize("case", params("xmr.json"))
def test_xmr_limits_equal_nhsrplotthedots_in_every_phase(case):
    case = xmr_case(case)
    for phase in case["expected"]["phases"]:
        assert set(phase) <= PHASE_KEYS
        assert phase["short_group_warning"] == (phase["n"] < LIMITS_POINTS)
        y, baseline = phase_values(case, phase)
        assert y.size == phase["n"]
        centre, sigma = xmr_limits(y, baseline, screened=case["input"]["screen_outliers"])
        _, raw = xmr_limits(y, baseline, screened=False)
        close(centre, number(phase["mean"]))
        close(raw * 3 / REACH, number(phase["amr_raw"]))
        if guarded(phase):  # deviation: guard
            assert sigma == raw
            continue
        close(sigma * 3 / REACH, number(phase["amr"]))
        for name, width in (("lpl", -3), ("upl", 3), ("lower_2s", -2), ("upper_2s", 2)):
            close(centre + width * sigma, number(phase[name]), err_msg=name)


@pytest.mark.parametrize("case", params("xmr.json"))
def test_rules_equal_nhsrplotthedots_in_every_phase(case):
    case = xmr_case(case)
    for phase in case["expected"]["phases"]:
        y, _ = phase_values(case, phase)
        centre, sigma = number(phase["mean"]), (number(phase["upl"]) - number(phase["mean"])) / 3
        got = {
            "outside_limits": outside(y, centre, sigma),
            "two_in_three_nhsr": two_of_three(y, centre, sigma, "nhsrplotthedots"),
            "two_in_three_mdc2023": two_of_three(y, centre, sigma),
        }
        got |= {f"trend{length}": trend(y, length) for length in (5, 6, 7, 8)}
        got |= {f"shift{length}": shift(y, centre, length) for length in (6, 7, 8)}
        assert set(phase["rules"]) <= set(got)
        for name, expected in phase["rules"].items():
            assert ((got[name] != 0) == flags(expected)).all(), name


def label(signal: str, side: str) -> str:
    """Our name for a point in the peer's words."""
    high = side == "high"
    return {
        "": "Common Cause",
        "outside": "Above UCL" if high else "Below LCL",
        "trend": f"7 Point Trend ({'Increasing' if high else 'Decreasing'})",
        "two_of_three": f"2 in 3 {'Above' if high else 'Below'} CL",
        "shift": f"7 Points {'Above' if high else 'Below'} CL",
    }[signal]


def point_type(side: str, direction: str) -> str:
    if not side:
        return "common_cause"
    if direction == "neutral":
        return f"special_cause_neutral_{side}"
    return f"special_cause_{'improvement' if (side == 'high') == (direction == 'increase') else 'concern'}"


HIGHER_IS = {"increase": "better", "decrease": "worse", "neutral": "neither"}
ICON = {
    "improving": "improvement",
    "getting worse": "concern",
    "higher": "neutral",
    "lower": "neutral",
    "no clear change": "common_cause",
}
PROMISE = {
    "will reliably meet": "consistent_pass",
    "will not meet without change": "consistent_fail",
    "may or may not meet": "inconsistent",
    "no target": None,
}
PROMISE_ICON = {
    "consistent_pass": "pass",
    "consistent_fail": "fail",
    "inconsistent": "inconsistent",
    None: None,
}


@pytest.mark.parametrize("case", params("xmr.json"))
def test_labels_classes_and_precedence_equal_nhsrplotthedots(case):
    case = xmr_case(case)
    y, expected, given = numbers(case["input"]["y"]), case["expected"], case["input"]
    if np.isnan(y).any():
        pytest.skip(DEVIATIONS["missing"])
    signal, side, mean_side, near = [], [], [], []
    for phase in expected["phases"]:
        part, baseline = phase_values(case, phase)
        centre, sigma = xmr_limits(part, baseline, screened=given["screen_outliers"])
        if guarded(phase):  # deviation: guard; what the peer says of limits that it has not, it says of none
            sigma = (number(phase["upl"]) - centre) / 3
        found = signals(part, centre, sigma, OLD_RULES)
        signal += list(found[0])
        side += list(found[1])
        mean_side += list(np.sign(part - centre))
        near += list(np.where(outside(part, centre, sigma) == 0, outside(part, centre, sigma, 2), 0))
    assert [label(*point) for point in zip(signal, side, strict=True)] == expected["special_cause_type"]
    assert [point_type(s, given["improvement_direction"]) for s in side] == expected["point_type"]
    assert mean_side == list(numbers(expected["relative_to_mean"]))
    known = [v is not None for v in expected["close_to_limits"]]
    assert [abs(v) for v, k in zip(near, known, strict=True) if k] == [
        abs(v) for v in expected["close_to_limits"] if v is not None
    ]

    higher_is = HIGHER_IS[given["improvement_direction"]]
    icon = ICON[variation("limits", y, signal, side, higher_is)]
    assert (icon if icon == "common_cause" else f"{icon}_{side[-1]}") == expected["variation_icon"]
    last = expected["phases"][-1]
    if last["upl"] is not None:
        limits = (np.full(y.shape, number(last[name])) for name in ("lpl", "upl"))
        promise = PROMISE[assurance("limits", y, *limits, given["target"], higher_is)]
        assert promise == expected["assurance_type"]
        assert PROMISE_ICON[promise] == expected["assurance_icon"]


@pytest.mark.parametrize("case", params("xmr.json"))
def test_whole_xmr_chart_draws_the_reference_limits_and_signals(case):
    """The chart that is published, phase by phase, is the peer's where it has limits at all. Deviations: few, guard."""
    case = xmr_case(case)
    given, expected = case["input"], case["expected"]
    fix, y = given["fix_after_n_points"], numbers(given["y"])

    def make(values):
        baseline = (0, min(fix, values.size) - 1) if fix else None
        return xmr_chart(values, baseline=baseline, screened=given["screen_outliers"], rules=OLD_RULES)

    starts = [phase["start"] for phase in expected["phases"]][1:]
    chart = rebased(make, starts, y)
    assert [phase["start"] for phase in chart.parameters["phases"]] == [0, *starts]
    for phase, told in zip(expected["phases"], chart.parameters["phases"], strict=True):
        part = slice(phase["start"], phase["end"] + 1)
        close(chart.centre[part], number(phase["mean"]))
        if told["baseline"]["points"] < 8 or phase["amr_raw"] is None:
            assert np.isnan(chart.lower[part]).all()
            assert set(chart.signal[part]) == {""}
        elif not guarded(phase):
            close(chart.lower[part], number(phase["lpl"]))
            close(chart.upper[part], number(phase["upl"]))
            if not np.isnan(y).any():
                got = [label(*point) for point in zip(chart.signal[part], chart.side[part], strict=True)]
                assert got == expected["special_cause_type"][part]


@pytest.mark.parametrize("case", params("xmr.json"))
def test_xmr_limits_equal_the_i_chart_of_qicharts2(case):
    case = present(case, "xmr.json")
    if "qicharts2_i" not in case:
        pytest.skip("no i-chart of this case")
    peer = case["qicharts2_i"]
    assert set(peer) <= {"cl", "lcl", "ucl", *ANHOEJ}
    y = numbers(case["input"]["y"])
    centre, sigma = xmr_limits(y, screened=case["input"]["screen_outliers"])
    close(centre, number(peer["cl"]))
    if peer["lcl"] is None or (sigma > 0 and peer["lcl"] == peer["cl"]):  # deviation: guard
        assert sigma == xmr_limits(y, screened=False)[1]
        return
    for name, width in (("lcl", -3), ("ucl", 3)):  # deviation: i-chart
        close(centre + width * sigma / REACH / 1.128 * 3, number(peer[name]), err_msg=name)


def test_xmr_charts_of_all_cases_together_are_those_of_each():
    reference("xmr.json")
    series = [numbers(case["input"]["y"]) for case in cases("xmr.json")]
    for length in {y.size for y in series}:
        same = np.array([y for y in series if y.size == length])
        together = xmr_charts(same)
        for row, y in enumerate(same):
            for got, wanted in zip(together, xmr_charts(y[None]), strict=True):
                np.testing.assert_array_equal(got[row], wanted[0])
