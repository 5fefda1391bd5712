"""The facts, made on one connection from the rows in force.

Belongs here: the order of the work, and what is known beside the rows (holidays, days of extraction, broad groups).
Does not belong here: which rows stand (`in_force`), what a column means (`cases`, `people`, `planned`), or which of
them a measure counts (the definitions).

Identifiers in the facts are the keyed hashes that intake made of them.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb
import ibis
import numpy as np
import pyarrow as pa
from ibis import Table
from ibis.backends.duckdb import Backend

from pipelines.model import cases, people, planned, schema
from pipelines.model.columns import group

_HELPERS = ("cases", "several_people", "told_deadlines", "extraction_days", "ethnic_groups")


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
    extracted: Mapping[str, date],
) -> dict[str, str]:
    """Make the TEMP TABLEs fact_audits, fact_participants and fact_planned_audits; returns fact -> table.

    Args:
        in_force: feed -> relation of its rows in force, for case_audits, family_participation and audit_programme.
        ethnic_groups: ethnicity code -> its broad group.
        holidays: bank holidays in England. Outside the years they cover, only weekends are left out.
        extracted: council -> day on which its data was taken from its system; offers and deadlines are judged by it.

    Raises:
        ValueError: a council has audits but no day of extraction.
    """
    backend = ibis.duckdb.from_connection(con)
    case_audits, participation, programme = (
        backend.table(in_force[feed]) for feed in ("case_audits", "family_participation", "audit_programme")
    )
    _check_councils(con, in_force["case_audits"], extracted)
    _given(con, "extraction_days", council=list(extracted), extracted_on=list(extracted.values()))
    _given(con, "ethnic_groups", ethnicity=list(ethnic_groups), ethnic_group=list(ethnic_groups.values()))
    _told_deadlines(con, in_force["case_audits"], holidays)

    held = cases.case_columns(case_audits, backend.table("ethnic_groups"))
    _make(con, backend, "cases", held, _values(con, backend, held.select(*schema.AUDITS.breakdowns)))
    _several_people(con, in_force["family_participation"])
    held, several = backend.table("cases"), backend.table("several_people")

    def judged(rows: Table) -> Table:
        return people.people_rows(
            rows, held, backend.table("told_deadlines"), backend.table("extraction_days")
        )

    # Hardly any role has several rows, and only those are grouped: grouping all would cost more than all else here.
    alone = judged(participation.anti_join(several, people.PERSON))  # one to none
    folded = people.fold_people(judged(participation.semi_join(several, people.PERSON)))  # several to one
    told = participation.select(
        mode=group(participation["mode"]), not_appropriate_reason=group(participation.not_appropriate_reason)
    )
    values = _values(con, backend, told) | {
        "role": cases.ROLES,
        "response": (*people.RESPONSES, schema.UNKNOWN),
        "rating_listened": (*people.RATINGS, schema.UNKNOWN),
        "rating_difference": (*people.RATINGS, schema.UNKNOWN),
    }
    fact = _columns(schema.PARTICIPANTS)
    _make(con, backend, "fact_participants", people.participants(alone).select(*fact), values)
    con.execute(f"INSERT INTO fact_participants {backend.compile(people.participants(folded).select(*fact))}")

    audits = cases.audits(held, backend.table("fact_participants"))
    # in the order in which they are counted: groups that follow one another stay in the processor's cache
    ordered = audits.order_by("council", "completed_on", "audit_key")
    _make(con, backend, "fact_audits", ordered.select(*_columns(schema.AUDITS)))
    slots = planned.planned_audits(programme, case_audits)
    _make(con, backend, "fact_planned_audits", slots.select(*_columns(schema.PLANNED_AUDITS)))
    for helper in _HELPERS:
        con.execute(f"DROP TABLE {helper}")
    return {fact: f"fact_{fact}" for fact in schema.FACTS}


def _columns(fact: schema.Fact) -> list[str]:
    return list(dict.fromkeys((fact.key, *fact.about, *fact.dates, *fact.breakdowns, *fact.yes_no)))


def _make(
    con: duckdb.DuckDBPyConnection,
    backend: Backend,
    name: str,
    table: Table,
    values: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """TEMP TABLE `name` of an expression; columns with given values are stored as ENUM: one byte a row, not sixteen."""
    kinds = {
        column: ", ".join("'" + value.replace("'", "''") + "'" for value in of)
        for column, of in (values or {}).items()
    }
    compact = ", ".join(f'"{column}"::ENUM({kind}) AS "{column}"' for column, kind in kinds.items())
    columns = f"* REPLACE ({compact})" if compact else "*"
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {columns} FROM ({backend.compile(table)})")


def _values(con: duckdb.DuckDBPyConnection, backend: Backend, table: Table) -> dict[str, tuple[str, ...]]:
    """Column -> the values in it, in order of the alphabet, with `unknown` whether it is there or not."""
    lists = ", ".join(f'list(DISTINCT "{name}")' for name in table.columns)
    [found] = con.execute(f"SELECT {lists} FROM ({backend.compile(table)})").fetchall()
    return {
        name: tuple(sorted({*(values or ()), schema.UNKNOWN}))
        for name, values in zip(table.columns, found, strict=True)
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


def _check_councils(con: duckdb.DuckDBPyConnection, relation: str, extracted: Mapping[str, date]) -> None:
    held = [code for (code,) in con.execute(f"SELECT DISTINCT council FROM {relation} ORDER BY 1").fetchall()]
    missing = [code for code in held if code not in extracted]
    if missing:
        raise ValueError(
            f"No day of extraction for council {', '.join(missing)}. Give one for each council with audits."
        )


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
