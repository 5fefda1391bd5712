"""Figures that set groups against one another: gaps, evenness and weighted shares, for periods of a year.

Belongs here: putting what was counted in a year beside what it is compared with, and the methods of
`statistics.representativeness` on these. Does not belong here: counting (`counts`), which population stands beside a
period (`populations`), shares of one group alone (`figures`), words.

Months and quarters hold too few audits to compare groups in, so there are none. Cases of which the characteristic is
not recorded are in no figure: the step `of_known` leaves them out, on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.measures import windows
from pipelines.measures.catalogue import COMPARED, POPULATION, Catalogue, Measure, Step, Term
from pipelines.measures.populations import known, populations
from pipelines.statistics import proportions
from pipelines.statistics.representativeness import gap, post_stratified, r_indicator

OF_GROUPS = 0.998
"""The level at which a group is called over- or under-represented: of 500 groups alike, one would be by chance."""
FEWEST = 20
"""Rows on either side; with fewer no group is called anything, as ranges of shares near 0 are rough there."""
TOO_FEW = "u"
COLUMNS = {
    "measure": "VARCHAR", "council": "VARCHAR", "window": "VARCHAR", "period_start": "DATE", "period_end": "DATE",
    "breakdown": "VARCHAR", "group": "VARCHAR", "compared_numerator": "BIGINT", "compared_denominator": "BIGINT",
    "counted_on": "DATE", "source": "VARCHAR",
}  # fmt: skip
_CELL = 'council, "window", start, "end", complete'
Floats = NDArray[np.float64]
Made = tuple[Floats, Floats, Floats, NDArray[Any], NDArray[Any]]
"""Value, low, high, direction and symbol of each row."""


def compared(
    con: duckdb.DuckDBPyConnection, facts: Mapping[str, str], catalogue: Catalogue, spans: str, relation: str
) -> None:
    """Add rows to the TEMP TABLE `relation` (as `figures` makes it), and make TEMP TABLE compared.

    compared has the columns `COLUMNS`: what each figure's group is set against, of which day and by whose count.
    `direction` of a gap is higher or lower only where its 99.8% range leaves out 0, and empty where there are fewer
    than `FEWEST` to judge by; low and high are its 95% range.
    Symbols: 'u' too few for evenness; 'x', or the symbol given, where the population of the group is not known.
    """
    measures = [catalogue[name] for name in sorted(catalogue) if catalogue[name].kind in COMPARED]
    kinds = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
    con.execute(f"CREATE OR REPLACE TEMP TABLE compared ({kinds})")
    if not measures:
        return
    populations(con, facts, measures)
    for span in sorted({measure.span for measure in measures}):
        own = [measure for measure in measures if measure.span == span]
        terms = sorted({term for measure in own for term in measure.terms if term.fact == measure.fact})
        _cells(con, spans, span)
        _looked_at(con, terms)
        for measure in own:
            _beside(con, measure, terms)
            _OF_KIND[measure.kind](con, measure)
            _store(con, measure, terms, relation)
    for helper in ("compared_cells", "compared_terms", "looked_at", "populations", "beside", "worked_out"):
        con.execute(f"DROP TABLE IF EXISTS {helper}")


def _cells(con: duckdb.DuckDBPyConnection, spans: str, span: str) -> None:
    """TEMP TABLE compared_cells: each council's years, months as numbers, and the last month that is looked at. Years
    with rows of days to which a feed that the span needs does not go are left out."""
    held = con.execute(
        f"SELECT council, first_month, last_month, extracted_on, late_month FROM {spans} WHERE span = ? ORDER BY ALL",
        [span],
    ).fetchall()
    rows: list[tuple[Any, ...]] = []
    for council, first, last, taken, late_month in held:
        until = max(windows.month_of(taken), windows.month_of(last))
        made = windows.windows_of(windows.month_of(first), windows.month_of(last), taken)
        named = [windows.WINDOWS[window] for window in made.window]
        each = zip(named, made.start.tolist(), made.end.tolist(), made.complete.tolist(), strict=True)
        since_late = windows.month_of(late_month) if late_month else until + 12
        rows += [
            (council, *cell, until) for cell in each if cell[0] in windows.YEARS and cell[2] < since_late
        ]
    kinds = {**dict.fromkeys(("council", "window"), pa.string()), "start": pa.int32(), "end": pa.int32(),
             "complete": pa.bool_(), "until": pa.int32()}  # fmt: skip
    _given(con, "compared_cells", kinds, rows)


def _looked_at(con: duckdb.DuckDBPyConnection, terms: Sequence[Term]) -> None:
    """TEMP TABLE looked_at: each term's counts of a year, in all (breakdown '') and of each recorded group."""
    rows = [(at, term.fact, term.date, term.written) for at, term in enumerate(terms)]
    kinds = {"term": pa.int32()} | dict.fromkeys(("fact", "date", "columns"), pa.string())
    _given(con, "compared_terms", kinds, rows)
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE looked_at AS
        SELECT term, {_CELL}, breakdown, "group", sum(count)::BIGINT AS count, bit_xor(digest) AS digest
        FROM counts JOIN compared_terms USING (fact, date, "columns") JOIN compared_cells USING (council)
        WHERE month BETWEEN start AND least("end", until) AND {known()} GROUP BY ALL""")


def _given(
    con: duckdb.DuckDBPyConnection, name: str, kinds: dict[str, Any], rows: Sequence[tuple[Any, ...]]
) -> None:
    columns = {
        column: pa.array([row[at] for row in rows], kind) for at, (column, kind) in enumerate(kinds.items())
    }
    con.register("rows_given", pa.table(columns))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM rows_given")
    con.unregister("rows_given")


def _beside(con: duckdb.DuckDBPyConnection, measure: Measure, terms: Sequence[Term]) -> None:
    """TEMP TABLE beside: each recorded group's rows, and all groups', beside what they are compared with.

    One row for each cell, characteristic and group that is on either side, in that order. `rows` are those with the
    denominator of a share, of which the numerator is counted.
    """
    own = terms.index(measure.numerators[0])
    of = terms.index(measure.others[0] if measure.kind == "gap" and measure.against != POPULATION
                     else measure.denominators[0])  # fmt: skip
    other = _people(measure, of) if measure.against == POPULATION else _others(measure, of)
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE beside AS
        WITH other AS ({other})
        SELECT {_CELL}, breakdown, "group", coalesce(own.count, 0) AS numerator, whole.count AS denominator,
            coalesce(of.count, 0) AS "rows", other.* EXCLUDE ({_CELL}, breakdown, "group", other_digest),
            coalesce(own.digest, 0) AS numerator_digest,
            md5_number_upper(concat_ws('|', whole.digest, of.digest, other_digest)) AS denominator_digest
        FROM other JOIN ({_known(own, measure)}) AS whole USING ({_CELL}, breakdown)
        LEFT JOIN ({_groups(own, measure)}) AS own USING ({_CELL}, breakdown, "group")
        LEFT JOIN ({_groups(of, measure)}) AS of USING ({_CELL}, breakdown, "group")
        ORDER BY council, "window", "end", breakdown, "group" """)


