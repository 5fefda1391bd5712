"""Compare with the values that published peers gave for the same input.

The files stand in the folder that REFERENCE_VECTORS names (default: ../shared/vectors, seen from the
repository); they are not part of the repository. Where a file is absent its tests are skipped; the handful of
values copied into the other tests of this folder still holds the line.

Every case and every key of a file is looked at. A key is compared, or stands in LEFT_OUT with its reason; a key
that is in neither fails. Where we mean to differ, DEVIATIONS says so, and the test shows what we give instead.
"""

from __future__ import annotations

import csv
import json
import math
import os
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pipelines.statistics import agreement, funnels, rates, representativeness
from pipelines.statistics.charts import clipped, p_chart, p_charts, p_limits
from pipelines.statistics.classes import assurance, variation
from pipelines.statistics.proportions import wilson
from pipelines.statistics.rules import outside, shift, signals, trend, two_of_three
from pipelines.statistics.series import LIMITS_POINTS, rebased
from pipelines.statistics.xmr import REACH, xmr_chart, xmr_charts, xmr_limits

ROOT = Path(__file__).resolve().parents[2]
FOLDER = (ROOT / os.environ.get("REFERENCE_VECTORS", "../shared/vectors")).resolve()

COMPARED = {
    "wilson.csv", "byar.csv", "pchart.json", "xmr.json", "funnel.json", "kappa.json", "poststrat.json",
}  # fmt: skip

DEVIATIONS = {
    "guard": "XmR: screening that leaves no moving range, or only zeros, gives way to the unscreened mean; "
    "NHSRplotthedots has no limits there, or limits of no width",
    "missing": "rules pass over a missing point; NHSRplotthedots ends the run, or stops with an error",
    "error": "where a peer refuses what it is given (missing points, a denominator of 0), ours go on, or refuse in "
    "words of their own; the tests beside this one hold those",
    "certain": "a level of 100% is refused; PHEindicatormethods gives 0 and 1",
    "few": "fewer than 8 points have no limits; fewer than 13, no limits that a target is held against",
    "i-chart": "2.66 as Making Data Count, where qicharts2 has 3 / 1.128",
    "irr": "irr 0.84.1's alpha divides by 1, not by raters - 1, where data are complete and raters more than 2, and "
    "gives 1 where all ratings are equal",
    "funnel guard": "FunnelPlotR sets limits to 0 or 1 where its grid of 1,000 points falls, and lets the rest turn "
    "back; we keep the formula and stop at 0 and 1",
    "one place": "tau2 of a single place is 0; FunnelPlotR has none, and no limits",
    "clipped": "the peer's upper limits may pass 100%; ours are kept within",
    "iterated": "the peer's number comes from an iteration that stops early; compared to six digits",
}

LEFT_OUT = {
    "u": "rates over time are drawn as XmR",
    "up": "rates over time are drawn as XmR",
    "SR": "no ratios of observed to expected are compared",
    "RC": "no ratios of two counts are compared",
    "anhoej": "Anhøj's runs rules are not used; Making Data Count's are",
    "fleiss": "Fleiss' kappa is not used: AC1 and alpha serve more than two raters",
    "linear alpha": "alpha has the metrics nominal, ordinal and interval",
    "raking": "estimates are post-stratified, not raked",
    "suppression.json": "small-number protection is compared in tests/disclosure",
}

close = partial(np.testing.assert_allclose, rtol=1e-9, atol=1e-12, equal_nan=True)
exactly = partial(np.testing.assert_allclose, rtol=1e-9, atol=0, equal_nan=True)


def reference(name: str) -> Path:
    path = FOLDER / name
    if not path.exists():
        pytest.skip(
            f"{name} is not in {FOLDER.name}: set REFERENCE_VECTORS to the folder of reference values"
        )
    return path


def cases(name: str, part: str = "cases") -> list[dict]:
    """The cases of a JSON file, or none where it is absent, so that collecting the tests needs no file."""
    path = FOLDER / name
    return json.loads(path.read_text()).get(part, []) if path.exists() else []


def params(name: str, part: str = "cases") -> list:
    found = [
        pytest.param(case, id=str(case.get("id", number))) for number, case in enumerate(cases(name, part))
    ]
    return found or [pytest.param(None, id=f"{name} has no {part}")]


