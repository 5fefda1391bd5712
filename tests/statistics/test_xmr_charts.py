"""XmR charts by hand, phases, and thousands of series at once."""

from __future__ import annotations

import json
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pipelines.statistics import sums, xmr
from pipelines.statistics.charts import p_chart, p_charts
from pipelines.statistics.classes import assurance, assurances, variation, variations
from pipelines.statistics.rules import SIGNALS
from pipelines.statistics.series import BLOCK, rebased
from pipelines.statistics.xmr import xmr_chart, xmr_charts, xmr_limits

unhurried = settings(deadline=None)
SAWTOOTH = [10.0, 11.0] * 10  # mean 10.5, every moving range 1
TENTHS = st.integers(-50, 50).map(lambda number: number / 10)
SERIES = arrays.arrays(
    float, st.tuples(st.integers(1, 5), st.integers(1, 30)), elements=TENTHS | st.just(np.nan)
)
COUNTS = arrays.arrays(int, st.tuples(st.integers(1, 5), st.integers(1, 30)), elements=st.integers(0, 40))


# --- limits


def test_limits_by_hand():
    chart = xmr_chart([*SAWTOOTH, 13.2], baseline=(0, 19))
    assert (chart.state, chart.centre[0]) == ("limits", 10.5)
    np.testing.assert_allclose([chart.lower[0], chart.upper[0]], [7.84, 13.16])
    np.testing.assert_allclose(chart.upper_2s[0], 10.5 + 2 * 2.66 / 3)
    assert (chart.signal[-1], chart.side[-1]) == ("outside", "high")


def test_three_sigma_is_the_reach_to_the_last_digit():
    centre, sigma = xmr_limits(SAWTOOTH)
    assert centre + 3 * sigma == 10.5 + 2.66


def test_one_leap_is_screened_once_and_the_centre_never():
    """The leap's two ranges of 90 are more than 3.267 times the mean range; the ordinary ones of 1 stay."""
    values = [*SAWTOOTH, 100.0, *SAWTOOTH]
    centre, sigma = xmr_limits(values)
    assert centre == pytest.approx(np.mean(values))
    assert sigma == pytest.approx(2.66 / 3)
    _, unscreened = xmr_limits(values, screened=False)
    assert unscreened > 4 * sigma


def test_a_step_of_3_267_means_is_screened_and_a_smaller_one_is_not():
    """38 ranges of 1 and one of 4: mean 1.08, so 4 is 3.7 means. One of 3 is 2.9 means, and counts."""
    for leap, mean_range in ((4, 1), (3, 41 / 39)):
        values = [*SAWTOOTH, *(value + 1 + leap for value in SAWTOOTH)]
        assert xmr_limits(values)[1] == pytest.approx(2.66 * mean_range / 3)


def test_where_screening_leaves_nothing_the_unscreened_range_stands():
    """15 fives and a nine: one range of 4 in 15 steps. The peer's limits have no width, and flag every five."""
    values = [5.0] * 15 + [9.0]
    assert xmr_limits(values)[1] == xmr_limits(values, screened=False)[1] == pytest.approx(2.66 * 4 / 15 / 3)
    assert list(xmr_chart(values).signal) == ["shift"] * 15 + ["outside"]
    constant = xmr_chart([0.1] * 13)
    assert constant.lower[0] == constant.upper[0] == 0.1
    assert set(constant.signal) == {""}, "equal values lie on their mean, to the last digit"


def test_missing_points_have_no_range_and_do_not_end_a_run():
    values = [*SAWTOOTH, 11, 11, 11, np.nan, 11, 11, 11]
    chart = xmr_chart(values, baseline=(0, 19))
    assert list(chart.signal[-7:]) == ["shift"] * 3 + [""] + ["shift"] * 3
    centre, sigma = xmr_limits([1.0, np.nan, 5.0, 6.0])
    assert (centre, sigma) == (4, pytest.approx(2.66 / 3))


@pytest.mark.parametrize(
    ("points", "state"), [(1, "run"), (7, "run"), (8, "trial"), (12, "trial"), (13, "limits")]
)
def test_states_by_the_number_of_points(points, state):
    chart = xmr_chart(SAWTOOTH[:points])
    assert chart.state == state
    assert np.isnan(chart.upper).all() == (state == "run")


def test_a_run_chart_has_no_signals():
    assert set(xmr_chart(range(7)).signal) == {""}, "seven rising points are too few to say"
    assert "trend" in xmr_chart(range(8)).signal


def test_what_is_stored_makes_the_chart_again():
    chart = xmr_chart(SAWTOOTH, baseline=(0, 14), screened=False, rules={"trend": 6})
    stored = json.loads(json.dumps(chart.parameters))
    again = xmr_chart(SAWTOOTH, **xmr.kept(stored))
    assert again.parameters == chart.parameters
    np.testing.assert_array_equal(again.upper, chart.upper)
    assert stored["moving_range"] == 1
    json.dumps(xmr_chart([np.nan, np.nan]).parameters, allow_nan=False)


@given(SERIES, st.integers(-20, 20), st.sampled_from([0.5, 2.0, 4.0]), st.booleans())
@unhurried
def test_limits_hold_the_centre_and_follow_shift_and_scale(y, by, times, screened):
    chart = xmr_charts(y, screened=screened)
    known = ~np.isnan(chart.lower)
    centre = np.broadcast_to(chart.centre[:, None], y.shape)
    for narrow, wide in ((chart.lower_2s, chart.lower), (centre, chart.lower_2s)):
        assert (wide[known] <= narrow[known]).all()
    for narrow, wide in ((chart.upper_2s, chart.upper), (centre, chart.upper_2s)):
        assert (wide[known] >= narrow[known]).all()
    moved_centre, moved_sigma = xmr_limits(y * times, screened=screened)
    still_centre, still_sigma = xmr_limits(y, screened=screened)
    np.testing.assert_array_equal(moved_centre, still_centre * times)
    np.testing.assert_array_equal(moved_sigma, still_sigma * times)
    np.testing.assert_allclose(xmr_limits(y + by)[0], still_centre + by, atol=1e-12, equal_nan=True)


