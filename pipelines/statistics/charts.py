"""Control charts of a share over time: the p-chart and, where the data ask for it, Laney's p'.

Belongs here: from counts in time order to centre, limits, signals and the parameters that were used. Does not
belong here: the rules themselves (rules.py), intervals (proportions.py), deciding which measures get a chart,
drawing, words.

The rolling 12-month line is never given to these functions: its points share cases, and the rules would see
runs that are only overlap.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipelines.statistics.proportions import checked_counts
from pipelines.statistics.rules import complete_rules, signals

METHOD = "p-chart 1"  # a new number whenever the same counts and parameters would give another chart

TRIAL_POINTS = 8  # fewer: a run chart
LIMITS_POINTS = 13  # fewer: limits, but called trial
LANEY_POINTS = 24  # fewer: the spread between points is not known well enough to choose p'
LANEY_SIGMA_Z = 1.25  # half of all stable series have sigma_z above 1

SUITABLE_MEDIAN_N = 20
SUITABLE_EXPECTED = 5


class PChart(NamedTuple):
    """One chart. Arrays have one element per point given, in the same order; shares from 0 to 1."""

    state: str  # 'run' | 'trial' | 'limits'
    value: NDArray  # x / n; NaN where the point is missing
    centre: NDArray  # the baseline's share, the same at every point
    lower: NDArray  # 3-sigma limits, NaN where missing and in state 'run'
    upper: NDArray
    lower_2s: NDArray  # 2-sigma limits, likewise
    upper_2s: NDArray
    signal: NDArray  # '' | 'outside' | 'trend' | 'two_of_three' | 'shift'
    side: NDArray  # '' | 'high' | 'low'
    parameters: dict[str, Any]  # all that is needed to make the chart again; goes into JSON as it is


def p_chart(
    x: ArrayLike,
    n: ArrayLike,
    *,
    baseline: tuple[int, int] | None = None,
    chart: str | None = None,
    rules: Mapping[str, Any] | None = None,
) -> PChart:
    """Make the control chart of a share over time.

    x, n: counts per point, shape (k,), in time order, one point per month or quarter without gaps in the
    calendar. A point is missing where n = 0 or a count is NaN: no value, no limits, no signal; the rules pass
    over it.
    baseline: (first, last) positions, counted from 0 and both included, of the points that set centre and
    sigma_z; None takes all points and moves with each new one. chart: 'p' or 'pp' (Laney's p') as chosen when
    the baseline was set; None decides: 'pp' if the baseline has LANEY_POINTS points or more and sigma_z is
    above LANEY_SIGMA_Z, else 'p'. rules: what differs from rules.RULES.

    State, by the known points in the baseline: under 8 'run' (centre only, no limits, no signals), 8 to 12
    'trial', from 13 'limits'. Also 'run' where p' is asked for and the baseline gives no sigma_z (all points
    0% or all 100%).
    Raises ValueError for impossible counts, x and n of unlike length, an unknown chart or rule, or a baseline
    outside the series.
    Source: Montgomery, Introduction to Statistical Quality Control (p-chart); Laney (2002), Quality
    Engineering 14:531-537 (p'); Making Data Count (rules).
    """
    x, n = _counts_in_time(x, n)
    rules = complete_rules(rules)
    first, last = _baseline_positions(baseline, x.size)
    known = n > 0
    points = int(known[first : last + 1].sum())

    sigma_z = laney_sigma_z(x, n, baseline)
    settled = chart is not None or points >= LANEY_POINTS
    if chart is None:
        chart = "pp" if points >= LANEY_POINTS and sigma_z > LANEY_SIGMA_Z else "p"
    elif chart not in ("p", "pp"):
        raise ValueError(
            "The chart must be 'p' or 'pp' (Laney's p'), or be left out so that the baseline decides."
        )

    centre, sigma = _binomial(x, n, first, last)
    if chart == "pp":
        sigma = sigma * sigma_z
    if points < TRIAL_POINTS or not np.isfinite(sigma).any():
        state = "run"
    else:
        state = "trial" if points < LIMITS_POINTS else "limits"

    value = _share(x, n)
    if state == "run":
        sigma = np.full(x.shape, np.nan)
        signal, side = np.full(x.shape, "", dtype="<U12"), np.full(x.shape, "", dtype="<U4")
    else:
        signal, side = signals(value, centre, sigma, rules)

    parameters = {
        "method": METHOD,
        "chart": chart,
        "chart_settled": settled,
        "rules": rules,
        "points": int(known.sum()),
        "baseline": {
            "first": first,
            "last": last,
            "fixed": baseline is not None,
            "points": points,
            "numerator": _whole(x[first : last + 1].sum()),
            "denominator": _whole(n[first : last + 1].sum()),
        },
        "sigma_z": sigma_z if math.isfinite(sigma_z) else None,
    }
    lower, upper = clipped(centre, sigma, rules["outside"])
    lower_2s, upper_2s = clipped(centre, sigma, 2)
    return PChart(state, value, centre, lower, upper, lower_2s, upper_2s, signal, side, parameters)


def kept(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What of a stored chart binds the next one, as keyword arguments for `p_chart`.

    The rules; the baseline if it was fixed; the kind of chart once it was settled (chosen by somebody, or on
    24 points). `p_chart(x, n, **kept(stored))` on the same counts gives the same chart, on a longer series
    the one that follows it. To rebase, call `p_chart` with the new baseline and without this.
    """
    baseline = parameters["baseline"]
    return {
        "baseline": (baseline["first"], baseline["last"]) if baseline["fixed"] else None,
        "chart": parameters["chart"] if parameters["chart_settled"] else None,
        "rules": parameters["rules"],
    }


def p_limits(
    x: ArrayLike,
    n: ArrayLike,
    baseline: tuple[int, int] | None = None,
    *,
    laney: bool = False,
    screened: bool = False,
) -> tuple[NDArray, NDArray]:
    """Centre and sigma of each point of a p-chart, whatever the number of points.

        centre = sum x / sum n over the baseline
        sigma = sqrt(centre (1 - centre) / n), for p' times sigma_z

    x, n, baseline: as in `p_chart`. laney, screened: see `laney_sigma_z`.
    Returns (centre, sigma), shape (k,), in shares. centre is NaN if the baseline has no cases; sigma is NaN
    where a point is missing. Limits are `clipped(centre, sigma, 3)`. Raises ValueError as `p_chart`.
    Source: qicharts2 0.8.1, R/helper.functions.R (p, p').
    """
    x, n = _counts_in_time(x, n)
    first, last = _baseline_positions(baseline, x.size)
    centre, sigma = _binomial(x, n, first, last)
    if laney:
        sigma = sigma * laney_sigma_z(x, n, baseline, screened=screened)
    return centre, sigma


def laney_sigma_z(
    x: ArrayLike, n: ArrayLike, baseline: tuple[int, int] | None = None, *, screened: bool = False
) -> float:
    """How much the points vary from one to the next, against what chance alone gives (1 = as chance).

        z = (x/n - centre) / sigma      sigma_z = mean |z_i - z_(i-1)| / 1.128

    over neighbouring points of the baseline; a step to or from a missing point is left out. It may be
    below 1.
    screened: leave out, once, steps of 3.267 times their mean or more.
    Returns NaN if there is no step, or if all points are 0% or all 100%. Raises ValueError as `p_chart`.
    Source: Laney (2002); screening as Nelson (1982), by option as in qicharts2.
    """
    x, n = _counts_in_time(x, n)
    first, last = _baseline_positions(baseline, x.size)
    centre, sigma = _binomial(x, n, first, last)
    with np.errstate(invalid="ignore"):
        z = ((_share(x, n) - centre) / sigma)[first : last + 1]
    step = np.abs(np.diff(z))
    step = step[~np.isnan(step)]
    if screened and step.size:
        step = step[step < 3.267 * _mean(step)]
    return _mean(step) / 1.128


def clipped(centre: ArrayLike, sigma: ArrayLike, width: float) -> tuple[NDArray, NDArray]:
    """Limits at `width` sigma either side of the centre, kept within 0 and 1. NaN stays NaN."""
    centre, reach = np.asarray(centre, dtype=float), width * np.asarray(sigma, dtype=float)
    return np.clip(centre - reach, 0.0, 1.0), np.clip(centre + reach, 0.0, 1.0)


def suitable_window(
    month_x: ArrayLike, month_n: ArrayLike, quarter_x: ArrayLike, quarter_n: ArrayLike
) -> str:
    """The finest window that can carry a chart: 'month', 'quarter', or 'table' (no chart, no signals).

    A window will do if the median n of its points is at least 20 and, at that n, at least 5 cases with and 5
    without the property are expected (n times the share over all points). Points with n = 0 (or not known)
    count as 0 in the median: a council that audits every other month has no monthly chart.
    month_x, month_n: counts per month; quarter_x, quarter_n: per quarter. Leave out a quarter that is not
    over, and months before the first delivery. Raises ValueError as `p_chart`.
    """
    if _suitable(month_x, month_n):
        return "month"
    return "quarter" if _suitable(quarter_x, quarter_n) else "table"


def _suitable(x: ArrayLike, n: ArrayLike) -> bool:
    x, n = _counts_in_time(x, n)
    if x.size == 0:
        return False
    with_it, cases, median = x.sum(), n.sum(), np.median(n)
    # multiplied out, so that exactly 5 expected is not lost in a division
    fewest = min(with_it, cases - with_it)
    return bool(median >= SUITABLE_MEDIAN_N and median * fewest >= SUITABLE_EXPECTED * cases)


def _counts_in_time(x: ArrayLike, n: ArrayLike) -> tuple[NDArray, NDArray]:
    x, n = np.asarray(x, dtype=float), np.asarray(n, dtype=float)
    if x.ndim != 1 or x.shape != n.shape:
        raise ValueError(
            "A chart needs one numerator and one denominator per point: give two lists of equal length."
        )
    x, n = checked_counts(x, n)
    # a point of which one count is not known is a missing point, as one without cases is
    unknown = np.isnan(x) | np.isnan(n)
    return np.where(unknown, 0.0, x), np.where(unknown, 0.0, n)


def _baseline_positions(baseline: tuple[int, int] | None, points: int) -> tuple[int, int]:
    if baseline is None:
        return 0, points - 1
    first, last = int(baseline[0]), int(baseline[1])
    if not 0 <= first <= last < points:
        raise ValueError(
            f"The baseline runs from position {first} to {last}, but the series has the positions 0 to "
            f"{points - 1}. Give a first and a last position within the series."
        )
    return first, last


def _binomial(x: NDArray, n: NDArray, first: int, last: int) -> tuple[NDArray, NDArray]:
    cases = n[first : last + 1].sum()
    share = x[first : last + 1].sum() / cases if cases else math.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        sigma = np.where(n > 0, np.sqrt(share * (1 - share) / n), np.nan)
    return np.full(x.shape, share), sigma


def _share(x: NDArray, n: NDArray) -> NDArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(n > 0, x / n, np.nan)


def _mean(step: NDArray) -> float:
    # fsum is correctly rounded, so the order of adding cannot change a digit
    return math.fsum(step) / step.size if step.size else math.nan


def _whole(count: float) -> int | float:
    return int(count) if count == int(count) else float(count)
