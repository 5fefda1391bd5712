"""The facts, made on one connection from the rows in force.

Belongs here: the order of the work, and what is known beside the rows (holidays, days of extraction, broad groups).
Does not belong here: which rows stand (`in_force`), what a column means (`cases`, `people`, `planned`, `plan_reviews`,
`plans`, `population`), or which of them a measure counts (the definitions).

Identifiers in the facts are the keyed hashes that intake made of them.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

import duckdb
import ibis
import numpy as np
import pyarrow as pa
from ibis import Table

from pipelines.model import (
    answers,
    cases,
    compiled,
    ledger,
    listed,
    ombudsman,
    people,
    placements,
    plan_reviews,
    planned,
    plans,
    population,
    schema,
    themes,
    training,
)
from pipelines.model.columns import group
from pipelines.model.compiled import Made

_HELPERS = (
    "cases", "several_people", "told_deadlines", "extraction_days", "ethnic_groups", "reviews", "register", "looks",
    "ledger_register", "ledger_entries", "ledger_moves",
)  # fmt: skip

_Made = Callable[[Table, Table, Table], dict[str, Table]]
_OTHERS: dict[str, tuple[_Made, str, tuple[str, ...]]] = {
    "placements": (placements.facts, "started_on", ("placements", "placement_months", "setting_months")),
    "training": (training.facts, "coalesce(joined_on, required_from, completed_on)", ("training", "training_months")),
    "complaints": (answers.complaints, "received_on", ("complaints",)),
    "feedback_responses": (answers.feedback, "raised_on", ("feedback",)),
    "scrutiny_requests": (answers.scrutiny_requests, "asked_on", ("scrutiny_requests",)),
    "board_reports": (answers.board_reports, "reported_on", ("board_reports",)),
}  # fmt: skip
"""Feed -> what makes its facts of its own rows alone, the day with which its months begin, and the facts."""


def bank_holidays(path: Path) -> list[date]:
    """The days of `data/reference/bank_holidays.csv`."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [date.fromisoformat(row["date"]) for row in csv.DictReader(lines)]


def build(
    con: duckdb.DuckDBPyConnection,
    in_force: Mapping[str, str],
    *,
    ethnic_groups: Mapping[str, str],
    holidays: Sequence[date],
    extracted: schema.Extracted,
) -> dict[str, str]:
    """Make a TABLE fact_<fact> of each fact; returns fact -> table.

    Leaves TEMP TABLEs month_ends(council, month_on, since_on) and ledger_months(council, month_on) too: the months that
    `plan_months` and `action_months` look at, and month_ends_<feed> of the feeds of `_OTHERS`. Where a council sends
    actions, Ombudsman cases or remedies, also listed_actions, listed_cases and listed_remedies (`listed`).

    Args:
        in_force: feed -> relation of its rows in force, for the feeds that councils send of their own work; each
            may be without rows. Only audits, participation, programme, reviews and register must be there.
        ethnic_groups: ethnicity code -> its broad group.
        holidays: bank holidays in England. Outside the years they cover, only weekends are left out.
        extracted: feed -> council -> day on which its data was taken from its system; offers, deadlines and advice that
            is due are judged by it.

    Raises:
        ValueError: a council has audits, reviews or plans but no day of extraction of that feed.
    """
    case_audits, participation, programme = (
        in_force[feed] for feed in ("case_audits", "family_participation", "audit_programme")
    )
    _extraction_days(con, in_force, "family_participation", extracted)
    _given(con, "ethnic_groups", ethnicity=list(ethnic_groups), ethnic_group=list(ethnic_groups.values()))
    _told_deadlines(con, case_audits, holidays)

    own = cases.case_columns, case_audits, "ethnic_groups"
    _make(con, "cases", *own, values=_values(con, *own, columns=schema.AUDITS.breakdowns))
    _several_people(con, participation)
    values = _values(con, _told, participation, columns=("mode", "not_appropriate_reason")) | {
        "role": cases.ROLES,
        "response": (*people.RESPONSES, schema.UNKNOWN),
        "rating_listened": (*people.RATINGS, schema.UNKNOWN),
        "rating_difference": (*people.RATINGS, schema.UNKNOWN),
    }
    judged_by = "cases", "told_deadlines", "extraction_days"
    _fact(con, "participants", _everyone, participation, "several_people", *judged_by, values=values)

    _fact(con, "audits", cases.audits, "cases", "fact_participants")
    _fact(con, "planned_audits", planned.planned_audits, programme, case_audits)
    _plan_reviews(con, in_force, extracted)
    _plans(con, in_force, extracted)
    _fact(con, "population", population.groups, in_force["population"])
    _ombudsman(con, in_force, extracted)
    _actions(con, in_force, extracted)
    for feed, name, rows in (
        ("inspections", "listed_findings", listed.findings),
        ("internal_audits", "listed_internal_audits", listed.internal_audits),
    ):
        con.execute(f"DROP TABLE IF EXISTS {name}")
        if _holds(con, in_force, feed):
            _make(con, name, rows, in_force[feed])
    _themes(con, in_force)
    for feed in _OTHERS:
        _others(con, feed, in_force, extracted)
    for helper in _HELPERS:
        con.execute(f"DROP TABLE IF EXISTS {helper}")
    return {fact: f"fact_{fact}" for fact in schema.FACTS}


