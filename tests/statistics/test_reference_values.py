"""Compare with the values that published peers gave for the same input.

The files stand in the folder that REFERENCE_VECTORS names (default: ../shared/vectors, seen from the
repository); they are not part of the repository. Where a file is absent its tests are skipped; the handful of
values copied into the other tests of this folder still holds the line.
"""

from __future__ import annotations

import csv
import json
import os
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pipelines.statistics.charts import clipped, p_chart, p_limits
from pipelines.statistics.proportions import wilson
from pipelines.statistics.rules import outside, shift, signals, trend, two_of_three

ROOT = Path(__file__).resolve().parents[2]
FOLDER = (ROOT / os.environ.get("REFERENCE_VECTORS", "../shared/vectors")).resolve()

COMPARED = {"wilson.csv", "pchart.json", "xmr.json"}
CHARTS_NOT_YET = {"u": "rates over time", "up": "rates over time, Laney's u'"}


def reference(name: str) -> Path:
    path = FOLDER / name
    if not path.exists():
        pytest.skip(
            f"{name} is not in {FOLDER.name}: set REFERENCE_VECTORS to the folder of reference values"
        )
    return path


def cases(name: str) -> list[dict]:
    """The cases of a JSON file, or none where it is absent, so that collecting the tests needs no file."""
    path = FOLDER / name
    return json.loads(path.read_text())["cases"] if path.exists() else []


def params(name: str) -> list:
    found = [pytest.param(case, id=case["id"]) for case in cases(name)]
    return found or [pytest.param(None, id=f"{name} absent")]


def numbers(values: list) -> np.ndarray:
    return np.array([np.nan if v is None else v for v in values], dtype=float)


def parts(case: dict) -> list[slice]:
    """A rebased chart is one chart after the other."""
    cuts = [0, *(case["input"]["part"] or []), len(case["input"]["x"])]
    return [slice(start, stop) for start, stop in pairwise(cuts)]


def flags(values: list) -> np.ndarray:
    return np.array([bool(v) for v in values])


def test_wilson_equals_phe_proportion():
    with reference("wilson.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    for level in sorted({row["conf"] for row in rows}):
        some = [row for row in rows if row["conf"] == level]
        names = ("x", "n", "lower", "upper")
        column = {name: np.array([float(row[name] or "nan") for row in some]) for name in names}
        low, high = wilson(column["x"], column["n"], float(level))
        np.testing.assert_allclose(low, column["lower"], rtol=1e-9, atol=0, equal_nan=True)
        np.testing.assert_allclose(high, column["upper"], rtol=1e-9, atol=0, equal_nan=True)


@pytest.mark.parametrize("case", params("pchart.json"))
def test_p_chart_limits_equal_qicharts2(case):
    if case is None:
        reference("pchart.json")
    if case["chart"] in CHARTS_NOT_YET:
        pytest.skip(f"chart {case['chart']}: {CHARTS_NOT_YET[case['chart']]} are not part of this version")
    assert case["chart"] in ("p", "pp")
    x, n = numbers(case["input"]["x"]), numbers(case["input"]["n"])
    expected, freeze = case["expected"], case["input"]["freeze"]
    for part in parts(case):
        baseline = (0, freeze - 1) if freeze else None
        laney = case["chart"] == "pp"
        centre, sigma = p_limits(x[part], n[part], baseline, laney=laney, screened=case["screened_mr"])
        got = dict(zip(("lcl", "ucl"), clipped(centre, sigma, 3), strict=True))
        got |= dict(zip(("lcl_2s", "ucl_2s"), clipped(centre, sigma, 2), strict=True))
        got["cl"] = centre
        for name, values in got.items():
            wanted = numbers(expected[name])[part]
            np.testing.assert_allclose(values, wanted, rtol=1e-9, atol=1e-12, equal_nan=True, err_msg=name)
        y = numbers(expected["y"])[part]
        assert ((outside(y, centre, sigma) != 0) == flags(expected["sigma_signal"])[part]).all()


@pytest.mark.parametrize("case", params("pchart.json"))
def test_whole_p_chart_draws_the_reference_limits(case):
    """The chart that is published has the same limits as the peer wherever it has limits at all."""
    if case is None:
        reference("pchart.json")
    if case["chart"] in CHARTS_NOT_YET:
        pytest.skip(f"chart {case['chart']}: {CHARTS_NOT_YET[case['chart']]} are not part of this version")
    if case["screened_mr"] and case["chart"] == "pp":
        pytest.skip("a published p' chart is never screened; p_limits is compared above")
    x, n, freeze = numbers(case["input"]["x"]), numbers(case["input"]["n"]), case["input"]["freeze"]
    for part in parts(case):
        chart = p_chart(x[part], n[part], baseline=(0, freeze - 1) if freeze else None, chart=case["chart"])
        expected = {name: numbers(values)[part] for name, values in case["expected"].items()}
        no_limits = not np.isfinite(expected["lcl"]).any()
        assert (chart.state == "run") == (no_limits or chart.parameters["baseline"]["points"] < 8)
        np.testing.assert_allclose(chart.value, expected["y"], rtol=1e-9, equal_nan=True)
        drawn = {"lcl": chart.lower, "ucl": chart.upper, "lcl_2s": chart.lower_2s, "ucl_2s": chart.upper_2s}
        for name, got in drawn.items():
            wanted = np.full(x[part].shape, np.nan) if chart.state == "run" else expected[name]
            np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-12, equal_nan=True, err_msg=name)
        if chart.state != "run":
            assert ((chart.signal == "outside") == flags(case["expected"]["sigma_signal"])[part]).all()


