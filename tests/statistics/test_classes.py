"""Variation and assurance: worked by hand, polarity as a mirror, and the peer's icons."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.statistics.charts import p_chart
from pipelines.statistics.classes import assurance, variation

NAN = float("nan")


@pytest.mark.parametrize(
    ("side", "higher_is", "expected"),
    [
        ("high", "better", "improving"), ("low", "better", "getting worse"),
        ("high", "worse", "getting worse"), ("low", "worse", "improving"),
        ("high", "neither", "higher"), ("low", "neither", "lower"),
    ],
)  # fmt: skip
def test_a_signal_at_the_last_point_is_read_by_polarity(side, higher_is, expected):
    assert variation("limits", [0.5, 0.6], ["", "outside"], ["", side], higher_is) == expected


def test_only_the_last_point_counts():
    assert variation("limits", [0.5, 0.9, 0.5], ["", "outside", ""], ["", "high", ""], "better") == (
        "no clear change"
    )


def test_a_last_point_without_cases_is_passed_over():
    assert variation("limits", [0.5, 0.9, NAN], ["", "shift", ""], ["", "high", ""], "better") == "improving"


@pytest.mark.parametrize(
    ("state", "expected"), [("run", True), ("table", True), ("trial", False), ("limits", False)]
)
def test_variation_needs_eight_points(state, expected):
    found = variation(state, [0.5], [""], [""], "better")
    assert (found == "too few points") == expected


@pytest.mark.parametrize(
    ("target", "better", "worse"),
    [
        # limits from 60% to 80%
        (0.5, "will reliably meet", "will not meet without change"),
        (0.6, "may or may not meet", "may or may not meet"),
        (0.7, "may or may not meet", "may or may not meet"),
        (0.8, "may or may not meet", "may or may not meet"),
        (0.9, "will not meet without change", "will reliably meet"),
    ],
)
def test_assurance_is_strict_and_a_ceiling_is_its_mirror(target, better, worse):
    limits = ([0.55, 0.6], [0.85, 0.8])
    assert assurance("limits", [0.7, 0.7], *limits, target, "better") == better
    assert assurance("limits", [0.7, 0.7], *limits, target, "worse") == worse


def test_the_limits_of_the_last_known_point_are_used():
    assert assurance("limits", [0.7, NAN], [0.6, NAN], [0.8, NAN], 0.5, "better") == "will reliably meet"


@pytest.mark.parametrize("state", ["run", "table", "trial"])
def test_no_promise_from_fewer_than_thirteen_points(state):
    assert assurance(state, [0.7], [0.6], [0.8], 0.5, "better") == "too few points"


def test_nothing_to_meet_without_target_or_without_a_good_side():
    assert assurance("limits", [0.7], [0.6], [0.8], None, "better") == "no target"
    assert assurance("limits", [0.7], [0.6], [0.8], 0.5, "neither") == "no target"
    assert assurance("run", [0.7], [NAN], [NAN], None, "better") == "no target"


def test_no_points_at_all():
    assert variation("run", [], [], [], "better") == "too few points"
    assert assurance("limits", [NAN], [NAN], [NAN], 0.5, "better") == "too few points"


def test_an_unknown_direction_is_refused():
    with pytest.raises(ValueError, match="better, worse or neither"):
        variation("limits", [0.5], [""], [""], "up")
    with pytest.raises(ValueError, match="better, worse or neither"):
        assurance("limits", [0.5], [0.4], [0.6], 0.5, "up")


def test_a_whole_chart_by_hand():
    """23 months of 20 in 40, then one of 38: centre 0.5188, last upper limit 0.7558, so the last point is outside."""
    chart = p_chart([20] * 23 + [38], [40] * 24)
    assert chart.upper[-1] == pytest.approx(0.5188 + 3 * (0.5188 * 0.4812 / 40) ** 0.5, abs=1e-4)
    assert variation(chart.state, chart.value, chart.signal, chart.side, "better") == "improving"
    held = (chart.state, chart.value, chart.lower, chart.upper)
    assert assurance(*held, 0.25, "better") == "will reliably meet"
    assert assurance(*held, 0.9, "better") == "will not meet without change"
    assert assurance(*held, 0.5, "better") == "may or may not meet"


COUNTS = st.lists(st.integers(0, 40), min_size=1, max_size=30)


@given(COUNTS, st.floats(0, 1))
def test_the_share_without_says_the_same_with_polarity_turned(x, target):
    """Those with it, higher better; those without it, lower better and the target's remainder a ceiling."""
    n = np.full(len(x), 40)
    with_it, without = p_chart(x, n), p_chart(n - np.array(x), n)
    said = [
        variation(chart.state, chart.value, chart.signal, chart.side, higher_is)
        for chart, higher_is in ((with_it, "better"), (without, "worse"))
    ]
    # a share and its remainder can differ in their last bit, and only there a tie or a limit can turn
    if list(with_it.signal) == list(without.signal):
        assert said[0] == said[1]
    whole = round(target * 4096) / 4096
    lower, upper = with_it.lower, with_it.upper
    mirrored = (with_it.state, with_it.value, 1 - upper, 1 - lower, 1 - whole, "worse")
    last = assurance(with_it.state, with_it.value, lower, upper, whole, "better")
    if not np.isclose(lower[-1], whole) and not np.isclose(upper[-1], whole):
        assert assurance(*mirrored) == last
