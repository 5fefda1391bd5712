"""The ledger of actions: what each column says by hand-made rows, and that it balances whatever was sent."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.evidence import ledger
from pipelines.model import schema
from tests.model.rows import as_dicts, make_facts

TAKEN = date(2026, 4, 3)
OPENED, DUE = date(2025, 5, 1), date(2025, 9, 30)
DONE = {"opened_on": OPENED, "original_due_on": DUE, "done_on": date(2025, 9, 1)}
HEAD, OTHER = "Head of service", "Quality Assurance manager"
EVIDENCED = {**DONE, "evidence": "Minutes of the panel", "owner_role": HEAD}
CHECKED = {**EVIDENCED, "evidence_checked_on": date(2025, 9, 20), "evidence_checked_by": OTHER}


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def made(
    con: duckdb.DuckDBPyConnection, folder: Path, rows: list[dict[str, Any]], **more: Any
) -> dict[str, str]:
    """Facts of actions n0, n1 and so on, with no audits."""
    actions = [{"action_reference": f"n{n}", "opened_on": OPENED, **row} for n, row in enumerate(rows)]
    return make_facts(con, folder, audits=[], actions=actions, extracted={"990": TAKEN}, **more)


def in_order(con: duckdb.DuckDBPyConnection, query: str, number: int) -> list[dict[str, Any]]:
    """Rows with an action_key, in the order in which the actions were given."""
    [keys] = con.execute(
        f"SELECT list(md5_number_upper('990|n' || n) ORDER BY n) FROM range({number}) AS r(n)"
    ).fetchall()
    rows = {row["action_key"]: row for row in as_dicts(con, query)}
    return [rows[key] for key in keys[0]]


def true_of(row: dict[str, Any], *names: str) -> set[str]:
    return {name for name, value in row.items() if value is True and (not names or name in names)}


def test_what_an_action_is_at_the_end_of_a_month(con, tmp_path):
    """At the end of March 2026, by hand. The four that must be told apart are the last in each comment."""
    early = {"done_on": date(2025, 4, 1)}
    cases = [
        ({}, {"is_open"}),
        ({"original_due_on": date(2026, 3, 31)}, {"is_open"}),  # due on the day itself: not overdue yet
        ({"original_due_on": date(2026, 3, 30)}, {"is_open", "is_overdue", "is_overdue_revised"}),
        ({"original_due_on": DUE, "revised_due_on": date(2026, 6, 1)}, {"is_open", "is_overdue"}),
        (DONE, {"is_done", "is_not_evidenced"}),  # done without evidence
        (EVIDENCED, {"is_done", "is_evidence_unchecked"}),
        (CHECKED, {"is_done", "is_evidence_checked"}),
        ({**CHECKED, "evidence_checked_by": HEAD.upper()}, {"is_done", "is_checked_by_owner"}),  # by its own owner
        ({**CHECKED, "evidence_checked_by": None}, {"is_done", "is_evidence_unchecked"}),
        ({**CHECKED, "evidence_checked_by": "?"}, {"is_done", "is_evidence_unchecked"}),
        ({**CHECKED, "evidence": None}, {"is_done", "is_not_evidenced"}),  # nothing to check
        ({**CHECKED, "evidence": "?"}, {"is_done", "is_evidence_checked"}),  # there, but not shown
        ({**CHECKED, "evidence_checked_on": date(2025, 8, 31)}, {"is_done", "is_evidence_unchecked"}),  # too early
        ({**CHECKED, "evidence_checked_on": date(2026, 4, 1)}, {"is_done", "is_evidence_unchecked"}),  # after the month
        ({**CHECKED, "effect_checked_on": date(2026, 1, 5), "effect": "too_early"},
         {"is_done", "is_evidence_checked", "is_effect_checked"}),
        ({**CHECKED, "effect_checked_on": date(2026, 1, 5), "effect": "yes"},
         {"is_done", "is_evidence_checked", "is_effect_checked", "is_effect_shown"}),
        ({"cancelled_on": date(2025, 7, 1), "original_due_on": DUE}, {"is_cancelled"}),
        ({**DONE, "reopened_on": date(2026, 2, 1)}, {"is_open", "is_overdue", "is_overdue_revised"}),
        ({**DONE, "reopened_on": date(2025, 8, 1)}, {"is_done", "is_not_evidenced"}),  # done since
        ({**DONE, "cancelled_on": date(2025, 7, 1)}, {"is_cancelled"}),  # the earlier of the two counts
        (early, {"is_open", "is_closed_early"}),  # closed before it was opened
    ]  # fmt: skip
    made(con, tmp_path, [row for row, _ in cases])
    rows = in_order(con, "FROM fact_action_months WHERE month_end = DATE '2026-03-31'", len(cases))
    for (row, expected), found in zip(cases, rows, strict=True):
        assert true_of(found) - {"is_on_record"} == expected, row


def test_an_action_whose_date_was_moved_twice(con, tmp_path):
    """Due on 30 September; moved on 15 September to 30 November, and on 1 December to 31 May."""
    moves = [
        {"action_reference": "n0", "change_number": 1, "changed_on": date(2025, 9, 15), "change": "moved",
         "new_due_on": date(2025, 11, 30)},
        {"action_reference": "n0", "change_number": 2, "changed_on": date(2025, 12, 1), "change": "moved",
         "new_due_on": date(2026, 5, 31)},
    ]  # fmt: skip
    made(con, tmp_path, [{"original_due_on": DUE, "revised_due_on": date(2026, 5, 31)}], changes=moves)
    watched = ("is_overdue", "is_overdue_revised", "is_moved_twice")
    found = {
        row["month_end"].month: true_of(row, *watched) for row in as_dicts(con, "FROM fact_action_months")
    }
    assert found[9] == set()
    assert found[10] == found[11] == {"is_overdue"}
    assert found[12] == found[3] == {"is_overdue", "is_moved_twice"}
    assert con.execute("SELECT date_changes, now_due_on FROM fact_actions").fetchall() == [
        (2, date(2026, 5, 31))
    ]


def test_done_by_a_day_and_evidenced(con, tmp_path):
    late = {**CHECKED, "done_on": date(2025, 10, 1), "evidence_checked_on": date(2025, 10, 2)}
    cases = [
        (CHECKED, {"is_done_on_time", "is_done_by_revised", "is_checked_on_time"}),
        (EVIDENCED, {"is_done_on_time", "is_done_by_revised", "is_done_unchecked"}),
        (DONE, {"is_done_unchecked"}),  # in time, and nothing shows it
        (late, set()),
        ({**late, "revised_due_on": date(2025, 10, 1)}, {"is_done_by_revised"}),
        ({**CHECKED, "original_due_on": None}, set()),
        ({**CHECKED, "reopened_on": date(2025, 12, 1)}, set()),
    ]
    made(con, tmp_path, [row for row, _ in cases])
    watched = ("is_done_on_time", "is_done_by_revised", "is_checked_on_time", "is_done_unchecked")
    for (row, expected), found in zip(cases, in_order(con, "FROM fact_actions", len(cases)), strict=True):
        assert true_of(found, *watched) == expected, row
    due = [row["is_due"] for row in in_order(con, "FROM fact_actions", len(cases))]
    assert due == [True] * 5 + [False, True]


def test_actions_of_earlier_ombudsman_cases(con, tmp_path):
    """A case counts from its decision for five years; an action without a case held counts from its own day."""
    cases = [
        {"source_reference": "o1", "decided_on": date(2021, 3, 31)},
        {"source_reference": "o2", "decided_on": date(2021, 4, 1)},
    ]
    rows = [
        {"source": "ombudsman", "source_reference": reference, "opened_on": date(2025, 5, 1)}
        for reference in ("o1", "o2", "o9")
    ]
    made(con, tmp_path, [*rows, {"source": "complaint", "source_reference": "o2"}], cases=cases)
    ends = "FROM fact_action_months WHERE month_end = DATE '{}'"
    assert [row["is_earlier_case"] for row in in_order(con, ends.format("2026-03-31"), 4)] == [
        True,
        True,
        True,
        False,
    ]
    made(con, tmp_path, [*rows, {"source": "complaint", "source_reference": "o2"}], cases=[
        {**case, "decided_on": case["decided_on"] - timedelta(days=1)} for case in cases])  # fmt: skip
    assert [row["is_earlier_case"] for row in in_order(con, ends.format("2026-03-31"), 4)] == [
        False,
        True,
        True,
        False,
    ]


def test_repeated_faults_and_remedies(con, tmp_path):
    def case(number: int, decided: date, fault: str | None, outcome: str = "upheld") -> dict[str, Any]:
        return {
            "source_reference": f"o{number}",
            "decided_on": decided,
            "fault_category": fault,
            "outcome": outcome,
        }

    given_cases = [
        (case(1, date(2023, 1, 10), "review_delay"), set()),
        (case(2, date(2025, 1, 10), "review_delay"), {"is_repeat_fault"}),  # 24 months to the day
        (case(3, date(2027, 1, 11), "review_delay"), set()),  # 24 months and a day
        (case(4, date(2023, 2, 1), "transport", "not_upheld"), {"not upheld"}),
        (case(5, date(2023, 3, 1), "transport"), set()),  # the one before was not upheld
        (case(6, date(2023, 4, 1), None), {"no fault"}),
        (case(7, date(2023, 5, 1), None), {"no fault"}),  # two of no known kind repeat nothing
        (case(8, date(2023, 3, 1), "transport"), set()),  # decided on the same day
    ]
    remedies = [
        ({"done_on": None}, {"is_not_done"}),
        ({"done_on": date(2026, 2, 1)}, {"is_done_only"}),
        ({"done_on": date(2026, 2, 1), "satisfied_on": date(2026, 2, 15)}, {"is_satisfied", "is_on_time"}),
        ({"done_on": date(2026, 2, 1), "satisfied_on": date(2026, 2, 16)}, {"is_satisfied", "is_late"}),
        ({"due_on": TAKEN + timedelta(days=1)}, {"is_not_done", "not due"}),
    ]
    make_facts(
        con, tmp_path, audits=[], cases=[row for row, _ in given_cases],
        remedies=[{"remedy_number": n, **row} for n, (row, _) in enumerate(remedies, 1)], extracted={"990": TAKEN},
    )  # fmt: skip
    keys = "SELECT md5_number_upper('990|o' || n) AS key, n FROM range(1, 9) AS r(n)"
    rows = as_dicts(con, f"SELECT * FROM fact_ombudsman_cases JOIN ({keys}) ON key = case_key ORDER BY n")
    for (row, expected), found in zip(given_cases, rows, strict=True):
        said = {"is_decided", "is_investigated", "is_upheld", "has_fault"} | expected - {
            "not upheld",
            "no fault",
        }
        said -= {"is_upheld", "has_fault"} if "not upheld" in expected else set()
        said -= {"has_fault"} if "no fault" in expected else set()
        assert true_of(found) == said, row
    keys = "SELECT md5_number_upper('990|o1|' || n) AS key, n FROM range(1, 6) AS r(n)"
    rows = as_dicts(
        con, f"SELECT * FROM fact_ombudsman_remedies JOIN ({keys}) ON key = remedy_key ORDER BY n"
    )
    for (row, expected), found in zip(remedies, rows, strict=True):
        said = expected | {"is_remedy", "is_due"} if "not due" not in expected else expected | {"is_remedy"}
        assert true_of(found) == said - {"not due"}, row


def test_the_facts_have_the_columns_that_are_said(con, tmp_path):
    facts = made(con, tmp_path, [DONE])
    for name in ("actions", "action_movements", "action_months", "ombudsman_cases", "ombudsman_remedies"):
        columns = {row[0] for row in con.execute(f"DESCRIBE {facts[name]}").fetchall()}
        fact = schema.FACTS[name]
        assert columns == {fact.key, *fact.about, *fact.dates, *fact.breakdowns, *fact.numbers, *fact.yes_no}


# Whatever was sent, it balances
FIRST = date(2025, 1, 1)
days = st.integers(0, 440).map(lambda n: FIRST + timedelta(days=n))
maybe = st.none() | days
change = st.tuples(days, st.sampled_from(("moved", "done", "cancelled", "reopened")))
action = st.fixed_dictionaries(
    {"opened_on": days, "original_due_on": maybe, "revised_due_on": maybe, "done_on": maybe, "cancelled_on": maybe,
     "reopened_on": maybe, "source": st.sampled_from(("audit", "ombudsman", "scrutiny"))}
)  # fmt: skip
sent = st.lists(st.tuples(st.integers(0, 5), action, st.lists(change, max_size=5)), min_size=1, max_size=10)
"""Files one after another: each is an action's row with its changes; a later one of the same action corrects it."""


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=sent, until=days)
def test_the_ledger_balances_for_any_history_as_of_any_day(tmp_path, sent, until):
    """Openings, moves, completions, reopenings and corrections in any order; on any day what was opened and reopened by
    then is what was closed by then and what is open, and that is what walking through each action says."""
    held = {number: (row, changes) for number, row, changes in sent}
    actions, logged = [], []
    for number, (row, changes) in held.items():
        known = {name: None if isinstance(day, date) and name.endswith("ed_on") and day > until else day
                 for name, day in row.items() if name != "opened_on"}  # fmt: skip
        actions.append({**known, "action_reference": f"n{number}", "opened_on": min(row["opened_on"], until)})
        logged += [
            {"action_reference": f"n{number}", "change_number": at, "changed_on": day, "change": what,
             "new_due_on": day if what == "moved" else None}
            for at, (day, what) in enumerate(changes, 1) if day <= until
        ]  # fmt: skip
    with duckdb.connect() as con:
        facts = make_facts(
            con, tmp_path, audits=[], actions=actions, changes=logged, extracted={"990": until}
        )
        lines, entries = ledger.lines(con, facts)
        assert all(line.adds_up for line in lines)
        assert (
            sum(entries.values())
            == con.execute("SELECT count(*) FROM fact_action_movements").fetchall()[0][0]
        )
        open_now = con.execute("SELECT count(*) FILTER (is_new OR is_reopened) "
                               "- count(*) FILTER (is_done OR is_cancelled) "
                               "FROM fact_action_movements").fetchall()[0][0]  # fmt: skip
        states = con.execute("SELECT count(*), count(*) FILTER (is_open) FROM listed_actions").fetchall()[0]
        assert states == (len(actions), open_now)
        for line, after in pairwise(lines):
            if line.source == after.source:
                assert line.closing == after.opening
        for subject in {entry[3] for entry in ledger.steps(lines)}:
            parts = {part: rows for *_, of, part, rows in ledger.steps(lines) if of == subject}
            assert parts.pop("", 0) == sum(parts.values())


def test_an_action_that_is_lost_shows_in_the_balance(con, tmp_path):
    facts = made(con, tmp_path, [DONE, {}])
    lines, _ = ledger.lines(con, facts)
    assert all(line.adds_up for line in lines)
    con.execute("UPDATE fact_action_movements SET is_done = false, is_cancelled = false WHERE is_done")
    lines, _ = ledger.lines(con, facts)
    assert [line.month for line in lines if not line.adds_up] == [date(2025, 9, 30)]
    told = {entry[3] for entry in ledger.steps(lines)}
    assert told == {"audit", "audit 2025-09"}
