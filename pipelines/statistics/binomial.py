"""The binomial distribution: how likely so many cases are, and how many to expect.

Belongs here: its tails and quantiles, for arrays. Does not belong here: what is concluded from them (`funnels`).

X is the number of cases with a property, of n cases that each have it with the chance p. The tails are regularised
incomplete beta functions: P(X >= k) = I_p(k, n - k + 1). SciPy's own distributions say the same; they take a second to
load, and several times as long for a quantile.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def at_most(k: ArrayLike, n: ArrayLike, p: ArrayLike) -> NDArray[np.float64]:
    """P(X <= k), for whole numbers k and n and chances p that broadcast; NaN where any is."""
    k, n, p = (np.asarray(part, dtype=float) for part in (k, n, p))
    return at_least(n - k, n, 1 - p)


def at_least(k: ArrayLike, n: ArrayLike, p: ArrayLike) -> NDArray[np.float64]:
    """P(X >= k), as `at_most`."""
    from scipy.special import betainc  # only where it is needed: SciPy takes a third of a second to load

    k, n, p = np.broadcast_arrays(*(np.asarray(part, dtype=float) for part in (k, n, p)))
    within = betainc(np.maximum(k, 1.0), np.maximum(n - k + 1, 1.0), p)
    known = ~np.isnan(k + n + p)
    return np.select([known & (k <= 0), known & (k > n)], [1.0, 0.0], within)


def least_reaching(q: float, n: ArrayLike, p: ArrayLike) -> NDArray[np.float64]:
    """The least k with P(X <= k) >= q, whole numbers as float64, for arrays n and p that broadcast; NaN where any is.

    Begins near it, with the first terms of Cornish and Fisher (1938), and goes step by step until the tails say so.
    """
    from scipy.special import ndtri

    n, p = np.broadcast_arrays(*(np.asarray(part, dtype=float) for part in (n, p)))
    z = float(ndtri(q))
    near = n * p + z * np.sqrt(n * p * (1 - p)) + (z * z - 1) * (1 - 2 * p) / 6
    k = np.clip(np.floor(near), 0.0, n)
    flat, of_n, of_p = (np.array(part, dtype=float).reshape(-1) for part in (k, n, p))
    for step in (-1.0, 1.0):
        moving = np.flatnonzero(~np.isnan(flat))
        while len(moving):
            here, cases, chance = flat[moving], of_n[moving], of_p[moving]
            if step < 0:
                moves = (here > 0) & (at_most(here - 1, cases, chance) >= q)
            else:
                moves = (here < cases) & (at_most(here, cases, chance) < q)
            moving = moving[moves]
            flat[moving] += step
    return flat.reshape(k.shape)
