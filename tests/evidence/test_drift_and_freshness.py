"""What came or went between deliveries, and how new each feed is: hand-made deliveries of a few rows."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import contracts
from pipelines import settings as program_settings
from pipelines.evidence.drift import Drift, drift, newest, previous
from pipelines.evidence.drift import tell as tell_drift
from pipelines.evidence.freshness import freshness
from pipelines.evidence.freshness import tell as tell_freshness
from pipelines.intake.receive import Arrival, Checked

FEED = "case_audits"


@pytest.fixture(scope="module")
def catalogue() -> contracts.Catalogue:
    return contracts.load(program_settings.load({}))


def delivery(
    number: int,
    needs: dict[str, int] | None = None,
    *,
    rows: int = 100,
    day: int | None = None,
    columns: tuple[str, ...] = ("council", "primary_need"),
    council: str = "990",
    corrections: bool = False,
) -> Checked:
    codes = {"primary_need": needs} if needs is not None else {}
    profile = {"rows": rows, "covers": {}, "months": {}, "empty": [], "constant": [], "codes": codes}
    feeds: dict[str, Any] = {FEED: {"profile": {council: profile}}}
    tables = [{"feed": FEED, "sheet": "", "matched": {column: column for column in columns}}]
    arrival = Arrival(
        number, f"{number:064d}", "a.csv", datetime(2026, 4, number), date(2026, 4, day or number), "given", None,
        corrections, "b", "",
    )  # fmt: skip
    return Checked(arrival, Path("none"), {"refusal": None, "tables": tables, "feeds": feeds})


def test_a_first_delivery_has_no_drift() -> None:
    assert drift([delivery(1, {"ASD": 5})]) == []


def test_columns_that_came_or_went() -> None:
    held = [delivery(1, columns=("council", "theme")), delivery(2, columns=("council", "team"))]
    assert drift(held) == [
        Drift(2, FEED, "", "column", "team", "", "appeared"),
        Drift(2, FEED, "", "column", "theme", "", "vanished"),
    ]


def test_a_code_appears_that_no_delivery_before_had() -> None:
    held = [
        delivery(1, {"ASD": 50, "VI": 1}),
        delivery(2, {"ASD": 50}),
        delivery(3, {"ASD": 50, "VI": 1, "DS": 1}),
    ]
    assert drift(held) == [Drift(3, FEED, "990", "code", "primary_need", "DS", "appeared")]


def test_a_code_vanishes_only_where_many_rows_had_it_and_the_file_is_as_large() -> None:
    before = delivery(1, {"ASD": 50, "SLCN": 10, "VI": 9})
    gone = Drift(2, FEED, "990", "code", "primary_need", "SLCN", "vanished")
    assert drift([before, delivery(2, {"ASD": 50}, rows=50)]) == [gone]
    assert drift([before, delivery(2, {"ASD": 50}, rows=49)]) == []


def test_a_column_that_went_is_told_once_not_with_each_of_its_codes() -> None:
    held = [delivery(1, {"ASD": 50}), delivery(2, columns=("council",))]
    assert drift(held) == [Drift(2, FEED, "", "column", "primary_need", "", "vanished")]


def test_other_councils_and_corrections_are_not_compared() -> None:
    other, corrected = delivery(2, {"VI": 50}, council="991"), delivery(3, {"DS": 1}, corrections=True)
    held = [delivery(1, {"ASD": 50}), other, corrected]
    assert drift(held) == []
    assert previous(held) == {}
    assert newest(held, FEED) == held[:2]


@given(st.permutations(range(4)))
def test_the_order_of_processing_does_not_matter(order: list[int]) -> None:
    made = [delivery(n, {"ASD": 20, code: 20}) for n, code in enumerate(("VI", "HI", "DS", "VI"), 1)]
    assert drift([made[n] for n in order]) == drift(made)
    assert len(drift(made)) == 5


def test_the_table_has_titles_and_labels(catalogue: contracts.Catalogue) -> None:
    held = [
        delivery(1, {"ASD": 5}),
        delivery(2, {"ASD": 5, "HI": 1}, columns=("council", "primary_need", "team")),
    ]
    with duckdb.connect() as con:
        (table,) = tell_drift(con, catalogue, held)
        found = con.execute(f"SELECT kind, title, label, change FROM {table} ORDER BY ALL").fetchall()
    assert found == [
        ("code", "Primary need", "Hearing impairment", "appeared"),
        ("column", "Team", "", "appeared"),
    ]


def test_the_newest_day_and_when_the_next_is_due(catalogue: contracts.Catalogue) -> None:
    held = [delivery(1, day=20), delivery(2, day=10), delivery(3, day=25, corrections=True)]
    rows = {(row.feed, row.council): row for row in freshness(catalogue, held)}
    here = rows[FEED, "990"]
    assert (here.newest, here.number, here.expected_every, here.due_on) == (
        date(2026, 4, 20), 1, 31, date(2026, 5, 21),
    )  # fmt: skip
    assert [here.days_late(day) for day in (date(2026, 5, 21), date(2026, 5, 22), date(2026, 6, 21))] == [
        0,
        1,
        31,
    ]
    never = rows["audit_programme", ""]
    assert (never.newest, never.due_on, never.days_late(date(2030, 1, 1))) == (None, None, 0)
    with duckdb.connect() as con:
        (table,) = tell_freshness(con, catalogue, held)
        found = con.execute(f"SELECT name, due_on FROM {table} WHERE feed = '{FEED}'").fetchall()
    assert found == [("Brackenshire", date(2026, 5, 21))]
