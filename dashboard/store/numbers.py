"""A release's figures: for a place and period, by group, over time, of every place.

Belongs here: questions about `figures`, `charts`, `funnels` and what figures are compared with. Does not belong here:
what lies behind one figure (`behind`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dashboard.connection import Release, Row
from dashboard.store.asking import labelled, rows


def figures(
    release: Release,
    council: str,
    window: str,
    period_end: date,
    breakdown: str = "",
    group: str = "",
) -> dict[str, Row]:
    """Every measure's figure for one place, period and group, by measure id."""
    sql = (
        'SELECT * FROM {db}.figures WHERE council = ? AND "window" = ? AND period_end = ? '
        'AND breakdown = ? AND "group" = ? ORDER BY measure'
    )
    found = rows(release, "figures", sql, (council, window, period_end, breakdown, group))
    return {row["measure"]: row for row in found}


def by_group(
    release: Release, measure: str, council: str, window: str, period_end: date, breakdown: str
) -> list[Row]:
    """One measure's figures for each group of a breakdown, in the groups' own order, with `label`."""
    sql = (
        'SELECT * FROM {db}.figures WHERE measure = ? AND council = ? AND "window" = ? AND period_end = ? '
        'AND breakdown = ? AND "group" <> \'\' ORDER BY "group"'
    )
    found = rows(release, "figures", sql, (measure, council, window, period_end, breakdown))
    return labelled(release, found)


def newest_by_group(release: Release, measure: str, council: str, by: date, breakdown: str) -> list[Row]:
    """One measure's figures by group of the newest finished year, quarter or month that has any and ended by a day,
    else of the first that has any; of those that ended together, the longest."""
    sql = (
        'SELECT DISTINCT "window", period_end FROM {db}.figures WHERE measure = ? AND council = ? AND breakdown = ? '
        "AND complete AND \"window\" IN ('financial_year', 'quarter', 'month')"
    )
    held = [
        (row["window"], row["period_end"])
        for row in rows(release, "figures", sql, (measure, council, breakdown))
    ]
    if not held:
        return []
    ended = [one for one in held if one[1] <= by]
    end = max(end for _, end in ended) if ended else min(end for _, end in held)
    window = next(one for one in ("financial_year", "quarter", "month") if (one, end) in held)
    return by_group(release, measure, council, window, end, breakdown)


def compared(
    release: Release, measure: str, council: str, window: str, period_end: date, breakdown: str
) -> list[Row]:
    """One measure's figures for each group of a breakdown beside what they are compared with: its columns too, and
    `source_label`. None where the release does not hold them."""
    if "compared" not in release.tables:
        return []
    sql = (
        "SELECT figures.*, compared_numerator, compared_denominator, counted_on, source, named.label AS source_label "
        'FROM {db}.figures JOIN {db}.compared USING (measure, council, "window", period_start, period_end, breakdown, '
        '"group") LEFT JOIN {db}.groups AS named ON named.breakdown = \'population_source\' AND named."group" = source '
        'WHERE measure = ? AND council = ? AND "window" = ? AND period_end = ? AND figures.breakdown = ?'
    )
    return labelled(release, release.rows(sql, (measure, council, window, period_end, breakdown)))


def group_series(release: Release, measure: str, council: str, window: str, breakdown: str) -> list[Row]:
    """One measure's figures for each group and period of a window, complete periods only, with `label`."""
    sql = (
        'SELECT * FROM {db}.figures WHERE measure = ? AND council = ? AND "window" = ? AND breakdown = ? '
        'AND "group" <> \'\' AND complete ORDER BY "group", period_end'
    )
    return labelled(release, rows(release, "figures", sql, (measure, council, window, breakdown)))


def series(release: Release, measure: str, council: str, window: str) -> list[Row]:
    """One measure's whole periods of a window for the whole council, oldest first.

    Periods that began before the council's data did are left out: they hold only a part of what they name. Which data
    that is depends on what the measure counts (`spans`).
    """
    first = "SELECT min(first_month) FROM {db}.places AS p WHERE p.council = figures.council"
    if "spans" in release.tables:
        first = (
            "SELECT min(first_month) FROM {db}.spans AS s JOIN {db}.measures AS m ON m.span = s.span "
            "WHERE s.council = figures.council AND m.measure = figures.measure"
        )
    sql = (
        'SELECT * FROM {db}.figures WHERE measure = ? AND council = ? AND "window" = ? '
        f"AND breakdown = '' AND complete AND symbol = '' AND period_start >= ({first}) ORDER BY period_end"
    )
    return rows(release, "figures", sql, (measure, council, window))


