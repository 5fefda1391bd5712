"""A chart of one group begins anew on the day that a council declares: hand-checked limits, and nothing looked for."""

from __future__ import annotations

import json
from datetime import date
from math import sqrt
from types import SimpleNamespace

import duckdb
import pytest

from pipelines.measures.lesson_charts import FOUND, GROUPED, THEME, WHY, One, lesson_charts, watched

DAY = date(2024, 3, 1)


@pytest.fixture
def con():
    with duckdb.connect() as connection:
        connection.execute(
            'CREATE TABLE held (measure VARCHAR, council VARCHAR, "window" VARCHAR, period_start DATE, '
            "period_end DATE, numerator BIGINT, denominator BIGINT, value DOUBLE, complete BOOLEAN, "
            'breakdown VARCHAR, "group" VARCHAR)'
        )
        yield connection


def months(con, counts: list[int], group: str = "Health advice", of: int = 100, name: str = FOUND) -> None:
    con.execute(
        "INSERT INTO held SELECT ?, '990', 'month', first, last_day(first), n, of, n / of, true, ?, ? FROM "
        "(SELECT (DATE '2023-01-01' + to_months(place::INTEGER - 1))::DATE AS first, n, ? AS of FROM "
        "(SELECT unnest(?) AS n, generate_subscripts(?, 1) AS place))",
        [name, THEME, group, of, counts, counts],
    )


def measures(kind: str = "share"):
    measure = SimpleNamespace(
        kind=kind, chart="none", headline=None, baseline=None, rules=None, higher_is="worse"
    )
    measure.model_copy = lambda update: SimpleNamespace(**{**vars(measure), **update})
    return {FOUND: measure}


def made(con, lessons, kind: str = "share") -> list[dict]:
    lesson_charts(con, measures(kind), "held", "lesson_charts", {"990": lessons})
    found = con.execute('SELECT * FROM lesson_charts ORDER BY measure, breakdown, "group", period_end')
    names = [column[0] for column in found.description]
    assert names == list(GROUPED)
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_one_level_before_the_declared_day_and_one_since(con):
    """14 months with 40 of 100, then 14 with 20 of 100: limits are p and 3 standard deviations of each phase."""
    months(con, [40] * 14 + [20] * 14)
    months(con, [90] * 28, group="Timeliness")
    rows = made(con, [One(FOUND, THEME, "Health advice", DAY)])
    assert {row["group"] for row in rows} == {"Health advice"}
    assert next(row["period_end"] for row in rows if row["centre"] == pytest.approx(0.2)) == date(2024, 3, 31)
    for n, row in enumerate(rows):
        p = 0.4 if n < 14 else 0.2
        spread = 3 * sqrt(p * (1 - p) / 100)
        assert (row["centre"], row["lower"], row["upper"]) == pytest.approx((p, p - spread, p + spread))
    assert {(row["state"], row["signal"], row["variation"]) for row in rows} == {("limits", "", None)}
    told = json.loads(rows[0]["baseline"])
    assert told["rebased"] == {"2024-03-01": WHY}
    assert [phase["rules"] for phase in told["phases"]] == [None, None]


def test_a_fall_on_another_day_moves_nothing(con):
    """The fall is in January 2024; the council declares September, so the first level is of both."""
    months(con, [40] * 12 + [20] * 16)
    rows = made(con, [One(FOUND, THEME, "Health advice", date(2024, 9, 1))])
    assert [round(row["centre"], 6) for row in rows] == [round((12 * 40 + 8 * 20) / 2000, 6)] * 20 + [0.2] * 8


def test_what_has_no_chart(con):
    months(con, [40] * 28)
    assert (
        made(con, [One(FOUND, THEME, "Nobody named it", DAY), One("made.up", THEME, "Health advice", DAY)])
        == []
    )
    assert made(con, [One(FOUND, THEME, "Health advice", DAY)], kind="mean") == []
    assert made(con, []) == []


def test_what_a_lesson_watches():
    lessons = [
        SimpleNamespace(theme="Health advice", since=DAY, moves="advice.good", group="advice_source:health"),
        SimpleNamespace(theme="Timeliness", since=DAY, moves="timeliness.twenty_weeks", group=""),
    ]
    assert watched(lessons) == [
        (FOUND, THEME, "Health advice", DAY),
        ("advice.good", "advice_source", "health", DAY),
        (FOUND, THEME, "Timeliness", DAY),
    ]