def _others(measure: Measure, of: int) -> str:
    """SQL: the rows that those looked at are some of."""
    return f"""
        SELECT {_CELL}, breakdown, "group", part.count AS compared_numerator, whole.count AS compared_denominator,
            NULL::DATE AS counted_on, '' AS source, '' AS symbol,
            concat_ws('|', part.digest, whole.digest) AS other_digest
        FROM ({_groups(of, measure)}) AS part JOIN ({_known(of, measure)}) AS whole USING ({_CELL}, breakdown)"""


def _people(measure: Measure, of: int) -> str:
    """SQL: the population, of the day nearest to the middle of the year (of two, the earlier)."""
    middle = 'make_date(start // 12, start % 12 + 1, 1) + (("end" - start + 1) * 15)'
    return f"""
        WITH of_frame AS (FROM populations WHERE frame = '{measure.frame}'), days AS (
            SELECT {_CELL}, breakdown, counted_on
            FROM (SELECT DISTINCT council, breakdown, counted_on FROM of_frame)
            JOIN ({_known(of, measure)}) USING (council, breakdown)
            QUALIFY row_number() OVER (PARTITION BY {_CELL}, breakdown
                ORDER BY abs(date_diff('day', {middle}, counted_on)), counted_on) = 1
        ), people AS (
            SELECT {_CELL}, breakdown, "group", people, symbol, source, of_all
            FROM of_frame JOIN days USING (council, breakdown, counted_on)
        ), alike AS (
            SELECT {_CELL}, breakdown, any_value(source) AS source, any_value(of_all) AS of_all FROM people GROUP BY ALL
        ), named AS (
            SELECT {_CELL}, breakdown, "group" FROM ({_groups(of, measure)}) SEMI JOIN days USING ({_CELL}, breakdown)
            UNION SELECT {_CELL}, breakdown, "group" FROM people
        )
        SELECT {_CELL}, breakdown, "group", people AS compared_numerator, alike.of_all AS compared_denominator,
            counted_on, alike.source AS source,
            CASE WHEN people <= alike.of_all AND alike.of_all > 0 THEN '' ELSE coalesce(symbol, 'x') END AS symbol,
            concat_ws('|', people, symbol, alike.of_all, counted_on, alike.source) AS other_digest
        FROM named JOIN days USING ({_CELL}, breakdown) JOIN alike USING ({_CELL}, breakdown)
        LEFT JOIN people USING ({_CELL}, breakdown, "group")"""


