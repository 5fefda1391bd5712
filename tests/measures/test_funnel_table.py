"""The table `funnels`: the country as target, exact limits of the statistics, and no funnel of a few."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from pipelines.measures import funnels
from pipelines.statistics import funnels as of_places
from tests.measures.made import measure

END = date(2024, 12, 31)
COUNCILS = {"990": (30, 60), "991": (45, 100), "992": (120, 200), "993": (10, 40), "994": (52, 90)}
DRAWN = measure(
    id="made.published", kind="given", fact="published_timeliness", date="period_end", numerator=("issued_ex",),
    denominator=("issued",), protect="published", funnel=True,
)  # fmt: skip


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(
            'CREATE TABLE published (measure VARCHAR, "window" VARCHAR, period_end DATE, council VARCHAR, '
            "numerator BIGINT, denominator BIGINT, breakdown VARCHAR, symbol VARCHAR)"
        )
        yield connection


def add(
    con: duckdb.DuckDBPyConnection, places: dict[str, tuple[int, int]], symbol: str = "", by: str = ""
) -> None:
    for place, counts in places.items():
        row = ["made.published", "calendar_year", END, place, *counts, by, symbol]
        con.execute("INSERT INTO published VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def told(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    funnels.tell(con, [DRAWN, measure()], "published", {*COUNCILS, "995"}, ["E1"])
    return con.execute("SELECT * FROM funnels ORDER BY council").fetchall()


def test_the_target_is_the_countrys_and_the_limits_those_of_the_statistics(con) -> None:
    add(con, COUNCILS)
    add(con, {"E1": (600, 1000), "R1": (1, 2)})
    add(con, {"995": (1, 500)}, symbol="x")
    add(con, {"995": (1, 500)}, by="sex")
    rows = told(con)
    assert [row[3] for row in rows] == list(COUNCILS)
    above, below = zip(*COUNCILS.values(), strict=True)
    found = of_places.funnel(above, below, 0.6)
    assert [row[4] for row in rows] == [0.6] * 5
    assert [row[5] for row in rows] == found.lower.tolist()
    assert [row[9] for row in rows] == found.place.tolist()
    assert {row[10:14] for row in rows} == {(found.phi, found.tau2, found.adjusted, 5)}


def test_without_a_country_the_target_is_all_councils_together(con) -> None:
    add(con, COUNCILS)
    assert {row[4] for row in told(con)} == {257 / 490}


def test_a_few_councils_make_no_funnel(con) -> None:
    add(con, dict(list(COUNCILS.items())[:4]))
    assert told(con) == []