@given(SERIES)
@unhurried
def test_upside_down_a_chart_says_the_same_of_the_other_side(y):
    one, other = xmr_charts(y), xmr_charts(-y)
    np.testing.assert_array_equal(one.signal, other.signal)
    np.testing.assert_array_equal(one.side, -other.side)


# --- phases


def test_each_phase_has_its_own_limits_and_rules_begin_anew():
    values = [*SAWTOOTH, *(value + 20 for value in SAWTOOTH)]
    whole, phased = xmr_chart(values), rebased(xmr_chart, [20], values)
    assert set(whole.signal) == {"outside"}
    assert set(phased.signal) == {""}
    assert (phased.centre[0], phased.centre[-1]) == (10.5, 30.5)
    assert [phase["start"] for phase in phased.parameters["phases"]] == [0, 20]
    four_and_three = rebased(partial(xmr_chart, baseline=None), [17], [*SAWTOOTH[:13], *[11.0] * 11])
    assert "shift" not in four_and_three.signal[13:17]


def test_a_short_last_phase_is_a_run_chart_and_a_share_can_be_rebased_too():
    chart = rebased(p_chart, [13], [5] * 16, [10] * 16)
    assert chart.state == "run"
    assert np.isnan(chart.lower[13:]).all()
    assert not np.isnan(chart.lower[:13]).any()


@pytest.mark.parametrize("starts", [[0], [20], [5, 5], [7, 3], [-1]])
def test_a_phase_must_begin_within_the_series(starts):
    with pytest.raises(ValueError, match="rising positions"):
        rebased(xmr_chart, starts, SAWTOOTH)


# --- many at once


def as_words(charts, row):
    return [SIGNALS[code] for code in charts.signal[row]], [
        {1: "high", -1: "low", 0: ""}[int(code)] for code in charts.side[row]
    ]


@given(SERIES)
@unhurried
def test_one_series_alone_is_the_same_as_among_others(y):
    together = xmr_charts(y)
    for row, values in enumerate(y):
        alone = xmr_chart(values)
        for name in ("value", "lower", "upper", "lower_2s", "upper_2s"):
            np.testing.assert_array_equal(getattr(together, name)[row], getattr(alone, name))
        assert (list(alone.signal), list(alone.side)) == as_words(together, row)
        assert together.state[row] == alone.state
        words = variation(alone.state, alone.value, alone.signal, alone.side, "worse")
        assert variations(together.state, together.value, together.side, "worse")[row] == words
        promise = assurance(alone.state, alone.value, alone.lower, alone.upper, 0.5, "worse")
        every = assurances(together.state, together.value, together.lower, together.upper, 0.5, "worse")
        assert every[row] == promise


@given(COUNTS, st.integers(0, 2**32 - 1))
@unhurried
def test_one_share_alone_is_the_same_as_among_others(n, seed):
    x = np.random.default_rng(seed).binomial(n, 0.4)
    together = p_charts(x, n)
    for row in range(len(n)):
        alone = p_chart(x[row], n[row])
        for name in ("value", "lower", "upper", "lower_2s", "upper_2s"):
            np.testing.assert_array_equal(getattr(together, name)[row], getattr(alone, name))
        assert (list(alone.signal), list(alone.side)) == as_words(together, row)
        assert (together.state[row], together.kind[row]) == (alone.state, alone.parameters["chart"])


def test_blocks_leave_no_seam():
    random = np.random.default_rng(5)
    n = random.integers(0, 90, (BLOCK + 3, 26))
    x = random.binomial(n, 0.5)
    together = p_charts(x, n)
    for part in (slice(0, 2), slice(BLOCK - 1, BLOCK + 2), slice(BLOCK + 2, None)):
        for got, wanted in zip(together, p_charts(x[part], n[part]), strict=True):
            np.testing.assert_array_equal(got[part], wanted)
    assert {"p", "pp"} == set(together.kind)


def test_each_measure_has_its_own_targets():
    charts = p_charts([[50] * 13] * 3, [[100] * 13] * 3)
    got = assurances(charts.state, charts.value, charts.lower, charts.upper, [0.1, np.nan, 0.9], "better")
    assert list(got) == ["will reliably meet", "no target", "will not meet without change"]


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="a row for each series"):
        xmr_charts([1.0, 2.0])
    with pytest.raises(ValueError, match="a row for each series"):
        p_charts([[1, 2]], [[3, 4], [5, 6]])
    with pytest.raises(ValueError, match="infinite"):
        xmr_chart([1.0, np.inf])
    with pytest.raises(ValueError, match="one value per point"):
        xmr_chart([[1.0, 2.0]])
    with pytest.raises(ValueError, match="'p' or 'pp'"):
        p_charts([[1]], [[2]], chart="u")
    with pytest.raises(ValueError, match="position 1"):
        p_charts([[1, 5]], [[2, 4]])


# --- sums


@given(arrays.arrays(float, (3, 17), elements=st.floats(-1e6, 1e6)), st.randoms(use_true_random=False))
@unhurried
def test_no_order_of_adding_changes_a_digit(values, random):
    order = random.sample(range(17), 17)
    np.testing.assert_array_equal(sums.total(values), sums.total(values[:, order]))


def test_means_of_what_is_known():
    np.testing.assert_array_equal(sums.mean([[1, np.nan, 3], [np.nan] * 3]), [2, np.nan])
    assert sums.total([0.1] * 10) == 1.0
