"""Charts of 200,000 series of 36 points: limits, signals and classes, timed against one pass of numpy.

Belongs here: `python -m benchmarks.series [SERIES]`. Does not belong here: the main job (benchmarks/__main__.py),
whether the charts are right (tests/statistics).

The pass of numpy is the least that any answer costs: dividing two arrays of that size and adding the result up.
The ratio is what to watch; seconds depend on the machine. Both run on one core.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable

import numpy as np

from pipelines.statistics.charts import p_charts
from pipelines.statistics.classes import assurances, variations
from pipelines.statistics.series import Charts
from pipelines.statistics.xmr import xmr_charts

SERIES, POINTS = 200_000, 36
TIMES = 3


def seconds(job: Callable[[], object]) -> float:
    """The quickest of some runs, on this process's own processor time."""
    taken = []
    for _ in range(TIMES):
        start = time.process_time()
        job()
        taken.append(time.process_time() - start)
    return min(taken)


def classed(charts: Charts, target: float) -> tuple[int, int]:
    """How many charts change, and how many may or may not meet the target: both classes of every chart."""
    changed = variations(charts.state, charts.value, charts.side, "better")
    promised = assurances(charts.state, charts.value, charts.lower, charts.upper, target, "better")
    return int((changed != "no clear change").sum()), int((promised == "may or may not meet").sum())


def main(series: int) -> None:
    random = np.random.default_rng(1)
    n = random.integers(20, 200, (series, POINTS)).astype(float)
    x = random.binomial(n.astype(int), 0.6).astype(float)
    holed = np.where(random.random(n.shape) < 0.05, 0.0, n)
    one_pass = seconds(lambda: (x / n).sum())
    jobs = {
        "p-charts": lambda: classed(p_charts(x, n), 0.6),
        "p-charts, 1 point in 20 missing": lambda: classed(p_charts(np.minimum(x, holed), holed), 0.6),
        "XmR": lambda: classed(xmr_charts(x / n), 0.6),
    }
    print(f"{series:,} series of {POINTS} points; one pass of numpy: {one_pass:.3f} s")
    for name, job in jobs.items():
        taken = seconds(job)
        print(f"{name}: {taken:.2f} s, {taken / one_pass:.0f} times the pass")
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SERIES)
