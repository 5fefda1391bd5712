"""Kinds of groups that are made up of one another: ethnic groups of ethnicities, an agency of its teams.

Belongs here: finding, from exact figures, the groups of one breakdown that are groups of another taken together; and
the attack on breakdowns that hang together so.
Does not belong here: the attack on one breakdown (`shown`), or what is left out in the end (`breakdowns`).

What is found stays with whoever publishes. Two small groups can be of the same few cases by chance, and saying so would
tell of them; an attacker who knows how a council is organised knows the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import permutations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp, nnls

from pipelines.disclosure.attack import Attacked, Contradiction, attack
from pipelines.disclosure.families import Count, Family, Links, Slot, above, below
from pipelines.disclosure.groupings import Grouping
from pipelines.disclosure.linked import Name, Range, Relation, adds_up
from pipelines.disclosure.shown import Knowledge, Row, known_from
from pipelines.measures.catalogue import Measure

Rows = Mapping[str, Sequence[Row]]
"""Measure -> exact rows of one breakdown, by its own groups."""
Counts = NDArray[np.float64]
_Column = tuple[str, str, date, str]
"""Measure, window, its first day, and whether it is above or below the line."""
_SLACK = 1e-6
_FEWEST = 2
"""Groups that a breakdown has at least: one group alone is the whole council."""


class Nest(NamedTuple):
    """A group that is made up of groups of another breakdown, in every window."""

    breakdown: str
    group: str
    other: str
    parts: tuple[str, ...]
    """Groups of `other`."""


class _Table(NamedTuple):
    """The exact counts of a breakdown: a row for each group, a column for each number of each window and measure."""

    groups: list[str]
    counts: Counts
    has: NDArray[np.bool_]
    """Which columns it has at all."""


def nests(rows: Mapping[str, Rows]) -> list[Nest]:
    """The nests among breakdowns (by name) of the same cases.

    A group is a nest where some groups of the other breakdown add up to it, above the line and below it, in each window
    of each measure that both have.
    """
    columns: dict[_Column, int] = {}
    for own in rows.values():
        for column, _, _ in _numbers(own):
            columns.setdefault(column, len(columns))
    tables = {breakdown: _table(own, columns) for breakdown, own in rows.items()}
    return [
        Nest(one, group, other, parts)
        for one, other in permutations(tables, 2)
        for group, parts in _between(tables[one], tables[other])
    ]


def _numbers(rows: Rows) -> Iterator[tuple[_Column, str, int]]:
    for name, own in rows.items():
        for row in own:
            if row.group:
                yield (name, row.window, row.start, "above"), row.group, row.numerator or 0
                yield (name, row.window, row.start, "below"), row.group, row.denominator or 0


def _table(rows: Rows, columns: Mapping[_Column, int]) -> _Table:
    kinds = {(name, row.window) for name, own in rows.items() for row in own if row.group}
    groups: dict[str, int] = {}
    entries = [
        (groups.setdefault(group, len(groups)), columns[column], count)
        for column, group, count in _numbers(rows)
    ]
    counts = np.zeros((len(groups), len(columns)))
    for at, column, count in entries:
        counts[at, column] = count
    return _Table(list(groups), counts, np.array([column[:2] in kinds for column in columns], dtype=bool))


def _between(one: _Table, other: _Table) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each group of the first that groups of the second make up, with these."""
    both = one.has & other.has
    if min(len(one.groups), len(other.groups)) < _FEWEST:
        return
    parts = other.counts[:, both]
    for group, wanted in zip(one.groups, one.counts[:, both], strict=True):
        inside = np.flatnonzero((parts <= wanted).all(axis=1) & parts.any(axis=1))
        chosen = _adding_up(parts[inside], wanted) if wanted.any() else None
        if chosen is not None:
            yield group, tuple(other.groups[place] for place in inside[chosen])