@pytest.mark.parametrize("case", params("xmr.json"))
def test_rules_equal_nhsrplotthedots_in_every_phase(case):
    if case is None:
        reference("xmr.json")
    y_all = numbers(case["input"]["y"])
    if "phases" not in case["expected"]:
        assert np.isnan(y_all).any(), "the peer stops only on series with missing points"
        pytest.skip("NHSRplotthedots stops with an error on this series")
    for phase in case["expected"]["phases"]:
        y = y_all[phase["start"] : phase["end"] + 1]
        centre, upper = (np.nan if phase[key] is None else phase[key] for key in ("mean", "upl"))
        sigma = (upper - centre) / 3
        rules = phase["rules"]
        got = {
            "outside_limits": outside(y, centre, sigma),
            "two_in_three_nhsr": two_of_three(y, centre, sigma, "nhsrplotthedots"),
            "two_in_three_mdc2023": two_of_three(y, centre, sigma),
        }
        got |= {f"trend{length}": trend(y, length) for length in (6, 7)}
        got |= {f"shift{length}": shift(y, centre, length) for length in (6, 7, 8)}
        assert set(rules) <= set(got)
        for name, expected in rules.items():
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


@pytest.mark.parametrize("case", params("xmr.json"))
def test_labels_and_precedence_equal_nhsrplotthedots(case):
    if case is None:
        reference("xmr.json")
    y = numbers(case["input"]["y"])
    if "phases" not in case["expected"] or np.isnan(y).any():
        pytest.skip("missing points: the peer stops or breaks the run, we pass over them")
    got = []
    for phase in case["expected"]["phases"]:
        centre, upper = (np.nan if phase[key] is None else phase[key] for key in ("mean", "upl"))
        part = y[phase["start"] : phase["end"] + 1]
        signal, side = signals(part, centre, (upper - centre) / 3, {"two_of_three": "nhsrplotthedots"})
        got += [label(*point) for point in zip(signal, side, strict=True)]
    assert got == case["expected"]["special_cause_type"]


def test_reference_files_left_for_later():
    left = sorted({path.name for path in FOLDER.glob("*.[cj]s*")} - COMPARED)
    pytest.skip(f"not part of this version: {', '.join(left) or 'nothing'}")
