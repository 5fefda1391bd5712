"""One measure's figures in a release, found by what a person or a script would say.

Belongs here: choosing the period, the places and the groups, and reading their rows from a release's DuckDB file.
Does not belong here: making figures (`build`), words about them (`dashboard.words`), or choosing a release
(`releases`). Nothing but DuckDB is loaded, because `send-audit figure` answers at once.
"""

from __future__ import annotations

import calendar
import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]
_NOT_THE_NAME = frozenset("borough city council county district london metropolitan of royal the".split())


class NotFound(LookupError):
    """The release has no such thing; the message says what it has."""


@dataclass(frozen=True)
class Found:
    """What was asked for: rows of the release's tables, with the names that people use beside the codes."""

    release: Row
    measure: Row
    figures: list[Row]
    """One a council, in the order of their names; with a breakdown, one a council and group, in the groups' order."""
    whole: list[Row]
    """The same councils and periods without a breakdown."""
    notes: list[str] = field(default_factory=list)
    """What the reader must know beside the figures, such as another period than the one asked for."""


def find(
    database: Path,
    measure: str,
    *,
    council: str | None = None,
    to: date | None = None,
    window: str = "12m",
    by: str = "",
) -> Found:
    """A measure's latest complete figures that end in or before the month of `to` (the latest of all without it).

    Where no period of that window ends with that month, the latest end before it within a year is taken, with a note.

    Raises:
        NotFound: no such measure, council, breakdown or period in this release.
    """
    config = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    with duckdb.connect(str(database), read_only=True, config=config) as con:
        release = _rows(con, "SELECT * FROM release")[0]
        about = _measure(con, measure)
        places = _places(con, council)
        wanted = last_of_month(to) if to else None
        chosen = _latest(con, about["measure"], places, window, wanted)
        if not chosen:
            raise _no_period(con, about["measure"], places, window, wanted)
        notes = [_other_end(window, wanted, end) for end in sorted({row["period_end"] for row in chosen} - {wanted})]
        found = Found(release, about, chosen, chosen, notes if wanted else [])
        if not by:
            return found
        breakdown = _breakdown(con, about["measure"], by)
        groups = [row for whole in chosen for row in _groups(con, whole, breakdown)]
        if not groups:
            raise NotFound(
                f"This release has no figures by {breakdown} for that period, as it counted nothing in it. Try another --to."
            )
        return Found(release, about, groups, chosen, found.notes)


def last_of_month(day: date) -> date:
    """The last day of a day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def did_you_mean(asked: str, known: Iterable[str]) -> str:
    """The nearest of the known names, as a sentence; all of them where there are few and none is near."""
    names = list(known)
    near = difflib.get_close_matches(asked.lower(), names, n=3, cutoff=0.5)
    near += [name for name in names if asked.lower() in name.lower() and name not in near][:3]
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return f"There are: {', '.join(names)}." if 0 < len(names) <= 12 else ""


def _measure(con: duckdb.DuckDBPyConnection, asked: str) -> Row:
    found = _rows(con, "SELECT * FROM measures WHERE lower(measure) = lower(?)", asked)
    if not found:
        known = [row["measure"] for row in _rows(con, "SELECT measure FROM measures ORDER BY topic, position")]
        near = f"{did_you_mean(asked, known)} `send-audit measures` lists them.".strip()
        raise NotFound(f"This release has no measure {asked}. {near}")
    return found[0]


def _places(con: duckdb.DuckDBPyConnection, asked: str | None) -> list[Row]:
    places = _rows(con, "SELECT council, name FROM places ORDER BY name, council")
    if asked is None:
        return places
    wanted = _plain_name(asked)
    named = [row for row in places if wanted in (row["council"].lower(), _plain_name(row["name"]))]
    if not named:
        near = did_you_mean(asked, [row["name"] for row in places])
        raise NotFound(f"This release has no figures for a council called {asked}. {near}".strip())
    return named


def _plain_name(text: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", " ", text.lower())
    return " ".join(word for word in plain.split() if word not in _NOT_THE_NAME)


def _latest(
    con: duckdb.DuckDBPyConnection, measure: str, places: Sequence[Row], window: str, wanted: date | None
) -> list[Row]:
    """Each council's latest complete figure that ends by `wanted`, not a year or more before it."""
    earliest = wanted - timedelta(days=364) if wanted else date.min
    return _rows(
        con,
        """SELECT places.name AS council_name, '' AS group_label, figures.* FROM figures JOIN places USING (council)
        WHERE measure = $measure AND list_contains($councils, council) AND "window" = $window AND breakdown = '' AND complete
            AND period_end BETWEEN $earliest AND $latest
        QUALIFY row_number() OVER (PARTITION BY council ORDER BY period_end DESC) = 1
        ORDER BY council_name, council""",
        {
            "measure": measure,
            "councils": [row["council"] for row in places],
            "window": window,
            "earliest": earliest,
            "latest": wanted or date.max,
        },
    )


