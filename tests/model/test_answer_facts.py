"""What each column of complaints, feedback, requests from scrutiny and reports to boards says, by hand-made rows."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.model.rows import EXTRACTED, as_dicts, make_facts

DUE = date(2026, 2, 1)
LATE = DUE + timedelta(days=1)


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def said(con: duckdb.DuckDBPyConnection, folder: Path, feed: str, fact: str, reference: str,
         rows: list[dict[str, Any]], key: str) -> list[set[str]]:  # fmt: skip
    """What is true of each row, in their order."""
    held = [{reference: f"n{n}", **row} for n, row in enumerate(rows)]
    made = make_facts(con, folder, audits=[], others={feed: held})
    found = as_dicts(con, f"FROM {made[fact]}")
    keys = [
        con.execute("SELECT md5_number_upper(?)", [key.format(n=n)]).fetchall()[0][0]
        for n in range(len(rows))
    ]
    column = next(name for name in found[0] if name.endswith("_key"))
    by_key = {row[column]: {name for name, value in row.items() if value is True} for row in found}
    return [by_key[one] for one in keys]


def test_complaints(con, tmp_path):
    cases = [
        ({}, set()),
        ({"due_on": DUE}, {"is_due"}),
        ({"due_on": EXTRACTED}, set()),  # not over yet
        ({"due_on": DUE, "answered_on": DUE, "outcome": "upheld"},
         {"is_due", "is_answered", "is_on_time", "has_finding", "is_upheld"}),
        ({"due_on": DUE, "answered_on": LATE, "outcome": "partly_upheld"},
         {"is_due", "is_answered", "has_finding", "is_upheld"}),
        ({"answered_on": DUE, "outcome": "not_upheld"}, {"is_answered", "has_finding"}),
        ({"answered_on": DUE, "outcome": "withdrawn"}, {"is_answered"}),
        ({"answered_on": DUE, "outcome": "?"}, {"is_answered"}),
        ({"outcome": "upheld"}, set()),  # no answer was sent
    ]  # fmt: skip
    found = said(
        con,
        tmp_path,
        "complaints",
        "complaints",
        "complaint_reference",
        [row for row, _ in cases],
        "990|n{n}|stage_1",
    )
    assert [one - {"is_received"} for one in found] == [expected for _, expected in cases]


def test_feedback(con, tmp_path):
    told = {"told_on": LATE, "due_on": DUE}
    cases = [
        ({"families": 4}, {"is_unanswered", "few"}),
        ({"due_on": DUE}, {"is_due", "is_unanswered"}),
        (told | {"response": "done"}, {"is_due", "is_told", "is_done", "is_answered"}),
        (told | {"response": "done", "checked_on": LATE},
         {"is_due", "is_told", "is_done", "is_answered", "is_checked"}),
        (told | {"response": "cannot", "cannot_because": "law"}, {"is_due", "is_told", "is_cannot", "is_answered"}),
        # a no without a reason, and work in hand, are no answers
        (told | {"response": "cannot"}, {"is_due", "is_told", "is_unanswered"}),
        (told | {"response": "in_hand", "checked_on": LATE}, {"is_due", "is_told", "is_unanswered"}),
        # done, and nobody was told
        ({"response": "done", "due_on": DUE, "responded_on": DUE}, {"is_due", "is_unanswered"}),
    ]  # fmt: skip
    found = said(
        con,
        tmp_path,
        "feedback_responses",
        "feedback",
        "feedback_reference",
        [row for row, _ in cases],
        "990|n{n}",
    )
    assert [
        (one - {"is_raised", "is_raised_by_several"})
        | ({"few"} if "is_raised_by_several" not in one else set())
        for one in found
    ] == [expected for _, expected in cases]
    days = con.execute("SELECT DISTINCT days_to_told FROM fact_feedback WHERE is_told").fetchall()
    assert days == [((LATE - date(2026, 1, 15)).days,)]


def test_requests_of_members(con, tmp_path):
    cases = [
        ({}, {"is_unanswered"}),
        ({"promised_by": DUE}, {"is_due", "is_unanswered"}),
        ({"promised_by": EXTRACTED}, {"is_unanswered"}),
        ({"promised_by": DUE, "answered_on": DUE, "answer": "full"},
         {"is_due", "is_answered", "is_answered_in_full", "is_on_time"}),
        ({"promised_by": DUE, "answered_on": LATE, "answer": "part"}, {"is_due", "is_answered"}),
        ({"promised_by": DUE, "answered_on": DUE, "answer": "declined"}, {"is_due", "is_declined", "is_on_time"}),
        ({"answered_on": DUE}, {"is_answered"}),
    ]  # fmt: skip
    found = said(
        con,
        tmp_path,
        "scrutiny_requests",
        "scrutiny_requests",
        "request_reference",
        [row for row, _ in cases],
        "990|n{n}",
    )
    assert [one - {"is_asked"} for one in found] == [expected for _, expected in cases]


def test_reports_to_boards(con, tmp_path):
    made = make_facts(con, tmp_path, audits=[], others={"board_reports": [{"source": "risk"}]})
    [row] = as_dicts(con, f"FROM {made['board_reports']}")
    assert (row["board"], row["topic"], row["report_source"]) == (
        "SEND Partnership Board",
        "Timeliness",
        "risk",
    )
