"""Rates and Poisson intervals: by hand, at the edges, against SciPy's chi-square and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.statistics import rates

EVENTS = st.integers(0, 5000)
HEADS = st.integers(1, 1_000_000)


def test_a_rate_by_hand():
    """20 events among 4,000: 5 per 1,000. Byar: 20 (1 - 1/180 - 1.96/(3 sqrt 20))^3 = 12.21; upper 30.89."""
    value, low, high = rates.rate(20, 4000)
    assert (value, round(float(low) * 4, 2), round(float(high) * 4, 2)) == (5, 12.21, 30.89)


def test_no_events_have_an_upper_limit_of_3_689():
    """-ln 0.025: with that many expected, none come up 1 time in 40."""
    value, low, high = rates.rate(0, 1000)
    assert (value, low) == (0, 0)
    assert high == pytest.approx(3.688879)


def test_from_ten_events_on_byar_is_used():
    for count, way in ((9, rates.exact), (10, rates.byar)):
        np.testing.assert_array_equal(rates.poisson(count), way(count))
    assert rates.byar(10)[0] != rates.exact(10)[0]


def test_the_exact_interval_is_that_of_statsmodels():
    confint = pytest.importorskip("statsmodels.stats.rates").confint_poisson
    for count in (1, 3, 9, 40):
        np.testing.assert_allclose(rates.exact(count), confint(count, 1, method="exact-c"), rtol=1e-9)


def test_unknown_and_empty_are_not_zero():
    value, low, high = rates.rate([np.nan, 3, 3], [100, 0, np.nan])
    assert np.isnan([value, low, high]).all()
    assert np.isnan(rates.byar(0)[0])


@given(EVENTS, HEADS, st.sampled_from([0.9, 0.95, 0.998]))
def test_the_interval_holds_the_rate_and_widens_with_confidence(x, n, level):
    value, low, high = rates.rate(x, n, 1000, level)
    assert 0 <= low <= value <= high
    _, wider_low, wider_high = rates.rate(x, n, 1000, 0.999)
    assert wider_low <= low
    assert high <= wider_high


@given(EVENTS, HEADS, st.sampled_from([1, 100, 1000, 100_000]))
def test_the_scale_is_only_a_factor(x, n, per):
    np.testing.assert_allclose(
        np.array(rates.rate(x, n, per)), np.array(rates.rate(x, n, 1)) * per, rtol=1e-12
    )


@given(st.lists(EVENTS, min_size=1, max_size=30))
def test_each_count_stands_alone(counts):
    together = np.array(rates.poisson(counts))
    np.testing.assert_array_equal(together, np.array([rates.poisson(count) for count in counts]).T)


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="events is below 0"):
        rates.rate(-1, 10)
    with pytest.raises(ValueError, match="population is below 0"):
        rates.rate(1, -10)
    with pytest.raises(ValueError, match="above 0"):
        rates.rate(1, 10, per=0)
    for way in (rates.exact, rates.byar, rates.poisson):
        with pytest.raises(ValueError, match="between 0 and 1"):
            way(3, 95)