def _no_period(
    con: duckdb.DuckDBPyConnection, measure: str, places: Sequence[Row], window: str, wanted: date | None
) -> NotFound:
    """Why there is no figure, with what there is."""
    ends = _rows(
        con,
        """SELECT min(period_end) AS first, max(period_end) AS last FROM figures
        WHERE measure = ? AND list_contains(?, council) AND "window" = ? AND breakdown = '' AND complete""",
        measure,
        [row["council"] for row in places],
        window,
    )[0]
    if ends["last"] is None or wanted is None:
        held = _rows(con, """SELECT DISTINCT "window" FROM figures WHERE measure = ? AND complete ORDER BY 1""", measure)
        others = ", ".join(row["window"] for row in held)
        has = f"It has: {others}." if others else "Nothing has been counted for it yet."
        return NotFound(f"This release has no complete figure of {measure} for --window {window}. {has}")
    if wanted > ends["last"]:
        return NotFound(
            f"This release has no figure that ends with {_month(wanted)}: the last one available ends on {_day(ends['last'])}. "
            f"Use --to {ends['last']}, or leave --to out."
        )
    return NotFound(
        f"This release has no figure that ends with {_month(wanted)}: the first one available ends on {_day(ends['first'])}. "
        f"Use --to {ends['first']} or a later day."
    )


def _other_end(window: str, wanted: date | None, end: date) -> str:
    if wanted is None:
        return ""
    return f"No complete figure for --window {window} ends with {_month(wanted)}; the last one before it ends on {_day(end)}."


def _breakdown(con: duckdb.DuckDBPyConnection, measure: str, asked: str) -> str:
    held = _rows(
        con,
        """SELECT DISTINCT breakdown, position FROM figures LEFT JOIN breakdowns USING (breakdown)
        WHERE measure = ? AND breakdown <> '' ORDER BY position, breakdown""",
        measure,
    )
    names = [row["breakdown"] for row in held]
    if asked.lower() not in names:
        has = f"It has: {', '.join(names)}." if names else "It has none."
        raise NotFound(f"{measure} has no breakdown {asked}. {has}")
    return asked.lower()


def _groups(con: duckdb.DuckDBPyConnection, whole: Row, breakdown: str) -> list[Row]:
    return _rows(
        con,
        """SELECT places.name AS council_name, coalesce(groups.label, figures."group") AS group_label, figures.*
        FROM figures JOIN places USING (council)
        LEFT JOIN groups ON groups.breakdown = figures.breakdown AND groups."group" = figures."group"
        WHERE measure = ? AND council = ? AND "window" = ? AND period_start = ? AND period_end = ?
            AND figures.breakdown = ? AND figures."group" <> ''
        ORDER BY groups.position NULLS LAST, figures."group" """,
        *(whole[name] for name in ("measure", "council", "window", "period_start", "period_end")),
        breakdown,
    )


def _rows(con: duckdb.DuckDBPyConnection, sql: str, *parameters: Any) -> list[Row]:
    """The answer as dicts; one dict of parameters means named ones."""
    given = parameters[0] if parameters and isinstance(parameters[0], dict) else list(parameters)
    cursor = con.execute(sql, given)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _month(day: date) -> str:
    return f"{day:%B %Y}"
