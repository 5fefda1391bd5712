"""Agreement: by hand, the paradox, statsmodels, and what must hold for any two raters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from pipelines.statistics import agreement
from pipelines.statistics.agreement import METRICS, WEIGHTS

unhurried = settings(deadline=None)
GRADES = ["Inadequate", "Requires improvement", "Good", "Outstanding"]
TABLES = st.lists(st.integers(0, 12), min_size=16, max_size=16).map(
    lambda cells: np.array(cells).reshape(4, 4)
)
RATINGS = st.lists(st.lists(st.sampled_from([1, 2, 3, 4, None]), min_size=3, max_size=3), max_size=25)


def test_two_raters_by_hand():
    """60 audits: 41 alike; in 15 of 19 the auditor graded one step higher than the moderator, in 4 one step lower."""
    table = np.array([[8, 0, 0, 0], [5, 20, 4, 0], [0, 10, 13, 0], [0, 0, 0, 0]])  # rows: auditor
    said = agreement.agreement(table)
    assert (said.n, said.agreed, said.second_higher, said.second_lower) == (60, 41, 4, 15)
    assert (said.steps_higher, said.steps_lower, said.steps) == (1, 1, pytest.approx(-11 / 60))
    assert said.share == pytest.approx(41 / 60)
    assert said.low < said.share < said.high


@settings(deadline=None, max_examples=25)
@given(st.lists(TABLES, min_size=2, max_size=12))
@example([np.array([[4, 5, 8, 4], [4, 10, 12, 12], [3, 2, 12, 2], [4, 9, 1, 3]])] * 2)
def test_a_coefficient_is_the_same_to_the_last_digit_whatever_is_counted_with_it(tables):
    """A period's figure must not depend on how many other periods there are, or a receipt would have two values."""
    together = agreement.agreement(np.array(tables))
    for place, table in enumerate(tables):
        alone = agreement.agreement(table)
        for name in ("kappa", "kappa_se", "ac2", "ac2_se"):
            one, other = getattr(alone, name), getattr(together, name)[place]
            assert np.array_equal(one, other, equal_nan=True), name


def test_kappa_by_hand():
    """20 + 15 of 50 agree (0.7); chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5: (0.7 - 0.5) / 0.5."""
    kappa, _ = agreement.cohen_kappa([[20, 5], [10, 15]])
    assert kappa == pytest.approx(0.4)


def test_the_paradox_kappa_falls_where_all_but_a_few_have_one_grade():
    table = [[118, 5], [2, 0]]
    kappa, _ = agreement.cohen_kappa(table)
    profiles = agreement.profiles_of([[1, 1]] * 118 + [[1, 2]] * 5 + [[2, 1]] * 2, [1, 2])
    ac1, _ = agreement.gwet_ac(profiles)
    assert round(float(kappa), 2) == -0.02
    assert ac1 > 0.93


def test_all_in_one_category_leaves_kappa_and_alpha_undefined_and_ac_at_1():
    table = np.diag([9, 0, 0])
    assert np.isnan(agreement.cohen_kappa(table)).all()
    profiles = agreement.profiles_of([[1, 1]] * 9, [1, 2, 3])
    assert agreement.gwet_ac(profiles) == (1, 0)
    for metric in METRICS:
        assert np.isnan(agreement.krippendorff_alpha(profiles, metric))


def test_the_whole_scale_counts_whether_used_or_not():
    pairs = [["Good", "Good"], ["Inadequate", "Good"], ["Good", "Inadequate"], ["Inadequate", "Inadequate"]]
    pairs += [["Good", "Good"], ["Requires improvement", "Good"]]
    full = agreement.table_of(*zip(*pairs, strict=True), GRADES)
    short = agreement.table_of(*zip(*pairs, strict=True), GRADES[:3])
    assert full.shape == (4, 4)
    np.testing.assert_allclose(
        agreement.cohen_kappa(full, "quadratic")[0], agreement.cohen_kappa(short, "quadratic")[0]
    )
    assert agreement.agreement(full).ac2 != agreement.agreement(short).ac2


def test_missing_grades_are_left_out_and_unknown_ones_refused():
    table = agreement.table_of(["Good", None, "Good"], ["Good", "Good", float("nan")], GRADES)
    assert table.sum() == 1
    with pytest.raises(ValueError, match="1 of 2 grades are not in the scale") as told:
        agreement.table_of(["Good", "Splendid"], ["Good", "Good"], GRADES)
    assert "Splendid" not in str(told.value), "no row's value in a message"
    with pytest.raises(ValueError):
        agreement.table_of(["Good"], ["Good", "Good"], GRADES)


