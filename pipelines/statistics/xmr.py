"""XmR charts: a mean or a count over time, with limits from how much neighbouring points differ.

Belongs here: from values in time order to centre, limits, signals and the parameters that were used, for one series
and for thousands. Does not belong here: shares (charts.py: a share knows its number of cases), the rules
(rules.py), deciding which measures get a chart, drawing, words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipelines.statistics import series, sums
from pipelines.statistics.rules import complete_rules
from pipelines.statistics.series import Chart, Charts

METHOD = "xmr 1"  # a new number whenever the same values and parameters would give another chart

REACH = 2.66  # 3-sigma limits in mean moving ranges: 3 / 1.128, rounded as Making Data Count has it
SCREEN = 3.267  # a moving range of this many means or more is left out of the mean, once


def xmr_chart(
    y: ArrayLike,
    *,
    baseline: tuple[int, int] | None = None,
    screened: bool = True,
    rules: Mapping[str, Any] | None = None,
) -> Chart:
    """Make the XmR chart of one series.

    y: values in time order, shape (k,), any unit, one point per month or quarter without gaps in the calendar; NaN
    where a point is missing: no value, no signal; the rules pass over it.
    baseline: (first, last) positions, counted from 0 and both included, of the points that set centre and limits;
    None takes all. screened: see `xmr_limits`. rules: what differs from rules.RULES.

    Returns a `Chart` in the unit of y; limits may lie below 0, as the peer's do. State, by the known points in the
    baseline: under 8 'run' (centre only), 8 to 12 'trial', from 13 'limits'.
    Raises ValueError for a series that is not of one dimension, an infinite value, an unknown rule, or a baseline
    outside the series.
    Source: Wheeler, Understanding Variation; NHSRplotthedots 0.2.2, R/ptd_spc_standard.R:47-88.
    """
    y = np.asarray(y, dtype=float)
    if y.ndim != 1:
        raise ValueError("A chart needs one value per point: give a list in time order.")
    rules = complete_rules(rules)
    many = xmr_charts(y[None], baseline=baseline, screened=screened, rules=rules)
    first, last = series.baseline_positions(baseline, y.size)
    spread, centre = float(many.spread[0]), float(many.centre[0])
    return series.only(
        many,
        {
            "method": METHOD,
            "chart": "xmr",
            "screened": screened,
            "rules": rules,
            "points": int((~np.isnan(y)).sum()),
            "baseline": {
                "first": first,
                "last": last,
                "fixed": baseline is not None,
                "points": int(many.points[0]),
                "mean": centre if math.isfinite(centre) else None,
            },
            "moving_range": spread if math.isfinite(spread) else None,
        },
    )


def kept(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What of a stored chart binds the next one, as keyword arguments for `xmr_chart`: rules, screening and the
    baseline if it was fixed. The same values then give the same chart."""
    baseline = parameters["baseline"]
    return {
        "baseline": (baseline["first"], baseline["last"]) if baseline["fixed"] else None,
        "screened": parameters["screened"],
        "rules": parameters["rules"],
    }


def xmr_charts(
    y: ArrayLike,
    *,
    baseline: tuple[int, int] | None = None,
    screened: bool = True,
    rules: Mapping[str, Any] | None = None,
) -> Charts:
    """`xmr_chart` of many series at once; each comes out as it would alone, to the last digit.

    y: shape (s, k), a row for each series, NaN where missing. Other arguments as in `xmr_chart`, the same for all.
    Returns `Charts`. Raises ValueError as `xmr_chart`.
    """
    (y,) = series.as_rows(y)
    rules = complete_rules(rules)
    first, last = series.baseline_positions(baseline, y.shape[1])

    def make(y: NDArray) -> Charts:
        centre, sigma = xmr_limits(y, baseline, screened=screened)
        return series.judged(
            y, centre, sigma[:, None], rules,
            kind=np.full(len(y), "xmr", dtype="<U3"), points=(~np.isnan(y[:, first : last + 1])).sum(axis=1),
            spread=sigma * 3 / REACH, bounds=(-np.inf, np.inf),
        )  # fmt: skip

    return series.in_blocks(make, y)


def xmr_limits(
    y: ArrayLike, baseline: tuple[int, int] | None = None, *, screened: bool = True
) -> tuple[NDArray, NDArray]:
    """Centre and sigma of an XmR chart, whatever the number of points.

        centre = mean of the baseline        limits = centre -/+ 2.66 * mean moving range = centre -/+ 3 sigma

    A moving range is the size of the step between two neighbours of the baseline; a step to or from a missing point
    is left out. y: shape (..., k), NaN where missing.
    screened: leave out, once, the moving ranges of 3.267 times their mean or more, so that one leap does not widen
    the limits; the centre is never screened. Where that leaves none, or only zeros, the unscreened mean stands: the
    peer has no limits there, or limits of no width with nearly every point outside.
    Returns (centre, sigma), shape (...), in the unit of y; sigma is NaN where the baseline has no two neighbours.
    Raises ValueError for an infinite value or a baseline outside the series.
    Source: NHSRplotthedots 0.2.2, R/ptd_spc_standard.R:67-85; the guard as clinical-qikit,
    qikit/spc/limits.py:98-106.
    """
    y = np.asarray(y, dtype=float)
    if np.isinf(y).any():
        raise ValueError("A value is infinite. Check how it is worked out; a missing point is NaN.")
    first, last = series.baseline_positions(baseline, y.shape[-1])
    part = y[..., first : last + 1]
    centre = sums.mean(part)
    # once more, so that equal values lie on their mean and not a digit beside it
    centre = centre + sums.mean(part - centre[..., None])
    step = np.abs(np.diff(part, axis=-1))
    moving_range = sums.mean(step)
    if screened:
        again = sums.mean(np.where(step < SCREEN * moving_range[..., None], step, np.nan))
        moving_range = np.where(again > 0, again, moving_range)
    return centre, REACH * moving_range / 3  # three times this is the reach again, to the last digit
