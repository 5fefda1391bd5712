"""The population that audits are compared with: which counts, of which day, for which period.

Belongs here: counts as given (fact `population`) or, where a council gives none, from its register of plans; the day
nearest to a period's middle; what a group is a share of. Does not belong here: gaps and their ranges (`compared`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb

from pipelines.measures.catalogue import POPULATION, REGISTERS, Measure
from pipelines.model.schema import UNKNOWN

REGISTER = "register"
"""The source of counts that were made from the register of plans."""
NOT_KNOWN = (UNKNOWN, "U")
"""Groups of those of whom a characteristic is not recorded (`U` of sex); they are part of no share."""
_ALL = "all"


def known(group: str = '"group"') -> str:
    """SQL: the group is one that is recorded."""
    return f"{group} NOT IN ({', '.join(repr(name) for name in NOT_KNOWN)})"


def populations(
    con: duckdb.DuckDBPyConnection, facts: Mapping[str, str], measures: Iterable[Measure]
) -> None:
    """Make TEMP TABLE populations(frame, council, breakdown, "group", counted_on, people, symbol, source, of_all).

    One row for each group that is recorded, and day. `of_all` is what its share is of: all groups added up, or, where
    one of them is a symbol, the number on the whole list less those not recorded; NULL where neither is known. A group
    that is not applicable (z) is none. Counts given for a list of cases stand alone: the register is then not used.

    Args:
        facts: fact -> relation; where there is none called `population`, only registers are used.
        measures: those that the TEMP TABLE counts holds the terms of.
    """
    frames = sorted(
        {measure.frame for measure in measures if measure.against == POPULATION and measure.frame}
    )
    parts = ["SELECT NULL::VARCHAR AS frame, NULL::VARCHAR AS council, NULL::VARCHAR AS breakdown, "
             'NULL::VARCHAR AS "group", NULL::DATE AS counted_on, NULL::BIGINT AS people, NULL::VARCHAR AS symbol, '
             "NULL::VARCHAR AS source WHERE false"]  # fmt: skip
    if POPULATION in facts:
        parts.append(
            "SELECT frame, council, characteristic, category, counted_on, people, people_symbol, source "
            f"FROM {facts[POPULATION]}"
        )
    con.execute(f"CREATE OR REPLACE TEMP TABLE counted_people AS {' UNION ALL '.join(parts)}")
    for frame in frames:
        if frame in REGISTERS:
            con.execute(_of_register(frame))
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE populations AS
        WITH whole AS (
            SELECT frame, council, counted_on, people AS on_list FROM counted_people WHERE breakdown = '{_ALL}'
        ), held AS (
            SELECT frame, council, breakdown, CASE WHEN {known()} THEN "group" ELSE '{UNKNOWN}' END AS "group",
                counted_on, CASE WHEN count(people) = count(*) THEN sum(people)::BIGINT END AS people,
                min(symbol) AS symbol, min(source) AS source
            FROM counted_people WHERE breakdown <> '{_ALL}' AND coalesce(symbol, '') <> 'z' GROUP BY ALL
        ), added AS (
            SELECT frame, council, breakdown, counted_on,
                CASE WHEN count(people) FILTER ({known()}) = count(*) FILTER ({known()})
                    THEN sum(people) FILTER ({known()}) END AS of_groups,
                CASE WHEN count(people) FILTER (NOT {known()}) = count(*) FILTER (NOT {known()})
                    THEN coalesce(sum(people) FILTER (NOT {known()}), 0) END AS not_recorded
            FROM held GROUP BY ALL
        )
        SELECT held.*, coalesce(of_groups, on_list - not_recorded)::BIGINT AS of_all
        FROM held JOIN added USING (frame, council, breakdown, counted_on)
        LEFT JOIN whole USING (frame, council, counted_on)
        WHERE {known()} ORDER BY ALL""")
    con.execute("DROP TABLE counted_people")


def _of_register(frame: str) -> str:
    """SQL: add what a register counts at each month's end, for councils of which nothing was given."""
    fact, day, columns = REGISTERS[frame]
    return f"""
        INSERT INTO counted_people
        SELECT '{frame}', council, breakdown, "group", last_day(make_date(month // 12, month % 12 + 1, 1)), count, NULL,
            '{REGISTER}'
        FROM counts
        WHERE fact = '{fact}' AND date = '{day}' AND "columns" = '{" & ".join(sorted(columns))}' AND breakdown <> ''
            AND council NOT IN (SELECT council FROM counted_people WHERE frame = '{frame}')"""
