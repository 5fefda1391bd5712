"""Coefficients of agreement of grades given twice, as figures of the kind `agreement` have them.

Belongs here: which coefficient, and below how many cases there is none. Does not belong here: counting pairs of grades
(`counts`, `figures`), or the formulas (`statistics.agreement`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipelines.statistics import agreement

LEAST = 30
"""Cases below which no coefficient is given: its standard error is one of large samples. Counts of the same cases are
shown whatever their number."""


def coefficient(
    tables: NDArray[np.int64], name: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """A coefficient with its 95% interval, NaN where it is not defined or cases are fewer than `LEAST`.

    tables: cases by first and second grade, shape (k, q, q), the whole scale in its order. name: 'kappa' (Cohen's) or
    'ac2' (Gwet's), both with quadratic weights. Returns (value, low, high), each of shape (k,), from -1 to 1; the range
    is value -/+ 1.96 standard errors. A kappa of a single grade in use is not defined; AC2 is then 1.
    """
    found = agreement.agreement(tables)
    value, se = (found.kappa, found.kappa_se) if name == "kappa" else (found.ac2, found.ac2_se)
    value = np.where(found.n >= LEAST, value, np.nan)
    return value, *agreement.limits(value, np.where(np.isnan(value), np.nan, se))
