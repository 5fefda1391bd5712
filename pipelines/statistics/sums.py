"""Sums and means along the last axis that come out the same, digit for digit, for one series and among thousands.

Belongs here: adding up with the rounding errors carried along, so that neither the order of the terms, nor how many
series are worked out together, nor the processor changes a digit. Does not belong here: any statistic.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def total(values: ArrayLike) -> NDArray:
    """The sum along the last axis, as if added exactly and rounded once. NaN counts as 0.

    values: shape (..., k). Returns shape (...), float64, in the unit of the values; 0 where there are none.
    Source: Knuth, The Art of Computer Programming 2, 4.2.2 (two-sum); Ogita, Rump and Oishi (2005), SIAM Journal on
    Scientific Computing 26:1955-1988 (Sum2).
    """
    values = np.asarray(values, dtype=float)
    high = np.zeros(values.shape[:-1])
    low = np.zeros(values.shape[:-1])
    for position in range(values.shape[-1]):
        term = values[..., position]
        term = np.where(np.isnan(term), 0.0, term)
        added = high + term
        arrived = added - high
        low += (high - (added - arrived)) + (term - arrived)
        high = added
    return high + low


def mean(values: ArrayLike) -> NDArray:
    """The mean of what is known along the last axis: `total` / number of values that are not NaN.

    values: shape (..., k). Returns shape (...), float64; NaN where nothing is known.
    """
    values = np.asarray(values, dtype=float)
    known = (~np.isnan(values)).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        return np.where(known > 0, total(values) / np.where(known > 0, known, 1), np.nan)
