"""One measure's figures in a release, found by what a person or a script would say.

Belongs here: choosing the period, the places and the groups, and reading their rows from a release's DuckDB file.
Does not belong here: making figures (`build`), words about them (`dashboard.words`), or choosing a release
(`releases`). Nothing but DuckDB is loaded, because `send-audit figure` answers at once.
"""

from __future__ import annotations

import calendar
import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]
_NOT_THE_NAME = frozenset("borough city council county district london metropolitan of royal the".split())
_NOTHING_FROM_OUTSIDE = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}


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
    beside: Found | None = None
    """The same of the measure that is always shown together with this one, where the definition names one."""


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
    A measure that is a distribution comes with its groups where the release has them. Published figures are of any
    place: a council, a region or England; without one asked for, of the councils with audits here, regions and England.

    Raises:
        NotFound: no such measure, council, breakdown or period in this release.
    """
    with duckdb.connect(str(database), read_only=True, config=dict(_NOTHING_FROM_OUTSIDE)) as con:
        release = _rows(con, "SELECT * FROM release")[0]
        about = _measure(con, measure)
        places = _places(con, council, about)
        wanted = last_of_month(to) if to else None
        found = _found(con, release, about, places, window, wanted, by)
        if not about.get("beside"):
            return found
        other = _measure(con, about["beside"])
        return replace(found, beside=_found(con, release, other, places, window, wanted, by))


def _found(
    con: duckdb.DuckDBPyConnection,
    release: Row,
    about: Row,
    places: Sequence[Row],
    window: str,
    wanted: date | None,
    by: str,
) -> Found:
    """One measure's figures of these places."""
    breakdown = _breakdown(con, about, by)
    only_groups = _only_in_groups(con, about)
    chosen = _latest(con, about["measure"], places, window, wanted, breakdown if only_groups else "")
    if not chosen:
        told = [str(_no_period(con, about, places, window, wanted)), *_closed(places)]
        raise NotFound(" ".join(told))
    begun = {} if about["kind"] == "given" else {row["council"]: row["first_month"] for row in places}
    for row in chosen:
        row["part_only"] = bool(begun.get(row["council"])) and row["period_start"] < begun[row["council"]]
    part_only = _partly_before(begun, chosen)
    notes = [*_other_ends(window, wanted, chosen), *part_only, *_closed(places)]
    if only_groups:
        return Found(release, about, chosen, [], notes)
    if not breakdown:
        return Found(release, about, chosen, chosen, notes)
    groups = [
        row | {"part_only": whole["part_only"]} for whole in chosen for row in _groups(con, whole, breakdown)
    ]
    if not groups:
        raise NotFound(
            f"This release has no figures by {breakdown} for that period. Try another --to or --window."
        )
    return Found(release, about, groups, chosen, notes)


