"""The Making Data Count rules that tell a signal from ordinary variation, for any control chart.

Belongs here: rules on the values, the centre and the sigma of a series in time order; what a rule needs to
know about a chart is in those three. Does not belong here: how a chart gets its centre and sigma (charts.py),
whether a signal is good news (that depends on the measure), words for the page.

Each rule reads along the last axis: one series of k points, shape (k,), or many at once, shape (series, k). It returns
int8 per point: +1 high side (or rising), -1 low side (or falling), 0 no signal. A missing value (NaN) never signals and
breaks a run; `signals` takes missing points out first, so that a month without cases does not hide a run that goes on
after it.
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

SIGNALS = (
    "",
    "outside",
    "trend",
    "two_of_three",
    "shift",
)  # in order of precedence; a code is a position here


def outside(y: ArrayLike, centre: ArrayLike, sigma: ArrayLike, width: float = 3) -> NDArray:
    """Points strictly beyond `width` sigma from the centre; a point on a limit is inside.

    y: values in time order, shape (..., k). centre, sigma: what broadcasts with it, in the unit of y.
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
    if y.shape[-1] < length:
        return np.zeros(y.shape, dtype=np.int8)
    step = np.diff(y, axis=-1)
    rising, falling = _long_runs(step > 0, length - 1), _long_runs(step < 0, length - 1)
    # a step has a point where it begins and one where it ends
    rise_begins, rise_ends = _padded(rising, 0, 1), _padded(rising, 1, 0)
    fall_begins, fall_ends = _padded(falling, 0, 1), _padded(falling, 1, 0)
    rise = (rise_begins | rise_ends) & ~fall_begins
    fall = (fall_begins | fall_ends) & ~rise_begins
    return rise.astype(np.int8) - fall.astype(np.int8)


def two_of_three(y: ArrayLike, centre: ArrayLike, sigma: ArrayLike, variant: str = "mdc2023") -> NDArray:
    """Points beyond 2 sigma, two or more among three neighbours that lie on one side of the centre.

    Only the points beyond 2 sigma are flagged. variant "mdc2023" (Making Data Count since 2023): a point
    beyond 3 sigma counts as well. variant "nhsrplotthedots" (version 0.2.2): only points between 2 and 3
    sigma count.
    y: shape (..., k). centre, sigma: what broadcasts with it. ValueError for another variant.
    """
    if variant not in TWO_OF_THREE_VARIANTS:
        known = " and ".join(TWO_OF_THREE_VARIANTS)
        raise ValueError(f"The two-of-three rule has the variants {known}; name one of them.")
    y, centre, sigma = _series(y, centre, sigma)
    far = outside(y, centre, sigma, width=2)
    if variant == "nhsrplotthedots":
        far = np.where(outside(y, centre, sigma) != 0, 0, far)
    flagged = np.zeros(y.shape, dtype=np.int8)
    if y.shape[-1] < 3:
        return flagged
    for sign, same in ((1, y > centre), (-1, y < centre)):
        beyond = far == sign
        one, two, three = (beyond[..., at : at + y.shape[-1] - 2] for at in range(3))
        one_side = same[..., :-2] & same[..., 1:-1] & same[..., 2:]
        window = one_side & (
            (one & two) | (one & three) | (two & three)
        )  # at the position of its first point
        in_window = _padded(window, 0, 2) | _padded(window, 1, 1) | _padded(window, 2, 0)
        flagged[beyond & in_window] = sign
    return flagged


def shift(y: ArrayLike, centre: ArrayLike, length: int = 7) -> NDArray:
    """Points in a run of `length` or more strictly on one side of the centre; a point on it ends the run.

    y: shape (..., k). centre: what broadcasts with it. ValueError for a length below 3.
    """
    _check_length("shift", length)
    y, centre, _ = _series(y, centre, 0.0)
    return _long_runs(y > centre, length).astype(np.int8) - _long_runs(y < centre, length)


