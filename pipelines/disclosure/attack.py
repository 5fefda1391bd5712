"""Working out what is hidden, from what is shown alone.

Belongs here: the least and the most that a count can be, by integer programming (HiGHS through scipy), and the verdict
on a set of protected counts.
Does not belong here: choosing what to hide (`protect`), which must not be believed here: this module is given what is
shown and how counts hang together, and nothing else.

Relations are split into parts that have no unknown count in common, so that each is small. A witness is a way in which
all hidden counts could be, given what is shown: one that has a count at the threshold or above shows that the count
cannot be proven small. Each witness serves all counts of its part, so few are needed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from pipelines.disclosure.linked import Known, Name, Range, Relation

Floats = NDArray[np.float64]
_MOST = 1e7
"""Counts above this are taken to have no upper limit."""
_SLACK = 1e-6


class Contradiction(ValueError):
    """No counts fit what is shown: it was not made from one set of rows."""


class Unfinished(RuntimeError):
    """The solver did not come to an end in its time: nothing is proven either way."""


@dataclass(frozen=True)
class Found:
    """A protected count of which too much can be worked out."""

    name: Name
    low: float
    high: float
    why: str
    """shown | recovered | small | unfinished"""


@dataclass(frozen=True)
class Attacked:
    """What came of an attack."""

    found: tuple[Found, ...]
    protected: int
    """Counts that were to be protected."""
    hidden: int
    """Counts that are shown as a symbol."""
    solved: int
    """Programmes that the solver was given."""

    @property
    def safe(self) -> bool:
        return not self.found


def bounds(relations: Sequence[Relation], known: Known, name: Name, seconds: float = 30.0) -> Range:
    """The least and the most that one count can be.

    Raises:
        Contradiction: nothing fits.
        Unfinished: the solver needs longer.
    """
    fixed, left = _settled(relations, known)
    if name in fixed:
        return fixed[name], fixed[name]
    for part in _parts(left, fixed, known):
        if name in part.places:
            return part.least(name, seconds), part.most(name, seconds)
    return 0.0, math.inf


def attack(
    relations: Sequence[Relation],
    known: Known,
    *,
    protected: Collection[Name],
    hidden: Collection[Name],
    zero_hides: Collection[Name] = (),
    threshold: int,
    seconds: float = 30.0,
    witnesses: Sequence[Mapping[Name, float]] = (),
) -> Attacked:
    """Try to work out protected counts.

    A protected count is found where it is shown or can be proven to be below the threshold, unless it is proven to be 0
    and 0 may be known of it; a hidden one also where it can be worked out exactly, and where it is proven to be 0.

    Args:
        known: what is shown; the only values that are looked at.
        protected: counts of people: neither shown nor to be worked out where they are from 1 to threshold - 1.
        hidden: counts in whose place a symbol stands; they are protected too.
        zero_hides: protected counts that must not be known to be 0 either (a group of whom nobody, or everybody).
        seconds: for the whole attack. What is not proven safe by then is found, as `unfinished`.
        witnesses: ways in which counts could be, where the caller has some already: they spare the solver work.
    """
    until = time.monotonic() + seconds
    judged = _Judged(
        frozenset(protected) | frozenset(hidden), frozenset(hidden), frozenset(zero_hides), threshold
    )
    found = [
        Found(name, low, high, "shown")
        for name, (low, high) in known.items()
        if name in judged.protected and judged.small(name, low, high)
    ]
    solved = 0
    fixed, left = _settled(relations, known)
    for name in (one for one in fixed if one not in known):
        if name in judged.hidden or (
            name in judged.protected and judged.small(name, fixed[name], fixed[name])
        ):
            found.append(Found(name, fixed[name], fixed[name], "recovered"))
    for part in _parts(left, fixed, known):  # a count that stands in no relation could be anything
        found += part.attacked(judged, until, witnesses)
        solved += part.solved
    return Attacked(tuple(found), len(judged.protected), len(judged.hidden), solved)


@dataclass(frozen=True)
class _Judged:
    protected: frozenset[Name]
    hidden: frozenset[Name]
    zero_hides: frozenset[Name]
    threshold: int

    def small(self, name: Name, low: float, high: float) -> bool:
        """Whether these bounds prove that a protected count is too small to be known."""
        if high >= self.threshold:
            return False
        return high > 0 or name in self.hidden or name in self.zero_hides


class _Part:
    """Unknown counts that hang together, and their relations."""

    def __init__(
        self, names: list[Name], matrix: csr_array, low: Floats, high: Floats, at_least: Floats
    ) -> None:
        self.names = names
        self.places = {name: place for place, name in enumerate(names)}
        self.constraint = LinearConstraint(matrix, low, high)
        self.limits = Bounds(at_least, np.full(len(names), _MOST))
        self.solved = 0

    def most(self, name: Name, seconds: float) -> float:
        value = self._best(self.places[name], -1.0, seconds)[self.places[name]]
        return math.inf if value >= _MOST - 1 else float(value)

    def least(self, name: Name, seconds: float) -> float:
        return float(self._best(self.places[name], 1.0, seconds)[self.places[name]])

    def _best(self, place: int, sense: float, seconds: float, also: Floats | None = None) -> Floats:
        """A witness with one count as small (sense 1) or as large (-1) as can be."""
        wanted = np.zeros(len(self.names)) if also is None else also
        wanted[place] = sense
        self.solved += 1
        done = milp(
            wanted,
            integrality=np.ones(len(self.names)),
            bounds=self.limits,
            constraints=self.constraint,
            options={"time_limit": max(seconds, 0.01), "mip_rel_gap": 0.0},
        )
        if done.status == 2:
            raise Contradiction("No counts fit what is shown together.")
        if done.status != 0:
            raise Unfinished("The solver needs longer than it was given.")
        witness: Floats = np.round(done.x)
        return witness

    def attacked(
        self, judged: _Judged, until: float, witnesses: Sequence[Mapping[Name, float]]
    ) -> list[Found]:
        wanted = [place for place, name in enumerate(self.names) if name in judged.protected]
        if not wanted:
            return []
        seen: list[Floats] = [
            np.array([witness[name] for name in self.names])
            for witness in witnesses
            if all(name in witness for name in self.names)
        ]
        found = []
        for place in wanted:
            name = self.names[place]
            high = max((witness[place] for witness in seen), default=-math.inf)
            low = min((witness[place] for witness in seen), default=math.inf)
            if high >= judged.threshold and (name not in judged.hidden or low < high):
                continue
            try:
                seen.append(self._best(place, -1.0, until - time.monotonic()))
                high = seen[-1][place]
                low = min(witness[place] for witness in seen)
                if low == high and (name in judged.hidden or high < judged.threshold):
                    seen.append(self._best(place, 1.0, until - time.monotonic()))
                    low = seen[-1][place]
            except Unfinished:
                found.append(Found(name, 0.0, math.inf, "unfinished"))
                continue
            if judged.small(name, low, high):
                found.append(Found(name, float(low), float(high), "recovered" if low == high else "small"))
            elif name in judged.hidden and low == high:
                found.append(Found(name, float(low), float(high), "recovered"))
        return found


def _settled(relations: Sequence[Relation], known: Known) -> tuple[dict[Name, float], list[Relation]]:
    """Every count that is known or follows by adding and subtracting alone, and the relations that are left.

    Raises:
        Contradiction: what is shown does not add up, or a count would be below 0 or a fraction.
    """
    fixed = {name: low for name, (low, high) in known.items() if low == high}
    left = list(relations)
    while True:
        before, waiting, left = len(fixed), left, []
        for relation in waiting:
            unknown = [(name, weight) for name, weight in relation.parts if name not in fixed]
            if len(unknown) > 1 or (unknown and relation.low < relation.high):
                left.append(relation)
                continue
            given = sum(weight * fixed[name] for name, weight in relation.parts if name in fixed)
            if unknown:
                [(name, weight)] = unknown
                value = (relation.low - given) / weight
                if value < -_SLACK or abs(value - round(value)) > _SLACK:
                    raise Contradiction("What is shown leaves a count that cannot be.")
                fixed[name] = float(round(value))
            elif not relation.low - _SLACK <= given <= relation.high + _SLACK:
                raise Contradiction("What is shown does not add up.")
        if len(fixed) == before:
            return fixed, left


def _parts(relations: Sequence[Relation], fixed: Mapping[Name, float], known: Known) -> Iterator[_Part]:
    """Relations among unknown counts, split where they have none in common."""
    names: dict[Name, int] = {}
    rows: list[int] = []
    columns: list[int] = []
    weights: list[float] = []
    low: list[float] = []
    high: list[float] = []
    for relation in relations:
        given = sum(weight * fixed[name] for name, weight in relation.parts if name in fixed)
        for name, weight in relation.parts:
            if name not in fixed:
                rows.append(len(low))
                columns.append(names.setdefault(name, len(names)))
                weights.append(weight)
        low.append(relation.low - given)
        high.append(relation.high - given)
    for name, (least, most) in known.items():
        if name in names:
            rows.append(len(low))
            columns.append(names[name])
            weights.append(1.0)
            low.append(least)
            high.append(most)
    if names:
        yield from _split(list(names), (weights, rows, columns), np.array(low), np.array(high))


def _split(
    names: list[Name], entries: tuple[list[float], list[int], list[int]], low: Floats, high: Floats
) -> Iterator[_Part]:
    weights, rows, columns = entries
    matrix = csr_array((weights, (rows, columns)), shape=(len(low), len(names)))
    number, of_name = connected_components(abs(matrix.T) @ abs(matrix), directed=False)
    of_row = np.zeros(len(low), dtype=np.int64)
    of_row[rows] = of_name[columns]
    for part in range(number):
        own, own_rows = np.flatnonzero(of_name == part), np.flatnonzero(of_row == part)
        inside = matrix[own_rows][:, own]
        yield _Part(
            [names[place] for place in own], inside, low[own_rows], high[own_rows], np.zeros(len(own))
        )
