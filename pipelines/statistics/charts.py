"""Control charts of a share over time: the p-chart and, where the data ask for it, Laney's p'.

Belongs here: from counts in time order to centre, limits, signals and the parameters that were used, for one series
and for thousands. Does not belong here: the rules themselves (rules.py), means and counts (xmr.py), intervals
(proportions.py), deciding which measures get a chart, drawing, words.

The rolling 12-month line is never given to these functions: its points share cases, and the rules would see
runs that are only overlap.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipelines.statistics import series, sums
from pipelines.statistics.proportions import checked_counts
from pipelines.statistics.rules import complete_rules
from pipelines.statistics.series import Chart, Charts

METHOD = "p-chart 1"  # a new number whenever the same counts and parameters would give another chart

LANEY_POINTS = 24  # fewer: the spread between points is not known well enough to choose p'
LANEY_SIGMA_Z = 1.25  # half of all stable series have sigma_z above 1

SUITABLE_MEDIAN_N = 20
SUITABLE_EXPECTED = 5


def p_chart(
    x: ArrayLike,
    n: ArrayLike,
    *,
    baseline: tuple[int, int] | None = None,
    chart: str | None = None,
    rules: Mapping[str, Any] | None = None,
) -> Chart:
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
    first, last = series.baseline_positions(baseline, x.size)
    many = p_charts(x[None], n[None], baseline=baseline, chart=chart, rules=rules)
    points, sigma_z = int(many.points[0]), float(many.spread[0])
    return series.only(
        many,
        {
            "method": METHOD,
            "chart": str(many.kind[0]),
            "chart_settled": chart is not None or points >= LANEY_POINTS,
            "rules": rules,
            "points": int((n > 0).sum()),
            "baseline": {
                "first": first,
                "last": last,
                "fixed": baseline is not None,
                "points": points,
                "numerator": _whole(x[first : last + 1].sum()),
                "denominator": _whole(n[first : last + 1].sum()),
            },
            "sigma_z": sigma_z if math.isfinite(sigma_z) else None,
        },
    )


def p_charts(
    x: ArrayLike,
    n: ArrayLike,
    *,
    baseline: tuple[int, int] | None = None,
    chart: str | None = None,
    rules: Mapping[str, Any] | None = None,
) -> Charts:
    """`p_chart` of many series at once; each comes out as it would alone, to the last digit.

    x, n: counts, shape (s, k): a row for each series, all over the same k points in time. baseline, chart, rules: as in
    `p_chart`, the same for all; where chart is None each series' own baseline decides.
    Returns `Charts`: shares from 0 to 1, signals and sides as numbers. Raises ValueError as `p_chart`, and for arrays
    that are not of one shape (s, k).
    """
    if chart not in (None, "p", "pp"):
        raise ValueError(
            "The chart must be 'p' or 'pp' (Laney's p'), or be left out so that the baseline decides."
        )
    x, n = _known_counts(*series.as_rows(x, n))
    rules = complete_rules(rules)
    first, last = series.baseline_positions(baseline, x.shape[1])

    def make(x: NDArray, n: NDArray) -> Charts:
        value = _share(x, n)
        centre, sigma = _binomial(x, n, first, last)
        points = (n[:, first : last + 1] > 0).sum(axis=1)
        sigma_z = _sigma_z(value, centre, sigma, first, last)
        if chart is None:
            laney = (points >= LANEY_POINTS) & (sigma_z > LANEY_SIGMA_Z)
        else:
            laney = np.full(points.shape, chart == "pp")
        sigma = np.where(laney[:, None], sigma * sigma_z[:, None], sigma)
        kind = np.where(laney, "pp", "p").astype("<U3")
        return series.judged(
            value, centre, sigma, rules, kind=kind, points=points, spread=sigma_z, bounds=(0.0, 1.0)
        )

    return series.in_blocks(make, x, n)


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

    x, n: as in `p_chart`, or many series at once: shape (..., k). baseline: as there. laney, screened: see
    `laney_sigma_z`.
    Returns (centre, sigma), of the shape of x, in shares. centre is NaN if the baseline has no cases; sigma is NaN
    where a point is missing. Limits are `clipped(centre, sigma, 3)`. Raises ValueError as `p_chart`.
    Source: qicharts2 0.8.1, R/helper.functions.R:300-322 (p), :324-369 (p').
    """
    x, n = _known_counts(x, n)
    first, last = series.baseline_positions(baseline, x.shape[-1])
    centre, sigma = _binomial(x, n, first, last)
    if laney:
        sigma = sigma * np.asarray(laney_sigma_z(x, n, baseline, screened=screened))[..., None]
    return np.broadcast_to(centre[..., None], x.shape), sigma


def laney_sigma_z(
    x: ArrayLike, n: ArrayLike, baseline: tuple[int, int] | None = None, *, screened: bool = False
) -> NDArray:
    """How much the points vary from one to the next, against what chance alone gives (1 = as chance).

        z = (x/n - centre) / sigma      sigma_z = mean |z_i - z_(i-1)| / 1.128

    over neighbouring points of the baseline; a step to or from a missing point is left out. It may be
    below 1.
    x, n: shape (..., k). screened: leave out, once, steps of 3.267 times their mean or more.
    Returns shape (...); NaN if there is no step, or if all points are 0% or all 100%. Raises ValueError as `p_chart`.
    Source: Laney (2002); screening as Nelson (1982), by option as in qicharts2.
    """
    x, n = _known_counts(x, n)
    first, last = series.baseline_positions(baseline, x.shape[-1])
    centre, sigma = _binomial(x, n, first, last)
    return _sigma_z(_share(x, n), centre, sigma, first, last, screened)


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
    return _known_counts(x, n)


def _known_counts(x: ArrayLike, n: ArrayLike) -> tuple[NDArray, NDArray]:
    x, n = checked_counts(x, n)
    # a point of which one count is not known is a missing point, as one without cases is
    unknown = np.isnan(x) | np.isnan(n)
    return np.where(unknown, 0.0, x), np.where(unknown, 0.0, n)


def _binomial(x: NDArray, n: NDArray, first: int, last: int) -> tuple[NDArray, NDArray]:
    """Centre, shape (...), and sigma of each point, shape (..., k)."""
    part = slice(first, last + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.asarray(sums.total(x[..., part]) / sums.total(n[..., part]))
        of_one = (centre * (1 - centre))[..., None]
        return centre, np.where(n > 0, np.sqrt(of_one / n), np.nan)


def _sigma_z(
    value: NDArray, centre: NDArray, sigma: NDArray, first: int, last: int, screened: bool = False
) -> NDArray:
    part = slice(first, last + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (value[..., part] - centre[..., None]) / sigma[..., part]
        step = np.abs(np.diff(z, axis=-1))
        if screened:
            step = np.where(step < 3.267 * sums.mean(step)[..., None], step, np.nan)
    return sums.mean(step) / 1.128


def _share(x: NDArray, n: NDArray) -> NDArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(n > 0, x / n, np.nan)


def _whole(count: float) -> int | float:
    return int(count) if count == int(count) else float(count)