def chart(release: Release, measure: str, council: str) -> dict[str, list[Row]]:
    """The control chart of a measure: its points by window (month, quarter), oldest first."""
    sql = 'SELECT * FROM {db}.charts WHERE measure = ? AND council = ? ORDER BY "window", period_end'
    found: dict[str, list[Row]] = {}
    for row in rows(release, "charts", sql, (measure, council)):
        found.setdefault(row["window"], []).append(row)
    return found


def latest(release: Release, measure: str) -> list[Row]:
    """A measure's newest complete 12-month figure for each council."""
    sql = (
        "SELECT * FROM {db}.figures WHERE measure = ? AND \"window\" = '12m' AND breakdown = '' AND complete "
        "QUALIFY row_number() OVER (PARTITION BY council ORDER BY period_end DESC) = 1 ORDER BY council"
    )
    return rows(release, "figures", sql, (measure,))


def newest_figures(release: Release, measure: str, least: int = 3) -> list[Row]:
    """The newest whole-place figures of a measure for each of its own councils, newest first: 12 months that do not
    overlap, or where there are none the newest of its longest other window.
    """
    sql = (
        "WITH held AS (SELECT * FROM {db}.figures WHERE measure = ? AND breakdown = '' AND complete AND council IN "
        "(SELECT council FROM {db}.places)), "
        "ranked AS (SELECT *, list_position(['12m', 'calendar_year', 'financial_year', 'academic_year', 'quarter', "
        '\'month\'], "window") AS choice, max(period_end) OVER (PARTITION BY council, "window") AS newest FROM held), '
        "chosen AS (SELECT * FROM ranked QUALIFY choice = min(choice) OVER (PARTITION BY council)) "
        "SELECT * EXCLUDE (choice, newest) FROM chosen WHERE \"window\" <> '12m' OR month(period_end) = month(newest) "
        f"QUALIFY row_number() OVER (PARTITION BY council ORDER BY period_end DESC) <= {int(least)} "
        "ORDER BY council, period_end DESC"
    )
    return rows(release, "figures", sql, (measure,)) if "places" in release.tables else []


def teams(release: Release, council: str) -> list[Row]:
    """Each team of the council: `label`, the last finished month with a completed audit (`last_end`, None where there
    is none), and whether one of the last six was such a month (`recent`). None where fewer than six months are held.
    """
    sql = (
        'WITH months AS (SELECT breakdown, "group", period_end, numerator > 0 AS audited, '
        "dense_rank() OVER (ORDER BY period_end DESC) AS ago FROM {db}.figures "
        "WHERE measure = 'programme.completed_by_team' AND council = ? AND \"window\" = 'month' AND complete "
        "AND breakdown = 'team' AND \"group\" <> 'unknown') "
        'SELECT breakdown, "group", max(period_end) FILTER (audited) AS last_end, '
        "coalesce(bool_or(audited) FILTER (ago <= 6), false) AS recent FROM months "
        'WHERE (SELECT max(ago) FROM months) >= 6 GROUP BY ALL ORDER BY "group"'
    )
    return labelled(release, rows(release, "figures", sql, (council,)))


def lesson_charts(release: Release, council: str) -> dict[tuple[str, str, str], list[Row]]:
    """The control charts of what the council did something about: (measure, breakdown, group) -> its points, oldest
    first. An older release, and the public's, has none."""
    sql = "SELECT * FROM {db}.lesson_charts WHERE council = ? ORDER BY period_end"
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows(release, "lesson_charts", sql, (council,)):
        found.setdefault((row["measure"], row["breakdown"], row["group"]), []).append(row)
    return found


def told_last(release: Release, measure: str, council: str, breakdown: str) -> dict[str, date]:
    """Group -> the last day of the newest month in which a distribution counted it at all, the longest ago first."""
    sql = (
        'SELECT "group", max(period_end) AS last_end FROM {db}.figures WHERE measure = ? AND council = ? '
        'AND breakdown = ? AND "window" = \'month\' AND numerator > 0 GROUP BY ALL ORDER BY last_end, "group"'
    )
    found = rows(release, "figures", sql, (measure, council, breakdown))
    return {row["group"]: row["last_end"] for row in found}


def published(release: Release, measures: Sequence[str]) -> list[Row]:
    """Every place's figures of some published measures, whole places only, by year and place."""
    found: list[Row] = []
    for measure in measures:
        sql = (
            "SELECT * FROM {db}.figures WHERE measure = ? AND \"window\" = 'calendar_year' AND breakdown = '' "
            "ORDER BY period_end, council"
        )
        found += rows(release, "figures", sql, (measure,))
    return found


def funnel(release: Release, measure: str, end: date) -> dict[str, Row]:
    """The funnel of a published measure and year: each council's limits and where it lies, by council."""
    sql = "SELECT * FROM {db}.funnels WHERE measure = ? AND period_end = ? ORDER BY council"
    return {row["council"]: row for row in rows(release, "funnels", sql, (measure, end))}
