"""What of a breakdown is shown: which measures, by which windows and groups, and what is hidden in them.

Belongs here: trying, for one measure after another, months, quarters and years, then hiding groups; a group of a
measure is shown in all its windows or in none.
Does not belong here: ways to group (`groupings`), the judgement on what is shown in the end (`shown`), or reading and
writing releases (`publish`).

Measures are taken in their order of importance. What is chosen for one stays, so the next is held against it.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from pipelines.disclosure.attack import Contradiction, attack
from pipelines.disclosure.families import LONG, Count, Family, Links, Slot, above, below
from pipelines.disclosure.groupings import Grouping, groupings, regrouped
from pipelines.disclosure.linked import Name, exactly
from pipelines.disclosure.protect import Task, TooHard, protect
from pipelines.disclosure.rules import Rules
from pipelines.disclosure.shown import Row
from pipelines.measures.catalogue import Measure

SECONDS = 30.0
"""Of computing for one family; what is not found by then is not shown."""
WHY = {
    "small": "Too many of its groups are too small to be shown.",
    "links": "Small groups could be worked out from it together with other figures that are shown.",
    "held": "Figures of an earlier period are kept as they were first published, and it would not fit them.",
    "time": "What could be shown of it safely was not found in the time that there is.",
    "kind": "Averages, counts of several people of one case and shares of another total are not shown by group.",
    "family": "Other figures of the same cases are shown by these groups.",
    "two": "Groups by two things at once are not public.",
    "later": "Only the most important figures of the same cases are shown by these groups.",
    "nested": "Its groups are made up of others that are shown, or make them up, and small ones could be worked out.",
    "attack": "A check before publication could work out small groups.",
}
"""Why a measure is not shown by a breakdown, in words."""
MOST_HIDDEN = 0.5
"""Where more of the groups would be hidden, the measure is not shown by them."""


@dataclass(frozen=True)
class Series:
    """How one measure is shown by the breakdown."""

    measure: str
    window: str
    hidden: frozenset[str] = frozenset()
    """Groups whose numerator is hidden, with its share."""
    hidden_below: frozenset[str] = frozenset()
    """Groups whose denominator is hidden too."""


@dataclass
class Chosen:
    """What is shown of a breakdown, and why the rest is not."""

    grouping: Grouping = field(default_factory=Grouping)
    series: dict[str, Series] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    """Measure -> why it is not shown: a key of `WHY`."""


@dataclass(frozen=True)
class Past:
    """What earlier publications showed of the breakdown."""

    rows: tuple[Row, ...] = ()
    grouping: Grouping | None = None
    series: Mapping[str, Series] = field(default_factory=dict)
    """Measure -> how it was shown; groups that were hidden in any publication stay hidden."""
    held: frozenset[tuple[str, date]] = frozenset()
    """Windows of which something else was shown than is counted now: they stay as they were published."""


def rows_of(series: Series, rows: Sequence[Row], rules: Rules) -> list[Row]:
    """The rows of a measure as they are shown, from exact ones by the groups that are shown; totals are left as they
    are."""
    made = []
    for row in rows:
        if row.window != series.window:
            continue
        if row.group in series.hidden:
            share = (
                None if rules.percentage or not row.denominator else (row.numerator or 0) / row.denominator
            )
            below = None if row.group in series.hidden_below else row.denominator
            row = row._replace(numerator=None, denominator=below, value=share)
        made.append(row)
    return made


def choose(
    measures: Mapping[str, Measure],
    rows: Mapping[str, Sequence[Row]],
    coarser: Mapping[str, str],
    rules: Rules,
    past: Past | None = None,
) -> tuple[Chosen, dict[str, list[Row]]]:
    """What is shown of one council's measures of one fact and date, by one breakdown, and the exact rows by the groups
    that are shown.

    The grouping is the finest by which the most important measure needs no hidden group, else the finest by which it
    can be shown at all.

    Args:
        measures: the most important first.
        rows: measure -> its exact rows by group and its totals, of complete windows alone.
        coarser: group -> its coarser group; empty where the code list has none.
    """
    past = past if past is not None and rules.earlier else Past()
    first = next(iter(measures.values()))
    last = [row for row in rows[first.id] if row.window == "financial_year"]
    ways = (
        [past.grouping] if past.grouping else list(groupings(last, coarser, partial(is_small, first, rules)))
    )
    made: list[tuple[Chosen, dict[str, list[Row]]]] = []
    until = time.process_time() + SECONDS
    for grouping in ways:
        own = {name: regrouped(measure, rows[name], grouping, coarser) for name, measure in measures.items()}
        chosen = _Chooser(measures, own, rules, past, until).run()
        chosen.grouping = grouping
        made.append((chosen, own))
        if first.id in chosen.series and not chosen.series[first.id].hidden:
            break
    return max(made, key=lambda one: (_worth(one[0], first.id), -made.index(one)))


class _Chooser:
    """The choice by one grouping."""

    def __init__(
        self, measures: Mapping[str, Measure], rows: Mapping[str, Sequence[Row]], rules: Rules, past: Past,
        until: float,
    ) -> None:  # fmt: skip
        first = next(iter(measures.values()))
        self.until = until
        self.measures, self.rows, self.rules, self.past = measures, rows, rules, past
        self.fact, self.date = first.fact, first.date
        self.usual = True

    @property
    def family(self) -> Family:
        return Family(self.fact, self.date, self.usual, self.rules)

    def run(self) -> Chosen:
        """Choose; what is usually true of records is taken for granted unless the counts contradict it."""
        try:
            return self._run()
        except Contradiction:
            self.usual = False
            return self._run()

    def _run(self) -> Chosen:
        made = Chosen()
        for name in self.measures:
            why = "small"
            for window, holes in self._options(name):
                found = self._try(made, name, window, holes)
                if isinstance(found, Series):
                    made.series[name] = found
                    break
                why = found
            else:
                made.refused[name] = why
        return made

    def _options(self, name: str) -> Iterator[tuple[str, bool]]:
        """Windows, and whether groups may be hidden, the best first; where a measure has been shown, only as it was."""
        if name in self.past.series:
            yield self.past.series[name].window, True
            return
        for window in ["financial_year"] if self.measures[name].kind == "snapshot" else LONG:
            yield window, False
        yield "financial_year", True

    def _try(self, made: Chosen, name: str, window: str, holes: bool) -> Series | str:
        """The measure shown so, or why not."""
        if time.process_time() > self.until:
            return "time"
        past = self.past.series.get(name, Series(name, window))
        own = [row for row in self.rows[name] if row.window == window]
        if name not in self.past.series and self._touches_held(own):
            return "held"
        own = self._now(past)
        if name in self.past.series and not own:
            return past
        groups = {row.group for row in own if row.group}
        if len(groups) < 2:
            return "small"
        small = {row.group for row in own if row.group and is_small(self.measures[name], self.rules, row)}
        if small and (not holes or len(small | past.hidden & groups) > MOST_HIDDEN * len(groups)):
            return "small"
        if not holes:
            return self._whole(made, Series(name, window))
        return self._with_holes(made, past, groups)

    def _touches_held(self, rows: Sequence[Row]) -> bool:
        return any(
            _months(row.window, row.start) & _months(window, start)
            for row in rows
            for window, start in self.past.held
        )

    # --- what it is held against

    def _now(self, series: Series) -> list[Row]:
        """A measure's exact rows, but for windows that stay as they were published."""
        return [
            row
            for row in self.rows[series.measure]
            if row.window == series.window and (row.window, row.start) not in self.past.held
        ]

    def _slots(self, series: Series) -> Iterator[tuple[Slot, str, int | None, bool]]:
        """What each row of a measure counts, above the line and below it: the slot, the group, the count, and whether
        it is what stands below."""
        measure = self.measures[series.measure]
        for row in self._now(series):
            upper = Slot(above(measure), row.window, row.start)
            yield upper, row.group, row.numerator, False
            group = "" if measure.kind == "distribution" else row.group
            yield upper._replace(columns=below(measure)), group, row.denominator, True

    def _links(self, shown: Collection[Series]) -> tuple[Links, dict[Name, int]]:
        """How the counts hang together, and their true values."""
        slots: dict[Slot, frozenset[str]] = {}
        values: dict[Name, int] = {}
        for series in shown:
            for slot, group, value, _ in self._slots(series):
                if group:
                    slots[slot] = slots.get(slot, frozenset()) | {group}
                name = self.family.count(slot, group)
                if value is not None and values.setdefault(name, value) != value:
                    raise Contradiction("The same cases are counted twice, and differently.")
        return self.family.links(slots, [self.measures[series.measure] for series in shown]), values

    def _whole(self, made: Chosen, series: Series) -> Series | str:
        """Shown whole, if nothing is small with all that is shown so far."""
        links, values = self._links([*made.series.values(), series])
        hidden = self._hidden(made.series.values())
        if any(self.family.count(slot, group) in hidden for slot, group, _, _ in self._slots(series)):
            return "links"
        done = attack(
            links.relations,
            {name: exactly(value) for name, value in values.items() if name not in hidden},
            protected=links.protected if self.rules.small else (),
            hidden=hidden if self.rules.small else (),
            zero_hides=links.zero_hides if self.rules.small else (),
            threshold=self.rules.threshold,
            seconds=SECONDS,
        )
        return series if done.safe else "links"

    def _hidden(self, shown: Collection[Series]) -> dict[Name, Name]:
        """Hidden count -> the unit that it is hidden with: the same group in all windows."""
        return {
            self.family.count(slot, group): _unit(self.family.count(slot, group))
            for series in shown
            for slot, group, _, below_it in self._slots(series)
            if group and group in (series.hidden_below if below_it else series.hidden)
        }

    def _with_holes(self, made: Chosen, series: Series, groups: set[str]) -> Series | str:
        """Shown with as few groups hidden as can be."""
        links, values = self._links([*made.series.values(), series])
        taken = {
            self.family.count(slot, group)
            for one in made.series.values()
            for slot, group, *_ in self._slots(one)
        }
        own = [self.family.count(slot, group) for slot, group, *_ in self._slots(series) if group]
        must = self._hidden([*made.series.values(), series])
        published = self._published()
        units = {name: _unit(name) for name in own if name not in taken} | must
        units = {name: unit for name, unit in units.items() if name not in published}
        known = {name for name in values if name not in units}
        task = _task(links, values, units, known, set(must.values()) & set(units.values()), self.rules)
        try:
            hidden = protect(task, SECONDS).units if self.rules.others else _sensitive(task)
        except TooHard:
            return "links"
        found = self._read(series, hidden)
        enough = max(2.0, (1 - MOST_HIDDEN) * len(groups))
        return found if len(groups - found.hidden) >= enough else "links"

    def _published(self) -> set[Name]:
        """Counts that earlier publications showed, of windows in which they still are what they were."""
        found: set[Name] = set()
        for row in self.past.rows:
            measure = self.measures.get(row.measure)
            if measure is None or (row.window, row.start) in self.past.held:
                continue
            if row.numerator is not None:
                found.add(self.family.count(Slot(above(measure), row.window, row.start), row.group))
            if row.denominator is not None and measure.kind != "distribution":
                found.add(self.family.count(Slot(below(measure), row.window, row.start), row.group))
        return found

    def _read(self, series: Series, hidden: Collection[Name]) -> Series:
        """What hidden units mean for the measure's groups."""
        over, under = set(series.hidden), set(series.hidden_below)
        for slot, group, _, below_it in self._slots(series):
            if group and _unit(self.family.count(slot, group)) in hidden:
                over.add(group)
                if below_it:
                    under.add(group)
        return Series(series.measure, series.window, frozenset(over), frozenset(under))


