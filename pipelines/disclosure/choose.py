"""What of a breakdown is shown: which measures, by which windows and groups, and what is hidden in them.

Belongs here: trying, for one measure after another, months, quarters and years, then the coarser groups of the code
list, then hiding groups; a measure's groups are shown in all its windows or in none.
Does not belong here: the judgement on what is shown in the end (`shown`), or reading and writing releases (`publish`).

Measures are taken in their order of importance. What is chosen for one stays, so the next is held against it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from pipelines.disclosure.attack import Contradiction, attack
from pipelines.disclosure.families import LONG, Family, Links, Slot, above, below
from pipelines.disclosure.linked import Name, exactly
from pipelines.disclosure.protect import Task, TooHard, protect
from pipelines.disclosure.rules import Rules
from pipelines.disclosure.shown import Row
from pipelines.measures.catalogue import Measure

SECONDS = 10.0
"""For one measure by one kind of window and groups."""
MOST_HIDDEN = 0.5
"""Where more of the groups would be hidden, the measure is not shown by them."""


class Option(NamedTuple):
    """A way to show a measure by a breakdown."""

    window: str
    coarse: bool


@dataclass(frozen=True)
class Series:
    """How one measure is shown by the breakdown."""

    measure: str
    option: Option
    hidden: frozenset[str] = frozenset()
    """Groups whose numerator is hidden, with its share."""
    hidden_below: frozenset[str] = frozenset()
    """Groups whose denominator is hidden too."""


@dataclass
class Chosen:
    """What is shown of a breakdown, and why the rest is not."""

    series: dict[str, Series] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    """Measure -> small | links | time: counts too small in too many groups; counts that could be worked out from what
    else is shown; no way found in the time there is."""


@dataclass(frozen=True)
class Past:
    """What earlier publications showed of the breakdown."""

    rows: tuple[Row, ...] = ()
    series: Mapping[str, Series] = field(default_factory=dict)
    """Measure -> how it was shown; groups that were hidden in any publication stay hidden."""
    held: frozenset[tuple[str, date]] = frozenset()
    """Windows of which something else was shown than is counted now: they stay as they were published."""


def rows_of(series: Series, rows: Sequence[Row], coarser: Mapping[str, str], rules: Rules) -> list[Row]:
    """The rows of a measure as they are shown, from exact ones by the code list's own groups.

    A window's row for all groups together comes first, as it is.
    """
    made = []
    for row in grouped(rows, series.option, coarser):
        if row.group in series.hidden or (row.group in series.hidden_below):
            below = None if row.group in series.hidden_below else row.denominator
            share = row.value if not rules.percentage else None
            row = row._replace(numerator=None, denominator=below, value=share)
        made.append(row)
    return made


def grouped(rows: Sequence[Row], option: Option, coarser: Mapping[str, str]) -> list[Row]:
    """Exact rows of one kind of window, by the code list's own groups or its coarser ones."""
    own = [row for row in rows if row.window == option.window]
    if not option.coarse:
        return own
    made: dict[tuple[date, str], Row] = {}
    for row in own:
        group = coarser.get(row.group, row.group)
        before = made.get((row.start, group))
        if before is not None and group:
            row = row._replace(
                numerator=(row.numerator or 0) + (before.numerator or 0),
                denominator=max(row.denominator or 0, 0) + (before.denominator or 0),
            )
        made[row.start, group] = row._replace(group=group, value=None)
    return list(made.values())