def _adding_up(columns: Counts, wanted: Counts) -> NDArray[np.int64] | None:
    """Which rows of `columns` add up to what is wanted, or None."""
    if not len(columns) or (columns.sum(axis=0) < wanted).any():
        return None
    if (columns.sum(axis=0) == wanted).all():
        return np.arange(len(columns))
    if nnls(columns.T, wanted)[1] > _SLACK:
        return None
    done = milp(
        np.zeros(len(columns)),
        integrality=np.ones(len(columns)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(columns.T, wanted, wanted),
        options={"time_limit": 5.0},
    )
    return np.flatnonzero(done.x > 0.5) if done.x is not None else None


# --- the attack


@dataclass(frozen=True)
class Side:
    """What is public of one breakdown of a family, and the groups that it has."""

    breakdown: str
    shown: Sequence[Row]
    """All rows that anybody can read: by group, of all publications, and totals."""
    exact: Rows
    """Of these rows nothing is used but which groups have cases in which windows."""
    grouping: Grouping
    coarser: Mapping[str, str]


def attack_nested(
    sides: Sequence[Side], found: Sequence[Nest], measures: Mapping[str, Measure], *, threshold: int,
    seconds: float = 30.0,
) -> Attacked | None:  # fmt: skip
    """Attack breakdowns of the same cases together, by somebody who knows which groups are made up of which.

    Every group is protected here that has cases, also one that is shown only together with others. None where what is
    shown contradicts itself: figures that were first published at different times, so that nothing is proven.
    """
    for usual in (True, False):
        try:
            return _attacked(sides, found, measures, usual, threshold, seconds)
        except Contradiction:
            continue
    return None


def _attacked(
    sides: Sequence[Side], found: Sequence[Nest], measures: Mapping[str, Measure], usual: bool, threshold: int,
    seconds: float,
) -> Attacked:  # fmt: skip
    windows = {row.window for side in sides for row in side.shown if row.group}
    known: dict[Name, Range] = {}
    hidden: list[Name] = []
    relations: list[Relation] = []
    protected: list[Name] = []
    zero_hides: list[Name] = []
    held: dict[str, tuple[Family, Links]] = {}
    for side in sides:
        own = [measures[name] for name in dict.fromkeys(row.measure for row in side.shown)]
        read = known_from(side.shown, measures, own[0].fact, own[0].date, usual)
        slots = _by_own_groups(side, read, own)
        links = read.family.links(slots, own, windows)
        held[side.breakdown] = read.family, links
        for name, value in read.known.items():
            if known.setdefault(_tagged(side.breakdown, name), value) != value:
                raise Contradiction("Two breakdowns show different totals of the same cases.")
        hidden += [
            _tagged(side.breakdown, name) for name in read.hidden if isinstance(name, Count) and name.group
        ]
        protected += [_tagged(side.breakdown, name) for name in links.protected]
        zero_hides += [_tagged(side.breakdown, name) for name in links.zero_hides]
        for relation in (*links.relations, *_folded(side, read, slots)):
            parts = tuple((_tagged(side.breakdown, name), weight) for name, weight in relation.parts)
            relations.append(Relation(parts, relation.low, relation.high))
    relations += [relation for nest in found for relation in _made_up(nest, held)]
    return attack(
        relations, known, protected=protected, hidden=hidden, zero_hides=zero_hides, threshold=threshold,
        seconds=seconds,
    )  # fmt: skip


def _tagged(breakdown: str, name: Name) -> Name:
    """A count's name among those of several breakdowns; what counts all groups is the same in each."""
    return (breakdown, name) if isinstance(name, Count) and name.group else name


def _by_own_groups(side: Side, read: Knowledge, measures: Sequence[Measure]) -> dict[Slot, frozenset[str]]:
    """The slots that are shown, with the breakdown's own groups that have cases in them."""
    have: dict[Slot, set[str]] = {}
    for measure in measures:
        for row in side.exact.get(measure.id, ()):
            if row.group and (row.denominator or row.numerator):
                upper = Slot(above(measure), row.window, row.start)
                have.setdefault(upper, set()).add(row.group)
                if measure.kind != "distribution":
                    have.setdefault(upper._replace(columns=below(measure)), set()).add(row.group)
    made = {}
    for slot, groups in read.slots.items():
        own = {group for group in have.get(slot, ()) if side.grouping.of(group, side.coarser) in groups}
        named = {side.grouping.of(group, side.coarser) for group in own}
        made[slot] = frozenset(own | (groups - named))  # windows that are held may have groups that are gone
    return made


def _folded(side: Side, read: Knowledge, slots: Mapping[Slot, frozenset[str]]) -> Iterator[Relation]:
    """Each group that is shown is the sum of those that it stands for."""
    for slot, own in slots.items():
        for group in sorted(read.slots[slot] - own):
            parts = sorted(one for one in own if side.grouping.of(one, side.coarser) == group)
            yield adds_up(read.family.count(slot, group), [read.family.count(slot, one) for one in parts])


def _made_up(nest: Nest, held: Mapping[str, tuple[Family, Links]]) -> Iterator[Relation]:
    """A group is the sum of those that make it up, in every slot that both breakdowns have."""
    if nest.breakdown not in held or nest.other not in held:
        return
    family, links = held[nest.breakdown]
    others = held[nest.other][1].slots
    for slot, groups in links.slots.items():
        if slot in others and nest.group in groups:
            parts = [family.count(slot, part) for part in nest.parts if part in others[slot]]
            yield adds_up(
                _tagged(nest.breakdown, family.count(slot, nest.group)),
                [_tagged(nest.other, part) for part in parts],
            )