def last_of_month(day: date) -> date:
    """The last day of a day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def did_you_mean(asked: str, known: Iterable[str]) -> str:
    """The nearest of the known names, as a sentence; all of them where there are few and none is near."""
    names = list(known)
    near = [name for name in names if asked.lower() in name.lower()]
    near += difflib.get_close_matches(
        asked.lower(), [name for name in names if name not in near], n=3, cutoff=0.5
    )
    if near:
        return f"Did you mean {' or '.join(near[:3])}?"
    return f"There are: {', '.join(names)}." if 0 < len(names) <= 12 else ""


def _measure(con: duckdb.DuckDBPyConnection, asked: str) -> Row:
    found = _rows(con, "SELECT * FROM measures WHERE lower(measure) = lower({asked})", asked=asked)
    if not found:
        known = [
            row["measure"] for row in _rows(con, "SELECT measure FROM measures ORDER BY topic, position")
        ]
        near = f"{did_you_mean(asked, known)} `send-audit measures` lists them.".strip()
        raise NotFound(f"This release has no measure {asked}. {near}")
    return found[0]


def _places(con: duckdb.DuckDBPyConnection, asked: str | None, about: Row) -> list[Row]:
    """The places that are meant. Only published figures are of other places than councils with audits here."""
    of_any = about["kind"] == "given"
    places = [
        row
        for row in _rows(con, "SELECT * FROM places ORDER BY name, council")
        if of_any or row.get("kind", "local") == "local"
    ]
    if asked is None:
        return _not_every_council(con, about, places) if of_any else places
    named = _called(asked, places)
    if not named:
        near = did_you_mean(asked, [row["name"] for row in places])
        raise NotFound(f"This release has no figures for a council called {asked}. {near}".strip())
    return named


def _not_every_council(con: duckdb.DuckDBPyConnection, about: Row, places: Sequence[Row]) -> list[Row]:
    """Where there are figures of whole regions, these, the country and the councils with audits here; else all."""
    rows = _rows(
        con, "SELECT DISTINCT council FROM figures WHERE measure = {measure}", measure=about["measure"]
    )
    held = [row for row in places if row["council"] in {found["council"] for found in rows}]
    wide = any(row["kind"] in ("region", "country") for row in held)
    return [row for row in held if row["kind"] != "council"] if wide else held


def _called(asked: str, places: Sequence[Row]) -> list[Row]:
    """Places of that code or very name, else of that other name, else of what is left without words like "council"."""
    exact, plain = asked.strip().lower(), _plain_name(asked)
    ways = (
        lambda row: exact in (row["council"].lower(), row["name"].lower()),
        lambda row: exact in [other.lower() for other in row.get("also_called") or []],
        lambda row: plain and plain == _plain_name(row["name"]),
    )
    return next((found for way in ways if (found := [row for row in places if way(row)])), [])


def _closed(places: Sequence[Row]) -> list[str]:
    """Notes on former councils: when they closed, and who followed."""
    return [
        f"{row['name']} ended on {_day(row['closed'])}. Its area went to {' and '.join(row['successor_names'])}."
        for row in places
        if row.get("closed")
    ]


def _plain_name(text: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", " ", text.lower())
    return " ".join(word for word in plain.split() if word not in _NOT_THE_NAME)


def _latest(
    con: duckdb.DuckDBPyConnection,
    measure: str,
    places: Sequence[Row],
    window: str,
    wanted: date | None,
    breakdown: str = "",
) -> list[Row]:
    """Each council's (and group's) latest complete figure that ends by `wanted`, not a year or more before it."""
    return _rows(
        con,
        """SELECT places.name AS council_name,
            CASE WHEN figures."group" = '' THEN '' ELSE coalesce(groups.label, figures."group") END AS group_label,
            figures.*
        FROM figures JOIN places USING (council)
        LEFT JOIN groups ON groups.breakdown = figures.breakdown AND groups."group" = figures."group"
        WHERE measure = {measure} AND list_contains({councils}, council) AND "window" = {window}
            AND figures.breakdown = {breakdown} AND complete AND period_end BETWEEN {earliest} AND {latest}
        QUALIFY row_number() OVER (PARTITION BY council, figures."group" ORDER BY period_end DESC) = 1
        ORDER BY council_name, council, groups.position NULLS LAST, figures."group" """,
        measure=measure,
        breakdown=breakdown,
        councils=[row["council"] for row in places],
        window=window,
        earliest=wanted - timedelta(days=364) if wanted else date.min,
        latest=wanted or date.max,
    )


def _no_period(
    con: duckdb.DuckDBPyConnection, about: Row, places: Sequence[Row], window: str, wanted: date | None
) -> NotFound:
    """Why there is no figure, with what there is."""
    measure, span = about["measure"], about.get("span")
    ends = _rows(
        con,
        """SELECT min(period_end) AS first, max(period_end) AS last FROM figures WHERE measure = {measure}
            AND list_contains({councils}, council) AND "window" = {window} AND complete""",
        measure=measure,
        councils=[row["council"] for row in places],
        window=window,
    )[0]
    if ends["last"] is None or wanted is None:
        held = _rows(
            con,
            """SELECT DISTINCT "window" FROM figures WHERE measure = {measure} AND complete ORDER BY ALL""",
            measure=measure,
        )
        others = ", ".join(row["window"] for row in held)
        has = f"It has: {others}." if others else "No period of it is complete yet."
        if not others and span == "participation":
            has += " Participation is not on record to the end of any; send what was taken with the audits or later."
        return NotFound(f"This release has no complete figure of {measure} for --window {window}. {has}")
    if wanted > ends["last"]:
        return NotFound(
            f"This release has no figure that ends with {wanted:%B %Y}: the last one available ends on "
            f"{_day(ends['last'])}. Use --to {ends['last']}, or leave --to out."
        )
    return NotFound(
        f"This release has no figure that ends with {wanted:%B %Y}: the first one available ends on "
        f"{_day(ends['first'])}. Use --to {ends['first']} or a later day."
    )


def _other_ends(window: str, wanted: date | None, chosen: Sequence[Row]) -> list[str]:
    """Notes on periods that do not end with the month that was asked for."""
    ends = {row["period_end"] for row in chosen} - {wanted} if wanted else set()
    return [
        f"No complete figure for --window {window} ends with {wanted:%B %Y}; the last one before it ends on "
        f"{_day(end)}."
        for end in sorted(ends)
    ]


def _partly_before(first: Mapping[str, date], chosen: Sequence[Row]) -> list[str]:
    """Notes on periods that begin before a council's first audit: they hold only a part of what they name."""
    return [
        f"The data of {row['council_name']} begins in {first[row['council']]:%B %Y}: the period from "
        f"{_day(row['period_start'])} to {_day(row['period_end'])} holds only a part of what it names."
        for row in chosen
        if row["part_only"]
    ]


