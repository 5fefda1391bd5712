"""Who was heard: how far those who took part stand for all whom the programme looks at.

Belongs here: shares of groups among contributors against the population, the R-indicator with its parts, estimates
weighted to the population. Does not belong here: which population is a programme's own, when there are too few people
to show a group, words for the page.

A frame is everybody who could have been heard; a group (stratum) is one category of a characteristic, or one cell of
several. No case stands in two groups.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipelines.statistics.proportions import checked_counts, normal_quantile, wilson

R_FROM = 200  # people in the frame; for fewer the R-indicator is "too few to say"


def gap(
    heard: ArrayLike, all_heard: ArrayLike, people: ArrayLike, all_people: ArrayLike, level: float = 0.95
) -> tuple[NDArray, NDArray, NDArray]:
    """A group's share among those heard less its share among all people, with interval.

        heard / all_heard - people / all_people,   from Wilson's interval of the first share

    heard, all_heard: contributors in the group and in all; people, all_people: the population, which is counted and
    not sampled, so that it adds no width. Arrays that broadcast together.
    Returns (gap, low, high) in shares: -0.08 is 8 percentage points under-heard. NaN where a total is 0 or a count
    NaN. Against another sample (all audits, all who were offered) use `proportions.newcombe` on people who were and
    were not heard. Raises ValueError for impossible counts or level.
    Source: Wilson (1927), JASA 22:209-212; the gap as design variable: Schouten, Cobben and Bethlehem (2009).
    """
    heard, all_heard = checked_counts(heard, all_heard)
    people, all_people = checked_counts(people, all_people)
    low, high = wilson(heard, all_heard, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        share, expected = heard / all_heard, people / all_people
    return share - expected, low - expected, high - expected


class RIndicator(NamedTuple):
    """How evenly groups took part: 1 where all at one rate, lower the more rates differ. NaN where too few to say."""

    r: float  # 1 - 2 S, adjusted for the chance differences of small groups; from 0 to 1
    low: float
    high: float
    unadjusted: float
    n: float  # people in the frame
    rate: float  # of all people
    partial: (
        NDArray  # of each group: negative, took part less than others; their squares add up to S^2 unadjusted
    )
    contribution: float  # S unadjusted: the partial indicator of the characteristic as a whole


def r_indicator(heard: ArrayLike, people: ArrayLike, level: float = 0.95) -> RIndicator:
    """The R-indicator of one characteristic, or of the cells of several.

        rate_g = heard_g / people_g,   S^2 = sum people_g (rate_g - rate)^2 / (n - 1)
        R = 1 - 2 S',   S'^2 = max(0, S^2 - sum people_g v_g / n)
        partial_g = sqrt(people_g / (n - 1)) (rate_g - rate)

    heard, people: shape (g,): who took part, and who could have, in each group. Groups without people are left out
    (partial NaN). The frame is everybody, not a sample of it.
    The interval is that of S'^2, normal with variance sum 4 a^2 (rate_g - rate)^2 v + 2 a^2 v^2, a = people_g / n and
    v = rate_g (1 - rate_g) / people_g, put through 1 - 2 sqrt. A group of one, whose rate is all or nothing, takes
    rate (1 - rate) for its v.
    With fewer than R_FROM people or fewer than two groups only n and rate are given, and the rest is NaN.
    Raises ValueError for impossible counts or level, or arrays that are not of one dimension.
    Source: Schouten, Cobben and Bethlehem (2009), Survey Methodology 35:101-113; adjustment as Shlomo, Skinner and
    Schouten (2012), Journal of Statistical Planning and Inference 142:201-211, with cell means for propensities;
    partial indicators Schouten, Shlomo and Skinner (2011), Journal of Official Statistics 27:231-253.
    """
    heard, people = _groups(heard, people)
    z = normal_quantile(level)
    n = float(people.sum())
    rate = float(heard.sum() / n) if n else float("nan")
    filled = people > 0
    if n < R_FROM or filled.sum() < 2:
        none = float("nan")
        return RIndicator(none, none, none, none, n, rate, np.full(people.shape, none), none)
    of_group, size = heard[filled] / people[filled], people[filled]
    apart = of_group - rate
    variance = np.where(size > 1, of_group * (1 - of_group), rate * (1 - rate)) / size
    spread2 = float((size * apart**2).sum() / (n - 1))
    adjusted2 = spread2 - float((size * variance).sum() / n)
    part = size / n
    se2 = float(np.sqrt((4 * part**2 * apart**2 * variance + 2 * part**2 * variance**2).sum()))
    partial = np.full(people.shape, np.nan)
    partial[filled] = np.sqrt(size / (n - 1)) * apart
    return RIndicator(
        _r(adjusted2),
        _r(adjusted2 + z * se2),
        _r(adjusted2 - z * se2),
        _r(spread2),
        n,
        rate,
        partial,
        spread2**0.5,
    )


class PostStratified(NamedTuple):
    """A share weighted to the population. Arrays have one element per stratum given."""

    estimate: float
    low: float  # from the logit scale, so within 0 and 1
    high: float
    se: float  # linearised, as R survey; the one that the interval is made from
    se_stratified: (
        float  # the textbook's, given how many answered in each stratum; NaN where one has one respondent
    )
    unweighted: float
    weights: NDArray  # people that each respondent stands for; NaN where nobody answered
    effective_n: float  # Kish: respondents that an even sample would have needed
    collapsed: NDArray  # the number of the stratum that each went into: its own, unless it was collapsed


def post_stratified(
    x: ArrayLike,
    n: ArrayLike,
    people: ArrayLike,
    *,
    sampled: bool = False,
    collapse: bool = True,
    level: float = 0.95,
) -> PostStratified:
    """What the share would be if each stratum had been heard in proportion to its people.

        estimate = sum people_h p_h / N,   p_h = x_h / n_h,   w_h = people_h / n_h
        se^2 = f m / (m - 1) sum w_h^2 n_h p_h (1 - p_h) / N^2,   m = sum n_h
        se_stratified^2 = sum (people_h / N)^2 f_h p_h (1 - p_h) / (n_h - 1)

    x, n: answers with the property and in all, per stratum; people: the population. Shape (h,).
    sampled: those who answered are a sample without replacement of these very people: f = 1 - m/N and f_h =
    1 - n_h/people_h, so that hearing everybody leaves no doubt; else both are 1.
    collapse: see `collapsed_strata`. The interval is made on the logit scale with Student's t, m - 1 degrees of
    freedom; where every stratum is all or none, and se therefore 0, it is Wilson's of as many respondents as
    effective_n. All is NaN where nobody answered, or a stratum with people has nobody who answered and is not
    collapsed.
    Raises ValueError for impossible counts or level, a negative population, or arrays not of one shape (h,).
    Source: Holt and Smith (1979), JRSS A 142:33-46; R survey 4.4.2 (postStratify, svymean).
    """
    x, n = _groups(x, n)
    normal_quantile(level)  # refuses a level outside (0, 1)
    people = np.asarray(people, dtype=float)
    if people.shape != n.shape or not (people >= 0).all():
        raise ValueError("Give the people of each stratum, one number for each and none below 0.")
    into = collapsed_strata(n, people) if collapse else np.arange(n.size)
    put = [np.bincount(into, part, minlength=n.size) for part in (x, n, people)]
    used = (put[1] > 0) | (put[2] > 0)
    x_h, n_h, people_h = (part[used] for part in put)
    m, all_people = float(n_h.sum()), float(people_h.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        p, w = x_h / n_h, people_h / n_h
        f, f_h = (1 - m / all_people, 1 - n_h / people_h) if sampled else (1.0, np.ones(p.shape))
        weight = np.where(put[1] > 0, put[2] / put[1], np.nan)[into] if n.size else n
        estimate = (people_h * p).sum() / np.float64(all_people)
        among = (w**2 * n_h * p * (1 - p)).sum() / np.float64(all_people) ** 2
        se = np.sqrt(np.maximum(f, 0.0) * m / np.float64(m - 1) * among)
        of_stratum = (people_h / all_people) ** 2 * np.maximum(f_h, 0.0) * p * (1 - p)
        se_stratified = np.sqrt((of_stratum / np.where(n_h > 1, n_h - 1, np.nan)).sum())
        effective = (n_h * w).sum() ** 2 / (n_h * w**2).sum()
        unweighted = x_h.sum() / np.float64(m)
    whole = sampled and m >= all_people
    low, high = (
        (float(estimate), float(estimate))
        if whole
        else _limits(float(estimate), float(se), m, effective, level)
    )
    return PostStratified(
        float(estimate),
        low,
        high,
        float(se),
        float(se_stratified),
        float(unweighted),
        weight,
        float(effective),
        into,
    )


def collapsed_strata(n: ArrayLike, people: ArrayLike) -> NDArray:
    """Which strata are put together so that none with people has fewer than two respondents.

    Strata stand in an order in which neighbours are alike (ages, levels of need), or the least unlike. Walking
    through them, a stratum with one respondent or none joins the next one until the group has two; what is left at
    the end joins the group before. n: respondents, people: population, shape (h,).
    Returns for each stratum the number of its group: the position of the first stratum in it, shape (h,). With
    fewer than two respondents in all there is one group.
    Source: Cochran, Sampling Techniques (3rd ed., 5A.12), on collapsing strata of one.
    """
    n, people = np.asarray(n, dtype=float), np.asarray(people, dtype=float)
    starts: list[int] = []
    answered = 2.0  # of the group that is open
    for position in range(n.size):
        if n[position] == 0 and people[position] == 0:
            continue  # nobody there: belongs to no group
        if answered >= 2:
            starts.append(position)
            answered = 0.0
        answered += n[position]
    if answered < 2 and len(starts) > 1:
        starts.pop()
    group = np.arange(n.size)
    for start, stop in zip(starts, [*starts[1:], n.size], strict=False):
        filled = (n[start:stop] > 0) | (people[start:stop] > 0)
        group[start:stop][filled] = start
    return group


def _groups(x: ArrayLike, n: ArrayLike) -> tuple[NDArray, NDArray]:
    x, n = np.asarray(x, dtype=float), np.asarray(n, dtype=float)
    if x.ndim != 1 or x.shape != n.shape or np.isnan(x).any() or np.isnan(n).any():
        raise ValueError("Give two lists of one length with the counts of each group, none of them missing.")
    return checked_counts(x, n)


def _r(spread2: float) -> float:
    return 1 - 2 * min(max(spread2, 0.0), 0.25) ** 0.5


def _limits(share: float, se: float, m: float, effective: float, level: float) -> tuple[float, float]:
    if not np.isfinite(share):
        return float("nan"), float("nan")
    if m < 2 or se == 0:
        low, high = wilson(np.clip(share, 0, 1) * effective, effective, level)
        return float(low), float(high)
    from scipy.special import (
        expit,
        logit,
        stdtrit,
    )  # only where it is needed: SciPy takes half a second to load

    reach = stdtrit(m - 1, (1 + level) / 2) * se / (share * (1 - share))
    return float(expit(logit(share) - reach)), float(expit(logit(share) + reach))
