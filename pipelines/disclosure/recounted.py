"""Public figures by group, made again from the officers' figures of the same release.

Belongs here: what stands behind each group that is shown, added up again, for `verify`.
Does not belong here: comparing (`evidence`), or choosing what is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import duckdb

from pipelines.disclosure import tables
from pipelines.disclosure.breakdowns import Shown
from pipelines.disclosure.groupings import Grouping, regrouped
from pipelines.disclosure.publications import FamilyKey
from pipelines.disclosure.shown import Row
from pipelines.measures.catalogue import Measure

Place = tuple[str, str, str]
"""Council, measure and breakdown."""


def again(
    con: duckdb.DuckDBPyConnection,
    stored: str,
    protection: str,
    coarser_groups: str,
    officers: str,
    measures: Mapping[str, Measure],
) -> None:
    """Add to the TEMP TABLE figures (with digests, without receipts) the figures by group that `stored` shows.

    What is hidden stays so, and windows that are held stay as they were published; every other count is added up from
    `officers`, a relation of exact figures, by the groupings that the release itself tells.
    """
    coarser: dict[str, dict[str, str]] = {}
    for breakdown, code, group in con.execute(f"SELECT * FROM {coarser_groups}").fetchall():
        coarser.setdefault(breakdown, {})[code] = group
    counted = {
        place: _counted(con, place, held, officers, Grouping(coarse, named), coarser, measures)
        for place, coarse, named, held in _groupings(con, protection)
    }
    for (council, breakdown), (rows, versions) in _stored(con, stored, counted).items():
        key = FamilyKey(council, breakdown, "", "")
        shown = Shown(key, rows, Grouping(), {}, {}, frozenset(), None, versions)
        tables.insert(con, "figures", tables.figures_of(shown, measures))


def _groupings(
    con: duckdb.DuckDBPyConnection, protection: str
) -> list[tuple[Place, bool, frozenset[str] | None, frozenset[date]]]:
    return [
        ((council, measure, breakdown), coarse, None if named is None else frozenset(named), frozenset(held))
        for council, measure, breakdown, coarse, named, held in con.execute(
            f"SELECT council, measure, breakdown, coarser, named, held FROM {protection} WHERE state <> 'not_shown'"
        ).fetchall()
    ]


def _counted(
    con: duckdb.DuckDBPyConnection, place: Place, held: frozenset[date], officers: str, grouping: Grouping,
    coarser: Mapping[str, Mapping[str, str]], measures: Mapping[str, Measure],
) -> dict[tuple[str, date, str], Row]:  # fmt: skip
    """Window, its first day and group -> exact counts; none of windows that are held."""
    council, measure, breakdown = place
    rows = [
        Row(measure, window, start, group, numerator, denominator)
        for window, start, group, numerator, denominator in con.execute(
            f'SELECT "window", period_start, "group", numerator, denominator FROM {officers} '
            "WHERE council = $council AND measure = $measure AND breakdown = $breakdown AND complete",
            {"council": council, "measure": measure, "breakdown": breakdown},
        ).fetchall()
        if start not in held
    ]
    shown = regrouped(measures[measure], rows, grouping, coarser.get(breakdown, {}))
    return {(row.window, row.start, row.group): row for row in shown}


def _stored(
    con: duckdb.DuckDBPyConnection, stored: str, counted: Mapping[Place, Mapping[tuple[str, date, str], Row]]
) -> dict[tuple[str, str], tuple[list[Row], dict[tuple[str, str, object], str]]]:
    """Council and breakdown -> rows as they should be, and versions of measures."""
    found: dict[tuple[str, str], tuple[list[Row], dict[tuple[str, str, object], str]]] = {}
    for council, breakdown, measure, version, window, start, group, numerator, denominator in con.execute(
        'SELECT council, breakdown, measure, measure_version, "window", period_start, "group", numerator, denominator '
        f"FROM {stored} WHERE breakdown <> '' ORDER BY ALL"
    ).fetchall():
        rows, versions = found.setdefault((council, breakdown), ([], {}))
        exact = counted.get((council, measure, breakdown), {}).get((window, start, group))
        row = exact or Row(measure, window, start, group, numerator, denominator)
        rows.append(
            row._replace(
                numerator=None if numerator is None else row.numerator,
                denominator=None if denominator is None else row.denominator,
            )
        )
        versions[measure, window, start] = version
    return found
