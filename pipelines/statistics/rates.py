"""Rates of events per head of a population, and their intervals.

Belongs here: elementwise functions from counts of events to intervals. Does not belong here: shares of cases
(proportions.py: a case has the property or not; a rate may have several events a head), rounding, words for the page.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipelines.statistics.proportions import normal_quantile

EXACT_BELOW = 10  # events; from here on Byar's approximation


def rate(
    x: ArrayLike, n: ArrayLike, per: float = 1000, level: float = 0.95
) -> tuple[NDArray, NDArray, NDArray]:
    """Events per `per` heads, and the interval of that rate: exact for fewer than 10 events, Byar's from 10.

    x: events; n: heads (or head-years) at risk; arrays that broadcast together. level: confidence, between 0 and 1.
    Returns (rate, low, high), float64, per `per` heads. All are NaN where n = 0, or x or n is NaN (not known).
    Raises ValueError where x < 0 or n < 0, for per <= 0, and for a level outside (0, 1).
    Source: PHEindicatormethods 2.1.1, R/Rates.R:102-112, 141-148 (phe_rate).
    """
    if not per > 0:
        raise ValueError("A rate is per a number of heads above 0, for example 1000.")
    x, n = np.broadcast_arrays(_events(x), np.asarray(n, dtype=float))
    if (n < 0).any():
        raise ValueError("A population is below 0. Check how it is counted.")
    low, high = poisson(x, level)
    heads = np.where(n > 0, n, np.nan) / per
    return x / heads, low / heads, high / heads


def poisson(x: ArrayLike, level: float = 0.95) -> tuple[NDArray, NDArray]:
    """Interval of a count of events: `exact` for fewer than 10, `byar` from 10. Arguments and errors as there."""
    x = _events(x)
    few = x < EXACT_BELOW
    (low, high), (byar_low, byar_high) = exact(x, level), byar(x, level)
    return np.where(few, low, byar_low), np.where(few, high, byar_high)


def exact(x: ArrayLike, level: float = 0.95) -> tuple[NDArray, NDArray]:
    """The exact Poisson interval of a count.

        low = chi2(a; 2x) / 2,   high = chi2(1 - a; 2x + 2) / 2,   a = (1 - level) / 2

    x: events, any shape. Returns (low, high) in events, of that shape; low is 0 where x = 0; NaN where x is.
    Raises ValueError where x < 0, and for a level outside (0, 1).
    Source: Garwood (1936), Biometrika 28:437-442 (statsmodels confint_poisson, method="exact-c").
    """
    from scipy.special import gammaincinv  # only where it is needed: SciPy takes half a second to load

    x = _events(x)
    normal_quantile(level)  # refuses a level outside (0, 1)
    low = gammaincinv(np.where(x > 0, x, 1.0), (1 - level) / 2)
    return np.where(np.isnan(x), np.nan, np.where(x > 0, low, 0.0)), gammaincinv(x + 1, (1 + level) / 2)


def byar(x: ArrayLike, level: float = 0.95) -> tuple[NDArray, NDArray]:
    """Byar's approximation to `exact`, close from 10 events on.

        low = x (1 - 1/(9x) - z/(3 sqrt x))^3,   high = y (1 - 1/(9y) + z/(3 sqrt y))^3,   y = x + 1

    z: normal quantile at (1 + level) / 2. x: events, any shape.
    Returns (low, high) in events; low is NaN where x = 0 or the formula goes below 0. Raises ValueError as `exact`.
    Source: Breslow and Day (1987), Statistical Methods in Cancer Research 2:69; PHEindicatormethods 2.1.1,
    R/utils.R:67-70, 123.
    """
    x = _events(x)
    z = normal_quantile(level)
    with np.errstate(divide="ignore", invalid="ignore"):
        low = x * _cube(1 - 1 / (9 * x) - z / (3 * np.sqrt(x)))
    y = x + 1
    high = y * _cube(1 - 1 / (9 * y) + z / (3 * np.sqrt(y)))
    return np.where(low >= 0, low, np.nan), high


def _cube(part: NDArray) -> NDArray:
    return part * part * part  # not a power, whose last digit differs between one number and an array


def _events(x: ArrayLike) -> NDArray:
    x = np.asarray(x, dtype=float)
    if (x < 0).any():
        raise ValueError("A number of events is below 0. Check how they are counted.")
    return x
