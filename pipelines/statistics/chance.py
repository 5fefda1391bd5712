"""How often a chart signals although nothing happens: what "by chance alone, about N of these" is worked out from.

Belongs here: the chance of a signal on a stable chart, by its kind and number of points. Does not belong here: the
rules (rules.py), groups against a total (funnels.py), words for a page.

The chances are simulated, 100,000 stable series for each number of points, with the default rules, limits from all
points up to 24 and from the first 24 beyond. A slow test simulates them again.
"""

from __future__ import annotations

import numpy as np

_POINTS = (8, 10, 12, 13, 16, 20, 24, 28, 36, 48, 60, 84, 120)
_ANYWHERE = {
    "p": (0.012, 0.022, 0.035, 0.044, 0.071, 0.107, 0.132, 0.169, 0.268, 0.394, 0.490, 0.643, 0.785),
    "xmr": (0.035, 0.053, 0.072, 0.082, 0.109, 0.148, 0.185, 0.239, 0.352, 0.484, 0.580, 0.711, 0.829),
}
_AT_THE_LAST = {
    "p": (0.002, 0.003, 0.004, 0.005, 0.008, 0.010, 0.010, 0.021, 0.029, 0.029, 0.029, 0.029, 0.029),
    "xmr": (0.014, 0.014, 0.014, 0.015, 0.015, 0.016, 0.016, 0.032, 0.040, 0.040, 0.040, 0.040, 0.040),
}


def of_signal(kind: str, points: int) -> tuple[float, float]:
    """The chance that a stable chart shows a signal anywhere, and that it shows one at its last point.

    kind: 'p', 'pp' (as 'p') or 'xmr', of values that vary evenly to both sides. points: known points; fewer than 8 are
    a run chart, without signals: (0, 0). Between the numbers simulated it is interpolated, beyond 120 it stays.
    Raises ValueError for an unknown kind.
    Source: simulated (benchmarks/chance.py); docs/statistics.md, "What chance alone does".
    """
    kind = "p" if kind == "pp" else kind
    if kind not in _ANYWHERE:
        raise ValueError(f"There is no chart of the kind {kind!r}; the kinds are p, pp and xmr.")
    if points < _POINTS[0]:
        return 0.0, 0.0
    anywhere, last = (float(np.interp(points, _POINTS, of[kind])) for of in (_ANYWHERE, _AT_THE_LAST))
    return anywhere, last
