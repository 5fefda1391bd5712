"""What every control chart shares: its parts, its baseline, and how limits become signals, for many series at once.

Belongs here: the shape of a chart and of thousands of charts, baselines, phases, states by the number of points.
Does not belong here: how centre and sigma are worked out (charts.py for shares, xmr.py for means and counts), the
rules (rules.py), the classes that a chart ends in (classes.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipelines.statistics.rules import SIGNALS, signal_codes

TRIAL_POINTS = 8  # fewer: a run chart
LIMITS_POINTS = 13  # fewer: limits, but called trial

BLOCK = 2048  # series worked on together: few enough for what is half done to stay in the processor's cache


class Chart(NamedTuple):
    """One chart. Arrays have one element per point given, in the same order, in the unit of the values."""

    state: str  # 'run' | 'trial' | 'limits'
    value: NDArray  # NaN where the point is missing
    centre: NDArray  # of the baseline, the same at every point of a phase
    lower: NDArray  # 3-sigma limits, NaN in state 'run', and in a chart of shares where the point is missing
    upper: NDArray
    lower_2s: NDArray  # 2-sigma limits, likewise
    upper_2s: NDArray
    signal: NDArray  # '' | 'outside' | 'trend' | 'two_of_three' | 'shift'
    side: NDArray  # '' | 'high' | 'low'
    parameters: dict[str, Any]  # all that is needed to make the chart again; goes into JSON as it is


class Charts(NamedTuple):
    """Many charts at once: s series of k points each. The columns of `Chart`, compactly."""

    state: NDArray  # (s,) 'run' | 'trial' | 'limits'
    kind: NDArray  # (s,) 'p' | 'pp' | 'xmr'
    points: NDArray  # (s,) known points in the baseline
    spread: NDArray  # (s,) sigma_z of shares, the mean moving range of XmR; NaN where there is none
    centre: NDArray  # (s,)
    value: NDArray  # (s, k), as are the next six
    lower: NDArray
    upper: NDArray
    lower_2s: NDArray
    upper_2s: NDArray
    signal: NDArray  # int8: a position in rules.SIGNALS
    side: NDArray  # int8: 1 high, -1 low, 0 no signal


def judged(
    value: NDArray, centre: NDArray, sigma: NDArray, rules: Mapping[str, Any], *,
    kind: NDArray, points: NDArray, spread: NDArray, bounds: tuple[float, float],
) -> Charts:  # fmt: skip
    """Charts from what their method has worked out: states, limits, signals.

    value: (s, k). centre, kind, points, spread: (s,), as in `Charts`. sigma: (s, k) or (s, 1); a series without any
    has no limits. bounds: what limits are kept within. rules: complete. No limits and no signals where the baseline
    has fewer than TRIAL_POINTS points or there is no sigma.
    """
    run = (points < TRIAL_POINTS) | ~np.isfinite(sigma).any(axis=-1)
    state = np.where(run, "run", np.where(points < LIMITS_POINTS, "trial", "limits")).astype("<U6")
    sigma = np.where(run[:, None], np.nan, np.broadcast_to(sigma, value.shape))
    middle = centre[:, None]
    signal, side = signal_codes(value, middle, sigma, rules)
    signal[run], side[run] = 0, 0
    lower, upper, lower_2s, upper_2s = (
        np.clip(middle + width * sigma, *bounds) for width in (-rules["outside"], rules["outside"], -2, 2)
    )
    return Charts(state, kind, points, spread, centre, value, lower, upper, lower_2s, upper_2s, signal, side)


def in_blocks(make: Callable[..., Charts], *series: NDArray) -> Charts:
    """`make(*series)`, BLOCK series at a time. series: arrays of shape (s, k); make gives `Charts` for any s."""
    many = len(series[0])
    first = make(*(part[:BLOCK] for part in series))
    if many <= BLOCK:
        return first
    whole = Charts._make(np.empty((many, *part.shape[1:]), dtype=part.dtype) for part in first)
    for start in range(0, many, BLOCK):
        made = first if start == 0 else make(*(part[start : start + BLOCK] for part in series))
        for target, part in zip(whole, made, strict=True):
            target[start : start + BLOCK] = part
    return whole


def only(charts: Charts, parameters: dict[str, Any]) -> Chart:
    """The chart of a single series, in words. charts: with s = 1."""
    side = np.array(["low", "", "high"], dtype="<U4")[charts.side[0] + 1]
    signal = np.array(SIGNALS, dtype="<U12")[charts.signal[0]]
    centre = np.full(charts.value.shape[1], charts.centre[0])
    return Chart(
        str(charts.state[0]), charts.value[0], centre, charts.lower[0], charts.upper[0],
        charts.lower_2s[0], charts.upper_2s[0], signal, side, parameters,
    )  # fmt: skip


def rebased(make: Callable[..., Chart], starts: Sequence[int], *series: ArrayLike) -> Chart:
    """A chart in phases: each has its own centre and limits, and the rules begin anew in each.

    make: makes the chart of one phase, such as `charts.p_chart` or `functools.partial(xmr_chart, screened=False)`.
    starts: position of the first point of each phase after the first, counted from 0, rising. series: what `make`
    takes, each of shape (k,).
    Returns a `Chart` whose state is the last phase's (that is where its classes are read) and whose parameters are
    {"phases": [...]}: each phase's own, with "start". Raises ValueError for a start outside the series, or not above
    the one before, and as `make` does.
    Source: NHSRplotthedots 0.2.2, R/ptd_add_rebase_column.R:27 (a phase begins with the point of its date).
    """
    parts = [np.asarray(part) for part in series]
    edges = [0, *starts, parts[0].size]
    if any(later <= earlier for earlier, later in pairwise(edges)):
        raise ValueError(
            f"Each phase must begin after the one before and within the series, not at {list(starts)} of "
            f"{parts[0].size} points. Give rising positions, counted from 0."
        )
    phases = [make(*(part[a:b] for part in parts)) for a, b in pairwise(edges)]
    told = [{"start": start, **phase.parameters} for start, phase in zip(edges, phases, strict=False)]
    arrays = (np.concatenate(same) for same in zip(*(phase[1:-1] for phase in phases), strict=True))
    return Chart._make((phases[-1].state, *arrays, {"phases": told}))


def baseline_positions(baseline: tuple[int, int] | None, points: int) -> tuple[int, int]:
    """(first, last) of the baseline, both included; all points where it is None. ValueError where it is outside."""
    if baseline is None:
        return 0, points - 1
    first, last = int(baseline[0]), int(baseline[1])
    if not 0 <= first <= last < points:
        raise ValueError(
            f"The baseline runs from position {first} to {last}, but the series has the positions 0 to "
            f"{points - 1}. Give a first and a last position within the series."
        )
    return first, last


def as_rows(*series: ArrayLike) -> tuple[NDArray, ...]:
    """Each as float64 rows of points, (s, k). ValueError unless all have the same two dimensions."""
    rows = tuple(np.asarray(part, dtype=float) for part in series)
    if any(part.ndim != 2 or part.shape != rows[0].shape for part in rows):
        raise ValueError(
            "Many charts need arrays of one shape: a row for each series, a column for each point."
        )
    return rows
