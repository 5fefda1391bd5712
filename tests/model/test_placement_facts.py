"""What each column of the facts about placements says, by hand-made rows."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.model import placements
from pipelines.model.schema.titles import STATES
from tests.model.rows import as_dicts, make_facts

END = date(2026, 3, 31)
MUST = {"registration_needed": "must_register", "registered": False}


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def placed(con: duckdb.DuckDBPyConnection, folder: Path, *rows: dict[str, Any]) -> dict[str, str]:
    """Facts of placements s1, s2 and so on, taken on 15 April 2026."""
    numbered = [{"placement_reference": f"s{n}", **row} for n, row in enumerate(rows, 1)]
    return make_facts(con, folder, audits=[], others={"placements": numbered})


def at(con: duckdb.DuckDBPyConnection, table: str, end: date = END) -> list[dict[str, Any]]:
    return as_dicts(con, f"SELECT * FROM {table} WHERE month_end = DATE '{end}' ORDER BY ALL")


def true_of(row: dict[str, Any], *but: str) -> set[str]:
    return {name for name, value in row.items() if value is True} - set(but)


ALWAYS = ("is_listed", "has_ehc_plan", "is_placed")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (MUST, {"is_must_register", "was_must_register"}),
        # what is not said is not known, never fine
        ({}, {"is_not_known"}),
        ({"registration_needed": "?"}, {"is_not_known"}),
        ({"registration_needed": "must_register"}, {"is_must_register", "was_must_register"}),
        ({"registration_needed": "need_not"}, {"is_need_not"}),
        ({"registration_needed": "must_register", "registered": True}, {"is_registered"}),
        # registered after the day, or since: what it was then, and what it had been in the year
        (MUST | {"registered": True, "registered_on": date(2026, 4, 1)}, {"is_must_register", "was_must_register"}),
        (MUST | {"registered": True, "registered_on": END}, {"is_registered", "was_must_register"}),
        (MUST | {"registered": True, "registered_on": date(2026, 1, 1)}, {"is_registered"}),
        (MUST | {"plan_to_move": True}, {"is_must_register", "was_must_register", "has_plan_to_move"}),
    ],
)  # fmt: skip
def test_what_a_setting_is_on_a_day(con, tmp_path, row, said):
    made = placed(con, tmp_path, row)
    [found] = at(con, made["placement_months"])
    assert true_of(found, *ALWAYS) == said
    assert found["registration_state"] == next(state for state in STATES if f"is_{state}" in said)


def test_the_most_serious_placement_of_a_day_stands_for_the_child(con, tmp_path):
    made = placed(
        con, tmp_path,
        {"registration_needed": "need_not", "hours_a_week": 20, "attendance": "full_time"},
        MUST | {"hours_a_week": 9, "attendance": "part_time", "started_on": date(2026, 3, 20), "has_ehc_plan": None},
        {"registered": True, "started_on": date(2025, 9, 1)},
    )  # fmt: skip
    [found] = at(con, made["placement_months"])
    assert true_of(found, *ALWAYS) == {"is_must_register", "was_must_register"}
    assert found["has_ehc_plan"], "one row says so"
    assert (found["attendance"], found["hours_band"], found["weeks_band"]) == ("part_time", "0-9", "0-3")
    assert found["weeks_placed"] == "1", "20 to 31 March is 11 days"
    [before] = at(con, made["placement_months"], date(2026, 2, 28))
    assert true_of(before, *ALWAYS) == {"is_need_not"}, "the serious one had not begun"
    assert (before["hours_band"], before["weeks_band"]) == ("18-", "4-12")
    rows = con.execute(
        f"SELECT count(*) FROM {made['placements']} WHERE is_must_register_at_start"
    ).fetchall()
    assert rows == [(1,)]


def test_placements_that_ended_are_seen_for_a_year_and_no_longer(con, tmp_path):
    ended = MUST | {"started_on": date(2025, 1, 10), "ended_on": date(2025, 2, 28)}
    made = placed(con, tmp_path, ended, {"child_reference": "c2", "started_on": date(2025, 1, 10)})
    found = as_dicts(
        con,
        f"SELECT month_end, is_placed, was_must_register FROM {made['placement_months']} "
        "WHERE registration_state = 'must_register' ORDER BY 1",
    )
    firsts = [date(2025, month, 1) for month in range(2, 13)] + [date(2026, month, 1) for month in (1, 2)]
    assert [row["month_end"] for row in found] == [first - timedelta(days=1) for first in firsts]
    assert [row["is_placed"] for row in found] == [True, True] + [False] * 11, "the last day is a day of it"
    assert all(row["was_must_register"] for row in found)


def test_visits_and_checks_in_date(con, tmp_path):
    visited = [
        {"visited_on": END - timedelta(days=91)},
        {"visited_on": END - timedelta(days=92)},
        {"visited_on": END + timedelta(days=1)},  # a later visit hides whether there was one before
        {},
        {"safeguarding_checked_on": END - timedelta(days=364)},
        {"safeguarding_checked_on": END - timedelta(days=365)},
        {"registered": True},  # is inspected by others
    ]
    rows = [
        {"child_reference": f"c{n}", "provider_reference": f"v{n}", **row} for n, row in enumerate(visited)
    ]
    # two children of one setting: somebody was there, whichever of the rows says so
    rows.append(rows[1] | {"child_reference": "c9", "visited_on": END})
    made = placed(con, tmp_path, *rows)
    key = "md5_number_upper('990|v' || n || '|2026-03-31')"
    found = as_dicts(
        con,
        f"SELECT n, is_visited, is_visit_known, is_checked, is_check_known FROM range(7) AS r(n) "
        f"JOIN {made['setting_months']} ON setting_month_key = {key} WHERE month_end = DATE '{END}' ORDER BY n",
    )
    assert {row.pop("n"): true_of(row) for row in found} == {
        0: {"is_visited", "is_visit_known", "is_check_known"},
        1: {"is_visited", "is_visit_known", "is_check_known"},
        2: {"is_check_known"},
        3: {"is_visit_known", "is_check_known"},
        4: {"is_visit_known", "is_checked", "is_check_known"},
        5: {"is_visit_known", "is_check_known"},
    }


@given(st.lists(st.sampled_from([*STATES]), min_size=1, max_size=6), st.randoms(use_true_random=False))
@settings(max_examples=6, deadline=None)
def test_a_child_is_in_one_state_whatever_the_order_of_its_placements(tmp_path_factory, states, rng):
    given_as = {
        "must_register": MUST, "need_not": {"registration_needed": "need_not"}, "not_known": {},
        "registered": {"registered": True},
    }  # fmt: skip
    rng.shuffle(states)
    with duckdb.connect() as con:
        made = placed(con, tmp_path_factory.mktemp("placed"), *(given_as[state] for state in states))
        [found] = at(con, made["placement_months"])
    assert found["registration_state"] == min(states, key=list(STATES).index)
    assert sum(found[f"is_{state}"] for state in STATES) == 1


def test_parameters_are_those_that_the_definitions_say():
    assert (placements.VISIT_DAYS, placements.CHECK_DAYS) == (13 * 7, 52 * 7)
