"""Tails and quantiles of the binomial distribution, against SciPy's and against their definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from pipelines.statistics.binomial import at_least, at_most, least_reaching

N = st.integers(0, 5_000)
P = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 1e-9, 0.5, 1 - 1e-9, 1.0]))


def test_three_coins():
    assert at_most([-1, 0, 1, 2, 3, 4], 3, 0.5) == pytest.approx([0, 1 / 8, 4 / 8, 7 / 8, 1, 1])
    assert at_least([-1, 0, 1, 2, 3, 4], 3, 0.5) == pytest.approx([1, 1, 7 / 8, 4 / 8, 1 / 8, 0])
    quantiles = {0.1: 0, 0.125: 0, 0.13: 1, 0.5: 1, 0.51: 2, 0.99: 3}
    assert {q: float(least_reaching(q, 3, 0.5)) for q in quantiles} == quantiles


@given(N, P, st.integers(-2, 5_002))
def test_tails_are_scipys(n, p, k):
    assert at_most(k, n, p) == pytest.approx(binom.cdf(k, n, p), abs=1e-12)
    assert at_least(k, n, p) == pytest.approx(binom.sf(k - 1, n, p), abs=1e-12)


@given(N, P, st.floats(1e-6, 1 - 1e-6))
def test_the_quantile_is_the_least_that_reaches(n, p, q):
    k = least_reaching(q, n, p)
    assert k == int(k)
    assert at_most(k, n, p) >= q or k == n
    assert k == 0 or at_most(k - 1, n, p) < q


def test_many_at_once_and_what_is_not_known():
    n, p = np.array([[10.0], [np.nan], [1_000.0]]), np.array([0.2, np.nan, 1.0, 0.0])
    found = least_reaching(0.001, n, p)
    assert found.shape == (3, 4)
    assert np.isnan(found).tolist() == (np.isnan(n) | np.isnan(p)).tolist()
    assert found[2, 0] == binom.ppf(0.001, 1_000, 0.2)
    assert found[[0, 2]][:, 2].tolist() == [10, 1_000]
    assert found[[0, 2]][:, 3].tolist() == [0, 0]
    assert np.isnan(at_most(np.nan, 3, 0.5))
    assert np.isnan(at_least([0, 1, 5], 3, np.nan)).all()
    assert np.isnan(at_most([-1, 0, 5], np.nan, 0.5)).all()