def _told(participation: Table) -> Table:
    return participation.select(
        mode=group(participation["mode"]), not_appropriate_reason=group(participation.not_appropriate_reason)
    )


def _everyone(participation: Table, several: Table, held: Table, deadlines: Table, taken: Table) -> Table:
    """The fact `participants`. Hardly any role has several rows, and only those are grouped: grouping all would cost
    more than all else here."""

    def judged(rows: Table) -> Table:
        return people.people_rows(rows, held, deadlines, taken)

    alone = judged(participation.anti_join(several, people.PERSON))  # one to none
    folded = people.fold_people(judged(participation.semi_join(several, people.PERSON)))  # several to one
    fact = _columns(schema.PARTICIPANTS)
    return ibis.union(*(people.participants(one_each).select(*fact) for one_each in (alone, folded)))


def _plan_reviews(
    con: duckdb.DuckDBPyConnection, in_force: Mapping[str, str], extracted: schema.Extracted
) -> None:
    if not _holds(con, in_force, "plan_reviews"):
        _empty(con, "plan_reviews", "plan_sections", "plan_advice")
        return
    _extraction_days(con, in_force, "plan_reviews", extracted)
    _make(con, "reviews", plan_reviews.reviews, in_force["plan_reviews"], "ethnic_groups")
    _fact(con, "plan_reviews", _as_it_is, "reviews")
    _fact(con, "plan_sections", plan_reviews.sections, "reviews")
    _fact(con, "plan_advice", plan_reviews.advice, "reviews", "extraction_days")


def _plans(con: duckdb.DuckDBPyConnection, in_force: Mapping[str, str], extracted: schema.Extracted) -> None:
    months = _month_ends(con, in_force, extracted)
    council, month_on, since_on = zip(*months, strict=True) if months else ((), (), ())
    _given(con, "month_ends", council=council, month_on=month_on, since_on=since_on)
    if not _holds(con, in_force, "active_plans"):
        _empty(con, "plans", "plan_months")
        return
    _extraction_days(con, in_force, "active_plans", extracted)
    _make(con, "register", plans.register, in_force["active_plans"], "ethnic_groups")
    _fact(con, "plans", _as_it_is, "register")
    if not months:
        _empty(con, "plan_months")
        return
    _make(con, "looks", plans.looks, "register", in_force["case_audits"], in_force["plan_reviews"])
    _fact(con, "plan_months", plans.plan_months, "register", "month_ends", "looks")


def _ombudsman(
    con: duckdb.DuckDBPyConnection, in_force: Mapping[str, str], extracted: schema.Extracted
) -> None:
    con.execute("DROP TABLE IF EXISTS listed_cases")
    con.execute("DROP TABLE IF EXISTS listed_remedies")
    if not (_holds(con, in_force, "ombudsman_cases") or _holds(con, in_force, "ombudsman_remedies")):
        _empty(con, "ombudsman_cases", "ombudsman_remedies")
        return
    held, agreed = (in_force[feed] for feed in ("ombudsman_cases", "ombudsman_remedies"))
    _fact(con, "ombudsman_cases", ombudsman.cases, held)
    _extraction_days(con, in_force, "ombudsman_remedies", extracted)
    _fact(con, "ombudsman_remedies", ombudsman.remedies, agreed, "extraction_days")
    _make(con, "listed_cases", listed.cases, held, "fact_ombudsman_cases")
    _make(con, "listed_remedies", listed.remedies, agreed)


def _actions(
    con: duckdb.DuckDBPyConnection, in_force: Mapping[str, str], extracted: schema.Extracted
) -> None:
    con.execute("DROP TABLE IF EXISTS listed_actions")
    if not _holds(con, in_force, "actions"):
        _given(con, "ledger_months", council=[], month_on=[])
        _empty(con, "actions", "action_movements", "action_months")
        return
    _extraction_days(con, in_force, "actions", extracted)
    _given(con, "ledger_months", **_ledger_months(con, in_force, extracted))
    rows, changes = in_force["actions"], in_force["action_changes"]
    _make(con, "ledger_register", ledger.register, rows, changes, in_force["ombudsman_cases"])
    _make(con, "ledger_entries", ledger.history, "ledger_register", changes)
    _make(con, "ledger_moves", ledger.moves, "ledger_register", changes)
    now = "ledger_register", "ledger_entries", "ledger_moves"
    _fact(con, "action_movements", ledger.movements, "ledger_entries")
    _fact(con, "action_months", ledger.months, *now, "ledger_months")
    _fact(con, "actions", ledger.actions, *now, "extraction_days")
    _make(con, "listed_actions", _listed_actions, rows, *now, "extraction_days")


