"""Intervals of a share and of a difference: values worked by hand, values quoted in the help page, properties."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.statistics.proportions import direction, mix, newcombe, wilson

unhurried = settings(deadline=None)  # a busy machine is no fault of the code

ROOT = Path(__file__).resolve().parents[2]


@st.composite
def counts(draw, largest: int = 5_000) -> tuple[int, int]:
    n = draw(st.integers(1, largest))
    return draw(st.integers(0, n)), n


LEVELS = st.sampled_from([0.9, 0.95, 0.99, 0.998])


def percent(*shares: float) -> tuple[int, ...]:
    return tuple(round(100 * float(share)) for share in shares)


# --- Wilson


def test_wilson_by_hand_at_one_half():
    # at p = 1/2 the formula is 1/2 -/+ z / (2 sqrt(n + z^2)): n = 2, z = 1.959964, z^2 = 3.841459
    # sqrt(5.841459) = 2.416911; 1.959964 / 4.833822 = 0.405469
    low, high = wilson(1, 2)
    assert float(low) == pytest.approx(0.5 - 0.405469, abs=1e-6)
    assert float(high) == pytest.approx(0.5 + 0.405469, abs=1e-6)


@pytest.mark.parametrize(
    ("x", "n", "level", "low", "high"),
    [
        # phe_proportion (PHEindicatormethods 2.1.1)
        (1, 1, 0.95, 0.2065493143772375, 1),
        (1, 2, 0.95, 0.094531205734230739, 0.90546879426576921),
        (0, 3, 0.95, 0, 0.56149703175504539),
        (0, 100_000, 0.95, 0, 3.8413112583039611e-05),
        (0, 3, 0.998, 0, 0.76094733141834203),
    ],
)
def test_wilson_equals_published_values(x, n, level, low, high):
    np.testing.assert_allclose(wilson(x, n, level), (low, high), rtol=1e-9, atol=0)


@pytest.mark.parametrize(
    ("x", "n", "says"),
    [
        (31, 50, (48, 74)),
        (62, 100, (52, 71)),
        (124, 200, (55, 68)),
        (372, 600, (58, 66)),
        (74, 120, (53, 70)),
    ],
)
def test_the_ranges_of_sixty_two_per_cent_quoted_in_the_help(x, n, says):
    assert percent(*wilson(x, n)) == says


def test_no_cases_give_no_interval():
    low, high = wilson([0, 5], [0, 10])
    assert np.isnan(low[0])
    assert np.isnan(high[0])
    assert not np.isnan(low[1])


def test_a_count_not_known_gives_no_interval():
    low, high = wilson([np.nan, 1, np.nan], [10, np.nan, 0])
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_the_ends_are_exact():
    n = np.arange(1, 2_000)
    for level in (0.9, 0.95, 0.998):
        assert (wilson(0, n, level)[0] == 0).all()
        assert (wilson(n, n, level)[1] == 1).all()
        assert (wilson(0, n, level)[1] > 0).all()
        assert (wilson(n, n, level)[0] < 1).all()


@pytest.mark.parametrize(("x", "n"), [(-1, 10), (11, 10), (0, -1), (1, 0)])
def test_impossible_counts_are_refused_by_position_and_not_by_value(x, n):
    with pytest.raises(ValueError, match="position 1") as caught:
        wilson([1, x, 1], [2, n, 2])
    assert str(caught.value).startswith("1 of 3 pairs of counts cannot be right")
    assert "11" not in str(caught.value)


@pytest.mark.parametrize("level", [0, 1, -0.95, 95, float("nan")])
def test_a_level_is_a_share(level):
    with pytest.raises(ValueError, match="confidence level"):
        wilson(1, 2, level)


def test_neither_order_nor_grouping_of_rows_changes_a_digit():
    rng = np.random.default_rng(7)
    n = rng.integers(0, 400, 5_001)
    x = rng.binomial(n, 0.4)
    whole = np.array(wilson(x, n))
    order = rng.permutation(n.size)
    np.testing.assert_array_equal(np.array(wilson(x[order], n[order])), whole[:, order])
    single = np.array([wilson(a, b) for a, b in zip(x[:300], n[:300], strict=True)]).T
    np.testing.assert_array_equal(single, whole[:, :300])
    np.testing.assert_array_equal(np.array(wilson(x[1::3], n[1::3])), whole[:, 1::3])


@unhurried
@given(counts(), LEVELS)
def test_wilson_contains_the_share_and_stays_within_0_and_1(pair, level):
    x, n = pair
    low, high = wilson(x, n, level)
    assert 0 <= low <= x / n <= high <= 1
    assert low < high


@unhurried
@given(counts(), LEVELS)
def test_wilson_is_symmetric(pair, level):
    x, n = pair
    low, high = wilson(x, n, level)
    other_low, other_high = wilson(n - x, n, level)
    np.testing.assert_allclose((other_low, other_high), (1 - high, 1 - low), rtol=0, atol=1e-12)


@unhurried
@given(counts(), st.integers(2, 50), LEVELS)
def test_more_cases_with_the_same_share_give_a_narrower_interval(pair, times, level):
    x, n = pair
    low, high = wilson([x, x * times], [n, n * times], level)
    assert high[1] - low[1] < high[0] - low[0]


@unhurried
@given(counts())
def test_a_higher_level_gives_a_wider_interval(pair):
    low95, high95 = wilson(*pair, 0.95)
    low998, high998 = wilson(*pair, 0.998)
    assert low998 <= low95
    assert high998 >= high95
    assert high998 - low998 > high95 - low95


@unhurried
@given(counts(largest=400))
def test_one_more_case_with_the_property_moves_both_limits_up(pair):
    x, n = pair
    low, high = wilson([x, x + 1], [n + 1, n + 1])
    assert low[1] > low[0]
    assert high[1] > high[0]


# --- Newcombe


@pytest.mark.parametrize(
    ("x1", "n1", "x2", "n2", "low", "high"),
    [
        # Newcombe (1998), table II, method 10
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0000),
        (10, 10, 0, 10, 0.6075, 1.0000),
    ],
)
def test_newcombe_equals_the_paper(x1, n1, x2, n2, low, high):
    difference, got_low, got_high = newcombe(x1, n1, x2, n2)
    assert float(difference) == pytest.approx(x1 / n1 - x2 / n2)
    assert (float(got_low), float(got_high)) == pytest.approx((low, high), abs=5e-5)


def test_eight_points_up_is_no_evidence_on_a_hundred_audits_and_is_on_a_thousand():
    change, low, high = newcombe([62, 620], [100, 1_000], [54, 540], [100, 1_000])
    assert percent(*change) == (8, 8)
    assert percent(low[0], high[0]) == (-6, 21)
    assert percent(low[1], high[1]) == (4, 12)
    assert list(direction(low, high)) == ["no clear change", "higher"]


def test_newcombe_equals_statsmodels():
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    rng = np.random.default_rng(11)
    n1, n2 = rng.integers(1, 500, (2, 300))
    x1, x2 = rng.binomial(n1, rng.random(300)), rng.binomial(n2, rng.random(300))
    for level in (0.95, 0.998):
        low, high = proportion.confint_proportions_2indep(x1, n1, x2, n2, method="newcomb", alpha=1 - level)
        _, got_low, got_high = newcombe(x1, n1, x2, n2, level)
        np.testing.assert_allclose(got_low, low, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(got_high, high, rtol=1e-9, atol=1e-12)


def test_newcombe_needs_cases_on_both_sides():
    result = np.array(newcombe([0, 5, 0], [0, 10, 0], [5, 0, 0], [10, 0, 0]))
    assert np.isnan(result).all()


def test_newcombe_refuses_impossible_counts():
    with pytest.raises(ValueError, match="numerator"):
        newcombe(1, 2, 3, 2)


@unhurried
@given(counts(), counts(), LEVELS)
def test_newcombe_turns_round_when_the_groups_change_places(one, two, level):
    difference, low, high = newcombe(*one, *two, level)
    back = newcombe(*two, *one, level)
    assert (difference, low, high) == (-back[0], -back[2], -back[1])


@unhurried
@given(counts(), counts(), LEVELS)
def test_newcombe_contains_the_difference(one, two, level):
    difference, low, high = newcombe(*one, *two, level)
    assert -1 <= low <= difference <= high <= 1


@unhurried
@given(counts())
def test_a_group_compared_with_itself_shows_no_clear_change(pair):
    _, low, high = newcombe(*pair, *pair)
    assert direction(low, high) == "no clear change"


# --- direction


def test_direction_by_hand():
    nan = float("nan")
    low = [0.01, -0.2, -0.1, 0.0, -0.1, nan, 0.1, nan]
    high = [0.20, -0.1, 0.1, 0.2, 0.0, nan, nan, 0.1]
    assert list(direction(low, high)) == [
        "higher",
        "lower",
        "no clear change",
        "no clear change",  # a limit of exactly 0 leaves 0 in the interval
        "no clear change",
        "",
        "",
        "",
    ]


def test_a_mix_differs_where_it_is_clear_and_large():
    """63% and 41% of 500; 50% and 54.9% of 10,000 (clear, and small); 50% and 70% of 10 (large, and not clear)."""
    found = mix(
        [315, 205, 5490, 7, np.nan],
        [500, 500, 10_000, 10, 10],
        [205, 315, 5000, 5, 5],
        [500, 500, 10_000, 10, 10],
    )
    assert found.tolist() == ["more random", "fewer random", "", "", ""]


def test_empty_columns_stay_empty():
    assert wilson([], [])[0].size == 0
    assert newcombe([], [], [], [])[0].size == 0
    assert direction([], []).size == 0


# --- what a figure or a page may load


def test_statistics_load_numpy_alone():
    code = (
        "import sys, pipelines.statistics.charts, pipelines.statistics.proportions, pipelines.statistics.rules;"
        "heavy = {'scipy', 'statsmodels', 'pandas', 'duckdb', 'ibis', 'dagster', 'great_expectations'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