def test_krippendorffs_own_example_and_gwets_answer_to_it():
    """Krippendorff (2011), Computing Krippendorff's Alpha-Reliability: 4 observers, 12 units, missing data."""
    rows = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ]
    profiles = agreement.profiles_of(zip(*rows, strict=True), [1, 2, 3, 4, 5])
    got = [round(float(agreement.krippendorff_alpha(profiles, metric)), 3) for metric in METRICS]
    assert got == [0.743, 0.815, 0.849]
    # the same data in irrCAC 1.0
    ac1, se = agreement.gwet_ac(profiles)
    assert (round(float(ac1), 6), round(float(se), 6)) == (0.775444, 0.142950)
    assert round(float(agreement.gwet_ac(profiles, "quadratic")[0]), 6) == 0.914001


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # statsmodels', on tables without spread
@given(TABLES)
@unhurried
def test_kappa_and_its_error_are_those_of_statsmodels(table):
    raters = pytest.importorskip("statsmodels.stats.inter_rater")
    kappas = {weight: agreement.cohen_kappa(table, weight) for weight in WEIGHTS}
    assume(not np.isnan(kappas["none"][0]))
    for weight, wt in (("none", None), ("linear", "linear"), ("quadratic", "quadratic")):
        expected = raters.cohens_kappa(table, weights=None if wt is None else np.arange(4), wt=wt)
        assert kappas[weight][0] == pytest.approx(expected.kappa, abs=1e-9)
        assert kappas[weight][1] ** 2 == pytest.approx(max(expected.var_kappa, 0), abs=1e-9)


@given(
    st.lists(st.integers(0, 30), min_size=4, max_size=4).filter(lambda cells: sum(c > 0 for c in cells) > 1)
)
@unhurried
def test_perfect_agreement_is_1(diagonal):
    table = np.diag(diagonal)
    said = agreement.agreement(table)
    assert (said.kappa, said.ac2, said.share, said.steps) == (1, pytest.approx(1), 1, 0)
    assert said.kappa_se == pytest.approx(0, abs=1e-6)
    profiles = 2 * np.eye(4, dtype=int)
    for metric in METRICS:
        assert agreement.krippendorff_alpha(profiles, metric, times=diagonal) == pytest.approx(1)


@given(TABLES)
@unhurried
def test_which_rater_is_first_changes_the_direction_and_nothing_else(table):
    assume(table.sum() > 1)
    one, other = agreement.agreement(table), agreement.agreement(table.T)
    for name in ("n", "agreed", "share", "low", "high", "kappa", "kappa_se", "ac2", "ac2_se"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), atol=1e-9, equal_nan=True)
    assert (one.second_higher, one.second_lower) == (other.second_lower, other.second_higher)
    assert one.steps == pytest.approx(-other.steps)


@given(TABLES)
@unhurried
def test_a_scale_read_backwards_gives_the_same(table):
    assume(table.sum() > 1)
    one, other = agreement.agreement(table), agreement.agreement(table[::-1, ::-1])
    np.testing.assert_allclose([one.kappa, one.ac2], [other.kappa, other.ac2], atol=1e-9, equal_nan=True)
    assert one.second_higher == other.second_lower


@given(st.lists(TABLES, min_size=2, max_size=6))
@unhurried
def test_one_table_alone_is_the_same_as_among_others(tables):
    together = agreement.agreement(np.array(tables))
    for row, table in enumerate(tables):
        for name, got, wanted in zip(together._fields, together, agreement.agreement(table), strict=True):
            np.testing.assert_allclose(got[row], wanted, rtol=1e-12, atol=1e-12, equal_nan=True, err_msg=name)


@given(RATINGS, st.randoms(use_true_random=False))
@unhurried
def test_order_of_cases_and_raters_and_scale_of_values_do_not_matter(ratings, random):
    mixed = [random.sample(case, len(case)) for case in random.sample(ratings, len(ratings))]
    one, other = (agreement.profiles_of(given, [1, 2, 3, 4]) for given in (ratings, mixed))
    for metric in METRICS:
        got = agreement.krippendorff_alpha(one, metric)
        np.testing.assert_allclose(
            got, agreement.krippendorff_alpha(other, metric), atol=1e-9, equal_nan=True
        )
        far = agreement.krippendorff_alpha(one, metric, values=[10, 17, 24, 31])
        np.testing.assert_allclose(got, far, atol=1e-9, equal_nan=True)
        assert np.isnan(got) or got <= 1 + 1e-12
    for weight in WEIGHTS:
        np.testing.assert_allclose(
            agreement.gwet_ac(one, weight), agreement.gwet_ac(other, weight), atol=1e-9, equal_nan=True
        )


def test_nothing_rated_is_not_known():
    for value in agreement.agreement(np.zeros((3, 3)))[2:9]:
        assert np.isnan(value)
    assert np.isnan(agreement.gwet_ac(np.zeros((0, 3)))).all()
    assert np.isnan(agreement.krippendorff_alpha(agreement.profiles_of([[1, None]], [1, 2])))


def test_limits_stay_within_1():
    low, high = agreement.limits([0.95, np.nan], [0.1, 0.1])
    np.testing.assert_allclose(low, [0.754, np.nan], atol=1e-3)
    np.testing.assert_allclose(high, [1, np.nan])


def test_what_cannot_be_is_refused():
    for table in ([[1, 2, 3], [1, 2, 3]], [[5]], [[1, -1], [0, 0]], [[1, np.nan], [0, 0]]):
        with pytest.raises(ValueError):
            agreement.cohen_kappa(table)
    with pytest.raises(ValueError, match="Weights are"):
        agreement.cohen_kappa([[1, 0], [0, 1]], "cubic")
    with pytest.raises(ValueError, match="Metrics are"):
        agreement.krippendorff_alpha([[2, 0]], "ratio")
    with pytest.raises(ValueError, match="one value for each"):
        agreement.krippendorff_alpha([[2, 0]], "interval", values=[1, 2, 3])
    with pytest.raises(ValueError, match="how often"):
        agreement.gwet_ac([[2, 0]], times=[1, 2])