def _listed_actions(rows: Table, held: Table, entries: Table, moved: Table, taken: Table) -> Table:
    return listed.actions(rows, ledger.standing_now(held, entries, moved, taken))


def _ledger_months(
    con: duckdb.DuckDBPyConnection, in_force: Mapping[str, str], extracted: schema.Extracted
) -> dict[str, list[object]]:
    """council, month_on and since_on: from a council's first action to the last month that its register covers."""
    first = con.execute(
        f"SELECT council, min(opened_on) FROM {in_force['actions']} GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    found: dict[str, list[object]] = {"council": [], "month_on": []}
    for council, begin in first:
        taken = schema.extraction_day(extracted, ("actions",), council)
        ends = [end for end, _ in plans.covered_months(begin, taken, schema.LEDGER_MONTHS)]
        found["council"] += [council] * len(ends)
        found["month_on"] += ends
    return found


def _themes(con: duckdb.DuckDBPyConnection, in_force: Mapping[str, str]) -> None:
    for fact, feed, made in (
        ("review_themes", "plan_reviews", themes.review_themes),
        ("audit_themes", "case_audits", themes.audit_themes),
    ):
        if _holds(con, in_force, feed):
            _fact(con, fact, made, in_force[feed])
        else:
            _empty(con, fact)


def _others(
    con: duckdb.DuckDBPyConnection, feed: str, in_force: Mapping[str, str], extracted: schema.Extracted
) -> None:
    """The facts of a feed that stands by itself."""
    made, begins, facts = _OTHERS[feed]
    held = _holds(con, in_force, feed)
    begun = con.execute(
        f"SELECT council, min({begins}) FROM {in_force[feed]} GROUP BY ALL HAVING min({begins}) IS NOT NULL ORDER BY 1"
    ).fetchall() if held else []  # fmt: skip
    months = [
        (council, end, since)
        for council, first in begun
        for end, since in plans.covered_months(
            first,
            schema.extraction_day(extracted, (feed,), council),
            schema.REGISTER_MONTHS,
            placements.BEFORE_MONTHS,
        )
    ]
    council, month_on, since_on = zip(*months, strict=True) if months else ((), (), ())
    _given(con, f"month_ends_{feed}", council=council, month_on=month_on, since_on=since_on)
    if not held:
        _empty(con, *facts)
        return
    _extraction_days(con, in_force, feed, extracted)
    for fact in facts:
        _fact(con, fact, _one_of(made, fact), in_force[feed], "extraction_days", f"month_ends_{feed}")


@cache
def _one_of(made: _Made, fact: str) -> Made:
    def one(*tables: Table) -> Table:
        return made(*tables)[fact]

    return one


def _month_ends(
    con: duckdb.DuckDBPyConnection, in_force: Mapping[str, str], extracted: schema.Extracted
) -> list[tuple[str, date, date]]:
    """(council, month's end, first day that counts): from a council's first completed audit or review to the last month
    that all its data covers."""
    looked = " UNION ALL ".join(
        f"SELECT council, {day} AS looked_on FROM {in_force[feed]} WHERE status = 'completed' AND {day} IS NOT NULL"
        for feed, day in (("case_audits", "completed_on"), ("plan_reviews", "reviewed_on"))
    )
    first = con.execute(
        f"SELECT council, min(looked_on) FROM ({looked}) SEMI JOIN {in_force['active_plans']} USING (council) "
        "GROUP BY ALL ORDER BY 1"
    ).fetchall()
    feeds = schema.SPANS["plan_months"].feeds
    return [
        (council, end, since)
        for council, begin in first
        for end, since in plans.covered_months(
            begin, schema.extraction_day(extracted, feeds, council), schema.REGISTER_MONTHS
        )
    ]


def _holds(con: duckdb.DuckDBPyConnection, in_force: Mapping[str, str], feed: str) -> bool:
    return feed in in_force and bool(con.execute(f"SELECT 1 FROM {in_force[feed]} LIMIT 1").fetchall())


def _empty(con: duckdb.DuckDBPyConnection, *facts: str) -> None:
    """The TABLEs of facts without rows: for councils that do not send the feed this costs next to nothing."""
    for name in facts:
        fact = schema.FACTS[name]
        kinds = dict.fromkeys(fact.yes_no, "BOOLEAN") | dict.fromkeys(fact.dates, "DATE")
        kinds |= dict.fromkeys(fact.numbers, "BIGINT") | {fact.key: "UBIGINT"}
        kinds |= {column: "UBIGINT" for column in fact.about if column.endswith("_key")}
        columns = ", ".join(f"{column} {kinds.get(column, 'VARCHAR')}" for column in _columns(fact))
        con.execute(f"CREATE OR REPLACE TABLE fact_{name} ({columns})")


def _columns(fact: schema.Fact) -> list[str]:
    names = (fact.key, *fact.about, *fact.dates, *fact.breakdowns, *fact.numbers, *fact.yes_no)
    return list(dict.fromkeys(names))


def _as_it_is(table: Table) -> Table:
    return table


def _fact(
    con: duckdb.DuckDBPyConnection,
    name: str,
    made: Made,
    *relations: str,
    values: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """TABLE fact_<name> in the fact's order: rows that are counted and written together lie together."""
    fact = schema.FACTS[name]
    order = f"ORDER BY {', '.join(fact.order)}"
    _make(con, f"fact_{name}", made, *relations, columns=_columns(fact), values=values, order=order)


def _make(
    con: duckdb.DuckDBPyConnection,
    name: str,
    made: Made,
    *relations: str,
    columns: Sequence[str] = (),
    values: Mapping[str, Sequence[str]] | None = None,
    order: str = "",
) -> None:
    """TABLE `name` of what `made` makes of the relations, or of its `columns`; those with given values are stored as
    ENUM: one byte a row, not sixteen."""
    kinds = {
        column: ", ".join("'" + value.replace("'", "''") + "'" for value in of)
        for column, of in (values or {}).items()
    }
    compact = ", ".join(f'"{column}"::ENUM({kind}) AS "{column}"' for column, kind in kinds.items())
    wanted = f"* REPLACE ({compact})" if compact else "*"
    sql = compiled.sql(con, made, *relations, columns=columns)
    con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT {wanted} FROM ({sql}) {order}")


def _values(
    con: duckdb.DuckDBPyConnection, made: Made, *relations: str, columns: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Column -> the values in it, in order of the alphabet, with `unknown` whether it is there or not."""
    lists = ", ".join(f'list(DISTINCT "{name}")' for name in columns)
    [found] = con.execute(f"SELECT {lists} FROM ({compiled.sql(con, made, *relations)})").fetchall()
    return {
        name: tuple(sorted({*(values or ()), schema.UNKNOWN}))
        for name, values in zip(columns, found, strict=True)
    }


def _given(con: duckdb.DuckDBPyConnection, name: str, **columns: Sequence[object]) -> None:
    """TEMP TABLE `name` of a few rows; a column ending in `_on` holds days, any other text."""
    arrays = {
        column: pa.array(values, pa.date32() if column.endswith("_on") else pa.string())
        for column, values in columns.items()
    }
    con.register("rows_given", pa.table(arrays))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM rows_given")
    con.unregister("rows_given")


def _extraction_days(
    con: duckdb.DuckDBPyConnection, in_force: Mapping[str, str], feed: str, extracted: schema.Extracted
) -> None:
    """TEMP TABLE extraction_days(council, extracted_on) of one feed."""
    of_feed = extracted.get(feed, {})
    rows = con.execute(f"SELECT DISTINCT council FROM {in_force[feed]} ORDER BY 1").fetchall()
    for (council,) in rows:
        schema.extraction_day(extracted, (feed,), council)
    _given(con, "extraction_days", council=list(of_feed), extracted_on=list(of_feed.values()))


def _told_deadlines(con: duckdb.DuckDBPyConnection, relation: str, holidays: Sequence[date]) -> None:
    """TEMP TABLE told_deadlines(completed_on, told_due_on), for every day from the first completion to the last."""
    [(first, last)] = con.execute(f"SELECT min(completed_on), max(completed_on) FROM {relation}").fetchall()
    days = np.array([], dtype="datetime64[D]")
    if first is not None:
        days = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)
    due = people.add_working_days(days, people.TOLD_WORKING_DAYS, holidays)
    _given(con, "told_deadlines", completed_on=days.tolist(), told_due_on=due.tolist())


def _several_people(con: duckdb.DuckDBPyConnection, relation: str) -> None:
    """TEMP TABLE several_people: the audits and roles with more than one row."""
    person = ", ".join(people.PERSON)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE several_people AS "
        f"SELECT {person} FROM {relation} GROUP BY ALL HAVING count(*) > 1"
    )