def present(case: dict | None, name: str) -> dict:
    if case is None:
        reference(name)
        pytest.skip(f"{name} has no such cases")
    if "error" in case.get("expected", {}):
        pytest.skip(f"the peer stops with an error: {DEVIATIONS['error']}")
    return case


def numbers(values: list) -> np.ndarray:
    return np.array([np.nan if v is None else v for v in values], dtype=float)


def number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def columns(name: str) -> dict[str, np.ndarray]:
    with reference(name).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    text = {"source", "method"}
    return {
        key: np.array(
            [
                row[key] if key in text else float("nan" if row[key] in ("", "NA") else row[key])
                for row in rows
            ]
        )
        for key in rows[0]
    }


def flags(values: list) -> np.ndarray:
    return np.array([bool(v) for v in values])


# --- shares and rates


def test_wilson_equals_phe_proportion():
    column = columns("wilson.csv")
    assert set(column) <= {"x", "n", "conf", "value", "lower", "upper", "source"}
    for level in np.unique(column["conf"]):
        some = column["conf"] == level
        x, n = column["x"][some], column["n"][some]
        if level >= 1:  # deviation: certain
            with pytest.raises(ValueError, match="confidence level"):
                wilson(x, n, level)
            continue
        low, high = wilson(x, n, level)
        exactly(low, column["lower"][some])
        exactly(high, column["upper"][some])
        exactly(x / np.where(n > 0, n, np.nan), column["value"][some])


def test_rates_equal_phe_rate():
    column = columns("byar.csv")
    assert set(column) <= {
        "x", "n", "conf", "multiplier", "value", "lower", "upper", "method", "byar_count_lower", "byar_count_upper",
    }  # fmt: skip
    for row in range(column["x"].size):
        x, n, level, per = (column[name][row] for name in ("x", "n", "conf", "multiplier"))
        exactly(rates.rate(x, n, per, level), [column[name][row] for name in ("value", "lower", "upper")])
        exactly(rates.byar(x, level), [column[f"byar_count_{end}"][row] for end in ("lower", "upper")])
        if not math.isnan(x):
            assert (x < rates.EXACT_BELOW) == (column["method"][row] == "Exact")


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


# --- funnels

LEVELS = {"95": 0.95, "998": 0.998}
PLACES = {
    "higher (99.8%)": "High (0.001)",
    "lower (99.8%)": "Low (0.001)",
    "higher (95%)": "High (0.025)",
    "lower (95%)": "Low (0.025)",
    "as expected": "Not significant",
}


@pytest.mark.parametrize("case", params("funnel.json"))
def test_funnels_equal_funnelplotr(case):
    case = present(case, "funnel.json")
    if case["data_type"] in LEFT_OUT:
        pytest.skip(f"{case['data_type']}: {LEFT_OUT[case['data_type']]}")
    assert case["data_type"] == "PR"
    x, n, expected = numbers(case["input"]["x"]), numbers(case["input"]["n"]), case["expected"]
    limits = {f"{pre}{end}CL{level}" for pre in ("", "OD_") for end in "LU" for level in LEVELS}
    assert set(expected) <= limits | {
        "phi", "tau2", "target", "ratio", "z", "z_winsorised_or_truncated", "outlier",
    }  # fmt: skip
    target = funnels.funnel(x, n).target
    spread = funnels.dispersion(x, n)
    close(target, expected["target"])
    close(x / n, numbers(expected["ratio"]))
    close(spread.z, numbers(expected["z"]), atol=1e-11)
    close(spread.winsorised, numbers(expected["z_winsorised_or_truncated"]), atol=1e-11)
    close(spread.phi, number(expected["phi"]))
    if expected["tau2"] is None:  # deviation: one place
        assert (x.size, spread.tau2) == (1, 0.0)
        return
    close(spread.tau2, expected["tau2"], atol=1e-15)
    for pre, tau2 in (("", 0.0), ("OD_", spread.tau2)):
        for name, level in LEVELS.items():
            low, high = funnels.adjusted_limits(n, target, level, tau2)
            wanted_low, wanted_high = (numbers(expected[f"{pre}{end}CL{name}"]) for end in "LU")
            low_kept, high_kept = (low > 0) & (wanted_low > 0), (high < 1) & (wanted_high < 1)
            close(low[low_kept], wanted_low[low_kept])  # elsewhere deviation: funnel guard
            close(high[high_kept], wanted_high[high_kept])
    wide = (numbers(expected[f"OD_{end}CL998"]) for end in "LU")
    place = funnels.places(x / n, *funnels.adjusted_limits(n, target, 0.95, spread.tau2), *wide)
    got = np.isin(place, ("higher (99.8%)", "lower (99.8%)"))
    assert (got == flags(expected["outlier"])).all()


