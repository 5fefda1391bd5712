"""Figures of numbers that were given to us: published by DfE, or reported by a council.

Belongs here: measures of the kind `given`. Each row of their fact already is one place, window, period, breakdown and
group, so there is nothing to count; the share is made from the counts, never from a rounded percentage.
Does not belong here: counted figures (`figures`), reading what was given (`intake.published`), interval methods
(`statistics`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.measures.catalogue import Measure
from pipelines.measures.windows import YEARS
from pipelines.statistics import proportions

_STANDS = ("x", "z", "c", "u")
"""Symbols of a published share that stand although its counts are there; `low` only says that it rounds to nought."""
_COLUMNS = {
    "value": pa.float64(), "low": pa.float64(), "high": pa.float64(), "change": pa.float64(),
    "change_low": pa.float64(), "change_high": pa.float64(), "direction": pa.string(),
}  # fmt: skip


def figures(
    con: duckdb.DuckDBPyConnection,
    facts: Mapping[str, str],
    measures: Iterable[Measure],
    extracted_on: date,
    relation: str,
) -> None:
    """Make TEMP TABLE `relation`, with the columns of `measures.figures` and in the same order.

    The symbol of a figure is the denominator's, else the numerator's, else the published share's (a share that DfE does
    not give is not given here), else 'z' where there is nothing to divide by and 'x' where a number is missing or the
    numerator is the greater. Obsolete symbols show as 'x'. The counts are kept beside a symbol, as they say why.

    Args:
        facts: fact -> relation, as `model.published.build` makes them.
        measures: definitions of the kind `given`; others are left out.
        extracted_on: the day the figures are of; a period that ends later is not complete.
    """
    given = [measure for measure in measures if measure.kind == "given"]
    rows = " UNION ALL ".join(_rows(measure, facts[measure.fact]) for measure in given)
    con.execute(f"CREATE OR REPLACE TEMP TABLE given_rows AS {rows}" if given else _NO_ROWS)
    years = ", ".join(f"'{window}'" for window in YEARS)
    same = ("measure", "council", '"window"', "breakdown", '"group"')
    # the conditions on one side stand in a column of it: in the ON of a left join they would make it compare all rows
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE given_counts AS
        SELECT now.* EXCLUDE (end_before), now.period_end <= DATE '{extracted_on}' AS complete,
            before.numerator AS previous_numerator, before.denominator AS previous_denominator
        FROM (
            SELECT *, CASE WHEN symbol = '' AND "window" IN ({years})
                THEN last_day(period_end - INTERVAL 1 YEAR) END AS end_before
            FROM given_rows
        ) AS now
        LEFT JOIN (SELECT * FROM given_rows WHERE symbol = '') AS before
            ON {" AND ".join(f"now.{name} = before.{name}" for name in same)} AND now.end_before = before.period_end
        ORDER BY measure, council, "window", period_end, breakdown, "group"
    """)
    con.register("given_shares", _shares(con))
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE {relation} AS
        SELECT measure, measure_version, council, "window", period_start, period_end, complete, breakdown, "group",
            numerator, denominator, value, low, high, symbol, previous_numerator, previous_denominator,
            previous_numerator / previous_denominator AS previous_value, change, change_low, change_high, direction,
            NULL::BIGINT AS random, NULL::BIGINT AS previous_random, '' AS mix, NULL::BIGINT AS usual_least,
            NULL::BIGINT AS usual_most, '' AS place, numerator_digest, denominator_digest
        FROM given_counts POSITIONAL JOIN given_shares
    """)
    con.unregister("given_shares")
    for helper in ("given_rows", "given_counts"):
        con.execute(f"DROP TABLE {helper}")


_NO_ROWS = """CREATE OR REPLACE TEMP TABLE given_rows (measure VARCHAR, measure_version VARCHAR, council VARCHAR,
    "window" VARCHAR, period_start DATE, period_end DATE, breakdown VARCHAR, "group" VARCHAR, numerator BIGINT,
    denominator BIGINT, symbol VARCHAR, numerator_digest UBIGINT, denominator_digest UBIGINT)"""


def _rows(measure: Measure, fact: str) -> str:
    """SQL: one measure's counts with their symbol, and digests of all that was given for each."""
    (above,), (below,) = measure.numerator, measure.denominator
    share = f"{measure.published_share}_symbol" if measure.published_share else "NULL::VARCHAR"
    shown = f"CASE WHEN {share} IN {_STANDS} THEN {share} END"
    breakdowns = ", ".join(f"'{name}'" for name in ("", *measure.breakdowns))
    return f"""
        SELECT '{measure.id}' AS measure, '{measure.version}' AS measure_version, council, "window", period_start,
            period_end, breakdown, "group", {above} AS numerator, {below} AS denominator,
            CASE WHEN stated IN (':', '~') THEN 'x' WHEN stated IS NOT NULL THEN stated
                WHEN {above} IS NULL OR {below} IS NULL OR {above} > {below} THEN 'x' WHEN {below} = 0 THEN 'z'
                ELSE '' END AS symbol,
            md5_number_upper(concat_ws('|', coalesce({above}::VARCHAR, ''), coalesce({above}_symbol, '')))
                AS numerator_digest,
            md5_number_upper(concat_ws('|', coalesce({below}::VARCHAR, ''), coalesce({below}_symbol, ''),
                coalesce({share}, ''))) AS denominator_digest
        FROM (SELECT *, coalesce({below}_symbol, {above}_symbol, {shown}) AS stated FROM {fact})
        WHERE breakdown IN ({breakdowns})"""


def _shares(con: duckdb.DuckDBPyConnection) -> pa.Table:
    """Shares, intervals and changes of `given_counts`, row for row."""
    held = con.execute(
        "SELECT CASE WHEN symbol = '' THEN numerator END AS numerator, "
        "CASE WHEN symbol = '' THEN denominator END AS denominator, previous_numerator, previous_denominator "
        "FROM given_counts"
    ).fetchnumpy()
    now, of, before, of_before = (_floats(values) for values in held.values())
    low, high = proportions.wilson(now, of)
    change, change_low, change_high = proportions.newcombe(now, of, before, of_before)
    columns = {"value": now / of, "low": low, "high": high, "change": change, "change_low": change_low,
               "change_high": change_high, "direction": proportions.direction(change_low, change_high)}  # fmt: skip
    return pa.table(
        {name: pa.array(values, _COLUMNS[name], from_pandas=True) for name, values in columns.items()}
    )


def _floats(values: Any) -> NDArray[np.float64]:
    """Numbers, NaN where there is none."""
    return np.ma.filled(np.ma.asarray(values).astype(np.float64), np.nan)
