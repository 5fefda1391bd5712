"""The figures by group that are public, from an officers' release.

Belongs here: for each council and breakdown, the choice of what is shown, the attack on it together with all that was
published before, and the tables of the public release that come of it.
Does not belong here: how it is chosen (`choose`), what earlier publications are (`publish`), figures of whole councils.

Every number of these rows is made from the counts that are shown, and their receipts too: nothing else of the officers'
figures comes in, so nothing else can leak.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import duckdb

from pipelines.disclosure.choose import Chosen, Past, Series, choose, rows_of
from pipelines.disclosure.groupings import Grouping, regrouped
from pipelines.disclosure.publications import TOGETHER_KINDS, FamilyKey, Told, Verdict, verdict
from pipelines.disclosure.rules import THRESHOLD, Rules
from pipelines.disclosure.shown import Row
from pipelines.measures.catalogue import Measure
from pipelines.model.schema import FACTS

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


def protected(con: duckdb.DuckDBPyConnection, given: Given, figures: str = "figures") -> list[Shown]:
    """Every family of every council, protected and attacked.

    Args:
        figures: relation with the officers' exact figures.
    """
    found = []
    for (council, breakdown), rows in _exact(con, given, figures).items():
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
    return found


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
    rules = Rules(threshold=given.thresholds.get(key.council, THRESHOLD))
    grouping = next((given.groupings[key.council, name, key.breakdown] for name in before
                     if (key.council, name, key.breakdown) in given.groupings), None)  # fmt: skip
    coarser = given.coarser.get(key.breakdown, {})
    past = _past(told, before, rows, grouping, coarser, tried)
    chosen, exact = choose(tried, rows, coarser, rules, past)
    chosen.refused |= {name: "later" for name in measures if name not in tried}
    while True:
        published = list(_published(chosen, exact, rules, past, told))
        if not published:
            return Shown(key, [], chosen.grouping, {}, chosen.refused, past.held, None)
        totals = _totals(chosen, exact, told)
        attacked = verdict(
            key, [*told.totals.values(), *told.rows, *totals, *published], given.measures, rules.threshold
        )
        if attacked.safe:
            held = {name: version for name, version in told.versions.items() if name[1:] in past.held}
            return Shown(
                key, published, chosen.grouping, chosen.series, chosen.refused, past.held, attacked, held
            )
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
