"""What each column of the facts about training, and about themes that audits find, says: by hand-made rows."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.model.rows import as_dicts, make_facts

END = date(2026, 3, 31)
JOINED = date(2020, 1, 1)


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def learned(con: duckdb.DuckDBPyConnection, folder: Path, *rows: dict[str, Any]) -> dict[str, str]:
    held = [{"joined_on": JOINED, **row} for row in rows]
    return make_facts(con, folder, audits=[], others={"training": held})


def at(con: duckdb.DuckDBPyConnection, made: dict[str, str], end: date = END) -> list[set[str]]:
    """What is true of each person and module on a day, in the order of learners l1, l2 and so on."""
    rows = as_dicts(
        con,
        f"SELECT n, held.* FROM range(1, 20) AS r(n) JOIN {made['training_months']} AS held ON training_month_key = "
        f"md5_number_upper('990|l' || n || '|SEND law and duties|{end}') WHERE month_end = DATE '{end}' ORDER BY n",
    )
    return [{name for name, value in row.items() if value is True} - {"is_required"} for row in rows]


def test_who_holds_what_they_must(con, tmp_path):
    done = {"completed_on": date(2025, 6, 1)}
    rows = [
        ({}, {"is_past_grace"}),
        (done, {"is_past_grace", "is_attended", "is_attended_only"}),
        (done | {"passed": False}, {"is_past_grace", "is_attended", "is_attended_only"}),
        (done | {"passed": True}, {"is_past_grace", "is_attended", "is_passed"}),
        # ten months from 1 June 2025 are over on 1 April 2026, nine on 1 March
        (done | {"passed": True, "valid_months": 10}, {"is_past_grace", "is_attended", "is_passed"}),
        (done | {"passed": True, "valid_months": 9}, {"is_past_grace"}),
        # not yet completed on that day
        ({"completed_on": END + timedelta(days=1), "passed": True}, {"is_past_grace"}),
        # 90 days in post on the last day of March, and 91
        ({"joined_on": END - timedelta(days=90)}, {"is_in_grace"}),
        ({"joined_on": END - timedelta(days=91)}, {"is_past_grace"}),
        ({"required_from": END - timedelta(days=90)}, {"is_in_grace"}),
        ({"joined_on": None}, {"is_past_grace"}),
        ({"joined_on": None, "required_from": END - timedelta(days=90)}, {"is_in_grace"}),
        ({"left_on": END}, {"is_past_grace"}),
    ]
    made = learned(
        con, tmp_path, *({"learner_reference": f"l{n}", **row} for n, (row, _) in enumerate(rows, 1))
    )
    assert at(con, made) == [said for _, said in rows]


def test_who_is_not_counted(con, tmp_path):
    made = learned(
        con, tmp_path,
        {"learner_reference": "l1", "left_on": END - timedelta(days=1)},
        {"learner_reference": "l2", "joined_on": END + timedelta(days=1)},
        {"learner_reference": "l3", "required": False},
        {"learner_reference": "l4", "required": None},
        {"learner_reference": "l5", "required_from": END + timedelta(days=1)},
    )  # fmt: skip
    assert at(con, made) == []


def test_several_completions_of_one_person_are_one_and_keep_their_history(con, tmp_path):
    """A refresher does not hide that the first had run out in between."""
    first = {"completed_on": date(2024, 1, 10), "passed": True, "valid_months": 12}
    again = {"completed_on": date(2025, 6, 10), "passed": True, "valid_months": 12, "required": None}
    made = learned(con, tmp_path, first, again)
    held = {end: "is_passed" in at(con, made, end)[0] for end in (
        date(2023, 12, 31), date(2024, 12, 31), date(2025, 3, 31), date(2025, 6, 30), END,
    ) if at(con, made, end)}  # fmt: skip
    assert held == {
        date(2023, 12, 31): False, date(2024, 12, 31): True, date(2025, 3, 31): False, date(2025, 6, 30): True,
        END: True,
    }  # fmt: skip
    [row] = con.execute(
        f"SELECT count(*), count(*) FILTER (is_attended), count(*) FILTER (is_passed) FROM {made['training']}"
    ).fetchall()
    assert row == (2, 2, 2)


def test_themes_are_counted_against_every_review_that_could_have_named_them(con, tmp_path):
    reviews = [
        {"learning_themes": ["Health advice", "Timeliness"]},
        {"learning_themes": ["Health advice", "Health advice", "?"]},
        {"learning_themes": None},
        {"learning_themes": ["Annual review"], "status": "in_progress"},  # not completed: names nothing yet
    ]
    audits = [
        {"audit_reference": "a1", "learning_themes": ["Timeliness"], "strengths": ["Clear writing"]},
        {"audit_reference": "a2", "learning_themes": [], "strengths": None},
    ]
    made = make_facts(
        con,
        tmp_path,
        audits=audits,
        reviews=[{"review_reference": f"r{n}", **row} for n, row in enumerate(reviews)],
    )
    counts = "learning_theme, count(*), count(*) FILTER (is_found)"
    assert con.execute(f"SELECT {counts} FROM {made['review_themes']} GROUP BY 1 ORDER BY 1").fetchall() == [
        ("Health advice", 3, 2), ("Timeliness", 3, 1),
    ]  # fmt: skip
    assert con.execute(
        f"SELECT {counts}, count(*) FILTER (is_strength) FROM {made['audit_themes']} GROUP BY 1 ORDER BY 1"
    ).fetchall() == [("Clear writing", 2, 0, 1), ("Timeliness", 2, 1, 0)]
