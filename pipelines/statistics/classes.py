"""What a control chart says as a whole: its variation and, against a target, its assurance.

Belongs here: from a chart's last point to the two classes that Making Data Count draws as icons. Does not belong
here: limits and signals (`charts`, `rules`), where a target comes from, words for the page.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

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
    _check(higher_is)
    last = _last_known(value)
    if state in ("run", "table") or last is None:
        return TOO_FEW_POINTS
    if not np.asarray(signal)[last]:
        return NO_CLEAR_CHANGE
    high = np.asarray(side)[last] == "high"
    if higher_is == "neither":
        return HIGHER if high else LOWER
    return IMPROVING if high == (higher_is == "better") else WORSE


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
    _check(higher_is)
    if target is None or higher_is == "neither":
        return NO_TARGET
    last = _last_known(value)
    if state != "limits" or last is None:
        return TOO_FEW_POINTS
    low, high = float(np.asarray(lower)[last]), float(np.asarray(upper)[last])
    if low <= target <= high:
        return MAY_MEET
    return WILL_MEET if (target < low) == (higher_is == "better") else WILL_NOT_MEET


def _last_known(value: ArrayLike) -> int | None:
    known = np.flatnonzero(~np.isnan(np.asarray(value, dtype=float)))
    return int(known[-1]) if known.size else None


def _check(higher_is: str) -> None:
    if higher_is not in ("better", "worse", "neither"):
        raise ValueError(f"higher_is must be better, worse or neither, not {higher_is!r}.")
