"""What a release holds: itself, its places, periods, measures, groups and words.

Belongs here: questions whose answers are no figure. Does not belong here: figures (`numbers`), the files behind them
(`files`), other releases (`versions`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dashboard.connection import Release, Row
from dashboard.store.asking import labelled, rows

EVERY_PLACE = ("local", "council", "region", "country")


def about(release: Release) -> Row:
    """The release's own row: as_of, demonstration, audience and so on; empty where the table is missing."""
    found = rows(release, "release", "SELECT * FROM {db}.release")
    return found[0] if found else {}


def today(release: Release) -> date:
    """The day on which something is late: today; for demonstration data the day that it pretends to be, and for an
    earlier release its own.
    """
    held = about(release)
    as_of = held.get("as_of") or date.today()
    return as_of if held.get("demonstration") or release.is_past else max(as_of, date.today())


def places(release: Release, kinds: Sequence[str] = ("local",)) -> list[Row]:
    """The places the release has figures for, by name: councils with audits here (local), unless others are asked for.

    kinds: any of local, council, region and country.
    """
    held = rows(release, "places", "SELECT * FROM {db}.places ORDER BY name")
    return [row for row in held if row.get("kind", "local") in kinds]


def place_names(release: Release) -> dict[str, str]:
    """Code of a place -> its name."""
    return {row["council"]: row["name"] for row in places(release, EVERY_PLACE)}


def neighbours(release: Release, council: str) -> list[Row]:
    """A council's statistical neighbours, the nearest first: position, neighbour (its code), closeness."""
    sql = 'SELECT "position", neighbour, closeness FROM {db}.neighbours WHERE council = ? ORDER BY "position"'
    return rows(release, "neighbours", sql, (council,))


def periods(release: Release, council: str, measures_shown: Sequence[str] = ()) -> list[Row]:
    """Every window and period counted for the council: window, period_start, period_end, complete (for any measure)
    and finished (for any of those shown: what they are counted from may go less far).

    Published figures have their own years (`published`), which say nothing about the periods that are counted here.
    """
    given = [name for name, row in measures(release).items() if row["kind"] == "given"]
    left_out = "".join(f" AND measure <> '{name}'" for name in given if "'" not in name)
    sql = (
        'SELECT "window", period_start, period_end, bool_or(complete) AS complete, '
        "bool_or(complete AND list_contains(string_split(?, ' '), measure)) AS finished FROM {db}.figures "
        f"WHERE council = ? AND breakdown = ''{left_out} GROUP BY ALL ORDER BY period_end, period_start"
    )
    return rows(release, "figures", sql, (" ".join(measures_shown), council))


def population_days(release: Release, council: str) -> list[tuple[str, str, date]]:
    """(measure, characteristic, day): the populations that figures of the council are compared with."""
    if "compared" not in release.tables:
        return []
    sql = (
        "SELECT DISTINCT measure, breakdown, counted_on FROM {db}.compared WHERE council = ? "
        "AND counted_on IS NOT NULL ORDER BY ALL"
    )
    return [(row["measure"], row["breakdown"], row["counted_on"]) for row in release.rows(sql, (council,))]


def measures(release: Release) -> dict[str, Row]:
    """Every measure of the release by its id, in the order of its topics."""
    found = rows(release, "measures", 'SELECT * FROM {db}.measures ORDER BY topic, "position", measure')
    return {row["measure"]: row for row in found}


def headlines(release: Release) -> list[Row]:
    """The measures of the overview, in its order; none in a release from before they were named."""
    held = [row for row in measures(release).values() if row.get("headline") is not None]
    return sorted(held, key=lambda row: row["headline"])


def breakdowns(release: Release) -> dict[str, str]:
    """Titles of the breakdowns, in order."""
    found = rows(release, "breakdowns", 'SELECT * FROM {db}.breakdowns ORDER BY "position", breakdown')
    return {row["breakdown"]: row["title"] for row in found}


def breakdowns_held(release: Release, council: str) -> dict[str, list[str]]:
    """For each measure, the breakdowns it has figures by."""
    sql = "SELECT DISTINCT measure, breakdown FROM {db}.figures WHERE council = ? AND breakdown <> '' ORDER BY ALL"
    held: dict[str, list[str]] = {}
    for row in rows(release, "figures", sql, (council,)):
        held.setdefault(row["measure"], []).append(row["breakdown"])
    return held


def groups_held(release: Release, council: str, measure: str) -> list[tuple[str, str]]:
    """The (breakdown, group) pairs a measure has figures for in every kind of period (not those that the public see for
    whole years alone), in the order of breakdowns and of their groups."""
    sql = (
        'SELECT DISTINCT breakdown, "group" FROM {db}.figures '
        "WHERE council = ? AND measure = ? AND breakdown <> '' AND \"group\" <> '' AND \"window\" = '12m' ORDER BY ALL"
    )
    titles = list(breakdowns(release))
    held = labelled(release, rows(release, "figures", sql, (council, measure)))
    held.sort(key=lambda row: titles.index(row["breakdown"]) if row["breakdown"] in titles else len(titles))
    return [(row["breakdown"], row["group"]) for row in held]


def column_words(release: Release, fact: str) -> dict[str, str]:
    """What each yes/no column of a fact says when true."""
    sql = 'SELECT "column", about FROM {db}.fact_columns WHERE fact = ?'
    return {row["column"]: row["about"] for row in rows(release, "fact_columns", sql, (fact,))}


def all_column_words(release: Release) -> dict[tuple[str, str], str]:
    """(fact, yes/no column) -> what it says when true."""
    sql = 'SELECT fact, "column", about FROM {db}.fact_columns'
    return {(row["fact"], row["column"]): row["about"] for row in rows(release, "fact_columns", sql)}


def lessons(release: Release, council: str) -> list[Row]:
    """What the council declares that it did about a theme: theme, since, moves (a measure, and a group of it). An older
    release has none."""
    sql = 'SELECT theme, since, moves, breakdown, "group" FROM {db}.lessons WHERE council = ? ORDER BY place'
    return rows(release, "lessons", sql, (council,))


def protection(release: Release) -> list[Row]:
    """What is public by which groups, and why the rest is not; empty for officers and in older releases."""
    return rows(release, "protection", "SELECT * FROM {db}.protection ORDER BY breakdown, measure")


def attacks(release: Release) -> list[Row]:
    """The record of the attack before publication, by sets of linked figures."""
    return rows(release, "attacks", "SELECT * FROM {db}.attacks ORDER BY breakdown, fact")
