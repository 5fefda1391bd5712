"""The four rules: series worked by hand, a slow second version of each rule, mirror images."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.statistics.rules import RULES, complete_rules, outside, shift, signals, trend, two_of_three

unhurried = settings(deadline=None)  # a busy machine is no fault of the code

# Small whole numbers, so that ties and points exactly on the centre or a limit are common.
SERIES = st.lists(st.integers(-8, 8), max_size=40).map(lambda values: np.array(values, dtype=float))
SIGMA = st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0])


def test_the_rules_are_those_of_making_data_count():
    assert RULES == {"outside": 3, "trend": 7, "two_of_three": "mdc2023", "shift": 7}


def test_outside_is_strict():
    assert list(outside([3, 3.01, -3, -3.01, 0], 0, 1)) == [0, 1, 0, -1, 0]


def test_outside_uses_the_sigma_of_each_point():
    assert list(outside([4, 4], 0, [1, 2])) == [1, 0]


def test_seven_rising_points_are_a_trend_and_six_are_not():
    assert list(trend([1, 2, 3, 4, 5, 6])) == [0] * 6
    assert list(trend([1, 2, 3, 4, 5, 6, 7])) == [1] * 7
    assert list(trend([9, 1, 2, 3, 4, 5, 6, 7, 2])) == [0, 1, 1, 1, 1, 1, 1, 1, 0]
    assert list(trend([1, 2, 3, 4, 5, 6], length=6)) == [1] * 6


def test_a_tie_ends_a_trend():
    assert list(trend([1, 2, 3, 4, 4, 5, 6, 7])) == [0] * 8


def test_a_peak_belongs_to_the_fall_that_follows():
    assert list(trend([1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1])) == [1] * 6 + [-1] * 7
    assert list(trend([7, 6, 5, 4, 3, 2, 1, 2, 3, 4, 5, 6, 7])) == [-1] * 6 + [1] * 7


def test_a_peak_after_which_the_fall_is_short_stays_with_the_rise():
    assert list(trend([1, 2, 3, 4, 5, 6, 7, 6, 5])) == [1] * 7 + [0, 0]


def test_seven_points_above_the_centre_are_a_shift_and_a_point_on_it_ends_it():
    assert list(shift([1, 1, 1, 1, 1, 1], 0)) == [0] * 6
    assert list(shift([1, 2, 1, 2, 1, 2, 1], 0)) == [1] * 7
    assert list(shift([-1, -2, -1, -2, -1, -2, -1, 3], 0)) == [-1] * 7 + [0]
    assert list(shift([1, 1, 1, 0, 1, 1, 1, 1], 0)) == [0] * 8
    assert list(shift([1] * 7, 0, length=8)) == [0] * 7


def test_two_of_three_flags_only_the_points_beyond_two_sigma():
    assert list(two_of_three([0, 2.5, 0.5, 2.5, 0], 0, 1)) == [0, 1, 0, 1, 0]
    assert list(two_of_three([2.5, 2.5, 0.5], 0, 1)) == [1, 1, 0]
    assert list(two_of_three([-2.5, -0.5, -2.5], 0, 1)) == [-1, 0, -1]


def test_two_of_three_needs_all_three_on_one_side():
    assert list(two_of_three([2.5, -0.5, 2.5], 0, 1)) == [0, 0, 0]
    assert list(two_of_three([2.5, 0.0, 2.5], 0, 1)) == [0, 0, 0]
    assert list(two_of_three([2.5, 2.5], 0, 1)) == [0, 0]
    assert list(two_of_three([2.0, 2.0, 2.0], 0, 1)) == [0, 0, 0], (
        "a point on the 2-sigma line is not beyond it"
    )


def test_two_of_three_as_since_2023_counts_points_beyond_three_sigma_and_the_older_rule_does_not():
    y = [3.5, 0.5, 2.5]
    assert list(two_of_three(y, 0, 1)) == [1, 0, 1]
    assert list(two_of_three(y, 0, 1, "nhsrplotthedots")) == [0, 0, 0]


def test_one_name_per_point_the_most_serious_first():
    # rises through both sides: points 2 to 8; 8 is outside as well
    y = [0.2, -2.5, -1.5, -1.0, 0.5, 1.0, 1.5, 3.5, 0.5, 0.5, 2.5, 2.2]
    signal, side = signals(y, 0, 1)
    assert list(signal) == ["", *["trend"] * 6, "outside", "shift", "shift", "two_of_three", "two_of_three"]
    assert list(side) == ["", *["high"] * 11]


def test_a_rise_below_the_centre_is_on_the_high_side():
    signal, side = signals([-2.0, -1.8, -1.6, -1.4, -1.2, -1.0, -0.8], 0, 1)
    assert set(signal) == {"trend"}
    assert set(side) == {"high"}


def test_missing_points_are_passed_over():
    nan = float("nan")
    y = [1, 1, 1, nan, 1, 1, nan, 1, 1]
    signal, side = signals(y, 0, 1)
    assert list(signal) == ["shift"] * 3 + [""] + ["shift"] * 2 + [""] + ["shift"] * 2
    assert list(side) == ["high"] * 3 + [""] + ["high"] * 2 + [""] + ["high"] * 2


def test_other_rules_on_request_and_none_that_do_not_exist():
    y = [1, 2, 3, 4, 5, 6]
    assert set(signals(y, 3.5, 10)[0]) == {""}
    assert set(signals(y, 3.5, 10, {"trend": 6})[0]) == {"trend"}
    assert complete_rules({"trend": 6})["shift"] == 7
    with pytest.raises(ValueError, match="no rule called trends"):
        signals(y, 3.5, 10, {"trends": 6})
    with pytest.raises(ValueError, match="variants"):
        two_of_three(y, 3.5, 10, "weco")
    with pytest.raises(ValueError, match="at least 3 points"):
        trend(y, 2)
    with pytest.raises(ValueError, match="at least 3 points"):
        shift(y, 0, 1)
    with pytest.raises(ValueError, match="time order"):
        outside(1.0, 0, 1)


@pytest.mark.parametrize("size", [0, 1, 2])
def test_very_short_series_have_no_runs(size):
    y = np.zeros(size)
    for result in (trend(y), shift(y, 1), two_of_three(y, 1, 0.1)):
        assert result.shape == (size,)
        assert not result.any()
    assert signals(y, 0, 1)[0].shape == (size,)


# --- each rule again, slowly, window by window as the guides describe it


def slow_windows(values: np.ndarray, length: int) -> np.ndarray:
    """+1/-1 where a point is in a window of `length` in which every value has that sign."""
    result = np.zeros(values.size, dtype=int)
    for start in range(values.size - length + 1):
        window = values[start : start + length]
        for sign in (1, -1):
            if all(value * sign > 0 for value in window):
                result[start : start + length] = sign
    return result


def slow_trend(y: np.ndarray, length: int) -> np.ndarray:
    result = np.zeros(y.size, dtype=int)
    for start in range(y.size - length + 1):  # a later window overwrites: the right-hand trend wins
        steps = [
            b - a for a, b in zip(y[start : start + length], y[start + 1 : start + length], strict=False)
        ]
        for sign in (1, -1):
            if all(step * sign > 0 for step in steps):
                result[start : start + length] = sign
    return result


def slow_two_of_three(y: np.ndarray, sigma: float, variant: str) -> np.ndarray:
    result = np.zeros(y.size, dtype=int)
    for start in range(y.size - 2):
        for sign in (1, -1):
            window = y[start : start + 3] * sign
            beyond = [2 * sigma < v and (variant == "mdc2023" or v <= 3 * sigma) for v in window]
            if all(v > 0 for v in window) and sum(beyond) >= 2:
                for offset in range(3):
                    if beyond[offset]:
                        result[start + offset] = sign
    return result


@unhurried
@given(SERIES, st.integers(3, 8))
def test_trend_equals_the_slow_version(y, length):
    assert list(trend(y, length)) == list(slow_trend(y, length))


@unhurried
@given(SERIES, st.integers(3, 8))
def test_shift_equals_the_slow_version(y, length):
    assert list(shift(y, 0, length)) == list(slow_windows(y, length))


@unhurried
@given(SERIES, SIGMA, st.sampled_from(["mdc2023", "nhsrplotthedots"]))
def test_two_of_three_equals_the_slow_version(y, sigma, variant):
    assert list(two_of_three(y, 0, sigma, variant)) == list(slow_two_of_three(y, sigma, variant))


# --- mirror images and missing points


@unhurried
@given(SERIES, SIGMA, st.sampled_from([6, 7]))
def test_a_mirrored_series_has_the_same_signals_on_the_other_side(y, sigma, length):
    rules = {"trend": length, "shift": length}
    signal, side = signals(y, 0.5, sigma, rules)
    mirrored_signal, mirrored_side = signals(-y, -0.5, sigma, rules)
    assert list(mirrored_signal) == list(signal)
    assert list(mirrored_side) == [{"high": "low", "low": "high", "": ""}[word] for word in side]
    assert ((signal == "") == (side == "")).all()


@unhurried
@given(SERIES, SIGMA, st.data())
def test_missing_points_change_no_other_point(y, sigma, data):
    gaps = data.draw(st.lists(st.integers(0, y.size), max_size=5))
    with_gaps = np.insert(y, gaps, np.nan)
    known = ~np.isnan(with_gaps)
    for got, wanted in zip(signals(with_gaps, 0, sigma), signals(y, 0, sigma), strict=True):
        assert list(got[known]) == list(wanted)
        assert set(got[~known]) <= {""}