def signals(
    y: ArrayLike, centre: ArrayLike, sigma: ArrayLike, rules: Mapping[str, Any] | None = None
) -> tuple[NDArray, NDArray]:
    """Apply all four rules and name at most one per point: outside > trend > two_of_three > shift.

    y: values in time order, shape (..., k), NaN where missing. centre, sigma: what broadcasts with it, in the unit
    of y. rules: as `complete_rules`.
    Returns (signal, side), strings of that shape: signal '' | 'outside' | 'trend' | 'two_of_three' | 'shift';
    side '' | 'high' | 'low'. The side is where the point lies, for a trend where it is going: a rise is
    'high' even below the centre. Missing points get '' and are left out as if the series did not have them.
    """
    code, sign = signal_codes(y, centre, sigma, rules)
    side = np.select([sign > 0, sign < 0], ["high", "low"], default="")
    return np.array(SIGNALS, dtype="<U12")[code], side.astype("<U4")


def signal_codes(
    y: ArrayLike, centre: ArrayLike, sigma: ArrayLike, rules: Mapping[str, Any] | None = None
) -> tuple[NDArray, NDArray]:
    """`signals` as numbers, which a million points can afford.

    y: shape (..., k), NaN where missing. centre, sigma: what broadcasts with it; rules: as `complete_rules`.
    Returns (code, side), int8 of the shape of y: the signal's position in SIGNALS (0: none), and +1 high, -1 low,
    0 none.
    """
    rules = complete_rules(rules)
    y, centre, sigma = _series(y, centre, sigma)
    missing = np.isnan(y)
    if holes := bool(
        missing.any()
    ):  # what is known moves to the front, in its order; what is missing to the end
        order = np.argsort(missing, axis=-1, kind="stable")
        y, centre, sigma = (np.take_along_axis(part, order, axis=-1) for part in (y, centre, sigma))
    hits = (
        outside(y, centre, sigma, rules["outside"]),
        trend(y, rules["trend"]),
        two_of_three(y, centre, sigma, rules["two_of_three"]),
        shift(y, centre, rules["shift"]),
    )
    code, side = np.zeros(y.shape, dtype=np.int8), np.zeros(y.shape, dtype=np.int8)
    for number, hit in reversed(tuple(enumerate(hits, start=1))):  # so that the most serious is written last
        np.copyto(code, number, where=hit != 0)
        np.copyto(side, hit, where=hit != 0)
    if holes:
        back = np.argsort(order, axis=-1)
        code, side = (np.take_along_axis(part, back, axis=-1) for part in (code, side))
    return code, side


def complete_rules(rules: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """RULES, with what is given put in its place, such as {"trend": 6}. ValueError for an unknown rule."""
    unknown = sorted(set(rules or {}) - set(RULES))
    if unknown:
        raise ValueError(f"There is no rule called {', '.join(unknown)}; the rules are {', '.join(RULES)}.")
    return {**RULES, **(rules or {})}


def _series(y: ArrayLike, centre: ArrayLike, sigma: ArrayLike) -> tuple[NDArray, NDArray, NDArray]:
    y = np.asarray(y, dtype=float)
    if y.ndim == 0:
        raise ValueError(
            "A rule reads series: give an array with the points in time order along its last axis."
        )
    centre = np.broadcast_to(np.asarray(centre, dtype=float), y.shape)
    return y, centre, np.broadcast_to(np.asarray(sigma, dtype=float), y.shape)


def _long_runs(member: NDArray, length: int) -> NDArray:
    """True for each element of every unbroken run of True, along the last axis, of at least `length` elements."""
    if member.shape[-1] < length:
        return np.zeros(member.shape, dtype=bool)
    begins = _windows(member, length, np.logical_and)
    return _windows(_padded(begins, length - 1, length - 1), length, np.logical_or)


def _windows(member: NDArray, length: int, combine: np.ufunc) -> NDArray:
    """Each `length` neighbours combined into one, by doubling: k - length + 1 elements along the last axis."""
    width = 1
    while width < length:
        step = min(width, length - width)
        member = combine(member[..., :-step], member[..., step:])
        width += step
    return member


def _padded(member: NDArray, before: int, after: int) -> NDArray:
    """False put before and after, along the last axis."""
    k = member.shape[-1]
    wider = np.zeros((*member.shape[:-1], k + before + after), dtype=bool)
    wider[..., before : before + k] = member
    return wider


def _check_length(rule: str, length: int) -> None:
    if length < 3:
        raise ValueError(
            f"The {rule} rule needs a run of at least 3 points; Making Data Count uses 7 (or 6)."
        )