class Chooser:
    """The choice for one council, breakdown, fact and date."""

    def __init__(
        self,
        measures: Mapping[str, Measure],
        rows: Mapping[str, Sequence[Row]],
        coarser: Mapping[str, str],
        rules: Rules,
        past: Past | None = None,
    ) -> None:
        """
        Args:
            measures: of one fact and date, the most important first.
            rows: measure -> its exact rows by group and its totals, of complete windows alone.
            coarser: group -> its coarser group; empty where the code list has none.
        """
        first = next(iter(measures.values()))
        self.measures, self.rows, self.coarser, self.rules = measures, rows, coarser, rules
        self.past = past if past is not None and rules.earlier else Past()
        self.fact, self.date = first.fact, first.date
        self.usual = True

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
            for option, holes in self._options(name):
                found = self._try(made, name, option, holes)
                if isinstance(found, Series):
                    made.series[name] = found
                    break
                why = found
            else:
                made.refused[name] = why
        return made

    def _options(self, name: str) -> Iterator[tuple[Option, bool]]:
        """Ways to show a measure and whether groups may be hidden in it, the best first; where it has been shown, only
        as it was."""
        if name in self.past.series:
            yield self.past.series[name].option, True
            return
        windows = ["financial_year"] if self.measures[name].kind == "snapshot" else list(LONG)
        yield from ((Option(window, False), False) for window in windows)
        if self.coarser:
            yield from ((Option(window, True), holes) for holes in (False, True) for window in windows[-1:])
        yield Option("financial_year", False), True

    def _try(self, made: Chosen, name: str, option: Option, holes: bool) -> Series | str:
        """The measure shown so, or why not."""
        own = grouped(self.rows[name], option, self.coarser)
        groups = {row.group for row in own if row.group}
        past = self.past.series.get(name, Series(name, option))
        if len(groups) < 2 or (name not in self.past.series and self._touches_held(own)):
            return "small"
        small = {row.group for row in own if row.group and self._is_small(self.measures[name], row)}
        if small and (not holes or len(small | past.hidden) > MOST_HIDDEN * len(groups)):
            return "small"
        if not holes:
            return self._whole(made, Series(name, option))
        return self._with_holes(made, Series(name, option, past.hidden, past.hidden_below), groups)

    def _touches_held(self, rows: Sequence[Row]) -> bool:
        return any(
            _months(row.window, row.start) & _months(window, start)
            for row in rows
            for window, start in self.past.held
        )

    def _is_small(self, measure: Measure, row: Row) -> bool:
        """Whether a row by itself may not be shown."""
        if row.numerator is None or row.denominator is None or not self.rules.small:
            return False
        left = row.denominator - row.numerator
        small = range(1, self.rules.threshold)
        if measure.kind == "distribution":
            return row.numerator in small
        if row.numerator in small or row.denominator in small or (self.rules.complement and left in small):
            return True
        return self.rules.whole_groups and row.denominator > 0 and 0 in (row.numerator, left)

    # --- what it is held against

    def _now(self, series: Series) -> list[Row]:
        """A measure's exact rows, but for windows that stay as they were published."""
        return [
            row
            for row in grouped(self.rows[series.measure], series.option, self.coarser)
            if (row.window, row.start) not in self.past.held
        ]

    def _links(self, shown: Collection[Series]) -> tuple[Family, Links, dict[Name, int]]:
        """How the counts hang together, and their true values."""
        family = Family(self.fact, self.date, self.coarser, self.usual, self.rules)
        slots: dict[Slot, frozenset[str]] = {}
        values: dict[Name, int] = {}
        measures = [self.measures[series.measure] for series in shown]
        for series, measure in zip(shown, measures, strict=True):
            for row in self._now(series):
                for slot, value, by_group in _slots(measure, series.option, row):
                    if row.group and by_group:
                        slots[slot] = slots.get(slot, frozenset()) | {row.group}
                    name = family.count(slot, row.group if by_group else "")
                    if value is not None and values.setdefault(name, value) != value:
                        raise Contradiction("The same cases are counted twice, and differently.")
        return family, family.links(slots, dict.fromkeys(measures)), values

    def _whole(self, made: Chosen, series: Series) -> Series | str:
        """Shown whole, if nothing is small with all that is shown so far."""
        _, links, values = self._links([*made.series.values(), series])
        hidden = self._hidden_names(made.series.values())
        done = attack(
            links.relations,
            {name: exactly(value) for name, value in values.items() if name not in hidden},
            protected=links.protected if self.rules.small else (),
            hidden=hidden,
            zero_hides=links.zero_hides if self.rules.small else (),
            threshold=self.rules.threshold,
            seconds=SECONDS,
        )
        return series if done.safe else "links"

    def _hidden_names(self, shown: Collection[Series]) -> dict[Name, Name]:
        """Hidden count -> the unit that it is hidden with."""
        family = Family(self.fact, self.date, self.coarser, self.usual, self.rules)
        found: dict[Name, Name] = {}
        for series in shown:
            for row in self._now(series):
                for place, (slot, _, by_group) in enumerate(
                    _slots(self.measures[series.measure], series.option, row)
                ):
                    if by_group and row.group in (series.hidden, series.hidden_below)[place]:
                        name = family.count(slot, row.group)
                        found[name] = (name.columns, name.window, name.coarse, name.group)
        return found

    def _with_holes(self, made: Chosen, series: Series, groups: set[str]) -> Series | str:
        _, links, values = self._links([*made.series.values(), series])
        before = self._hidden_names(made.series.values())
        must = self._hidden_names([series])
        published = self._published(values)
        mine = self._units(series, made)
        units = {name: unit for name, unit in (mine | before | must).items() if name not in published}
        known = {name for name in values if name not in units}
        task = _task(links, values, units, known, {*before.values(), *must.values()}, self.rules)
        try:
            hidden = protect(task, SECONDS).units if self.rules.others else _sensitive(task)
        except TooHard:
            return "links"
        found = self._read(series, hidden)
        shown = groups - found.hidden
        return found if len(shown) >= max(2, (1 - MOST_HIDDEN) * len(groups)) else "links"

    def _published(self, values: Mapping[Name, int]) -> set[Name]:
        """Counts that earlier publications showed."""
        family = Family(self.fact, self.date, self.coarser, self.usual, self.rules)
        found: set[Name] = {
            family.count(slot, row.group if by_group else "")
            for row in self.past.rows
            if (row.window, row.start) not in self.past.held and row.measure in self.past.series
            for slot, value, by_group in _slots(
                self.measures[row.measure], self.past.series[row.measure].option, row
            )
            if value is not None
        }
        return found & values.keys()

    def _units(self, series: Series, made: Chosen) -> dict[Name, Name]:
        """Counts of this measure that may be hidden: those that no other measure shows."""
        family = Family(self.fact, self.date, self.coarser, self.usual, self.rules)
        taken = {
            family.count(slot, row.group)
            for other in made.series.values()
            for row in self._now(other)
            for slot, _, by_group in _slots(self.measures[other.measure], other.option, row)
            if by_group
        }
        found: dict[Name, Name] = {}
        for row in self._now(series):
            for slot, _, by_group in _slots(self.measures[series.measure], series.option, row):
                name = family.count(slot, row.group)
                if row.group and by_group and name not in taken:
                    found[name] = (name.columns, name.window, name.coarse, name.group)
        return found

    def _read(self, series: Series, hidden: Collection[Name]) -> Series:
        """What hidden units mean for the measure's groups."""
        family = Family(self.fact, self.date, self.coarser, self.usual, self.rules)
        measure = self.measures[series.measure]
        upper, lower = (family.written(columns) for columns in (above(measure), below(measure)))
        units = {unit for unit in hidden if isinstance(unit, tuple) and unit[1:3] == series.option}
        over = frozenset(unit[3] for unit in units if unit[0] == upper)
        under = frozenset(unit[3] for unit in units if unit[0] == lower and measure.kind != "distribution")
        return Series(
            series.measure, series.option, series.hidden | over | under, series.hidden_below | under
        )


def _slots(measure: Measure, option: Option, row: Row) -> tuple[tuple[Slot, int | None, bool], ...]:
    """What a row counts: above the line, then below it; and whether it is by group."""
    upper = Slot(above(measure), option.window, row.start, option.coarse)
    lower = upper._replace(columns=below(measure))
    return (upper, row.numerator, True), (lower, row.denominator, measure.kind != "distribution")


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
