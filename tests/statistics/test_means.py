"""Means and their intervals: against SciPy's own, at the edges, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipelines.statistics import means

VALUES = st.lists(st.integers(0, 2000), min_size=2, max_size=40)


def sums(values: list[int]) -> tuple[int, int, int]:
    return sum(values), sum(value * value for value in values), len(values)


def test_an_interval_by_hand():
    """1, 2, 3, 4: mean 2.5, variance 5/3, t of 3 degrees of freedom 3.1824: 2.5 -/+ 3.1824 * 1.2910 / 2."""
    middle, low, high = means.mean(*sums([1, 2, 3, 4]))
    assert (middle, round(float(low), 3), round(float(high), 3)) == (2.5, 0.446, 4.554)


@given(VALUES)
def test_a_mean_is_what_scipy_says(values):
    middle, low, high = means.mean(*sums(values))
    expected = (
        stats.ttest_1samp(values, 0).confidence_interval(0.95) if len(set(values)) > 1 else (middle, middle)
    )
    assert middle == pytest.approx(np.mean(values))
    assert [float(low), float(high)] == pytest.approx([float(end) for end in expected], abs=1e-5)


@pytest.mark.filterwarnings("ignore:Precision loss")  # SciPy's, on values that are nearly all the same
@given(VALUES, VALUES)
def test_a_difference_is_what_scipy_says(one, two):
    difference, low, high = means.welch(*sums(one), *sums(two))
    assert difference == pytest.approx(np.mean(one) - np.mean(two))
    ends = [float(difference)] * 2
    if len(set(one)) > 1 or len(set(two)) > 1:
        ends = list(stats.ttest_ind(one, two, equal_var=False).confidence_interval(0.95))
    assert [float(low), float(high)] == pytest.approx(ends, abs=1e-4)


def test_one_value_has_no_interval_and_none_has_no_mean():
    middle, low, high = means.mean([7, 0, np.nan], [49, 0, np.nan], [1, 0, np.nan])
    assert middle[0] == 7
    assert np.isnan(middle[1:]).all()
    assert np.isnan(low).all()
    assert np.isnan(high).all()
    difference, low, high = means.welch(7, 49, 1, *sums([1, 2, 3]))
    assert difference == 5
    assert np.isnan([low, high]).all()


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="below 0"):
        means.mean(1, 1, -1)
    with pytest.raises(ValueError, match="between 0 and 1"):
        means.mean(1, 1, 2, level=95)
