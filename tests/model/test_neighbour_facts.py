"""What statistical neighbours have together: by hand, with the nearest first and a number that is missing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.model import published
from pipelines.model.in_force import Part, in_force
from tests.model.rows import CONTRACTS, as_dicts, write_accepted

PUBLISHED_ROW = {"time_identifier": "calendar_year", "breakdown_topic": "all", "breakdown": "all"}
NUMBERS = ("issued", "issued_ex", "within_20_weeks", "within_20_weeks_ex")


def row(council: str, year: int, *numbers: int | None, **more: Any) -> dict[str, Any]:
    held = dict(zip(NUMBERS, numbers, strict=True))
    symbols = {f"{name}_symbol": "x" for name, number in held.items() if number is None}
    return {**PUBLISHED_ROW, "council": council, "time_period": year, **held, **symbols, **more}


@pytest.fixture
def con():
    with duckdb.connect() as connection:
        yield connection


def build(
    con: duckdb.DuckDBPyConnection, folder: Path, rows: list[dict[str, Any]], listed: list[dict[str, Any]]
) -> dict[str, str]:
    given = {"dfe_timeliness": rows, "participation_rates": [], "statistical_neighbours": listed}
    for feed, held in given.items():
        path = write_accepted(folder / f"{feed}.parquet", CONTRACTS[feed], held)
        in_force(
            con, CONTRACTS[feed], [Part(path, 1, False, {"published": ()})], ["published"], f"in_force_{feed}"
        )
    return published.build(con, {feed: f"in_force_{feed}" for feed in given})


def test_the_neighbours_numbers_are_added_up_and_a_missing_one_leaves_none(con, tmp_path: Path) -> None:
    rows = [
        row("990", 2024, 900, 800, 400, 380),
        row("991", 2024, 100, 90, 60, 58),
        row("992", 2024, 200, 180, 80, 75),
        row("991", 2024, 50, 45, 30, 29, breakdown_topic="sex", breakdown="F"),
        row("991", 2023, 100, 90, 50, 48),
        row("992", 2023, 150, None, 70, None),
        row("E92000001", 2024, 9000, 8000, 4000, 3900),
    ]
    listed = [
        {
            "council": "990",
            "neighbour_1": "992",
            "neighbour_2": "991",
            "closeness_1": "close",
            "closeness_2": "?",
        },
        {"council": "991", "neighbour_1": "993"},
    ]
    facts = build(con, tmp_path, rows, listed)
    found = {
        (each["council"], each["period_end"].year): each
        for each in as_dicts(con, f"SELECT * FROM {facts['neighbour_timeliness']}")
    }
    assert {key: tuple(each[name] for name in NUMBERS) for key, each in found.items()} == {
        ("990", 2024): (300, 270, 140, 133),
        ("990", 2023): (250, None, 120, None),
        ("991", 2024): (None, None, None, None),  # nobody knows 993
        ("991", 2023): (None, None, None, None),
    }
    assert found["990", 2023]["issued_ex_symbol"] == "x"
    assert found["990", 2024]["issued_ex_symbol"] is None
    assert {(each["breakdown"], each["group"], each["window"]) for each in found.values()} == {
        ("", "", "calendar_year")
    }
    kinds = dict(
        con.execute(
            f"SELECT column_name, column_type FROM (DESCRIBE {facts['neighbour_timeliness']})"
        ).fetchall()
    )
    assert {kinds[name] for name in NUMBERS} == {"BIGINT"}
    assert con.execute("SELECT * FROM neighbours WHERE council = '990' ORDER BY \"position\"").fetchall() == [
        ("990", 1, "992", "close"),
        ("990", 2, "991", None),
    ]
    assert found["990", 2024]["period_end"] == date(2024, 12, 31)


def test_without_a_list_there_is_nothing_together(con, tmp_path: Path) -> None:
    facts = build(con, tmp_path, [row("990", 2024, 9, 8, 7, 6)], [])
    assert con.execute(f"SELECT count(*) FROM {facts['neighbour_timeliness']}").fetchall() == [(0,)]
