"""What a control chart says as a whole: its variation and, against a target, its assurance.

Belongs here: from a chart's last point to the two classes that Making Data Count draws as icons. Does not belong
here: limits and signals (`charts`, `rules`), where a target comes from, words for the page.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

IMPROVING, WORSE = "improving", "getting worse"
HIGHER, LOWER = "higher", "lower"
NO_CLEAR_CHANGE = "no clear change"
TOO_FEW_POINTS = "too few points"
VARIATIONS = (IMPROVING, WORSE, HIGHER, LOWER, NO_CLEAR_CHANGE, TOO_FEW_POINTS)

WILL_MEET, MAY_MEET = "will reliably meet", "may or may not meet"
WILL_NOT_MEET = "will not meet without change"
NO_TARGET = "no target"
ASSURANCES = (WILL_MEET, MAY_MEET, WILL_NOT_MEET, NO_TARGET, TOO_FEW_POINTS)


def variation(state: str, value: ArrayLike, signal: ArrayLike, side: ArrayLike, higher_is: str) -> str:
    """The class of the last known point of a chart, one of `VARIATIONS`.

    state: of the chart ('run', 'trial', 'limits', or 'table' where there is none). value: shape (k,), NaN where
    a point is missing; signal, side: as `rules.signals` gives them, shape (k,). higher_is: 'better', 'worse' or
    'neither'.
    A signal on the good side is `IMPROVING`, on the other `WORSE`; without a good side it is `HIGHER` or `LOWER`.
    Earlier signals do not count. Fewer than 8 points ('run') and no chart at all ('table') are `TOO_FEW_POINTS`.
    Raises ValueError for an unknown `higher_is`.
    Source: Making Data Count; NHSRplotthedots 0.2.2, R/geom_ptd_icon.R:148-156.
    """
    side = np.asarray(side)
    code = (side == "high").astype(np.int8) - (side == "low")
    code = np.where(np.asarray(signal) == "", 0, code)
    return str(variations(state, value, code, higher_is)[()])


def variations(state: ArrayLike, value: ArrayLike, side: ArrayLike, higher_is: str) -> NDArray:
    """`variation` of many charts of one measure at once.

    state: shape (...). value, side: shape (..., k), side as numbers: 1 high, -1 low, 0 no signal. Returns strings of
    shape (...). Raises ValueError as `variation`.
    """
    _check(higher_is)
    at, known = _last_known(value)
    last = np.take_along_axis(np.asarray(side), at, axis=-1)[..., 0] if at.size else np.zeros(at.shape[:-1])
    high, low = {
        "better": (IMPROVING, WORSE),
        "worse": (WORSE, IMPROVING),
        "neither": (HIGHER, LOWER),
    }[higher_is]
    few = np.isin(state, ("run", "table")) | ~known
    return np.select([few, last > 0, last < 0], [TOO_FEW_POINTS, high, low], default=NO_CLEAR_CHANGE)


def assurance(
    state: str, value: ArrayLike, lower: ArrayLike, upper: ArrayLike, target: float | None, higher_is: str
) -> str:
    """Whether the process, left as it is, will meet a target: one of `ASSURANCES`.

    state, value, higher_is: as in `variation`. lower, upper: the chart's 3-sigma limits, shape (k,); those of the
    last known point are compared with the target, in the same unit. Both comparisons are strict: a target on a limit
    may or may not be met. Where lower is better the target is a ceiling.
    Without a target, or without a good side, `NO_TARGET`; from limits that are none or only a trial (fewer than 13
    points), `TOO_FEW_POINTS`: a promise needs more than a first guess at what is usual.
    Raises ValueError for an unknown `higher_is`.
    Source: NHSRplotthedots 0.2.2, R/ptd_calculate_assurance_type.R:18-30; the 13 points are Making Data Count's.
    """
    wanted = np.nan if target is None else target
    return str(assurances(state, value, lower, upper, wanted, higher_is)[()])


def assurances(
    state: ArrayLike, value: ArrayLike, lower: ArrayLike, upper: ArrayLike, target: ArrayLike, higher_is: str
) -> NDArray:
    """`assurance` of many charts of one measure at once.

    state: shape (...). value, lower, upper: shape (..., k). target: what broadcasts with state, NaN for none.
    Returns strings of shape (...). Raises ValueError as `assurance`.
    """
    _check(higher_is)
    at, known = _last_known(value)
    low, high = (
        np.take_along_axis(np.asarray(limit, dtype=float), at, axis=-1)[..., 0]
        if at.size
        else np.full(at.shape[:-1], np.nan)
        for limit in (lower, upper)
    )
    target = np.asarray(target, dtype=float)
    below, above = (WILL_MEET, WILL_NOT_MEET) if higher_is == "better" else (WILL_NOT_MEET, WILL_MEET)
    none = np.isnan(target) | (higher_is == "neither")
    few = (np.asarray(state) != "limits") | ~known | np.isnan(low)
    return np.select(
        [none, few, target < low, target > high], [NO_TARGET, TOO_FEW_POINTS, below, above], default=MAY_MEET
    )


def _last_known(value: ArrayLike) -> tuple[NDArray, NDArray]:
    """Position of the last value that is not NaN, shape (..., 1), and whether there is one, shape (...).

    Without points the positions are an empty array of shape (..., 0).
    """
    known = ~np.isnan(np.asarray(value, dtype=float))
    points = known.shape[-1]
    if points == 0:
        return np.zeros(known.shape, dtype=int), np.zeros(known.shape[:-1], dtype=bool)
    return (points - 1 - np.argmax(known[..., ::-1], axis=-1))[..., None], known.any(axis=-1)


def _check(higher_is: str) -> None:
    if higher_is not in ("better", "worse", "neither"):
        raise ValueError(f"higher_is must be better, worse or neither, not {higher_is!r}.")
