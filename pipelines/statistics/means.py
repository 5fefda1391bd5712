"""Intervals for a mean and for the difference between two means.

Belongs here: elementwise functions from sums to intervals, on numpy arrays, without reading or writing anything.
Does not belong here: shares (proportions.py), which rows are averaged, units, words for the page.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def mean(
    total: ArrayLike, squares: ArrayLike, n: ArrayLike, level: float = 0.95
) -> tuple[NDArray, NDArray, NDArray]:
    """Mean of n values, and Student's t interval of it.

        m -/+ t * s / sqrt(n),   s^2 = (squares - total^2 / n) / (n - 1),   t = quantile at (1 + level) / 2, n - 1 d.f.

    total, squares: the values added up, and their squares added up; arrays that broadcast together with n.
    level: confidence, strictly between 0 and 1.
    Returns (mean, low, high), float64. All are NaN where n = 0 or a sum is NaN (not known); low and high also where
    n = 1, because one value does not show how far values lie apart. The interval holds well for means of many values,
    whatever their shape, and less well for few values that are far from even on both sides.
    Raises ValueError where n < 0, and for a level outside (0, 1).
    Source: Student (1908), Biometrika 6:1-25.
    """
    middle, variance, n = _moments(total, squares, n)
    reach = _quantile(level, n - 1) * np.sqrt(variance / np.where(n > 0, n, np.nan))
    return middle, middle - reach, middle + reach


def welch(
    total1: ArrayLike, squares1: ArrayLike, n1: ArrayLike,
    total2: ArrayLike, squares2: ArrayLike, n2: ArrayLike,
    level: float = 0.95,
) -> tuple[NDArray, NDArray, NDArray]:  # fmt: skip
    """Difference m1 - m2 of the means of two groups that share no values, and Welch's t interval of it.

    With a = s1^2 / n1 and b = s2^2 / n2: difference -/+ t * sqrt(a + b), with (a + b)^2 / (a^2 / (n1 - 1) +
    b^2 / (n2 - 1)) degrees of freedom, so the groups may differ in spread.

    Returns (difference, low, high), float64; low and high are NaN where a group has fewer than two values. Where all
    values of both groups are the same, the interval is the difference alone.
    Raises ValueError as `mean` does.
    Source: Welch (1947), Biometrika 34:28-35 (scipy.stats.ttest_ind, equal_var=False).
    """
    middle1, variance1, n1 = _moments(total1, squares1, n1)
    middle2, variance2, n2 = _moments(total2, squares2, n2)
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = variance1 / n1, variance2 / n2
        freedom = (a + b) ** 2 / (a**2 / (n1 - 1) + b**2 / (n2 - 1))
    freedom = np.where(a + b == 0, n1 + n2 - 2, freedom)
    difference = middle1 - middle2
    reach = _quantile(level, freedom) * np.sqrt(a + b)
    return difference, difference - reach, difference + reach


def _moments(total: ArrayLike, squares: ArrayLike, n: ArrayLike) -> tuple[NDArray, NDArray, NDArray]:
    """Mean, variance (NaN for fewer than two values) and n, as float64 arrays of one shape."""
    total, squares, n = np.broadcast_arrays(*(np.asarray(part, dtype=float) for part in (total, squares, n)))
    if (n < 0).any():
        raise ValueError("A number of values is below 0. Check how they are counted.")
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = np.where(n > 0, total / n, np.nan)
        variance = np.where(n > 1, (squares - total * total / n) / (n - 1), np.nan)
    return middle, np.maximum(variance, 0.0), n  # binary rounding may take the difference below 0


def _quantile(level: float, freedom: NDArray) -> NDArray:
    if not 0 < level < 1:
        raise ValueError(
            "The confidence level must lie between 0 and 1, for example 0.95; give it as a share."
        )
    from scipy.special import stdtrit  # only where a mean is worked out: it takes half a second to load

    known = freedom > 0
    quantile = stdtrit(np.where(known, freedom, 1.0), (1 + level) / 2)
    return np.where(known, np.round(quantile, 12), np.nan)  # the last digits differ between versions of SciPy
