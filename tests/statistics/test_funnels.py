"""Funnels: limits by hand, exact tails, over-dispersion planted and found, one place among many."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pipelines.statistics import funnels

unhurried = settings(deadline=None)
PLACES = st.lists(
    st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=30
)


def test_limits_by_hand():
    """Target 0.5, 4 cases: P(X <= 0) = 0.0625, so the 95% limit lies (0.0625 - 0.025) / 0.0625 = 0.6 below 0: at 0."""
    low, high = funnels.exact_limits(4, 0.5)
    assert low == 0
    assert high == 1 or high == pytest.approx((4 - (1 - 0.975) / 0.0625) / 4)
    low, high = funnels.normal_limits(100, 0.5)
    np.testing.assert_allclose([low, high], [0.402, 0.598], atol=5e-4)
    low, high = funnels.adjusted_limits(100, 0.5)
    np.testing.assert_allclose([low, high], np.sin(np.pi / 4 + np.array([-1, 1]) * 1.959964 / 20) ** 2)


@given(st.integers(1, 2000), st.floats(0.02, 0.98), st.sampled_from([0.95, 0.998]))
@unhurried
def test_no_more_than_the_tail_lies_outside_exact_limits(n, target, level):
    low, high = funnels.exact_limits(n, target, level)
    share = np.arange(n + 1) / n
    chance = stats.binom.pmf(np.arange(n + 1), n, target)
    assert chance[share < low - 1e-12].sum() <= (1 - level) / 2 + 1e-9
    assert chance[share > high + 1 / n].sum() <= (1 - level) / 2 + 1e-9, (
        "the upper line is up to one case low"
    )


@given(st.integers(1, 300), st.floats(0.02, 0.98))
@unhurried
def test_a_place_is_named_no_more_often_than_chance_allows(n, target):
    x = np.arange(n + 1)
    place, chance = funnels.exact_places(x, np.full(n + 1, n), target), stats.binom.pmf(x, n, target)
    for names, at_most in (
        (("higher (95%)", "higher (99.8%)"), 0.025), (("lower (95%)", "lower (99.8%)"), 0.025),
        (("higher (99.8%)",), 0.001), (("lower (99.8%)",), 0.001),
    ):  # fmt: skip
        assert chance[np.isin(place, names)].sum() < at_most
    upside_down = funnels.exact_places(n - x, np.full(n + 1, n), 1 - target)
    swap = {"higher": "lower", "lower": "higher"}
    for one, other in zip(place, upside_down, strict=True):
        first, *rest = other.split(" ")
        assert one == " ".join([swap.get(first, first), *rest])


@given(st.integers(1, 5000), st.floats(0, 1), st.floats(0, 0.2))
@unhurried
def test_all_limits_hold_the_target_and_stay_shares(n, target, tau2):
    for make in (
        funnels.exact_limits,
        funnels.normal_limits,
        lambda *given: funnels.adjusted_limits(*given, tau2),
    ):
        (low, high), (wide_low, wide_high) = (make(n, target, level) for level in (0.95, 0.998))
        assert 0 <= wide_low <= low + 1e-12
        assert high - 1e-12 <= wide_high <= 1
        if 0 < target < 1 and make is not funnels.exact_limits:
            assert low - 1e-9 <= target <= high + 1e-9


@given(PLACES, st.randoms(use_true_random=False))
@unhurried
def test_the_order_of_places_does_not_matter(places, random):
    shuffled = random.sample(places, len(places))
    one, other = (funnels.funnel(*zip(*order, strict=True)) for order in (places, shuffled))
    assert one.phi == pytest.approx(other.phi, abs=1e-9)
    assert one.tau2 == pytest.approx(other.tau2, abs=1e-9)
    assert one.target == pytest.approx(other.target)


@given(st.integers(1, 300), st.floats(0.02, 0.98))
@unhurried
def test_chance_names_as_many_places_as_the_tails_hold(n, target):
    x = np.arange(n + 1)
    place, chance = funnels.exact_places(x, np.full(n + 1, n), target), stats.binom.pmf(x, n, target)
    for level, names in ((0.95, ("as expected",)), (0.998, ("as expected", "higher (95%)", "lower (95%)"))):
        named = chance[~np.isin(place, names)].sum()
        assert funnels.expected_by_chance([n, n, 0], target, level) == pytest.approx(2 * named, abs=1e-9)


def test_places_that_differ_as_chance_makes_them_keep_exact_limits():
    random = np.random.default_rng(3)
    n = random.integers(100, 800, 150)
    calm = funnels.funnel(random.binomial(n, 0.4), n)
    assert calm.phi < 1.2
    spread = funnels.funnel(random.binomial(n, random.normal(0.4, 0.1, 150).clip(0.05, 0.9)), n)
    assert spread.phi > 3
    assert spread.adjusted
    assert (spread.upper_998 > funnels.exact_limits(n, spread.target, 0.998)[1]).all()


def test_places_more_alike_than_chance_makes_them_have_no_spread():
    alike = funnels.funnel([40, 80, 120], [100, 200, 300])
    assert alike.phi == pytest.approx(0)
    assert (alike.tau2, alike.adjusted) == (0, False)


def test_one_place_shows_no_spread_and_an_empty_one_is_nowhere():
    alone = funnels.funnel([90], [100], target=0.5)
    assert (alone.tau2, alone.adjusted, list(alone.place)) == (0, False, ["higher (99.8%)"])
    with_empty = funnels.funnel([0, 50, 48], [0, 100, 100])
    assert list(with_empty.place) == ["", "as expected", "as expected"]
    assert np.isnan(funnels.funnel([0], [0]).target)


def test_a_place_on_a_limit_is_as_expected():
    limits = (0.4, 0.6, 0.3, 0.7)
    got = funnels.places([0.3, 0.4, 0.6, 0.7, 0.29, 0.39, 0.61, 0.71], *limits)
    assert list(got) == [
        "lower (95%)", "as expected", "as expected", "higher (95%)",
        "lower (99.8%)", "lower (95%)", "higher (95%)", "higher (99.8%)",
    ]  # fmt: skip


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="cannot be right"):
        funnels.funnel([5], [3])
    with pytest.raises(ValueError, match="one length"):
        funnels.funnel([5], [30, 40])
    with pytest.raises(ValueError, match="from 0 to 1"):
        funnels.exact_limits(10, 1.2)
    with pytest.raises(ValueError, match="below 0"):
        funnels.normal_limits(-1, 0.5)
    with pytest.raises(ValueError, match="variance"):
        funnels.adjusted_limits(10, 0.5, tau2=-1)
    with pytest.raises(ValueError, match=r"below 0\.5"):
        funnels.dispersion([1], [3], winsorise=0.5)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 300), st.floats(0, 1))
def test_usual_counts_are_those_that_would_not_be_named(n, target):
    least, most = (int(part) for part in funnels.usual_counts(n, target))
    named = funnels.exact_places(np.arange(n + 1), np.full(n + 1, n), target)
    usual = [x for x in range(n + 1) if "99.8%" not in named[x]]
    assert (least, most) == (usual[0], usual[-1])


def test_usual_counts_of_nothing_are_none():
    least, most = funnels.usual_counts([0, 10, np.nan], [0.5, np.nan, 0.5])
    assert np.isnan(least).all()
    assert np.isnan(most).all()
    with pytest.raises(ValueError, match="share"):
        funnels.usual_counts(10, 1.2)