def _groups(term: int, measure: Measure) -> str:
    """SQL: a term's counts by recorded group."""
    names = ", ".join(f"'{name}'" for name in measure.counted_by)
    return (
        f'SELECT {_CELL}, breakdown, "group", count, digest FROM looked_at '
        f"WHERE term = {term} AND breakdown IN ({names})"
    )


def _known(term: int, measure: Measure) -> str:
    """SQL: a term's counts of all recorded groups of a characteristic together."""
    return (
        f"SELECT {_CELL}, breakdown, sum(count)::BIGINT AS count, bit_xor(digest) AS digest "
        f"FROM ({_groups(term, measure)}) GROUP BY ALL"
    )


# What is worked out for each row of `beside`, which afterwards has one row for each figure


def _gaps(con: duckdb.DuckDBPyConnection, measure: Measure) -> None:
    x, n, of_x, of_n = _numbers(con, "numerator", "denominator", "compared_numerator", "compared_denominator")
    if measure.against == POPULATION:
        value, low, high = gap(x, n, of_x, of_n)
        _, surely_low, surely_high = gap(x, n, of_x, of_n, OF_GROUPS)
    else:
        value, low, high = _of_some(x, n, of_x, of_n)
        _, surely_low, surely_high = _of_some(x, n, of_x, of_n, OF_GROUPS)
    others = n if measure.against == POPULATION else np.where(of_n > n, of_n - n, n)
    enough = np.minimum(n, others) >= FEWEST
    direction = np.where(enough, proportions.direction(surely_low, surely_high), "")
    _worked_out(con, value, low, high, direction, np.full(len(x), "", dtype=object))