@pytest.mark.parametrize("case", params("funnel.json"))
def test_funnel_limits_equal_phe_and_the_exact_binomial(case):
    case = present(case, "funnel.json")
    if "phe_wilson" not in case and "exact_binomial_interpolated" not in case:
        pytest.skip("no proportion funnel of this case")
    x, n = numbers(case["input"]["x"]), numbers(case["input"]["n"])
    target = funnels.funnel(x, n).target
    makers = {"phe_wilson": funnels.normal_limits, "exact_binomial_interpolated": funnels.exact_limits}
    for name, make in makers.items():
        expected = case.get(name)
        if expected is None:
            continue
        assert set(expected) <= {"baseline", "L95", "U95", "L998", "U998", "significance"}
        if "baseline" in expected:
            close(target, expected["baseline"])
        got = [limit for level in LEVELS.values() for limit in make(n, target, level)]
        for limit, key in zip(got, ("L95", "U95", "L998", "U998"), strict=True):
            close(limit, np.clip(numbers(expected[key]), 0, 1), err_msg=key)  # deviation: clipped
        if "significance" in expected:
            place = funnels.places(x / np.where(n > 0, n, np.nan), *got)
            assert [PLACES.get(p, p) for p in place] == expected["significance"]


@pytest.mark.parametrize("case", params("funnel.json", "phe_rate"))
def test_rates_against_the_overall_rate_equal_phe(case):
    case = present(case, "funnel.json")
    events, population = numbers(case["events"]), numbers(case["population"])
    expected = population * events.sum() / population.sum()
    low, high = rates.poisson(events, 0.95)
    low_998, high_998 = rates.poisson(events, 0.998)
    # a rate is high where the whole interval of its events lies above what the overall rate expects
    place = funnels.places(-expected, -high, -low, -high_998, -low_998)
    assert [PLACES[p] for p in place] == case["significance"]


@pytest.mark.parametrize("case", params("funnel.json", "phe_poisson_table"))
def test_exact_poisson_equals_the_table_of_phe(case):
    case = present(case, "funnel.json")
    events = case["events"]
    names = {"p025": 0.95, "p001": 0.998}
    assert set(case) <= {"events"} | {
        f"{way}_{p}_{end}" for way in ("exp", "chisq") for p in names for end in ("low", "high")
    }
    for p, level in names.items():
        for end, got in zip(("low", "high"), rates.exact(events, level), strict=True):
            if f"chisq_{p}_{end}" in case:
                exactly(got, case[f"chisq_{p}_{end}"])
            if f"exp_{p}_{end}" in case:  # deviation: iterated
                np.testing.assert_allclose(got, case[f"exp_{p}_{end}"], rtol=1e-6, atol=1e-6)


# --- agreement

WEIGHT = {"unweighted": "none", "linear": "linear", "quadratic": "quadratic"}
IRR_WEIGHT = {"unweighted": "none", "equal": "linear", "squared": "quadratic"}


