"""p-chart and p': limits worked by hand, states, baselines, what is stored, and which window can carry a chart."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.statistics.charts import kept, laney_sigma_z, p_chart, p_charts, p_limits, suitable_window
from pipelines.statistics.series import Chart

unhurried = settings(deadline=None)  # a busy machine is no fault of the code

HALF = [50] * 20  # of 100 each: centre 0.5, sigma 0.05
HUNDREDS = [100] * 20


def same(one: Chart, other: Chart) -> None:
    for a, b in zip(one, other, strict=True):
        if isinstance(a, np.ndarray):
            np.testing.assert_array_equal(a, b)
        else:
            assert a == b


# --- limits


def test_limits_by_hand():
    # 250 of 500: centre 0.5. sigma is 0.05 where n = 100, 0.1 where n = 25, 0.025 where n = 400
    x, n = [50, 50, 10, 15, 50, 50, 25, 0], [100, 100, 25, 25, 100, 100, 25, 25]
    x, n = [*x, 200], [*n, 400]
    chart = p_chart(x, n, baseline=(0, 7))
    assert chart.state == "trial"
    np.testing.assert_allclose(chart.centre, 0.5)
    np.testing.assert_allclose(chart.lower, [0.35, 0.35, 0.2, 0.2, 0.35, 0.35, 0.2, 0.2, 0.425])
    np.testing.assert_allclose(chart.upper, [0.65, 0.65, 0.8, 0.8, 0.65, 0.65, 0.8, 0.8, 0.575])
    np.testing.assert_allclose(chart.upper_2s, [0.6, 0.6, 0.7, 0.7, 0.6, 0.6, 0.7, 0.7, 0.55])
    np.testing.assert_allclose(chart.value, [0.5, 0.5, 0.4, 0.6, 0.5, 0.5, 1, 0, 0.5])
    assert list(chart.signal) == ["", "", "", "", "", "", "outside", "outside", ""]
    assert list(chart.side) == ["", "", "", "", "", "", "high", "low", ""]


def test_limits_stay_between_0_and_1():
    # centre 0.1, n = 10: 3 sigma is 0.285, 2 sigma 0.190
    chart = p_chart([1] * 13, [10] * 13)
    np.testing.assert_allclose(chart.lower, 0)
    np.testing.assert_allclose(chart.upper, 0.1 + 3 * np.sqrt(0.009))
    np.testing.assert_allclose(chart.lower_2s, 0)
    chart = p_chart([9] * 13, [10] * 13)
    np.testing.assert_allclose(chart.upper, 1)
    assert chart.upper.max() == 1


def test_the_centre_weighs_cases_and_not_months():
    # 1 of 1 and 0 of 99: the mean of the months would be 50%
    centre, _ = p_limits([1, 0], [1, 99])
    np.testing.assert_allclose(centre, 0.01)


def test_a_small_month_needs_a_larger_departure_than_a_large_one():
    # both at 70% against 50%: 2.8 sigma of 50 cases, 4 sigma of 100
    chart = p_chart([*HALF, 35, 70], [*HUNDREDS, 50, 100], baseline=(0, 19))
    assert list(chart.signal[-2:]) == ["", "outside"]


def test_rules_run_on_the_share_with_the_sigma_of_each_point():
    # 61 of 100 is 2.2 sigma, 36 of 64 is 1 sigma, 14 of 25 is 0.6 sigma
    chart = p_chart([*HALF, 61, 36, 61], [*HUNDREDS, 100, 64, 100], baseline=(0, 19))
    assert list(chart.signal[-3:]) == ["two_of_three", "", "two_of_three"]
    chart = p_chart([*HALF, *[51] * 7], [*HUNDREDS, *[100] * 7], baseline=(0, 19))
    assert list(chart.signal[-8:]) == ["", *["shift"] * 7]
    assert set(chart.side[-7:]) == {"high"}
    chart = p_chart([*HALF, 48, 49, 50, 51, 52, 53, 54], [*HUNDREDS, *[100] * 7], baseline=(0, 19))
    assert list(chart.signal[-8:]) == ["", *["trend"] * 7]
    chart = p_chart([*HALF, 54, 53, 52, 51, 50, 49, 48], [*HUNDREDS, *[100] * 7], baseline=(0, 19))
    assert set(chart.side[-7:]) == {"low"}, "a fall is on the low side above the centre too"


def test_mirrored_counts_have_mirrored_charts():
    rng = np.random.default_rng(5)
    for _ in range(50):
        n = rng.integers(15, 90, 30)
        x = rng.binomial(n, np.where(np.arange(30) < 15, 0.35, 0.55))
        chart, mirror = p_chart(x, n), p_chart(n - x, n)
        np.testing.assert_allclose(mirror.lower, 1 - chart.upper, atol=1e-12)
        assert list(mirror.signal) == list(chart.signal)
        swap = {"high": "low", "low": "high", "": ""}
        assert list(mirror.side) == [swap[side] for side in chart.side]


# --- few points and missing points


@pytest.mark.parametrize(
    ("points", "state"), [(0, "run"), (1, "run"), (7, "run"), (8, "trial"), (12, "trial"), (13, "limits")]
)
def test_the_number_of_points_decides_the_state(points, state):
    assert p_chart([30] * points, [50] * points).state == state


def test_a_run_chart_has_a_centre_but_no_limits_and_no_signals():
    chart = p_chart([0, 0, 0, 0, 0, 0, 50], [50] * 7)
    assert chart.state == "run"
    np.testing.assert_allclose(chart.centre, 50 / 350)
    for limits in (chart.lower, chart.upper, chart.lower_2s, chart.upper_2s):
        assert np.isnan(limits).all()
    assert set(chart.signal) | set(chart.side) == {""}


def test_months_without_cases_are_passed_over():
    x = [30, 25, 0, 20, 31, 28, 0, 29, 33, 31, 32, 35, 36, 34, 33]
    n = [60, 50, 0, 40, 60, 60, 0, 58, 60, 60, 60, 60, 60, 60, 60]
    chart = p_chart(x, n)
    known = np.array(n) > 0
    without = p_chart(np.array(x)[known], np.array(n)[known])
    assert chart.state == without.state == "limits"
    assert chart.parameters["points"] == 13
    for name in ("value", "lower", "upper", "lower_2s", "upper_2s"):
        np.testing.assert_array_equal(getattr(chart, name)[known], getattr(without, name))
        assert np.isnan(getattr(chart, name)[~known]).all()
    assert list(chart.signal[known]) == list(without.signal)
    assert set(chart.signal[~known]) == {""}


def test_months_without_cases_do_not_count_towards_the_state():
    assert p_chart([*[30] * 7, 0], [*[50] * 7, 0]).state == "run"
    assert p_chart([*[30] * 12, 0], [*[50] * 12, 0]).state == "trial"


def test_a_count_not_known_is_a_missing_point():
    nan = float("nan")
    chart = p_chart([*HALF, nan, 90], [*HUNDREDS, 100, nan])
    assert np.isnan(chart.value[-2:]).all()
    assert chart.parameters["baseline"]["denominator"] == 2_000


def test_a_run_goes_on_across_a_month_without_cases():
    chart = p_chart(
        [*HALF, 52, 53, 0, 52, 53, 0, 52, 53, 52],
        [*HUNDREDS, *[100, 100, 0] * 2, 100, 100, 100],
        baseline=(0, 19),
    )
    assert list(chart.signal[-9:]) == ["shift", "shift", "", "shift", "shift", "", *["shift"] * 3]


def test_all_or_nothing_has_limits_on_the_centre_and_no_signal():
    for x, centre in ((0, 0.0), (40, 1.0)):
        chart = p_chart([x] * 14, [40] * 14)
        assert chart.state == "limits"
        assert (chart.lower == centre).all()
        assert (chart.upper == centre).all()
        assert set(chart.signal) == {""}
        assert chart.parameters["sigma_z"] is None
        assert p_chart([x] * 14, [40] * 14, chart="pp").state == "run", "p' has no limits there"


# --- Laney's p'


def alternating(points: int, low: int = 45) -> tuple[list[int], list[int]]:
    """Shares low% and (100 - low)% in turn, of 100 each: centre 0.5, sigma 0.05."""
    return [low if i % 2 else 100 - low for i in range(points)], [100] * points


def test_sigma_z_by_hand():
    # z is 1 and -1 in turn: every step is 2
    assert laney_sigma_z(*alternating(24)) == pytest.approx(2 / 1.128)
    assert np.isnan(laney_sigma_z([1], [2]))
    assert np.isnan(laney_sigma_z([], []))


def test_sigma_z_does_not_step_over_a_missing_month():
    # centre 0.5, z = 0, 2, (missing), -2, 0: steps 2 and 2, not the 4 across the gap
    assert laney_sigma_z([50, 60, 0, 40, 50], [100, 100, 0, 100, 100]) == pytest.approx(2 / 1.128)


def test_screening_leaves_out_the_large_step_once():
    # centre 0.5; z = 0 ... 0, 10, -10: the steps are 0 x 9, 10 and 20; their mean is 30/11, 3.267 times it 8.9
    x, n = [50] * 10 + [100, 0], [100] * 12
    assert laney_sigma_z(x, n) == pytest.approx(30 / 11 / 1.128)
    assert laney_sigma_z(x, n, screened=True) == 0


def test_laney_only_from_24_points_and_only_beyond_125():
    assert p_chart(*alternating(23)[:2], baseline=(0, 21)).parameters["chart"] == "p"
    chart = p_chart(*alternating(24))
    assert chart.parameters["chart"] == "pp"
    assert chart.parameters["sigma_z"] == pytest.approx(2 / 1.128)
    np.testing.assert_allclose(chart.upper, 0.5 + 0.15 * 2 / 1.128)
    np.testing.assert_allclose(chart.lower_2s, 0.5 - 0.10 * 2 / 1.128)


@pytest.mark.parametrize(("low", "chart"), [(4965, "p"), (4964, "pp")])
def test_the_border_of_sigma_z(low, chart):
    # of 10,000 each: centre 0.5, sigma 0.005, so z is 0.70 or 0.72 either side and the steps are 1.40 or 1.44;
    # the border is 1.25 x 1.128 = 1.41
    x, n = [low, 10_000 - low] * 12, [10_000] * 24
    assert p_chart(x, n).parameters["chart"] == chart


def test_a_chosen_chart_is_kept_whatever_the_points_say():
    assert p_chart(*alternating(24), chart="p").parameters["chart"] == "p"
    chosen = p_chart(HALF, HUNDREDS, chart="pp").parameters
    assert chosen["chart"] == "pp"
    assert kept(chosen)["chart"] == "pp", "a choice binds at once, on fewer than 24 points too"


# --- baseline and what is stored


def test_a_fixed_baseline_sets_centre_and_state():
    x, n = [*HALF, *[70] * 5], [*HUNDREDS, *[100] * 5]
    fixed = p_chart(x, n, baseline=(0, 19))
    np.testing.assert_allclose(fixed.centre, 0.5)
    assert set(fixed.signal[-5:]) == {"outside"}
    np.testing.assert_allclose(p_chart(x, n).centre, 1350 / 2500)
    assert p_chart(x, n, baseline=(0, 6)).state == "run"
    assert p_chart(x, n, baseline=(0, 7)).state == "trial"


@pytest.mark.parametrize("baseline", [(-1, 5), (3, 2), (0, 20), (20, 25)])
def test_a_baseline_lies_within_the_series(baseline):
    with pytest.raises(ValueError, match="baseline"):
        p_chart(HALF, HUNDREDS, baseline=baseline)


def test_parameters_say_all_and_go_through_json():
    chart = p_chart([*HALF, 0], [*HUNDREDS, 0], baseline=(0, 19))
    assert json.loads(json.dumps(chart.parameters)) == chart.parameters
    assert chart.parameters == {
        "method": "p-chart 1",
        "chart": "p",
        "chart_settled": False,
        "rules": {"outside": 3, "trend": 7, "two_of_three": "mdc2023", "shift": 7},
        "points": 20,
        "baseline": {
            "first": 0,
            "last": 19,
            "fixed": True,
            "points": 20,
            "numerator": 1000,
            "denominator": 2000,
        },
        "sigma_z": 0.0,
    }
    for numpy_counts in (np.array([30] * 8), np.array([30] * 8, dtype="int32")):
        json.dumps(p_chart(numpy_counts, np.full(8, 50), baseline=(np.int64(0), np.int64(7))).parameters)


@unhurried
@given(st.integers(0, 40), st.integers(0, 10_000), st.booleans())
def test_stored_parameters_make_the_same_chart_again(points, seed, fixed):
    rng = np.random.default_rng(seed)
    n = rng.integers(0, 60, points)
    x = rng.binomial(n, rng.random(points))
    chart = p_chart(x, n, baseline=(0, points // 2) if fixed and points else None, rules={"trend": 6})
    stored = json.loads(json.dumps(chart.parameters))
    again = p_chart(x, n, **kept(stored))
    assert again.parameters.pop("chart_settled") == chart.parameters.pop("chart_settled")
    same(again, chart)


def test_the_kind_of_chart_is_settled_at_24_points_and_changes_only_on_rebasing():
    quiet, counts = [52, 51] * 12, [100] * 24
    first = p_chart(quiet, counts)
    assert first.parameters["chart_settled"]
    # then the months swing: left to itself the chart would turn into p'
    x, n = [*quiet, *[30, 70] * 12], counts * 2
    assert p_chart(x, n).parameters["chart"] == "pp"
    assert p_chart(x, n, **kept(first.parameters)).parameters["chart"] == "p"
    rebased = p_chart(x, n, baseline=(24, 47))
    assert rebased.parameters["chart"] == "pp"


def test_below_24_points_nothing_is_settled_yet():
    first = p_chart(*alternating(20))
    assert first.parameters["chart"] == "p"
    assert p_chart(*alternating(24), **kept(first.parameters)).parameters["chart"] == "pp"


def test_other_rules_are_stored_and_used():
    x, n = [*HALF, 49, 50, 51, 52, 53, 54], [*HUNDREDS, *[100] * 6]
    assert set(p_chart(x, n, baseline=(0, 19)).signal) == {""}
    chart = p_chart(x, n, baseline=(0, 19), rules={"trend": 6})
    assert list(chart.signal[-6:]) == ["trend"] * 6
    assert chart.parameters["rules"]["trend"] == 6


def test_what_cannot_be_charted_is_refused():
    with pytest.raises(ValueError, match="position 1"):
        p_chart([1, 5], [2, 4])
    with pytest.raises(ValueError, match="equal length"):
        p_chart([1, 2, 3], [4, 5])
    with pytest.raises(ValueError, match="equal length"):
        p_chart([[1], [2]], [[4], [5]])
    with pytest.raises(ValueError, match="'p' or 'pp'"):
        p_chart([1, 2], [4, 5], chart="u")
    with pytest.raises(ValueError, match="no rule called"):
        p_chart([1, 2], [4, 5], rules={"runs": 8})


def test_a_quarter_of_stable_series_of_36_months_show_a_signal_by_chance():
    """The number that docs/statistics.md and the help page give."""
    rng = np.random.default_rng(2026)
    n = np.maximum(rng.poisson(40, (1_000, 36)), 1)
    x = rng.binomial(n, 0.62)
    charts = p_charts(x, n)
    assert 0.20 < (charts.signal > 0).any(axis=1).mean() < 0.29
    assert 0.03 < (charts.kind == "pp").mean() < 0.10


# --- which window


def test_the_finest_window_that_is_large_enough():
    month, quarter = ([10] * 12, [20] * 12), ([30] * 4, [60] * 4)
    assert suitable_window(*month, *quarter) == "month"
    assert suitable_window([9] * 12, [19] * 12, *quarter) == "quarter"
    assert suitable_window([3] * 12, [6] * 12, [9] * 4, [18] * 4) == "table"
    assert suitable_window([], [], [], []) == "table"


@pytest.mark.parametrize(("x", "window"), [(5, "month"), (15, "month"), (4, "quarter"), (16, "quarter")])
def test_five_with_and_five_without_are_expected(x, window):
    # quarters of three such months have 60 cases and at least 12 of either kind
    assert suitable_window([x] * 12, [20] * 12, [3 * x] * 4, [60] * 4) == window


def test_the_expected_numbers_are_those_of_the_median_month():
    # median n = 20; the share over all months is 1020 of 2200, so 9.3 and 10.7 are expected
    assert suitable_window([10, 10, 1000], [20, 20, 2160], [0], [0]) == "month"
    # median n = 20; 20 of 2200: 0.2 expected
    assert suitable_window([10, 10, 0], [20, 20, 2160], [0], [0]) == "table"


def test_months_without_cases_pull_the_median_down():
    x, n = [15, 0] * 6, [30, 0] * 6
    assert suitable_window(x, n, [30, 15] * 2, [60, 30] * 2) == "quarter"
    assert suitable_window([*x, 15], [*n, 30], [30, 15] * 2, [60, 30] * 2) == "month"


def test_a_measure_that_is_nearly_always_met_is_a_table():
    assert suitable_window([50] * 12, [50] * 12, [150] * 4, [150] * 4) == "table"
