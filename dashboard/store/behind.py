"""What lies behind one figure: how it was counted, from which files, and which figures it followed.

Belongs here: what a receipt tells. Does not belong here: its words (`receipts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dashboard.connection import Release, Row
from dashboard.store.asking import rows, text
from pipelines import past

_NAMED = ("measure", "council", "window", "period_start", "period_end", "breakdown", "group")
"""What names a figure of a release."""


def figure(release: Release, code: str) -> Row | None:
    """The figure that has a receipt id (as ids are stored), or None."""
    found = rows(release, "figures", "SELECT * FROM {db}.figures WHERE receipt = ?", (code,))
    return found[0] if found else None


def steps(release: Release, figure: Row) -> list[Row]:
    """What each step of counting a figure left: the columns of `counting_steps`, and `left`.

    None where the release does not hold them, or the figure has no counts.
    """
    held = release.left_out(figure["council"])
    if not held or "counting_steps" not in release.tables:
        return []
    sql = (
        'WITH held AS (SELECT measure, unnest(steps) AS "left", generate_subscripts(steps, 1) - 1 AS step '
        f'FROM {held} WHERE measure = ? AND council = ? AND "window" = ? AND period_start = ? AND period_end = ? '
        'AND breakdown = ? AND "group" = ?) '
        "SELECT * FROM {db}.counting_steps JOIN held USING (measure, step) ORDER BY step"
    )
    return release.rows(sql, tuple(figure[name] for name in _NAMED))


def undated(
    release: Release, counted: Sequence[tuple[str, str]], figure: Row
) -> dict[tuple[str, str], int | None]:
    """Of each fact and date: rows that are in no period, as they have no such date, of a figure's place and group; None
    where the release does not tell."""
    if "undated" not in release.tables:
        return dict.fromkeys(counted)
    sql = 'SELECT fact, date, "rows" FROM {db}.undated WHERE council = ? AND breakdown = ? AND "group" = ?'
    found = release.rows(sql, (figure["council"], figure["breakdown"], figure["group"]))
    return dict.fromkeys(counted, 0) | {(row["fact"], row["date"]): row["rows"] for row in found}


def sources(release: Release, counted: Sequence[tuple[str, str]], figure: Row) -> list[Row]:
    """The deliveries behind a figure, by feed and number, each with its row of `deliveries` and `rows_behind`.

    counted: the facts, with their dates, that the figure counts. `by_month` says whether rows of the period alone are
    counted; else they are all of the delivery's rows in force.
    """
    if not {"sources", "deliveries"} <= release.tables or not counted:
        return []
    pairs = ", ".join(f"({text(fact)}, {text(day)})" for fact, day in counted)
    sql = (
        f'WITH behind AS (SELECT feed, "number", max(behind)::BIGINT AS rows_behind, bool_or(by_month) AS by_month '
        'FROM (SELECT fact, date, feed, "number", sum("rows") AS behind, bool_and(month IS NOT NULL) AS by_month '
        f"FROM {{db}}.sources WHERE (fact, date) IN ({pairs}) AND council IN (?, '') "
        "AND (month IS NULL OR month BETWEEN ? AND ?) GROUP BY ALL) GROUP BY ALL) "
        'SELECT * FROM behind JOIN {db}.deliveries USING (feed, "number") ORDER BY feed, "number"'
    )
    return release.rows(sql, (figure["council"], figure["period_start"], figure["period_end"]))


def restated(release: Release, figure: Row) -> list[Row]:
    """Where a figure got another receipt or lost its own, in this release or one before it, oldest first.

    `figure` names it: measure, place, period and group. By these the rows lie together, so few of each part are read.
    """
    named = " AND ".join(f'"{name}" = ?' for name in _NAMED)
    sql = f"SELECT * FROM {{restated}} WHERE {named} ORDER BY place"
    return release.rows(sql, tuple(figure[name] for name in _NAMED)) if release.restated else []


def superseded(release: Release, code: str) -> Row | None:
    """Where a receipt of an earlier release lost its place, the last time."""
    sql = "SELECT * FROM {restated} WHERE previous_receipt = ? ORDER BY place DESC LIMIT 1"
    found = release.rows(sql, (code,)) if release.restated else []
    return found[0] if found else None


def erased_on(release: Release, code: str, held_in: str = "") -> date | None:
    """The day since which a figure's source is gone, in this release or an earlier one; None where it is not."""
    day = past.erased_in(release.folder, held_in or release.id, code)
    return date.fromisoformat(day) if day else None
