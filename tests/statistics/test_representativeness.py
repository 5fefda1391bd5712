"""Who was heard: gaps by hand, the R-indicator and its parts, weighted estimates, collapsed strata."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipelines.statistics import representativeness as heard
from pipelines.statistics.proportions import wilson

unhurried = settings(deadline=None)
STRATA = st.lists(
    st.integers(0, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n), st.integers(n, 500))),
    min_size=1,
    max_size=8,
)


def test_a_gap_by_hand():
    """12 of 100 contributors, 30 of 150 plans: 12% against 20%."""
    gap, low, high = heard.gap(12, 100, 30, 150)
    wilson_low, wilson_high = wilson(12, 100)
    np.testing.assert_allclose([gap, low, high], [-0.08, wilson_low - 0.2, wilson_high - 0.2])
    assert high < 0, "less often heard, and not by chance alone"


def test_gaps_of_all_groups_add_up_to_nothing_and_unknown_ones_are_not_zero():
    gap, _, _ = heard.gap([10, 20, 30], 60, [50, 30, 20], 100)
    assert gap.sum() == pytest.approx(0)
    assert np.isnan(heard.gap([0, np.nan], [0, 5], 3, 10)).all()


def test_the_r_indicator_by_hand():
    """Two groups of 100, at 50% and 70%: S^2 = (1 + 1)/199, by chance (0.25 + 0.21)/200."""
    said = heard.r_indicator([50, 70], [100, 100])
    spread = (2 / 199 - 0.46 / 200) ** 0.5
    assert (said.rate, said.n) == (0.6, 200)
    assert said.r == pytest.approx(1 - 2 * spread)
    assert said.unadjusted == pytest.approx(1 - 2 * (2 / 199) ** 0.5)
    np.testing.assert_allclose(said.partial, np.array([-0.1, 0.1]) * (100 / 199) ** 0.5)
    assert said.contribution == pytest.approx((said.partial**2).sum() ** 0.5)
    assert said.low < said.r < said.high


def test_all_at_one_rate_is_1_and_too_few_is_not_said():
    even = heard.r_indicator([60, 30, 30], [200, 100, 100])
    assert (even.r, even.high) == (1, 1)
    for few in (heard.r_indicator([50, 40], [100, 99]), heard.r_indicator([150], [300])):
        assert np.isnan([few.r, few.low, few.high, few.contribution]).all()
        assert few.n in (199, 300)
    assert heard.r_indicator([], []).n == 0


def test_a_group_of_one_does_not_pass_for_a_group_without_luck():
    """Its own rate is 1 and seems certain; the spread of all, 0.105 * 0.895, stands in."""
    alone = heard.r_indicator([20, 1], [199, 1])
    luck = (20 / 199) * (179 / 199) + 0.105 * 0.895
    spread = (199 * (20 / 199 - 0.105) ** 2 + 0.895**2) / 199
    assert alone.unadjusted == pytest.approx(1 - 2 * spread**0.5)
    assert alone.r == pytest.approx(1 - 2 * max(spread - luck / 200, 0) ** 0.5)


@given(STRATA, st.randoms(use_true_random=False))
@unhurried
def test_the_order_of_groups_does_not_matter_and_r_is_a_share(strata, random):
    people = [n * 20 for _, n, _ in strata]
    took_part = [x * 20 for x, _, _ in strata]
    one = heard.r_indicator(took_part, people)
    order = random.sample(range(len(strata)), len(strata))
    other = heard.r_indicator([took_part[i] for i in order], [people[i] for i in order])
    np.testing.assert_allclose(one.partial[order], other.partial, atol=1e-12, equal_nan=True)
    np.testing.assert_allclose(one.r, other.r, atol=1e-9, equal_nan=True)
    if not np.isnan(one.r):
        assert 0 <= one.low <= one.r <= one.high <= 1


def test_an_estimate_by_hand():
    """Half the people gave a tenth of the answers: 0.5 * 0.9 + 0.5 * 0.5 = 0.7, where 54 of 100 said yes."""
    said = heard.post_stratified([9, 45], [10, 90], [500, 500])
    assert said.estimate == pytest.approx(0.7)
    assert said.unweighted == pytest.approx(0.54)
    np.testing.assert_allclose(said.weights, [50, 500 / 90])
    assert said.effective_n == pytest.approx(1000**2 / (10 * 2500 + 90 * (500 / 90) ** 2))
    assert said.low < 0.7 < said.high


@given(STRATA)
@unhurried
def test_an_estimate_lies_among_its_strata(strata):
    x, n, people = (np.array(part, dtype=float) for part in zip(*strata, strict=True))
    assume(n.sum() >= 2)
    assume(people.sum() > 0)
    said = heard.post_stratified(x, n, people)
    assert not np.isnan(said.estimate)
    assert -1e-12 <= said.estimate <= 1 + 1e-12
    assert said.low - 1e-9 <= said.estimate <= said.high + 1e-9
    assert 0 <= said.low <= said.high <= 1
    assert 0 < said.effective_n <= n.sum() + 1e-9
    even = heard.post_stratified(x, n, n * 7)
    assert even.estimate == pytest.approx(even.unweighted)


@given(STRATA)
@unhurried
def test_no_group_with_people_keeps_fewer_than_two_answers(strata):
    _, n, people = (np.array(part) for part in zip(*strata, strict=True))
    group = heard.collapsed_strata(n, people)
    filled = (n > 0) | (people > 0)
    answers = np.bincount(group, n, minlength=n.size)
    if n.sum() >= 2:
        assert (answers[np.unique(group[filled])] >= 2).all()
    else:
        assert len(np.unique(group[filled])) <= 1
    kept = group[filled]
    assert (np.diff(kept) >= 0).all(), "only neighbours are put together"
    if (n[filled] >= 2).all():
        assert len(np.unique(kept)) == filled.sum(), "nothing is put together without need"


def test_strata_of_one_join_a_neighbour():
    assert list(heard.collapsed_strata([5, 1, 4, 1], [10, 10, 10, 10])) == [0, 1, 1, 1]
    assert list(heard.collapsed_strata([1, 0, 1, 9], [10, 10, 10, 10])) == [0, 0, 0, 3]
    assert list(heard.collapsed_strata([5, 0, 5], [10, 0, 10])) == [0, 1, 2]
    assert list(heard.collapsed_strata([], [])) == []
    joined = heard.post_stratified([4, 1, 2], [5, 1, 4], [10, 10, 10])
    assert list(joined.collapsed) == [0, 1, 1]
    assert joined.estimate == pytest.approx((10 * 0.8 + 20 * 0.6) / 30)
    apart = heard.post_stratified([4, 1, 2], [5, 1, 4], [10, 10, 10], collapse=False)
    assert np.isnan(apart.se_stratified)
    assert not np.isnan(joined.se_stratified)


def test_all_or_none_still_has_a_range_and_a_census_has_none():
    all_said_yes = heard.post_stratified([5, 7], [5, 7], [50, 70])
    assert all_said_yes.estimate == 1
    assert all_said_yes.low < 0.8
    census = heard.post_stratified([5, 3], [10, 10], [10, 10], sampled=True)
    assert (census.low, census.high, census.se) == (0.4, 0.4, 0)
    nobody = heard.post_stratified([0, 0], [0, 0], [10, 10])
    assert np.isnan([nobody.estimate, nobody.low, nobody.high]).all()


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="cannot be right"):
        heard.gap(5, 3, 1, 2)
    with pytest.raises(ValueError, match="one length"):
        heard.r_indicator([1, 2], [5])
    with pytest.raises(ValueError, match="none of them missing"):
        heard.r_indicator([1, np.nan], [5, 5])
    with pytest.raises(ValueError, match="people of each stratum"):
        heard.post_stratified([1], [5], [-5])
    with pytest.raises(ValueError, match="between 0 and 1"):
        heard.post_stratified([1], [5], [5], level=95)
