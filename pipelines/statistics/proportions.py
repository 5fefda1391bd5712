"""Intervals for a share and for the difference between two shares.

Belongs here: elementwise functions from counts to intervals, on numpy arrays, without reading or writing
anything. Does not belong here: rates, charts over time (charts.py), rounding, words for the page,
small-number protection.

Every result depends on its own element alone and uses only + - x / and square root, which are rounded the
same way everywhere: the order of the rows and the number of threads cannot change a digit.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

HIGHER = "higher"
LOWER = "lower"
NO_CLEAR_CHANGE = "no clear change"
NOT_COMPARABLE = "cannot be compared"

MORE_RANDOM, FEWER_RANDOM = "more random", "fewer random"
LEAST_MIX = 0.05  # less moves a share by 1 point at most, where random and other cases lie 20 points apart


def wilson(x: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[NDArray, NDArray]:
    """Wilson score interval of a share, without continuity correction.

        (2x + z^2 -/+ z * sqrt(z^2 + 4x(1 - x/n))) / (2(n + z^2)),   z = normal quantile at (1 + level) / 2

    x, n: counts with the property and in all, arrays of any shape that broadcast together.
    level: confidence, strictly between 0 and 1.
    Returns (low, high), float64 shares from 0 to 1 in the broadcast shape. Where n = 0, or x or n is NaN (not
    known), both are NaN: no interval. low is exactly 0 where x = 0; high is exactly 1 where x = n.
    Raises ValueError where x < 0, n < 0 or x > n, and for a level outside (0, 1).
    Source: Wilson (1927), JASA 22:209-212; the form in PHEindicatormethods R/utils.R (phe_proportion).
    """
    x, n = checked_counts(x, n)
    z = normal_quantile(level)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = x / n
        middle = 2 * x + z * z
        reach = z * np.sqrt(z * z + 4 * x * (1 - share))
        width = 2 * (n + z * z)
        low, high = (middle - reach) / width, (middle + reach) / width
    has_cases = n > 0
    # At the two ends the formula gives the bound only to the last bit; the bound itself is what is published.
    low = np.where(has_cases & (x == 0), 0.0, np.clip(low, 0.0, 1.0))
    high = np.where(has_cases & (x == n), 1.0, np.clip(high, 0.0, 1.0))
    return np.where(has_cases, low, np.nan), np.where(has_cases, high, np.nan)


def newcombe(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, level: float = 0.95
) -> tuple[NDArray, NDArray, NDArray]:
    """Newcombe's hybrid score interval for p1 - p2, two independent shares.

    With (l1, u1) and (l2, u2) the Wilson intervals of p1 = x1/n1 and p2 = x2/n2:

        low  = (p1 - p2) - sqrt((p1 - l1)^2 + (u2 - p2)^2)
        high = (p1 - p2) + sqrt((u1 - p1)^2 + (p2 - l2)^2)

    x1, n1: the later (or the first) group; x2, n2: the one it is compared with. Arrays that broadcast
    together.
    Returns (difference, low, high), float64, in shares: 0.08 is 8 percentage points. All three are NaN where
    either n is 0 or a count is NaN. The two groups must not share cases: overlapping 12-month windows are not
    for this.
    Raises ValueError as `wilson` does.
    Source: Newcombe (1998), Statistics in Medicine 17:873-890, method 10 (statsmodels
    confint_proportions_2indep, method="newcomb").
    """
    x1, n1 = checked_counts(x1, n1)
    x2, n2 = checked_counts(x2, n2)
    low1, high1 = wilson(x1, n1, level)
    low2, high2 = wilson(x2, n2, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        p1, p2 = x1 / n1, x2 / n2
    difference = p1 - p2
    low = difference - _hypotenuse(p1 - low1, high2 - p2)
    high = difference + _hypotenuse(high1 - p1, p2 - low2)
    return difference, low, high


def direction(low: ArrayLike, high: ArrayLike) -> NDArray:
    """Say which way a difference goes, from its interval.

    low, high: limits of a difference, arrays that broadcast together.
    Returns strings in that shape: 'higher' where low > 0, 'lower' where high < 0, 'no clear change' where 0
    is in the interval (a limit of exactly 0 included), '' where a limit is NaN. Whether higher is better is
    not said here.
    """
    low, high = np.broadcast_arrays(np.asarray(low, dtype=float), np.asarray(high, dtype=float))
    known = ~(np.isnan(low) | np.isnan(high))
    return np.select([~known, low > 0, high < 0], ["", HIGHER, LOWER], default=NO_CLEAR_CHANGE)


def mix(random1: ArrayLike, n1: ArrayLike, random2: ArrayLike, n2: ArrayLike) -> NDArray:
    """Whether two groups of cases were chosen in another mix: more of them, or fewer, at random.

    random1, n1: cases chosen at random and in all, of the later group; random2, n2: of the one it is compared with.
    Arrays that broadcast together.
    Returns strings in that shape: 'more random' or 'fewer random' where Newcombe's 95% interval of the difference
    leaves out 0 and the difference is LEAST_MIX or more; '' where not, and where a count is NaN (how cases were chosen
    is not known, or they are not chosen at all). Raises ValueError as `wilson` does.
    """
    difference, low, high = newcombe(random1, n1, random2, n2)
    large = np.abs(difference) >= LEAST_MIX - 1e-12
    return np.select([large & (low > 0), large & (high < 0)], [MORE_RANDOM, FEWER_RANDOM], default="")


def checked_counts(x: ArrayLike, n: ArrayLike) -> tuple[NDArray, NDArray]:
    """Counts as float64 arrays of one shape; ValueError where they are impossible. NaN means not known."""
    x, n = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(n, dtype=float))
    impossible = (x < 0) | (n < 0) | (x > n)
    if impossible.any():
        first = int(np.flatnonzero(impossible)[0])
        raise ValueError(
            f"{int(impossible.sum())} of {x.size} pairs of counts cannot be right (the first at "
            f"position {first}, counted from 0): a numerator is below 0 or above its denominator, or a "
            "denominator is below 0. Check how the two are counted."
        )
    return x, n


def normal_quantile(level: float) -> float:
    """z of a two-sided interval: the standard normal quantile at (1 + level) / 2. ValueError outside (0, 1)."""
    if not 0 < level < 1:
        raise ValueError(
            "The confidence level must lie between 0 and 1, for example 0.95; give it as a share."
        )
    return NormalDist().inv_cdf((1 + level) / 2)


def _hypotenuse(a: NDArray, b: NDArray) -> NDArray:
    # not np.hypot: its last digit differs between maths libraries, a square root's does not
    return np.sqrt(a * a + b * b)
