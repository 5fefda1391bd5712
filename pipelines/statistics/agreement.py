"""Agreement between raters who graded the same cases, beyond what chance would give, and which way they differ.

Belongs here: from a table of two raters' grades, or from the number of raters that chose each grade, to
coefficients and their standard errors. Does not belong here: which audits were moderated and how they were chosen,
grade scales, words for the page.

A table has shape (..., q, q): element [i, j] counts cases that the first rater put into category i and the second
into j. Categories are the whole declared scale in its order, whether anybody used them or not: weights depend on
it. Any number of tables (teams, years) is worked out at once.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipelines.statistics.proportions import normal_quantile, wilson

WEIGHTS = ("none", "linear", "quadratic")
METRICS = ("nominal", "ordinal", "interval")


class Agreement(NamedTuple):
    """Two raters compared. Each element has the shape of the tables without their last two axes."""

    n: NDArray  # cases graded by both
    agreed: NDArray  # cases with the same grade
    share: NDArray  # agreed / n, with Wilson's 95% interval
    low: NDArray
    high: NDArray
    kappa: NDArray  # quadratic weights; NaN where both used one category alone
    kappa_se: NDArray
    ac2: NDArray  # Gwet's, quadratic weights
    ac2_se: NDArray
    second_higher: NDArray  # cases where the second rater's grade stands later in the scale
    second_lower: NDArray
    steps_higher: NDArray  # by how many steps on average, among those; NaN where there are none
    steps_lower: NDArray
    steps: NDArray  # mean of second minus first over all cases, in steps of the scale


def agreement(table: ArrayLike) -> Agreement:
    """All that is said of two raters: exact agreement, weighted kappa, AC2 and the direction of disagreement.

    table: shape (..., q, q). Where there is no case all shares and coefficients are NaN. Raises ValueError as
    `cohen_kappa`. Read the coefficients together: kappa falls where nearly all cases have one grade, although
    raters agree (Feinstein and Cicchetti 1990, Journal of Clinical Epidemiology 43:543-549); AC2 does not.
    """
    table = _tables(table)
    n, agreed = table.sum(axis=(-2, -1)), np.trace(table, axis1=-2, axis2=-1)
    low, high = wilson(agreed, n)
    return Agreement(
        n, agreed, _ratio(agreed, n), low, high,
        *cohen_kappa(table, "quadratic"), *_gwet_of_tables(table, "quadratic"), *direction(table),
    )  # fmt: skip


def table_of(
    first: Iterable[Hashable], second: Iterable[Hashable], categories: Sequence[Hashable]
) -> NDArray:
    """The table of two raters' grades, shape (q, q), int64.

    first, second: grades of the same cases in the same order; None or NaN is a missing grade, and its case is left
    out.
    categories: the whole scale in order. Raises ValueError for a grade that is not in the scale, or lists of unlike
    length.
    """
    pairs = list(zip(_positions(first, categories), _positions(second, categories), strict=True))
    table = np.zeros((len(categories), len(categories)), dtype=np.int64)
    for row, column in pairs:
        if row is not None and column is not None:
            table[row, column] += 1
    return table


def profiles_of(ratings: Iterable[Iterable[Hashable]], categories: Sequence[Hashable]) -> NDArray:
    """How many raters put each case into each category, shape (cases, q), int64.

    ratings: for each case the grades of its raters, None or NaN where one is missing. categories, errors: as
    `table_of`.
    """
    rows = [_positions(case, categories) for case in ratings]
    profiles = np.zeros((len(rows), len(categories)), dtype=np.int64)
    for at, row in enumerate(rows):
        for position in row:
            if position is not None:
                profiles[at, position] += 1
    return profiles


def weights(q: int, kind: str = "none") -> NDArray:
    """How much two categories count as agreeing, shape (q, q): 1 on the diagonal.

    'none': 0 elsewhere. 'linear': 1 - d / (q - 1). 'quadratic': 1 - (d / (q - 1))^2. d: steps between the categories.
    Raises ValueError for another kind or fewer than two categories.
    """
    if q < 2:
        raise ValueError("Agreement needs a scale of at least two categories. Give the whole scale.")
    if kind not in WEIGHTS:
        raise ValueError(f"Weights are {', '.join(WEIGHTS)}, not {kind!r}.")
    apart = np.abs(np.subtract.outer(np.arange(q), np.arange(q))) / (q - 1)
    return {"none": (apart == 0).astype(float), "linear": 1 - apart, "quadratic": 1 - apart**2}[kind]


def cohen_kappa(table: ArrayLike, weight: str = "none") -> tuple[NDArray, NDArray]:
    """Cohen's kappa, weighted or not, and its standard error.

        po = sum w p_ij,   pe = sum w p_i. p_.j,   kappa = (po - pe) / (1 - pe)
        se^2 = (sum p_ij (w_ij (1 - pe) - (w_i. + w_.j)(1 - po))^2 - (po pe - 2 pe + po)^2) / (n (1 - pe)^4)

    with w_i. = sum_j p_.j w_ij and w_.j = sum_i p_i. w_ij. table: shape (..., q, q). weight: see `weights`.
    Returns (kappa, se), shape (...): kappa at most 1. NaN where there are no cases, or pe is 1 (both raters used
    the same one category: nothing to tell agreement from chance by).
    Raises ValueError for an impossible table or weight.
    Source: Cohen (1968), Psychological Bulletin 70:213-220; Fleiss, Cohen and Everitt (1969), ibid. 72:323-327
    (statsmodels cohens_kappa, irrCAC 1.0 kappa2.table).
    """
    table = _tables(table)
    w = weights(table.shape[-1], weight)
    n = table.sum(axis=(-2, -1))
    cells = _ratio(table, n[..., None, None])
    first, second = _ratio(table.sum(axis=-1), n[..., None]), _ratio(table.sum(axis=-2), n[..., None])
    seen = _ratio(
        (w * table).sum(axis=(-2, -1)), n
    )  # not from shares, so that perfect agreement is exactly 1
    expected = (w * first[..., :, None] * second[..., None, :]).sum(axis=(-2, -1))
    one_category = np.isclose(expected, 1.0, rtol=0, atol=1e-14)
    left = np.where(one_category, np.nan, 1 - expected)
    kappa = (seen - expected) / left
    of_row = (w * second[..., None, :]).sum(axis=-1)[..., :, None]
    of_column = (w * first[..., :, None]).sum(axis=-2)[..., None, :]
    apart = w * left[..., None, None] - (of_row + of_column) * (1 - seen)[..., None, None]
    mean = seen * expected - 2 * expected + seen
    # np.square: ** 2 of one table's number may differ in the last digit from that of several tables'
    variance = (cells * np.square(apart)).sum(axis=(-2, -1)) - np.square(mean)
    return kappa, np.sqrt(np.maximum(variance, 0.0) / np.where(n > 0, n, np.nan)) / np.square(left)


def gwet_ac(
    profiles: ArrayLike, weight: str = "none", times: ArrayLike | None = None
) -> tuple[NDArray, NDArray]:
    """Gwet's AC1 (weight 'none') or AC2, for two or more raters, and its standard error.

        pa = mean over cases with two ratings or more of sum_k r_k (r*_k - 1) / (r (r - 1)),   r*_k = sum_l w_kl r_l
        pe = sum w / (q (q - 1)) * sum_k pi_k (1 - pi_k),   pi_k = mean over cases of r_k / r
        AC = (pa - pe) / (1 - pe)

    profiles: shape (cases, q), raters per category, as `profiles_of`; a case that nobody rated is left out. times:
    how often each profile occurs, shape (..., cases); None is once each.
    Returns (AC, se), shape (...). se is over cases: raters are taken as they are. NaN where no case has two
    ratings; se also where there is but one case.
    Raises ValueError for an impossible profile or weight.
    Source: Gwet (2008), British Journal of Mathematical and Statistical Psychology 61:29-48; Gwet (2014), Handbook of
    Inter-Rater Reliability; irrCAC 1.0 gwet.ac1.raw.
    """
    profiles, times = _profiles(profiles, times)
    q = profiles.shape[1]
    w = weights(q, weight)
    ratings = profiles.sum(axis=1)
    two = ratings >= 2
    pairs = np.where(two, ratings * (ratings - 1), 1)
    agreeing = np.where(two, (profiles * (profiles @ w - 1)).sum(axis=1) / pairs, 0.0)
    # sums in the order of the cases, never a matrix product: its last digit depends on what is multiplied with it
    n, with_two = times.sum(axis=-1), (times * two).sum(axis=-1)
    seen = _ratio((times * agreeing).sum(axis=-1), with_two)
    use = _ratio((times[..., None] * (profiles / ratings[:, None])).sum(axis=-2), n[..., None])
    spread = w.sum() / (q * (q - 1))
    expected = spread * (use * (1 - use)).sum(axis=-1)
    ac = (seen - expected) / (1 - expected)

    # what each case contributes, to the coefficient and to what chance expects of it
    own = (agreeing - expected[..., None] * two) * _ratio(n, with_two)[..., None] / (1 - expected)[..., None]
    chance = spread * ((1 - use)[..., None, :] * profiles).sum(axis=-1) / ratings
    own = own - 2 * ((1 - ac) / (1 - expected))[..., None] * (chance - expected[..., None])
    squares = (times * (own - ac[..., None]) ** 2).sum(axis=-1)
    return ac, np.sqrt(_ratio(squares, n * (n - 1)))


def krippendorff_alpha(
    profiles: ArrayLike,
    metric: str = "ordinal",
    *,
    values: ArrayLike | None = None,
    times: ArrayLike | None = None,
) -> NDArray:
    """Krippendorff's alpha, for any number of raters and with missing ratings.

        o_ck = sum over cases of r_c (r_k - [c = k]) / (r - 1),   n_c = sum_k o_ck,   n = sum n_c
        alpha = 1 - (n - 1) sum o_ck d_ck / sum n_c n_k d_ck

    d: 'nominal' 1 for unlike categories; 'interval' (value_c - value_k)^2; 'ordinal' (sum_c..k n_g - (n_c + n_k) /
    2)^2.
    profiles, times: as in `gwet_ac`; cases with fewer than two ratings do not count. values: numbers of the
    categories for 'interval', shape (q,); None is 1 to q.
    Returns alpha, shape (...): 1 perfect, 0 as by chance. NaN where nothing can differ: no case with two ratings,
    or all ratings in one category.
    Raises ValueError for an impossible profile, another metric, or values that do not fit the categories.
    Source: Krippendorff, Content Analysis (4th ed., ch. 12). irr 0.84.1 is not followed: it divides by 1, not by the
    number of raters less one, where data are complete and raters more than two.
    """
    profiles, times = _profiles(profiles, times)
    if metric not in METRICS:
        raise ValueError(f"Metrics are {', '.join(METRICS)}, not {metric!r}.")
    q = profiles.shape[1]
    at = np.arange(1.0, q + 1) if values is None else np.asarray(values, dtype=float)
    if at.shape != (q,):
        raise ValueError("Give one value for each category.")
    ratings = profiles.sum(axis=1)
    use = np.where(ratings >= 2, times, 0.0) / np.maximum(ratings - 1, 1)
    together = (use[..., :, None] * profiles).swapaxes(-1, -2) @ profiles
    together = together - np.eye(q) * (use @ profiles)[..., None, :]
    number = together.sum(axis=-1)
    if metric == "nominal":
        apart = 1.0 - np.eye(q)
    elif metric == "interval":
        apart = np.subtract.outer(at, at) ** 2
    else:
        rank = np.cumsum(number, axis=-1) - number / 2
        apart = (rank[..., :, None] - rank[..., None, :]) ** 2
    seen = (together * apart).sum(axis=(-2, -1))
    possible = (number[..., :, None] * number[..., None, :] * apart).sum(axis=(-2, -1))
    return 1 - (number.sum(axis=-1) - 1) * _ratio(seen, possible)


def direction(table: ArrayLike) -> tuple[NDArray, NDArray, NDArray, NDArray, NDArray]:
    """Which way two raters differ, and by how much.

    table: shape (..., q, q), categories in the order of the scale; a step is one category.
    Returns (second_higher, second_lower, steps_higher, steps_lower, steps), as in `Agreement`, shape (...): cases
    where the second rater went later or earlier in the scale, the mean number of steps among each, and the mean of
    second minus first over all cases. Means are NaN where there is no such case. Raises ValueError as `cohen_kappa`.
    Whether higher is harsher depends on the scale. An interval for the share of disagreements that went one way:
    `proportions.wilson(second_higher, second_higher + second_lower)`.
    """
    table = _tables(table)
    rank = np.arange(table.shape[-1])
    step = np.subtract.outer(rank, rank).T  # second minus first
    higher, lower = ((table * side).sum(axis=(-2, -1)) for side in (step > 0, step < 0))
    up, down = ((table * np.maximum(side, 0)).sum(axis=(-2, -1)) for side in (step, -step))
    return higher, lower, _ratio(up, higher), _ratio(down, lower), _ratio(up - down, table.sum(axis=(-2, -1)))


def limits(value: ArrayLike, se: ArrayLike, level: float = 0.95) -> tuple[NDArray, NDArray]:
    """value -/+ z se, kept within -1 and 1: the interval of a coefficient. NaN stays NaN.

    For fewer than some 30 cases a rough guide. Raises ValueError for a level outside (0, 1).
    """
    value, reach = np.asarray(value, dtype=float), normal_quantile(level) * np.asarray(se, dtype=float)
    return np.clip(value - reach, -1.0, 1.0), np.clip(value + reach, -1.0, 1.0)


def _gwet_of_tables(table: NDArray, weight: str) -> tuple[NDArray, NDArray]:
    q = table.shape[-1]
    one = np.eye(q)
    pairs = (one[:, None, :] + one[None, :, :]).reshape(q * q, q)  # the profile of each element of the table
    return gwet_ac(pairs, weight, table.reshape(*table.shape[:-2], q * q))


def _positions(grades: Iterable[Hashable], categories: Sequence[Hashable]) -> list[int | None]:
    where = {category: position for position, category in enumerate(categories)}
    grades = [None if grade != grade else grade for grade in grades]  # NaN is the value unlike itself
    unknown = sum(grade is not None and grade not in where for grade in grades)
    if unknown:
        raise ValueError(f"{unknown} of {len(grades)} grades are not in the scale. Give the whole scale.")
    return [None if grade is None else where[grade] for grade in grades]


def _tables(table: ArrayLike) -> NDArray:
    table = np.asarray(table, dtype=float)
    if table.ndim < 2 or table.shape[-1] != table.shape[-2] or table.shape[-1] < 2:
        raise ValueError("Two raters make a square table: a row and a column for each category, two or more.")
    if not (table >= 0).all():
        raise ValueError("A table counts cases: no element may be below 0 or missing.")
    return table


def _profiles(profiles: ArrayLike, times: ArrayLike | None) -> tuple[NDArray, NDArray]:
    """Checked, as float64, without the cases that nobody rated."""
    profiles = np.asarray(profiles, dtype=float)
    if profiles.ndim != 2 or profiles.shape[1] < 2 or not (profiles >= 0).all():
        raise ValueError(
            "Give the number of raters per case and category: two categories or more, none below 0."
        )
    times = np.ones(len(profiles)) if times is None else np.asarray(times, dtype=float)
    if times.shape[-1:] != profiles.shape[:1] or not (times >= 0).all():
        raise ValueError("Give how often each profile occurs: one number for each, none below 0.")
    rated = profiles.sum(axis=1) > 0
    return profiles[rated], np.ascontiguousarray(times[..., rated])  # sums go by how it lies in memory


def _ratio(part: ArrayLike, whole: ArrayLike) -> NDArray:
    part, whole = np.broadcast_arrays(np.asarray(part, dtype=float), np.asarray(whole, dtype=float))
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
