"""The figures by group that are public, from an officers' release.

Belongs here: for each council and breakdown, the choice of what is shown, the attack on it together with all that was
published before, and the tables of the public release that come of it.
Does not belong here: how it is chosen (`choose`), what earlier publications are (`publish`), figures of whole councils.

Every number of these rows is made from the counts that are shown, and their receipts too: nothing else of the officers'
figures comes in, so nothing else can leak.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import duckdb

from pipelines.disclosure.choose import Chosen, Past, Series, choose, rows_of
from pipelines.disclosure.groupings import Grouping, regrouped
from pipelines.disclosure.linked import Name
from pipelines.disclosure.nested import Nest, Rows, Side, attack_nested, nests
from pipelines.disclosure.publications import TOGETHER_KINDS, FamilyKey, Told, Verdict, verdict
from pipelines.disclosure.rules import THRESHOLD, Rules
from pipelines.disclosure.shown import Row
from pipelines.measures.catalogue import Measure
from pipelines.model.schema import BREAKDOWNS, FACTS
from pipelines.progress import Progress, quiet

CONSIDERED = 6
"""Measures of the same cases that are tried by one breakdown, the most important first."""
_BY_TWO = "_by_kind"


@dataclass(frozen=True)
class Given:
    """What the choice is made from."""

    measures: Mapping[str, Measure]
    coarser: Mapping[str, Mapping[str, str]]
    """Breakdown -> group -> its coarser group in the code list."""
    thresholds: Mapping[str, int]
    """Council -> counts below this are hidden."""
    earlier: Mapping[FamilyKey, Told] = field(default_factory=dict)
    groupings: Mapping[tuple[str, str, str], Grouping] = field(default_factory=dict)
    """Council, measure and breakdown -> how groups were shown by the publication before."""

    def threshold(self, council: str) -> int:
        return self.thresholds.get(council, THRESHOLD)


@dataclass
class Shown:
    """One family as it is published."""

    key: FamilyKey
    rows: list[Row]
    grouping: Grouping
    series: dict[str, Series]
    refused: dict[str, str]
    held: frozenset[tuple[str, date]]
    verdict: Verdict | None
    versions: Mapping[tuple[str, str, object], str] = field(default_factory=dict)
    """Measure, window and its first day -> the version of the measure under which it was counted, where it is held."""
    told: list[Row] = field(default_factory=list)
    """What earlier publications showed."""
    totals: list[Row] = field(default_factory=list)
    """All groups together, of windows that they did not show."""

    def known(self, names: Collection[str]) -> list[Row]:
        """What anybody can read of the family, where these measures are shown now."""
        return [*self.told, *(row for row in (*self.totals, *self.rows) if row.measure in names)]

    def keep(self, names: Collection[str], why: str, given: Given) -> None:
        """Show these measures alone, and say why the others are not shown."""
        left_out = [name for name in self.series if name not in names]
        if not left_out:
            return
        self.refused |= dict.fromkeys(left_out, why)
        self.series = {name: series for name, series in self.series.items() if name in names}
        self.rows = [row for row in self.rows if row.measure in names]
        self.totals = [row for row in self.totals if row.measure in names]
        self.verdict = None
        if self.series:
            self.verdict = verdict(
                self.key, self.known(names), given.measures, given.threshold(self.key.council)
            )


def protected(
    con: duckdb.DuckDBPyConnection, given: Given, figures: str = "figures", progress: Progress = quiet
) -> list[Shown]:
    """Every family of every council, protected and attacked.

    Args:
        figures: relation with the officers' exact figures.
    """
    found = []
    exact = _exact(con, given, figures)
    for done, ((council, breakdown), rows) in enumerate(exact.items()):
        progress("Protecting figures by group", done, len(exact))
        taken: set[str] = set()
        for key, measures in _families(council, breakdown, rows, given):
            span = FACTS[key.fact].span
            if span in taken and key not in given.earlier:
                found.append(
                    Shown(key, [], Grouping(), {}, dict.fromkeys(measures, "family"), frozenset(), None)
                )
                continue
            shown = _family(key, measures, rows, given)
            taken |= {span} if shown.series else set()
            found.append(shown)
        others = {
            name: "two" if _BY_TWO in breakdown else "kind"
            for name in rows
            if not _may(given, name, breakdown)
        }
        if others:
            found.append(
                Shown(FamilyKey(council, breakdown, "", ""), [], Grouping(), {}, others, frozenset(), None)
            )
    same: dict[tuple[str, str, str], list[Shown]] = {}
    for one in found:
        if one.series:
            same.setdefault((one.key.council, one.key.fact, one.key.date), []).append(one)
    for done, own in enumerate(same.values()):
        progress("Attacking groups that make up others", done, len(same))
        _hold_apart(own, exact, given)
    return found


def _hold_apart(
    own: Sequence[Shown], exact: Mapping[tuple[str, str], Mapping[str, list[Row]]], given: Given
) -> None:
    """Of breakdowns of the same cases, where groups of one make up groups of another: leave out of the later ones what
    could not be shown beside the earlier ones."""
    rows: dict[str, Rows] = {
        one.key.breakdown: {
            name: of_measure
            for name, of_measure in exact[one.key.council, one.key.breakdown].items()
            if (given.measures[name].fact, given.measures[name].date) == one.key[2:]
            and _may(given, name, one.key.breakdown)
        }
        for one in own
    }
    linked = nests(rows)
    order = list(BREAKDOWNS)
    beside: list[Side] = []
    for one in sorted(  # what has been published, then what shows the most
        own, key=lambda one: (one.key not in given.earlier, -len(one.rows), order.index(one.key.breakdown))
    ):
        if not any(one.key.breakdown in (nest.breakdown, nest.other) for nest in linked):
            continue
        if beside:
            one.keep(_kept(one, beside, linked, rows[one.key.breakdown], given), "nested", given)
        if one.series or one.told:
            beside.append(_side(one, one.series, rows[one.key.breakdown], given))


def _kept(one: Shown, beside: Sequence[Side], linked: Sequence[Nest], exact: Rows, given: Given) -> list[str]:
    """The measures that can be shown beside others, the most important first: they give nothing away that the others
    alone do not (publications from before this was looked at may)."""
    threshold = given.threshold(one.key.council)

    def found(sides: Sequence[Side]) -> set[Name] | None:
        attacked = attack_nested(sides, linked, given.measures, threshold=threshold)
        return None if attacked is None else {each.name for each in attacked.found}

    before = found(beside) or set()

    def is_safe(names: Collection[str]) -> bool:
        now = found([*beside, _side(one, names, exact, given)])
        return now is not None and now <= before

    if is_safe(one.series):
        return list(one.series)
    kept: list[str] = []
    for name in one.series:
        if is_safe([*kept, name]):
            kept.append(name)
    return kept


def _side(one: Shown, names: Collection[str], exact: Rows, given: Given) -> Side:
    coarser = given.coarser.get(one.key.breakdown, {})
    return Side(one.key.breakdown, one.known(names), exact, one.grouping, coarser)


def _may(given: Given, name: str, breakdown: str) -> bool:
    measure = given.measures[name]
    return measure.kind in TOGETHER_KINDS and not measure.denominator_fact and _BY_TWO not in breakdown


def _exact(
    con: duckdb.DuckDBPyConnection, given: Given, figures: str
) -> dict[tuple[str, str], dict[str, list[Row]]]:
    """Council and breakdown -> measure -> rows by group and totals, of complete windows."""
    names = [name for name, measure in given.measures.items() if measure.protect == "process"]
    found: dict[tuple[str, str], dict[str, list[Row]]] = {}
    totals: dict[tuple[str, str], list[Row]] = {}
    for council, measure, window, start, breakdown, group, numerator, denominator in con.execute(
        'SELECT council, measure, "window", period_start, breakdown, "group", numerator, denominator '
        f'FROM {figures} WHERE complete AND list_contains($names, measure) AND "window" IN '
        "('month', 'quarter', 'financial_year') QUALIFY NOT bool_or(symbol NOT IN ('', 'z')) OVER "
        '(PARTITION BY council, measure, breakdown, "window") ORDER BY ALL',  # every point of a kind of window, or none
        {"names": names},
    ).fetchall():
        row = Row(measure, window, start, group, numerator, denominator)
        if breakdown:
            found.setdefault((council, breakdown), {}).setdefault(measure, []).append(row)
        else:
            totals.setdefault((council, measure), []).append(row)
    for (council, _), own in found.items():
        for measure, rows in own.items():
            held = {(row.window, row.start) for row in rows}
            rows += [row for row in totals.get((council, measure), ()) if (row.window, row.start) in held]
    return found


def _families(
    council: str, breakdown: str, rows: Mapping[str, list[Row]], given: Given
) -> Iterator[tuple[FamilyKey, dict[str, Measure]]]:
    """Measures of one fact and date, the most important first."""
    found: dict[FamilyKey, dict[str, Measure]] = {}
    own = [given.measures[name] for name in rows if _may(given, name, breakdown)]
    for measure in sorted(
        own, key=lambda one: (one.headline or 1000, one.topic != "voice", one.topic, one.position)
    ):
        key = FamilyKey(council, breakdown, measure.fact, measure.date)
        found.setdefault(key, {})[measure.id] = measure
    yield from found.items()


def _family(
    key: FamilyKey, measures: Mapping[str, Measure], rows: Mapping[str, list[Row]], given: Given
) -> Shown:
    """Choose, attack, and publish less until the attack finds nothing."""
    told = given.earlier.get(key, Told())
    before = [name for name in measures if any(row.measure == name for row in told.rows)]
    tried = {name: measures[name] for name in [*before, *measures][: max(CONSIDERED, len(before))]}
    rules = Rules(threshold=given.threshold(key.council))
    grouping = next((given.groupings[key.council, name, key.breakdown] for name in before
                     if (key.council, name, key.breakdown) in given.groupings), None)  # fmt: skip
    coarser = given.coarser.get(key.breakdown, {})
    past = _past(told, before, rows, grouping, coarser, tried)
    chosen, exact = choose(tried, rows, coarser, rules, past)
    chosen.refused |= {name: "later" for name in measures if name not in tried}
    while True:
        published = list(_published(chosen, exact, rules, past, told))
        if not published:
            return Shown(key, [], chosen.grouping, {}, chosen.refused, past.held, None, told=told.known)
        versions = {name: version for name, version in told.versions.items() if name[1:] in past.held}
        shown = Shown(
            key, published, chosen.grouping, chosen.series, chosen.refused, past.held, None, versions,
            told.known, _totals(chosen, exact, told),
        )  # fmt: skip
        shown.verdict = verdict(key, shown.known(chosen.series), given.measures, rules.threshold)
        if shown.verdict.safe:
            return shown
        last = list(chosen.series)[-1]
        del chosen.series[last]
        chosen.refused[last] = "attack"


def _past(
    told: Told, before: Sequence[str], rows: Mapping[str, list[Row]], grouping: Grouping | None,
    coarser: Mapping[str, str], measures: Mapping[str, Measure],
) -> Past:  # fmt: skip
    """How the family was shown, and which windows are not what they were then."""
    if grouping is None:
        return Past()
    series = {}
    held = set()
    for name in before:
        own = [row for row in told.rows if row.measure == name]
        hidden = frozenset(row.group for row in own if row.numerator is None)
        below = frozenset(row.group for row in own if row.denominator is None)
        series[name] = Series(name, own[0].window, hidden, below)
        now = {
            (row.window, row.start, row.group): row
            for row in regrouped(measures[name], rows[name], grouping, coarser)
        }
        was = [*own, *(total for (measure, *_), total in told.totals.items() if measure == name)]
        for row in was:
            same = now.get((row.window, row.start, row.group))
            numbers = (same.numerator, same.denominator) if same else (None, None)
            if any(old is not None and old != new for old, new in zip(row[4:6], numbers, strict=True)):
                held.add((row.window, row.start))
    return Past(tuple(told.rows), grouping, series, frozenset(held))


def _published(
    chosen: Chosen, exact: Mapping[str, list[Row]], rules: Rules, past: Past, told: Told
) -> Iterator[Row]:
    """The rows by group as they are published: of windows that are held, as they were."""
    for name, series in chosen.series.items():
        for row in rows_of(series, exact[name], rules):
            if row.group and (row.window, row.start) not in past.held:
                yield row
        was = [row for row in told.rows if row.measure == name and (row.window, row.start) in past.held]
        for row in {(row.window, row.start, row.group): row for row in was}.values():
            yield from rows_of(series, [row], rules)


def _totals(chosen: Chosen, exact: Mapping[str, list[Row]], told: Told) -> list[Row]:
    """All groups together, of windows that were not shown before."""
    return [
        row
        for name, series in chosen.series.items()
        for row in exact[name]
        if not row.group and row.window == series.window and (name, row.window, row.start) not in told.totals
    ]
