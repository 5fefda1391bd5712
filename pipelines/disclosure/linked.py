"""Counts that hang together: whole numbers from 0, and what is known of their sums.

Belongs here: relations as plain data, and the ones that tables are made of (adding up, part of a whole, percentages,
rounding).
Does not belong here: which counts there are (`cubes`, `breakdowns`), what must be hidden (`rules`, `protect`), or
working out what is hidden (`attack`).

A count is known by a name, any hashable. A count that nobody shows may stand in relations too: what is left of a group,
for instance, when the part that was heard is taken away.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

Name = Hashable
Range = tuple[float, float]
"""The least and the most that a count can be; equal where it is known exactly."""
Known = Mapping[Name, Range]
"""What is shown: counts by name. A count that is not in it is not shown."""


@dataclass(frozen=True)
class Relation:
    """low <= sum of weight x count <= high."""

    parts: tuple[tuple[Name, float], ...]
    low: float = 0.0
    high: float = 0.0

    @property
    def names(self) -> tuple[Name, ...]:
        return tuple(name for name, _ in self.parts)


def adds_up(total: Name, parts: Iterable[Name]) -> Relation:
    """The parts are the whole of the total, and nothing is in two of them."""
    return Relation(((total, -1.0), *((part, 1.0) for part in parts)))


def inside(part: Name, whole: Name) -> Relation:
    """Whatever is counted in the part is counted in the whole."""
    return Relation(((whole, 1.0), (part, -1.0)), 0.0, math.inf)


def either(union: Name, first: Name, second: Name, both: Name) -> Relation:
    """Those in the first or the second, where `both` are in the two: first + second = union + both."""
    return Relation(((first, 1.0), (second, 1.0), (union, -1.0), (both, -1.0)))


def percentage(part: Name, whole: Name, shown: float, decimals: int = 0) -> tuple[Relation, Relation]:
    """A share shown in per cent, rounded to so many decimals: it bounds the part from below and from above."""
    half = 0.5 * 10**-decimals
    least, most = (shown - half) / 100, (shown + half) / 100
    return (
        Relation(((part, 1.0), (whole, -least)), 0.0, math.inf),
        Relation(((part, 1.0), (whole, -most)), -math.inf, 0.0),
    )


def exactly(value: float) -> Range:
    return (value, value)


def rounded(value: float, base: float) -> Range:
    """What a count can be that is shown rounded to the nearest multiple of `base`."""
    return (max(0.0, math.ceil(value - base / 2)), math.floor(value + base / 2))
