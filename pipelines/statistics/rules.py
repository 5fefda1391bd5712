"""The Making Data Count rules that tell a signal from ordinary variation, for any control chart.

Belongs here: rules on the values, the centre and the sigma of a series in time order; what a rule needs to
know about a chart is in those three. Does not belong here: how a chart gets its centre and sigma (charts.py),
whether a signal is good news (that depends on the measure), words for the page.

Each rule returns int8 per point: +1 high side (or rising), -1 low side (or falling), 0 no signal. A missing
value (NaN) never signals and breaks a run; `signals` takes missing points out first, so that a month without
cases does not hide a run that goes on after it.
Source: NHS England, Making Data Count; the algorithm as in NHSRplotthedots 0.2.2, except where a rule says
otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Stored with each chart, so that an old chart can be drawn again after these change.
RULES: dict[str, Any] = {"outside": 3, "trend": 7, "two_of_three": "mdc2023", "shift": 7}

TWO_OF_THREE_VARIANTS = ("mdc2023", "nhsrplotthedots")


def outside(y: ArrayLike, centre: ArrayLike, sigma: ArrayLike, width: float = 3) -> NDArray:
    """Points strictly beyond `width` sigma from the centre; a point on a limit is inside.

    y: values in time order, shape (k,). centre, sigma: shape (k,) or scalars, in the unit of y.
    """
    y, centre, sigma = _series(y, centre, sigma)
    reach = width * sigma
    return (y > centre + reach).astype(np.int8) - (y < centre - reach).astype(np.int8)


def trend(y: ArrayLike, length: int = 7) -> NDArray:
    """Points in a run of `length` or more, each strictly above (or each strictly below) the one before.

    7 points are 6 steps; two equal neighbours end the run. A point where a rise ends and a fall begins, both
    long enough, belongs to the later one. ValueError for a length below 3.
    """
    _check_length("trend", length)
    y, _, _ = _series(y, 0.0, 0.0)
    if y.size < length:
        return np.zeros(y.shape, dtype=np.int8)
    step = np.diff(y)
    rising, falling = _long_runs(step > 0, length - 1), _long_runs(step < 0, length - 1)
    # a step has a point where it begins and one where it ends
    rise_begins, rise_ends = np.pad(rising, (0, 1)), np.pad(rising, (1, 0))
    fall_begins, fall_ends = np.pad(falling, (0, 1)), np.pad(falling, (1, 0))
    rise = (rise_begins | rise_ends) & ~fall_begins
    fall = (fall_begins | fall_ends) & ~rise_begins
    return rise.astype(np.int8) - fall.astype(np.int8)


def two_of_three(y: ArrayLike, centre: ArrayLike, sigma: ArrayLike, variant: str = "mdc2023") -> NDArray:
    """Points beyond 2 sigma, two or more among three neighbours that lie on one side of the centre.

    Only the points beyond 2 sigma are flagged. variant "mdc2023" (Making Data Count since 2023): a point
    beyond 3 sigma counts as well. variant "nhsrplotthedots" (version 0.2.2): only points between 2 and 3
    sigma count.
    y: shape (k,). centre, sigma: shape (k,) or scalars. ValueError for another variant.
    """
    if variant not in TWO_OF_THREE_VARIANTS:
        known = " and ".join(TWO_OF_THREE_VARIANTS)
        raise ValueError(f"The two-of-three rule has the variants {known}; name one of them.")
    y, centre, sigma = _series(y, centre, sigma)
    far = outside(y, centre, sigma, width=2)
    if variant == "nhsrplotthedots":
        far = np.where(outside(y, centre, sigma) != 0, 0, far)
    side = np.sign(y - centre)
    flagged = np.zeros(y.shape, dtype=np.int8)
    if y.size < 3:
        return flagged
    for sign in (1, -1):
        same, beyond = side == sign, far == sign
        one_side = same[:-2] & same[1:-1] & same[2:]
        two_beyond = beyond[:-2].astype(np.int8) + beyond[1:-1] + beyond[2:] >= 2
        window = one_side & two_beyond  # at the position of its first point
        in_window = np.pad(window, (0, 2)) | np.pad(window, 1) | np.pad(window, (2, 0))
        flagged[beyond & in_window] = sign
    return flagged


def shift(y: ArrayLike, centre: ArrayLike, length: int = 7) -> NDArray:
    """Points in a run of `length` or more strictly on one side of the centre; a point on it ends the run.

    y: shape (k,). centre: shape (k,) or scalar. ValueError for a length below 3.
    """
    _check_length("shift", length)
    y, centre, _ = _series(y, centre, 0.0)
    return _long_runs(y > centre, length).astype(np.int8) - _long_runs(y < centre, length)


def signals(
    y: ArrayLike, centre: ArrayLike, sigma: ArrayLike, rules: Mapping[str, Any] | None = None
) -> tuple[NDArray, NDArray]:
    """Apply all four rules and name at most one per point: outside > trend > two_of_three > shift.

    y: values in time order, shape (k,), NaN where missing. centre, sigma: shape (k,) or scalars, in the unit
    of y.
    rules: as `complete_rules`.
    Returns (signal, side), strings of shape (k,): signal '' | 'outside' | 'trend' | 'two_of_three' | 'shift';
    side '' | 'high' | 'low'. The side is where the point lies, for a trend where it is going: a rise is
    'high' even below the centre. Missing points get '' and are left out as if the series did not have them.
    """
    rules = complete_rules(rules)
    y, centre, sigma = _series(y, centre, sigma)
    known = ~np.isnan(y)
    value, middle, spread = y[known], centre[known], sigma[known]
    found = {
        "outside": outside(value, middle, spread, rules["outside"]),
        "trend": trend(value, rules["trend"]),
        "two_of_three": two_of_three(value, middle, spread, rules["two_of_three"]),
        "shift": shift(value, middle, rules["shift"]),
    }
    signal, side = np.full(y.shape, "", dtype="<U12"), np.full(y.shape, "", dtype="<U4")
    hits = list(found.values())
    first = [hit != 0 for hit in hits]
    signal[known] = np.select(first, list(found), default="")
    sign = np.select(first, hits, default=0)
    side[known] = np.select([sign > 0, sign < 0], ["high", "low"], default="")
    return signal, side


def complete_rules(rules: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """RULES, with what is given put in its place, such as {"trend": 6}. ValueError for an unknown rule."""
    unknown = sorted(set(rules or {}) - set(RULES))
    if unknown:
        raise ValueError(f"There is no rule called {', '.join(unknown)}; the rules are {', '.join(RULES)}.")
    return {**RULES, **(rules or {})}


def _series(y: ArrayLike, centre: ArrayLike, sigma: ArrayLike) -> tuple[NDArray, NDArray, NDArray]:
    y = np.asarray(y, dtype=float)
    if y.ndim != 1:
        raise ValueError("A rule reads one series at a time: give a one-dimensional array in time order.")
    centre = np.broadcast_to(np.asarray(centre, dtype=float), y.shape)
    return y, centre, np.broadcast_to(np.asarray(sigma, dtype=float), y.shape)


def _long_runs(member: NDArray, length: int) -> NDArray:
    """True for each element of every unbroken run of True that has at least `length` elements."""
    edge = np.flatnonzero(np.diff(np.concatenate(([0], member.astype(np.int8), [0]))))
    start, stop = edge[::2], edge[1::2]
    long_enough = stop - start >= length
    change = np.zeros(member.size + 1, dtype=np.int8)
    change[start[long_enough]] = 1
    change[stop[long_enough]] = -1
    return np.cumsum(change[:-1]).astype(bool)


def _check_length(rule: str, length: int) -> None:
    if length < 3:
        raise ValueError(
            f"The {rule} rule needs a run of at least 3 points; Making Data Count uses 7 (or 6)."
        )
