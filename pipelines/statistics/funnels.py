"""Funnel plots: which of many places lie further from the overall share than their number of cases explains.

Belongs here: limits around a target for any number of cases, how far places differ beyond chance (over-dispersion),
and where each place lies. Does not belong here: rankings (a funnel is there to prevent one), change over time
(charts.py), which councils are compared, words for the page.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipelines.statistics.binomial import at_least, at_most, least_reaching
from pipelines.statistics.proportions import checked_counts, normal_quantile

WARN, ACT = 0.95, 0.998  # the English public-health pair: 2 and 3 sigma

PLACES = ("as expected", "higher (95%)", "higher (99.8%)", "lower (95%)", "lower (99.8%)")


class Funnel(NamedTuple):
    """Places around a target. Arrays have one element per place, in the order given; shares from 0 to 1."""

    target: float  # sum x / sum n unless given
    value: NDArray  # x / n; NaN where n = 0
    lower: NDArray  # 95%
    upper: NDArray
    lower_998: NDArray
    upper_998: NDArray
    place: NDArray  # one of PLACES; '' where it is not known
    phi: float  # 1: places differ as chance alone makes them
    tau2: float  # what is left over as variance between places, on the arcsine scale; 0: nothing
    adjusted: bool  # limits are widened for tau2


class Dispersion(NamedTuple):
    """How far places differ beyond chance. phi and tau2 as in `Funnel`; z, winsorised: one element per place."""

    phi: float
    tau2: float
    z: NDArray
    winsorised: NDArray


def funnel(x: ArrayLike, n: ArrayLike, target: float | None = None) -> Funnel:
    """Limits for each place, and where it lies.

    x, n: cases with the property and in all, shape (k,), one element per place. target: the share that places are
    held against; None takes sum x / sum n.
    Limits are exact binomial (`exact_limits`), and a place is named by `exact_places`: by the tail beyond it, not
    by the drawn line, whose upper end lies up to one case too low. Where places differ more than chance allows
    (tau2 above 0) limits are widened for it (`adjusted_limits`), `adjusted` says so, and a place is named where it
    lies strictly outside.
    Raises ValueError for impossible counts, arrays that are not of one dimension, or a target outside 0 to 1.
    Source: Spiegelhalter (2005), Statistics in Medicine 24:1185-1202; FunnelPlotR 0.6.0.
    """
    x, n = _places(x, n)
    target = _target(x, n, target)
    spread = dispersion(x, n, target)
    adjusted = spread.tau2 > 0
    (low, high), (low_998, high_998) = (
        adjusted_limits(n, target, level, spread.tau2) if adjusted else exact_limits(n, target, level)
        for level in (WARN, ACT)
    )
    value = _share(x, n)
    named = places(value, low, high, low_998, high_998) if adjusted else exact_places(x, n, target)
    return Funnel(target, value, low, high, low_998, high_998, named, spread.phi, spread.tau2, adjusted)


def exact_places(x: ArrayLike, n: ArrayLike, target: float) -> NDArray:
    """Where each place lies by the exact binomial tails: P(X >= x) or P(X <= x) below (1 - level) / 2.

    x, n: counts, shape (k,). target: from 0 to 1. Returns the strings of `Funnel.place`. Raises ValueError as
    `funnel`. Read upside down (cases without the property, 1 - target) it says the same of each place.
    """
    x, n = _places(x, n)
    target = _target(x, n, target)
    known = ~np.isnan(x) & (n > 0)
    above, below = at_least(x, n, target), at_most(x, n, target)
    warn, act = ((1 - level) / 2 for level in (WARN, ACT))
    return np.select(
        [~known, above < act, below < act, above < warn, below < warn],
        ["", "higher (99.8%)", "lower (99.8%)", "higher (95%)", "lower (95%)"],
        default="as expected",
    )


def expected_by_chance(n: ArrayLike, target: float, level: float = ACT) -> float:
    """How many places `exact_places` would name if all were at the target and only chance made them differ.

    n: cases of each place, any shape; places without cases do not count. target, errors: as `exact_limits`. level: 0.95
    counts those named at 99.8% too. A number of places, for "by chance alone about N of these would be named"; at most
    (1 - level) times the number of places, less where cases are few.
    """
    n = _cases(n)
    target, tail = _target(n, n, target), (1 - level) / 2
    n = n[n > 0]
    normal_quantile(level)
    named = [at_most(least_reaching(tail, n, share) - 1, n, share) for share in (target, 1 - target)]
    return float(np.sum(named))


def usual_counts(n: ArrayLike, target: ArrayLike, level: float = ACT) -> tuple[NDArray, NDArray]:
    """The least and the most cases with the property that `exact_places` would not name, of n cases at the target.

    n: cases, any shape. target: shares from 0 to 1 that broadcast with it. Returns (least, most), whole numbers as
    float64, both included; NaN where n is 0 or n or target is not known. They are counts, not shares, so that they are
    equal on every machine. Raises ValueError for n < 0, a target outside 0 to 1 or a level outside (0, 1).
    """
    n, target = np.broadcast_arrays(_cases(n), np.asarray(target, dtype=float))
    if ((target < 0) | (target > 1)).any():
        raise ValueError("A target is a share: give numbers from 0 to 1.")
    normal_quantile(level)
    tail = (1 - level) / 2
    known = (n > 0) & ~np.isnan(target)
    least, fewest_without = (
        np.where(known, least_reaching(tail, n, share), np.nan) for share in (target, 1 - target)
    )
    return least, n - fewest_without


def places(
    value: ArrayLike, low: ArrayLike, high: ArrayLike, low_998: ArrayLike, high_998: ArrayLike
) -> NDArray:
    """Where each place lies against its limits: the strings of `Funnel.place`. Arrays that broadcast together.

    Source: PHEindicatormethods 2.1.1, R/Funnels.R:459-485 (strict; 99.8% is looked at first).
    """
    value, low, high, low_998, high_998 = (
        np.asarray(part, dtype=float) for part in (value, low, high, low_998, high_998)
    )
    return np.select(
        [np.isnan(value) | np.isnan(low), value > high_998, value < low_998, value > high, value < low],
        ["", "higher (99.8%)", "lower (99.8%)", "higher (95%)", "lower (95%)"],
        default="as expected",
    )


def exact_limits(n: ArrayLike, target: float, level: float = WARN) -> tuple[NDArray, NDArray]:
    """Exact binomial limits around a target share, interpolated so that they fall smoothly with n.

        (r - a) / n,   r the least count with P(X <= r) >= p,   a = (P(X <= r) - p) / P(X = r),   X ~ Binomial(n,
        target)

    at p = (1 -/+ level) / 2, kept within 0 and 1. n: cases, any shape. target: from 0 to 1.
    Returns (low, high), shares of the shape of n; NaN where n = 0 or NaN. Raises ValueError for n < 0, a target
    outside 0 to 1 or a level outside (0, 1).
    Source: Spiegelhalter (2005), appendix A.1.1.
    """
    n = _cases(n)
    _target(n, n, target)
    normal_quantile(level)
    known = np.where(n > 0, n, 1.0)

    def at(p: float) -> NDArray:
        r = least_reaching(p, known, target)
        reached, before = at_most(r, known, target), at_most(r - 1, known, target)
        beyond = (reached - p) / (reached - before)
        return np.where(n > 0, np.clip((r - beyond) / known, 0.0, 1.0), np.nan)

    return at((1 - level) / 2), at((1 + level) / 2)


def normal_limits(n: ArrayLike, target: float, level: float = WARN) -> tuple[NDArray, NDArray]:
    """target -/+ z sqrt(target (1 - target) / n), kept within 0 and 1: the limits of England's public health
    profiles.

    Arguments, result and errors as `exact_limits`. For few cases they are too narrow on the long side; given here
    so that a chart can be compared with theirs.
    Source: PHEindicatormethods 2.1.1, R/utils.R:684-708, which calls them Wilson's; R/Funnels.R:261-263.
    """
    n = _cases(n)
    target = _target(n, n, target)
    with np.errstate(divide="ignore"):
        reach = np.where(n > 0, normal_quantile(level) * np.sqrt(target * (1 - target) / n), np.nan)
    return np.clip(target - reach, 0.0, 1.0), np.clip(target + reach, 0.0, 1.0)


def adjusted_limits(
    n: ArrayLike, target: float, level: float = WARN, tau2: float = 0.0
) -> tuple[NDArray, NDArray]:
    """Limits on the arcsine scale, widened for variance between places.

        sin^2(arcsin sqrt(target) -/+ z sqrt(1/(4n) + tau2)),   the angle kept within 0 and a right angle

    n, target, level, result and errors as `exact_limits`; z is rounded to six decimals, as the peer has it. tau2:
    from `dispersion`, 0 or more; 0 gives the unadjusted limits.
    Source: FunnelPlotR 0.6.0, R/calculate_limits.R:104-151 (PR), without its guard, which sets limits to 0 or 1
    where a grid of 1,000 points falls.
    """
    n = _cases(n)
    target = _target(n, n, target)
    if not tau2 >= 0:
        raise ValueError("tau2 is a variance: give 0 or more.")
    with np.errstate(divide="ignore"):
        reach = round(normal_quantile(level), 6) * np.sqrt(np.where(n > 0, 1 / (4 * n), np.nan) + tau2)
    angle = np.arcsin(np.sqrt(target))
    low, high = (np.sin(np.clip(angle + side * reach, 0.0, np.pi / 2)) ** 2 for side in (-1, 1))
    return low, high


def dispersion(
    x: ArrayLike, n: ArrayLike, target: float | None = None, *, winsorise: float = 0.1
) -> Dispersion:
    """How far places differ beyond chance, by the arcsine-transformed shares.

        z = 2 sqrt(n) (arcsin sqrt(x/n) - arcsin sqrt(target)),   the lowest and highest tenth drawn in to the 10th
        and 90th percentile (type 7)
        phi = mean z^2
        tau2 = 0 where k phi < k - 1, else max(0, (k phi - (k - 1)) / (sum w - sum w^2 / sum w)),   w = 4n

    x, n: shape (k,), one element per place; places with n = 0 or an unknown count are left out of phi and tau2 and
    have z NaN. target: as in `funnel`. winsorise: the part drawn in at each end, 0 to below 0.5.
    phi is NaN without places, tau2 is 0 for fewer than two: one place does not show how places differ (the peer has
    NaN).
    Raises ValueError as `funnel`.
    Source: FunnelPlotR 0.6.0, R/od_adjustment.R:36-48, 97-111, 161, 184-199 (PR); DerSimonian and Laird (1986).
    """
    x, n = _places(x, n)
    target = _target(x, n, target)
    if not 0 <= winsorise < 0.5:
        raise ValueError("The part drawn in at each end must be from 0 to below 0.5, for example 0.1.")
    z = 2 * np.sqrt(n) * (np.arcsin(np.sqrt(_share(x, n))) - np.arcsin(np.sqrt(target)))
    known = ~np.isnan(z)
    k = int(known.sum())
    if k == 0:
        return Dispersion(np.nan, 0.0, z, z)
    drawn_in = np.clip(z, *np.quantile(z[known], [winsorise, 1 - winsorise]))
    phi = float(np.mean(drawn_in[known] ** 2))
    weight = 4 * n[known]
    left_over = weight.sum() - (weight**2).sum() / weight.sum()
    beyond = k * phi - (k - 1)
    tau2 = beyond / left_over if k > 1 and beyond > 0 else 0.0
    return Dispersion(phi, float(tau2), z, drawn_in)


def _places(x: ArrayLike, n: ArrayLike) -> tuple[NDArray, NDArray]:
    x, n = np.asarray(x, dtype=float), np.asarray(n, dtype=float)
    if x.ndim != 1 or x.shape != n.shape:
        raise ValueError(
            "A funnel needs one numerator and one denominator per place: two lists of one length."
        )
    return checked_counts(x, n)


def _target(x: NDArray, n: NDArray, target: float | None) -> float:
    if target is None:
        known = ~(np.isnan(x) | np.isnan(n))
        cases = n[known].sum()
        return float(x[known].sum() / cases) if cases else float("nan")
    if not (0 <= target <= 1 or np.isnan(target)):
        raise ValueError("The target is a share: give a number from 0 to 1.")
    return float(target)


def _cases(n: ArrayLike) -> NDArray:
    n = np.asarray(n, dtype=float)
    if (n < 0).any():
        raise ValueError("A number of cases is below 0. Check how they are counted.")
    return n


def _share(x: NDArray, n: NDArray) -> NDArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(n > 0, x / n, np.nan)