def is_small(measure: Measure, rules: Rules, row: Row) -> bool:
    """Whether a group's row may not be shown by itself."""
    if row.numerator is None or row.denominator is None or not rules.small:
        return False
    left, small = row.denominator - row.numerator, range(1, rules.threshold)
    if measure.kind == "distribution":
        return row.numerator in small
    if row.numerator in small or row.denominator in small or (rules.complement and left in small):
        return True
    return rules.whole_groups and row.denominator > 0 and 0 in (row.numerator, left)


def _unit(count: Count) -> Name:
    return (count.columns, count.window, count.group)


def _worth(chosen: Chosen, first: str) -> tuple[bool, bool, int]:
    """Whether the most important measure is shown, without hidden groups, and how many measures are."""
    own = chosen.series.get(first)
    return own is not None, own is not None and not own.hidden, len(chosen.series)


def _task(
    links: Links, values: Mapping[Name, int], units: Mapping[Name, Name], known: Collection[Name],
    hide: Collection[Name], rules: Rules,
) -> Task:  # fmt: skip
    """The task, without relations of counts that nobody counted."""
    whole = dict(values)
    relations = list(links.relations)
    while True:
        before = len(whole)
        for relation in relations:
            missing = [part for part in relation.parts if part[0] not in whole]
            if len(missing) == 1 and relation.low == relation.high:
                [(name, weight)] = missing
                given = sum(weight * whole[other] for other, weight in relation.parts if other != name)
                whole[name] = round((relation.low - given) / weight)
                if whole[name] < 0:
                    raise Contradiction("A part is larger than the whole.")
        if len(whole) == before:
            break
    held = [relation for relation in relations if all(name in whole for name in relation.names)]
    in_relations = {name for relation in held for name in relation.names}
    protected = [
        name for name in links.protected if name in whole and (name in in_relations or name in units)
    ]
    return Task(
        held, whole, units, known, protected if rules.small else (),
        links.zero_hides.keys() & set(protected) if rules.small else (), hide, rules.threshold, rules.together,
    )  # fmt: skip


def _sensitive(task: Task) -> frozenset[Name]:
    """Units with a count that is too small itself: no protection from subtraction."""
    small = [
        name for name in task.protected
        if 0 < task.values[name] < task.threshold or (task.values[name] == 0 and name in task.zero_hides)
    ]  # fmt: skip
    return frozenset(task.units[name] for name in small if name in task.units) | frozenset(task.hide)


def _months(window: str, start: date) -> set[int]:
    first = start.year * 12 + start.month
    return set(range(first, first + LONG[window]))