@pytest.mark.parametrize("case", params("kappa.json"))
def test_agreement_equals_irrcac_and_irr(case):
    case = present(case, "kappa.json")
    scale, ratings, expected = case["categories"], case["ratings"], dict(case["expected"])
    profiles = agreement.profiles_of(ratings, scale)
    complete = all(grade is not None for row in ratings for grade in row)
    raters = len(ratings[0])
    values = scale if all(isinstance(category, int | float) for category in scale) else None
    compared = {}

    for name, weight in WEIGHT.items():
        value, se = agreement.gwet_ac(profiles, weight)
        compared[f"gwet_ac_raw_{name}"] = value
        if weight == "none":
            compared["gwet_ac1_se"] = se
    for metric in ("nominal", "ordinal", "interval"):
        value = agreement.krippendorff_alpha(profiles, metric, values=values)
        compared[f"krippendorff_reference_{metric}"] = value
        if not (complete and raters > 2) and not math.isnan(value):  # deviation: irr
            compared[f"krippendorff_irr_{metric}"] = value
        else:
            expected.pop(f"krippendorff_irr_{metric}", None)
    compared["krippendorff_irrcac_unweighted"] = compared["krippendorff_reference_nominal"]
    compared["krippendorff_irrcac_quadratic"] = agreement.krippendorff_alpha(profiles, "interval")

    if raters == 2:
        first, second = zip(*ratings, strict=True)
        table = agreement.table_of(first, second, scale)
        said = agreement.agreement(table)
        compared["percent_agreement"] = said.share
        both = [row for row in ratings if None not in row]
        seen = sorted({grade for row in both for grade in row})
        for name, weight in WEIGHT.items():
            kappa, se = agreement.cohen_kappa(table, weight)
            compared[f"cohen_kappa_{name}"], compared[f"cohen_kappa_se_{name}"] = kappa, se
            compared[f"gwet_ac_table_{name}"] = agreement.gwet_ac(agreement.profiles_of(both, scale), weight)[
                0
            ]
        for name, weight in IRR_WEIGHT.items():  # irr takes the levels that it sees for the scale
            value = math.nan
            if len(seen) > 1:
                value = agreement.cohen_kappa(agreement.table_of(first, second, seen), weight)[0]
            compared[f"irr_kappa2_{name}_observed_levels"] = value
        np.testing.assert_array_equal(said.kappa, compared["cohen_kappa_quadratic"])
        if complete:
            close(said.ac2, compared["gwet_ac_raw_quadratic"])

    for key, wanted in expected.items():
        if key.startswith("fleiss_raw_") or key == "krippendorff_irrcac_linear":
            continue  # LEFT_OUT: fleiss, linear alpha
        close(compared[key], number(wanted), err_msg=key)


# --- who was heard

STRATA_KEYS = {
    "estimate", "se_survey", "ci_normal", "ci_logit", "unweighted", "weights", "weights_normalised", "kish_neff",
    "se_stratified_fpc", "se_stratified_nofpc",
}  # fmt: skip


@pytest.mark.parametrize("case", params("poststrat.json", "poststratify"))
def test_post_stratified_estimates_equal_r_survey(case):
    case = present(case, "poststrat.json")
    x, n, people = (numbers(case[name]) for name in ("positives", "respondents", "population"))
    expected = case["expected"]
    assert set(expected) <= STRATA_KEYS
    got = representativeness.post_stratified(x, n, people, sampled=case["fpc"], collapse=False)
    close(got.estimate, expected["estimate"])
    close(got.unweighted, expected["unweighted"])
    close(got.se, expected["se_survey"])
    close(got.effective_n, expected["kish_neff"])
    close(got.weights, numbers(expected["weights"]))
    close(got.weights / got.weights.dot(n) * n.sum(), numbers(expected["weights_normalised"]))
    normal = np.array([-1, 1]) * 1.959963984540054 * got.se + got.estimate
    close(normal, numbers(expected["ci_normal"]))
    if got.se > 0:
        np.testing.assert_allclose(
            [got.low, got.high], numbers(expected["ci_logit"]), rtol=1e-6
        )  # deviation: iterated
    for sampled, name in ((True, "se_stratified_fpc"), (False, "se_stratified_nofpc")):
        other = representativeness.post_stratified(x, n, people, sampled=sampled, collapse=False)
        close(other.se_stratified, number(expected[name]), err_msg=name)


@pytest.mark.parametrize("case", params("poststrat.json", "rake"))
def test_raking_is_left_out(case):
    present(case, "poststrat.json")
    pytest.skip(LEFT_OUT["raking"])


# --- what is not compared


def test_reference_files_that_are_left_out():
    files = {path.name for path in FOLDER.glob("*.csv")} | {path.name for path in FOLDER.glob("*.json")}
    if not files:
        pytest.skip("no reference values at hand: set REFERENCE_VECTORS to the folder of reference values")
    if others := sorted(files - COMPARED):
        pytest.skip("; ".join(f"{name}: {LEFT_OUT.get(name, 'nothing here reads it')}" for name in others))
