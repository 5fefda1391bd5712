"""The chances of a signal on a stable chart: as simulated, and sensible between."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import chance as simulation
from pipelines.statistics import chance
from pipelines.statistics.xmr import xmr_charts

SERIES = 40_000


def test_more_points_give_more_signals_and_few_give_none():
    for kind in ("p", "xmr"):
        found = [chance.of_signal(kind, points) for points in range(7, 150)]
        assert found[0] == (0.0, 0.0)
        anywhere, last = zip(*found, strict=True)
        assert list(anywhere) == sorted(anywhere)
        assert all(0 <= at_last <= any_ <= 1 for any_, at_last in found)
        assert max(last) < 0.05
    assert chance.of_signal("pp", 36) == chance.of_signal("p", 36) == (0.268, 0.029)
    assert chance.of_signal("p", 500) == chance.of_signal("p", 120)


def test_an_unknown_chart_is_refused():
    with pytest.raises(ValueError, match="kinds are p"):
        chance.of_signal("c", 24)


@pytest.mark.slow
@pytest.mark.parametrize("points", [10, 13, 24, 30, 36, 60])
@pytest.mark.parametrize("kind", ["p", "xmr"])
def test_chances_are_those_of_a_simulation(kind, points):
    random = np.random.default_rng(points)
    if kind == "p":
        made = simulation.shares(random, 100, simulation.SHARE, points, SERIES)
    else:
        fixed = (0, simulation.BASELINE - 1) if points > simulation.BASELINE else None
        made = xmr_charts(random.normal(size=(SERIES, points)), baseline=fixed)
    found = (made.signal > 0).any(axis=1).mean(), (made.signal[:, -1] > 0).mean()
    for told, got in zip(chance.of_signal(kind, points), found, strict=True):
        # both are simulated; the table is rounded, and between its points interpolated
        assert told == pytest.approx(got, abs=4 * (2 * got * (1 - got) / SERIES) ** 0.5 + 0.003)
