"""How a table is cut into parts: every row once, and a release stores anew little more than what changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import durable, releases, slices
from pipelines import settings as program_settings


@pytest.fixture
def con(monkeypatch: pytest.MonkeyPatch) -> duckdb.DuckDBPyConnection:
    monkeypatch.setattr(slices, "LONG", 10)
    return duckdb.connect()


def months(first: int, last: int, rows: int) -> str:
    """Figures of `rows` a month, from one month (year x 12 + month - 1) to another."""
    return (
        f"SELECT make_date(m // 12, m % 12 + 1, 28) AS period_end, n FROM range({first}, {last + 1}) AS months(m), "
        f"range({rows}) AS rows(n)"
    )


def names(con: duckdb.DuckDBPyConnection, table: str, query: str) -> list[str]:
    return [name for name, _ in slices.slices(con, table, query)]


JANUARY_2022, DECEMBER_2024 = 2022 * 12, 2024 * 12 + 11


def test_a_short_table_is_one_part(con: duckdb.DuckDBPyConnection) -> None:
    assert slices.slices(con, "figures", months(JANUARY_2022, JANUARY_2022 + 9, 1)) == slices.WHOLE
    assert slices.slices(con, "charts", months(JANUARY_2022, DECEMBER_2024, 9)) == slices.WHOLE


def test_years_are_parts_and_the_two_newest_long_ones_quarters(con: duckdb.DuckDBPyConnection) -> None:
    assert names(con, "figures", months(JANUARY_2022, DECEMBER_2024, 1)) == [
        "2022", "2023-Q1", "2023-Q2", "2023-Q3", "2023-Q4", "2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4",
    ]  # fmt: skip
    begun = months(JANUARY_2022, DECEMBER_2024 + 3, 1)
    assert names(con, "figures", begun)[-2:] == ["2024-Q4", "2025"], "a year that has just begun is short"


def test_a_month_more_leaves_the_parts_of_earlier_quarters(con: duckdb.DuckDBPyConnection) -> None:
    before = dict(slices.slices(con, "figures", months(JANUARY_2022, DECEMBER_2024 - 1, 1)))
    after = dict(slices.slices(con, "figures", months(JANUARY_2022, DECEMBER_2024, 1)))
    assert before == after, "the month falls into the last quarter, and no other part has other rows"


def test_a_quarter_that_did_not_change_is_stored_once(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    settings = program_settings.load({"SEND_AUDIT_DATA": str(tmp_path)})
    durable.private_folder(settings.work)

    def written(until: int) -> dict[str, str]:
        query = months(JANUARY_2022, until, 2)
        parts = releases.write_parts(con, settings, "officers", "figures", "990", query)
        assert sum(part["rows"] for part in parts) == 2 * (until - JANUARY_2022 + 1)
        return {part["slice"]: part["sha256"] for part in parts}

    before, after = written(DECEMBER_2024 - 1), written(DECEMBER_2024)
    assert {name for name in after if before.get(name) != after[name]} == {"2024-Q4"}
    assert len(list((settings.audience("officers") / "parts").iterdir())) == len(before) + 1


def test_rows_without_a_date_are_apart(con: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT CASE WHEN n < 12 THEN DATE '2024-05-01' END AS completed_on FROM range(15) AS rows(n)"
    cut = slices.slices(con, "fact_audits", query)
    assert [name for name, _ in cut] == ["2024-Q2", "undated"]
    held = [con.execute(f"SELECT count(*) FROM ({query}) WHERE {holds}").fetchall() for _, holds in cut]
    assert held == [[(12,)], [(3,)]]


def test_deliveries_are_cut_after_every_fifty_arrivals(con: duckdb.DuckDBPyConnection) -> None:
    query = 'SELECT n::INTEGER AS "number" FROM (VALUES (1), (50), (51), (170)) AS held(n)'
    assert names(con, "checks", query) == ["1-50", "51-100", "151-200"]
    assert slices.slices(con, "checks", 'SELECT 1 AS "number" WHERE false') == slices.WHOLE


@given(st.lists(st.none() | st.dates(date(2019, 1, 1), date(2027, 12, 31)), max_size=80), st.integers(0, 30))
def test_every_row_is_in_one_part(days: list[date | None], long: int) -> None:
    with pytest.MonkeyPatch.context() as patch, duckdb.connect() as con:
        patch.setattr(slices, "LONG", long)
        con.execute("CREATE TABLE held (period_end DATE)")
        if days:
            con.executemany("INSERT INTO held VALUES (?)", [[day] for day in days])
        cut = slices.slices(con, "figures", "FROM held")
        rows = [con.execute(f"SELECT count(*) FROM held WHERE {holds}").fetchall()[0][0] for _, holds in cut]
    assert sum(rows) == len(days)
    assert all(rows) or cut == slices.WHOLE
    assert len({name for name, _ in cut}) == len(cut)
