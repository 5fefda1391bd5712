"""How the counts of a breakdown hang together.

Belongs here: for measures of one fact and date, by one breakdown, the relations among their counts: groups and totals,
parts and what is left of a whole, measures that share cases, shorter and longer windows.
Does not belong here: values (nothing here knows one), or what of them is shown (`choose`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import permutations
from typing import NamedTuple

from pipelines.disclosure.linked import Name, Relation, adds_up
from pipelines.disclosure.rules import Rules
from pipelines.measures.catalogue import Measure
from pipelines.model.logic import EITHERS, SPLITS, Columns, closed

LONG = {"month": 1, "quarter": 3, "financial_year": 12}
"""Windows that are public for breakdowns, the finest first, and the months that each lasts. None overlaps another of
its kind."""


class Count(NamedTuple):
    """One count."""

    columns: str
    """The yes/no columns that are true of its cases, written out; or what is left of some without others."""
    window: str
    start: date
    group: str
    """'' for all groups together."""


class Slot(NamedTuple):
    """What a measure shows by group, in one window."""

    columns: Columns
    window: str
    start: date


Slots = Mapping[Slot, frozenset[str]]
"""Slot -> the groups that have cases in it."""


@dataclass
class Links:
    """Relations, and the counts in them that tell of a group."""

    relations: list[Relation] = field(default_factory=list)
    protected: dict[Name, None] = field(default_factory=dict)
    zero_hides: dict[Name, None] = field(default_factory=dict)
    slots: dict[Slot, frozenset[str]] = field(default_factory=dict)
    """What was asked for, with the longer windows that it adds up to."""

    def add(self, relation: Relation, *derived: Count) -> None:
        self.relations.append(relation)
        self.protected.update(dict.fromkeys(count for count in derived if count.group))


def above(measure: Measure) -> Columns:
    """The columns of the cases above the line."""
    return frozenset((*measure.numerator, *measure.denominator))


def below(measure: Measure) -> Columns:
    """The columns of the cases below the line."""
    return frozenset(measure.denominator)


@dataclass(frozen=True)
class Family:
    """Measures whose counts are of the same cases: one fact and date, by one breakdown, of one council."""

    fact: str
    date: str
    usual: bool = True
    """Whether what is usually true of the columns is taken to hold; False where counts contradict it."""
    rules: Rules = field(default_factory=Rules)

    def written(self, columns: Columns) -> str:
        """Columns as they are named in counts: those of the same cases are named the same."""
        return " & ".join(sorted(closed(self.fact, self.date, columns, self.usual)))

    def count(self, slot: Slot, group: str) -> Count:
        return Count(self.written(slot.columns), slot.window, slot.start, group)

    def links(self, slots: Slots, measures: Iterable[Measure], windows: Collection[str] = ()) -> Links:
        """All relations among the counts of some slots, and what measures' shares make sensitive.

        Args:
            windows: kinds of windows that shorter ones are added up to, besides those of the slots.
        """
        made = Links()
        held = made.slots = self._with_longer(slots, windows, made) if self.rules.periods else dict(slots)
        for slot, groups in held.items():
            counts = [self.count(slot, group) for group in sorted(groups)]
            made.protected.update(dict.fromkeys(counts))
            made.relations.append(adds_up(self.count(slot, ""), counts))
        divided = list(measures)
        pairs = frozenset((self.written(above(one)), self.written(below(one))) for one in divided)
        for own in _by_place(held):
            self._logic(own, pairs, made)
            for measure in divided:
                self._shares(measure, own, made)
        return made

    def _with_longer(self, slots: Slots, windows: Collection[str], made: Links) -> dict[Slot, frozenset[str]]:
        """The slots, and the longer windows that the shorter ones add up to, where any measure has such a window."""
        held = dict(slots)
        for window in sorted({slot.window for slot in slots} | {*windows}, key=lambda name: LONG[name])[1:]:
            starts = {slot.start for slot in slots if slot.window == window}
            if window in windows:
                starts |= {_first_of(window, slot.start) for slot in slots}
            for start in sorted(starts):
                for slot, parts in list(_within(held, window, start)):
                    longer = slot._replace(window=window, start=start)
                    groups = frozenset().union(*(held[part] for part in parts))
                    held.setdefault(longer, groups)
                    for group in sorted(groups):
                        pieces = [self.count(part, group) for part in parts if group in held[part]]
                        made.relations.append(adds_up(self.count(longer, group), pieces))
        return held

    def _logic(
        self, own: Mapping[Slot, frozenset[str]], pairs: frozenset[tuple[str, str]], made: Links
    ) -> None:
        """What measures of one window say of each other; `pairs` are those that one measure divides by one another."""
        by_name = {self.written(slot.columns): slot for slot in own}
        closures = {
            name: closed(self.fact, self.date, slot.columns, self.usual) for name, slot in by_name.items()
        }
        for part, whole in permutations(by_name, 2):
            wanted = self.rules.complement if (part, whole) in pairs else self.rules.shared
            if wanted and closures[part] > closures[whole]:
                for group in sorted(own[by_name[part]] & own[by_name[whole]]):
                    self._without(self.count(by_name[whole], group), self.count(by_name[part], group), made)
        if self.rules.shared:
            for relation in (*self._eithers(by_name), *self._splits(by_name, closures)):
                for group in sorted(own[by_name[relation.of]]):
                    self._named(relation, by_name[relation.of], group, made)

    def _without(self, whole: Count, part: Count, made: Links) -> Count:
        rest = left_of(whole, part)
        made.add(adds_up(whole, [part, rest]), rest)
        return rest

    def _eithers(self, by_name: Mapping[str, Slot]) -> Iterator[_Named]:
        for one in EITHERS.get(self.fact, ()):
            contexts = {
                slot.columns - frozenset(one): name
                for name, slot in by_name.items()
                if slot.columns & frozenset(one)
            }
            for context, name in contexts.items():
                names = [self.written(context | {column}) for column in one]
                if sum(other in by_name for other in names) > 1:
                    union, first, second, both = names
                    yield _Named(name, ((first, 1.0), (second, 1.0), (union, -1.0), (both, -1.0)))

    def _splits(self, by_name: Mapping[str, Slot], closures: Mapping[str, Columns]) -> Iterator[_Named]:
        for one in SPLITS.get(self.fact, ()):
            for name, slot in by_name.items():
                if one.whole and one.whole not in closures[name]:
                    continue
                parts = [self.written(slot.columns | {part}) for part in one.parts]
                if name not in parts and any(part in by_name for part in parts):
                    yield _Named(name, ((name, -1.0), *((part, 1.0) for part in parts)))

    def _named(self, relation: _Named, slot: Slot, group: str, made: Links) -> None:
        counts = [
            (self.count(slot, group)._replace(columns=columns), weight) for columns, weight in relation.parts
        ]
        made.add(Relation(tuple(counts)), *(count for count, _ in counts))

    def _shares(self, measure: Measure, own: Mapping[Slot, frozenset[str]], made: Links) -> None:
        """A group of whom nobody, or everybody, is above the line."""
        if measure.kind == "distribution" or not self.rules.whole_groups:
            return
        for slot, groups in own.items():
            if slot.columns == above(measure):
                for group in groups & own.get(slot._replace(columns=below(measure)), frozenset()):
                    part, whole = (
                        self.count(slot, group),
                        self.count(slot._replace(columns=below(measure)), group),
                    )
                    made.zero_hides.update(dict.fromkeys((part, left_of(whole, part))))


class _Named(NamedTuple):
    """A relation that holds for every group, by what is counted."""

    of: str
    """What has the groups."""
    parts: tuple[tuple[str, float], ...]


def left_of(whole: Count, part: Count) -> Count:
    """What is left of a count when a part of it is taken away."""
    return whole._replace(columns=f"{whole.columns} without {part.columns}")


def _first_of(window: str, day: date) -> date:
    """The first day of the window that a day is in; financial years begin in April."""
    month = day.year * 12 + day.month - 1
    month -= (month - 3) % LONG[window]
    return date(month // 12, month % 12 + 1, 1)


def _by_place(held: Slots) -> Iterator[dict[Slot, frozenset[str]]]:
    """Slots of the same window and groups."""
    found: dict[tuple[str, date], dict[Slot, frozenset[str]]] = {}
    for slot, groups in held.items():
        found.setdefault(slot[1:], {})[slot] = groups
    yield from found.values()


def _within(held: Slots, window: str, start: date) -> Iterator[tuple[Slot, list[Slot]]]:
    """Slots of a shorter kind that make up a longer window, by what they count."""
    first = start.year * 12 + start.month
    for shorter in (name for name in LONG if LONG[name] < LONG[window]):
        starts = range(first, first + LONG[window], LONG[shorter])
        days = [date((month - 1) // 12, (month - 1) % 12 + 1, 1) for month in starts]
        for slot in [one for one in held if one.window == shorter and one.start == days[0]]:
            parts = [slot._replace(start=day) for day in days]
            if all(part in held for part in parts):
                yield slot, parts
