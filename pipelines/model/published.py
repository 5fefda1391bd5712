"""Facts of figures that somebody counted before us: DfE's, and those that councils gave.

Belongs here: from a published feed's rows in force to one row for each place, window, breakdown and group, with the
numbers as they were given and the symbols that stand in their place.
Does not belong here: shares and intervals (`measures.given`), or what councils' own records say (`facts`).
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import ibis
from ibis import Table
from ibis.expr.types import ArrayColumn, DateColumn, StringColumn

from pipelines.contracts import UNREADABLE
from pipelines.model import listed, schema
from pipelines.model.columns import row_key

TOPICS = {"age": "single_age", "ethnicity": "ethnicity", "sex": "sex"}
"""DfE's breakdown topic -> ours."""
_NAMED = ("council", "window", "period_start", "period_end", "breakdown", "group")


def build(con: duckdb.DuckDBPyConnection, in_force: Mapping[str, str]) -> dict[str, str]:
    """Make a TEMP TABLE of each fact of `schema.GIVEN`; returns fact -> table.

    Args:
        in_force: feed -> relation of its rows in force, for every feed of published figures.

    Leaves TEMP TABLE neighbours(council, "position", neighbour, closeness) too.
    """
    backend = ibis.duckdb.from_connection(con)
    listed = backend.compile(neighbours(backend.table(in_force["statistical_neighbours"])))
    con.execute(
        f'CREATE OR REPLACE TEMP TABLE neighbours AS SELECT * FROM ({listed}) ORDER BY council, "position"'
    )
    published = timeliness(backend.table(in_force["dfe_timeliness"]))
    made = {
        "published_timeliness": published,
        "reported_participation": reported(backend.table(in_force["participation_rates"])),
        "neighbour_timeliness": together(backend.table("neighbours"), published),
    }
    for name, rows in made.items():
        fact = schema.GIVEN[name]
        named = rows.mutate(given_key=row_key(*(rows[part] for part in _NAMED)))
        columns = [fact.key, *fact.about, *fact.dates]
        columns += [column for number in fact.numbers for column in (number, f"{number}_symbol")]
        sql = backend.compile(named.select(*dict.fromkeys(columns)))
        con.execute(f"CREATE OR REPLACE TEMP TABLE fact_{name} AS SELECT * FROM ({sql}) ORDER BY {fact.key}")
    return {name: f"fact_{name}" for name in made}


def inspections(con: duckdb.DuckDBPyConnection) -> None:
    """TEMP TABLE listed_inspections of the two lists of area inspections in force; see `listed.inspections`."""
    backend = ibis.duckdb.from_connection(con)
    lists = (backend.table(f"in_force_area_inspections_{of}") for of in ("to_2022", "since_2023"))
    sql = backend.compile(listed.inspections(*lists))
    con.execute(f"CREATE OR REPLACE TEMP TABLE listed_inspections AS SELECT * FROM ({sql})")


def timeliness(rows: Table) -> Table:
    """DfE's plans issued by calendar year: all plans as no breakdown, other topics as breakdowns of ours."""
    topic, group = rows.breakdown_topic, rows.breakdown
    return rows.mutate(
        window=ibis.literal("calendar_year"),
        period_start=ibis.date(rows.time_period.cast("int32"), 1, 1),
        period_end=ibis.date(rows.time_period.cast("int32"), 12, 31),
        breakdown=ibis.cases(*[(topic == theirs, ours) for theirs, ours in TOPICS.items()], else_=""),
        group=ibis.cases((topic == "all", ""), else_=group),
    )


def neighbours(rows: Table) -> Table:
    """One row for each council and statistical neighbour, the nearest at position 1."""
    places = [int(name.removeprefix("neighbour_")) for name in rows.columns if name.startswith("neighbour_")]
    each = [
        rows.select(
            "council",
            position=ibis.literal(place, "int32"),
            neighbour=rows[f"neighbour_{place}"],
            closeness=rows[f"closeness_{place}"].nullif(UNREADABLE),
        )
        for place in places
    ]
    return ibis.union(each[0], *each[1:], distinct=False).filter(ibis._.neighbour.notnull())


def together(listed: Table, published: Table) -> Table:
    """The published numbers of each council's neighbours added up, for every year of the published file.

    A number that any of them does not have is not available ('x'): a sum over some of them would be of other councils
    each year.
    """
    fact = schema.GIVEN["neighbour_timeliness"]
    placed = ("window", "period_start", "period_end", "breakdown", "group")
    totals = published.filter(published.breakdown == "")
    years = totals.select(*placed).distinct()
    # each neighbour has one row a year, or none
    held = listed.cross_join(years).left_join(
        totals, [("neighbour", "council"), *placed], rname="{name}_of_neighbour"
    )
    named = held.group_by("council", *placed)
    whole = {number: held[number].count() == held.count() for number in fact.numbers}
    # DuckDB adds up in 128 bits, which Parquet would keep as a fraction; the detour by decimals is one that Ibis keeps
    sums = named.aggregate(
        **{
            number: ibis.cases((known, held[number].sum().cast("decimal(18, 0)").cast("int64")))
            for number, known in whole.items()
        }
    )
    return sums.mutate(
        **{f"{number}_symbol": ibis.cases((sums[number].isnull(), "x")) for number in fact.numbers}
    )


def reported(rows: Table) -> Table:
    """What councils gave, in every window that its period is; a period that is none gives no row."""
    windows = windows_of(rows.period_start, rows.period_end)
    of_definition = rows.mutate(
        window=windows.unnest(),
        breakdown=ibis.literal("participation_definition"),
        group=rows.definition.nullif(UNREADABLE).fill_null(schema.UNKNOWN),
    )
    return of_definition


def windows_of(start: DateColumn, end: DateColumn) -> ArrayColumn:
    """The windows that two days bound: those that `intake.published.window_sql` finds, which asks about the others."""
    months = (end.year() - start.year()) * 12 + end.month() - start.month() + 1
    next_day = end + ibis.interval(days=1)
    whole = (start.day() == 1) & (next_day.day() == 1)

    def named(*names: str) -> StringColumn:
        return ibis.array([ibis.literal(name) for name in names])

    return ibis.cases(
        (~whole, ibis.literal([], type="array<string>")),
        (months == 1, named("month")),
        ((months == 3) & (start.month() % 3 == 1), named("quarter")),
        ((months == 12) & (start.month() == 1), named("12m", "calendar_year")),
        ((months == 12) & (start.month() == 4), named("12m", "financial_year")),
        ((months == 12) & (start.month() == 9), named("12m", "academic_year")),
        (months == 12, named("12m")),
        else_=ibis.literal([], type="array<string>"),
    )