def _breakdown(con: duckdb.DuckDBPyConnection, about: Row, asked: str) -> str:
    """The breakdown that was asked for; a distribution is nothing without its own."""
    measure = about["measure"]
    if not asked and about["kind"] != "distribution" and not _only_in_groups(con, about):
        return ""
    held = _rows(
        con,
        """SELECT DISTINCT breakdown, position FROM figures LEFT JOIN breakdowns USING (breakdown)
        WHERE measure = {measure} AND breakdown <> '' ORDER BY position, breakdown""",
        measure=measure,
    )
    names = [row["breakdown"] for row in held]
    if not asked:
        return names[0] if names else ""
    if asked.lower() not in names:
        [release] = _rows(con, "SELECT audience FROM release")
        where = " in a public release" if release["audience"] == "public" else ""
        has = f"It has: {', '.join(names)}." if names else "It has none."
        raise NotFound(f"{measure} has no breakdown {asked}{where}. {has}")
    return asked.lower()


def _only_in_groups(con: duckdb.DuckDBPyConnection, about: Row) -> bool:
    """Whether a measure has no figure of all groups together, because they must not be added up."""
    if about["kind"] not in ("given", "gap", "evenness", "weighted"):
        return False
    whole = "SELECT count(*) AS n FROM figures WHERE measure = {measure} AND breakdown = ''"
    return _rows(con, whole, measure=about["measure"])[0]["n"] == 0


def _groups(con: duckdb.DuckDBPyConnection, whole: Row, breakdown: str) -> list[Row]:
    """The figures of each group for the council and period of a figure without a breakdown."""
    return _rows(
        con,
        """SELECT places.name AS council_name, coalesce(groups.label, figures."group") AS group_label, figures.*
        FROM figures JOIN places USING (council)
        LEFT JOIN groups ON groups.breakdown = figures.breakdown AND groups."group" = figures."group"
        WHERE measure = {measure} AND council = {council} AND "window" = {window} AND period_start = {period_start}
            AND period_end = {period_end} AND figures.breakdown = {breakdown} AND figures."group" <> ''
        ORDER BY groups.position NULLS LAST, figures."group" """,
        **{name: whole[name] for name in ("measure", "council", "window", "period_start", "period_end")},
        breakdown=breakdown,
    )


def _rows(con: duckdb.DuckDBPyConnection, sql: str, **given: str | date | Sequence[str]) -> list[Row]:
    """The answer as dicts. `{name}` in the SQL stands for a value given.

    The values are written as literals, quoted here: binding a parameter makes DuckDB load pandas and PyArrow, which
    would take most of the second in which a figure answers.
    """
    cursor = con.execute(sql.format(**{name: _literal(value) for name, value in given.items()}))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def _literal(value: str | date | Sequence[str]) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return f"[{', '.join(map(_literal, value))}]::VARCHAR[]"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
