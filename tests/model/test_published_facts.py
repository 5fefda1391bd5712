"""Facts of given figures: one row a place, window, breakdown and group, with the numbers as they came."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as some

from pipelines import contracts, settings
from pipelines.contracts import Contract
from pipelines.intake.published import window_sql
from pipelines.model import published, schema

CATALOGUE = contracts.load(settings.load({}))
FEEDS = ("dfe_timeliness", "participation_rates", "statistical_neighbours")
LEICESTERSHIRE = {
    "council": "855", "time_period": 2024, "breakdown_topic": "all", "breakdown": "all", "issued": 772,
    "issued_ex": 600, "within_20_weeks": 33,
}  # fmt: skip
GIVEN = {
    "council": "855", "period_start": date(2022, 4, 1), "period_end": date(2023, 3, 31),
    "definition": "voice.any_family", "numerator": 50, "denominator": 80, "source": "scrutiny",
}  # fmt: skip


def in_force(con: duckdb.DuckDBPyConnection, contract: Contract, rows: list[dict[str, Any]]) -> str:
    types = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "DOUBLE": pa.float64(), "DATE": pa.date32()}
    columns = {
        name: pa.array([row.get(name) for row in rows], types[kind]) for name, kind in contract.stored.items()
    }
    con.register("rows_given", pa.table(columns))
    con.execute(f"CREATE TEMP TABLE in_force_{contract.feed} AS SELECT * FROM rows_given")
    return f"in_force_{contract.feed}"


def build(con: duckdb.DuckDBPyConnection, **rows: list[dict[str, Any]]) -> dict[str, str]:
    held = {feed: in_force(con, CATALOGUE.contracts[feed], rows.get(feed, [])) for feed in FEEDS}
    return published.build(con, held)


def test_the_facts_are_those_that_the_schema_names() -> None:
    with duckdb.connect() as con:
        made = build(con)
        assert set(made) == set(schema.GIVEN)
        for name, fact in schema.GIVEN.items():
            kinds = {
                column: str(kind) for column, kind, *_ in con.execute(f"DESCRIBE {made[name]}").fetchall()
            }
            numbers = {column for number in fact.numbers for column in (number, f"{number}_symbol")}
            assert set(kinds) == {fact.key, *fact.about, *fact.dates, *numbers}
            assert kinds[fact.key] == "UBIGINT"


def test_a_calendar_year_is_its_window_and_topics_are_breakdowns() -> None:
    rows = [
        LEICESTERSHIRE,
        LEICESTERSHIRE | {"council": "E92000001"},
        LEICESTERSHIRE | {"breakdown_topic": "age", "breakdown": "0-2", "issued": None, "issued_symbol": "x"},
        LEICESTERSHIRE | {"breakdown_topic": "sex", "breakdown": "unknown"},
    ]
    with duckdb.connect() as con:
        fact = build(con, dfe_timeliness=rows)["published_timeliness"]
        found = con.execute(
            f'SELECT council, "window", period_start, period_end, breakdown, "group", issued, issued_symbol '
            f"FROM {fact} ORDER BY council, breakdown"
        ).fetchall()
        keys = con.execute(f"SELECT count(DISTINCT given_key) FROM {fact}").fetchall()
    year = ("calendar_year", date(2024, 1, 1), date(2024, 12, 31))
    assert found == [
        ("855", *year, "", "", 772, None),
        ("855", *year, "sex", "unknown", 772, None),
        ("855", *year, "single_age", "0-2", None, "x"),
        ("E92000001", *year, "", "", 772, None),
    ]
    assert keys == [(4,)]


def test_what_a_council_gave_is_in_every_window_that_its_period_is_and_in_none_that_it_is_not() -> None:
    rows = [
        GIVEN,
        GIVEN
        | {"period_start": date(2023, 5, 1), "period_end": date(2023, 5, 31), "definition": "not_stated"},
        GIVEN | {"period_start": date(2023, 5, 2), "period_end": date(2023, 6, 30)},
    ]
    with duckdb.connect() as con:
        fact = build(con, participation_rates=rows)["reported_participation"]
        found = con.execute(
            f'SELECT "window", breakdown, "group", numerator FROM {fact} ORDER BY ALL'
        ).fetchall()
    by = "participation_definition"
    assert found == [
        ("12m", by, "voice.any_family", 50),
        ("financial_year", by, "voice.any_family", 50),
        ("month", by, "not_stated", 50),
    ]


DAYS = some.dates(date(2014, 9, 1), date(2030, 12, 31))


@tried(max_examples=15)
@given(some.lists(some.tuples(DAYS, some.integers(0, 800)), min_size=1, max_size=20))
def test_a_period_that_is_asked_about_is_one_that_gives_no_figure(spans: list[tuple[date, int]]) -> None:
    given = [
        (start.replace(day=1) if length % 3 else start, start + timedelta(days=length))
        for start, length in spans
    ]
    check_windows(given)


@pytest.mark.parametrize("first_month", range(1, 13))
def test_whole_months_quarters_and_years_are_the_same_windows_for_both(first_month: int) -> None:
    start = date(2023, first_month, 1)
    ends = [date(2023 + (first_month + n - 1) // 12, (first_month + n - 1) % 12 + 1, 1) for n in range(1, 26)]
    check_windows([(start, end - timedelta(days=1)) for end in ends])


def check_windows(spans: list[tuple[date, date]]) -> None:
    with duckdb.connect() as con:
        starts, ends = zip(*spans, strict=True)
        table = pa.table({"a": pa.array(starts, pa.date32()), "b": pa.array(ends, pa.date32())})
        con.register("spans_given", table)
        con.execute("CREATE TEMP TABLE spans AS SELECT * FROM spans_given")
        backend = ibis.duckdb.from_connection(con)
        spans_table = backend.table("spans")
        ours = backend.compile(spans_table.mutate(named=published.windows_of(spans_table.a, spans_table.b)))
        model = con.execute(f"SELECT named FROM ({ours}) ORDER BY a, b").fetchall()
        intake = con.execute(f"SELECT {window_sql('a', 'b')} FROM spans ORDER BY a, b").fetchall()
    assert model == intake