def _of_some(
    x: Floats, n: Floats, of_x: Floats, of_n: Floats, level: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    """The gap between n rows and all of_n rows that they are some of: share in the group less share in all.

    With m = of_n - n others, x/n - of_x/of_n = (m / of_n) (x/n - (of_x - x)/m), so its range is that of the difference
    from the others, who have no row in common, times m / of_n. Without others: a gap of 0, and no doubt.
    """
    others = of_n - n
    value, low, high = (
        np.where(others > 0, part * (others / of_n), 0.0)
        for part in proportions.newcombe(x, n, of_x - x, others, level)
    )
    return value, low, high


def _evenness(con: duckdb.DuckDBPyConnection, measure: Measure) -> None:
    heard, people = _numbers(con, "numerator", "rows")
    found = [r_indicator(heard[part], people[part]) for part in _characteristics(con)]
    value, low, high = (np.array([getattr(one, name) for one in found]) for name in ("r", "low", "high"))
    symbol = np.where(np.isfinite(value), "", TOO_FEW).astype(object)
    _worked_out(con, value, low, high, np.full(len(found), "", dtype=object), symbol)


def _weighted(con: duckdb.DuckDBPyConnection, measure: Measure) -> None:
    x, n, people = _numbers(con, "numerator", "rows", "compared_numerator")
    groups = [group for (group,) in con.execute('SELECT "group" FROM beside').fetchall()]
    found = []
    for part in _characteristics(con):
        ordered = np.array(sorted(part, key=lambda at: _years(groups[at])))
        whole = not np.isnan(people[part]).any() and people[part].sum() > 0
        made = post_stratified(x[ordered], n[ordered], people[ordered]) if whole else None
        # logarithms are not rounded the same way everywhere; twelve places of them are
        found.append(
            [round(part, 12) for part in (made.estimate, made.low, made.high)] if made else [np.nan] * 3
        )
    value, low, high = np.array(found, dtype=float).reshape(-1, 3).T
    symbol = np.where(np.isfinite(value), "", "x").astype(object)
    _worked_out(con, value, low, high, np.full(len(found), "", dtype=object), symbol)


_OF_KIND: dict[str, Callable[[duckdb.DuckDBPyConnection, Measure], None]] = {
    "gap": _gaps, "evenness": _evenness, "weighted": _weighted,
}  # fmt: skip


def _numbers(con: duckdb.DuckDBPyConnection, *names: str) -> list[Floats]:
    """Columns of `beside` as numbers, NaN where there is none."""
    quoted = ", ".join(f'"{name}"' for name in names)
    held = con.execute(f"SELECT {quoted} FROM beside").fetchnumpy()
    return [np.ma.filled(np.ma.asarray(held[name]).astype(np.float64), np.nan) for name in names]


def _characteristics(con: duckdb.DuckDBPyConnection) -> list[NDArray[np.int64]]:
    """The places in `beside` of each cell and characteristic; afterwards `beside` has one row for each of them."""
    cell = f"{_CELL}, breakdown"
    numbered = con.execute(
        f"SELECT dense_rank() OVER (ORDER BY {cell}) - 1 AS part FROM beside ORDER BY rowid"
    ).fetchnumpy()
    marked = np.asarray(numbered["part"], dtype=np.int64)
    order = np.argsort(marked, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(marked[order])) + 1) if len(order) else []
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE beside AS
        SELECT {_CELL}, 'characteristic' AS breakdown, topic AS "group", sum(numerator)::BIGINT AS numerator,
            sum("rows")::BIGINT AS denominator, sum("rows")::BIGINT AS "rows", NULL::BIGINT AS compared_numerator,
            any_value(compared_denominator) AS compared_denominator, any_value(counted_on) AS counted_on,
            any_value(source) AS source, '' AS symbol, bit_xor(numerator_digest) AS numerator_digest,
            md5_number_upper(string_agg(denominator_digest::VARCHAR, '|' ORDER BY part)) AS denominator_digest
        FROM (SELECT * RENAME (breakdown AS topic, "group" AS part) FROM beside)
        GROUP BY {_CELL}, topic ORDER BY {_CELL}, topic""")
    return parts


def _years(group: str) -> tuple[int, str]:
    """Ages by their years, so that neighbours are alike; other groups by their code."""
    years = group.split("-")[0]
    return (int(years) if years.isdigit() else 0, group)


def _worked_out(
    con: duckdb.DuckDBPyConnection,
    value: Floats,
    low: Floats,
    high: Floats,
    direction: NDArray[Any],
    symbol: NDArray[Any],
) -> None:
    """TEMP TABLE worked_out, row for row beside `beside`."""
    numbers = {"value": value, "low": low, "high": high}
    columns = {name: pa.array(values, pa.float64(), from_pandas=True) for name, values in numbers.items()}
    columns["direction"] = pa.array(direction.astype(str), pa.string())
    columns["own_symbol"] = pa.array(symbol.astype(str), pa.string())
    con.register("worked", pa.table(columns))
    con.execute("CREATE OR REPLACE TEMP TABLE worked_out AS SELECT * FROM worked")
    con.unregister("worked")


def _store(con: duckdb.DuckDBPyConnection, measure: Measure, terms: Sequence[Term], relation: str) -> None:
    """The rows as figures, with what was left after each step, and what they were set against."""
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE compared_now AS
        SELECT '{measure.id}' AS measure, '{measure.version}' AS measure_version, beside.* EXCLUDE (symbol),
            make_date(start // 12, start % 12 + 1, 1) AS period_start,
            last_day(make_date("end" // 12, "end" % 12 + 1, 1)) AS period_end,
            CASE WHEN symbol = '' THEN own_symbol ELSE symbol END AS shown,
            worked_out.* EXCLUDE (own_symbol)
        FROM beside POSITIONAL JOIN worked_out WHERE measure IS NOT NULL""")
    con.execute(f"""
        INSERT INTO {relation} BY NAME
        SELECT measure, measure_version, council, "window", period_start, period_end, complete, breakdown, "group",
            numerator, denominator, CASE WHEN shown = '' THEN value END AS value,
            CASE WHEN shown = '' THEN low END AS low, CASE WHEN shown = '' THEN high END AS high, shown AS symbol,
            CASE WHEN shown = '' THEN direction ELSE '' END AS direction, numerator_digest, denominator_digest, steps
        FROM ({_with_steps(measure, terms)})""")
    named = ", ".join(f'"{name}"' for name in COLUMNS)
    con.execute(f"INSERT INTO compared SELECT {named} FROM compared_now")
    con.execute("DROP TABLE compared_now")


def _with_steps(measure: Measure, terms: Sequence[Term]) -> str:
    """SQL: the figures now made, with the rows left after each of the measure's steps.

    Until the characteristic must be known, rows of all groups are left; from there on, those of recorded groups.
    """
    of = '"group"' if measure.across else "breakdown"
    joins, left, narrowed = [], [], False
    for at, step in enumerate(measure.steps):
        narrowed = narrowed or step.of_known
        if step.of_group:
            left.append("numerator")
            continue
        left.append(f"coalesce(step_{at}.count, 0)")
        alike = ["council", '"window"', '"end"', *(["breakdown"] if narrowed else [])]
        same = " AND ".join(f"step_{at}.{name} = now.{of if name == 'breakdown' else name}" for name in alike)
        joins.append(f"LEFT JOIN ({_left(measure, step, terms, narrowed)}) AS step_{at} ON {same}")
    return f"""SELECT now.*, [{", ".join(left)}] AS steps FROM compared_now AS now {" ".join(joins)}"""


def _left(measure: Measure, step: Step, terms: Sequence[Term], narrowed: bool) -> str:
    """SQL: the rows of a step, in all or of the recorded groups of each characteristic."""
    term = terms.index(step.terms[0])
    return (
        _known(term, measure)
        if narrowed
        else f"SELECT * FROM looked_at WHERE term = {term} AND breakdown = ''"
    )
