"""What each column of the facts about plans says, by hand-made rows."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.model import plans, schema
from pipelines.model.plan_reviews import ADVICE_DAYS, CRITERIA
from tests.model.rows import EXTRACTED, as_dicts, make_facts

DAY = timedelta(days=1)
ASKED = date(2025, 10, 1)
REVIEWED = date(2026, 1, 15)
ISSUED = date(2026, 1, 15)


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def true_of(row: dict[str, Any], *but: str) -> set[str]:
    return {name for name, value in row.items() if value is True} - set(but)


def reviewed(con: duckdb.DuckDBPyConnection, folder: Path, rows: list[dict[str, Any]]) -> dict[str, str]:
    """Facts of reviews r0, r1 and so on, with no audits."""
    given_rows = [{"review_reference": f"r{n}", **row} for n, row in enumerate(rows)]
    return make_facts(con, folder, audits=[], reviews=given_rows)


def in_order(con: duckdb.DuckDBPyConnection, made: dict[str, str], number: int) -> list[dict[str, Any]]:
    """The reviews of the fact in the order in which they were given."""
    [keys] = con.execute(
        f"SELECT list(md5_number_upper('990|r' || n) ORDER BY n) FROM range({number}) AS r(n)"
    ).fetchall()
    rows = {row["review_key"]: row for row in as_dicts(con, f"FROM {made['plan_reviews']}")}
    return [rows[key] for key in keys[0]]


def test_what_a_review_says(con, tmp_path):
    moderated = {"reviewer": "p1", "moderator": "p2", "moderated_on": REVIEWED}
    cases = [
        ({}, set()),
        ({"status": "in_progress", "reviewed_on": None}, {"not completed"}),
        ({"reviewed_on": None}, {"not completed"}),
        ({"selection": "targeted"}, {"not random"}),
        ({"agreed_grade": "outstanding"}, {"has_agreed_grade", "is_good_or_better"}),
        ({"agreed_grade": "good"}, {"has_agreed_grade", "is_good_or_better"}),
        ({"agreed_grade": "requires_improvement"}, {"has_agreed_grade", "is_requires_improvement"}),
        ({"agreed_grade": "inadequate"}, {"has_agreed_grade", "is_inadequate"}),
        ({"agreed_grade": "?"}, set()),
        ({"reviewer_grade": "good"}, {"has_reviewer_grade", "is_good_or_better_reviewer"}),
        ({"reviewer_grade": "inadequate"}, {"has_reviewer_grade", "is_inadequate_reviewer"}),
        (
            {"reviewer_grade": "good", "moderator_grade": "inadequate"},
            {
                "has_reviewer_grade",
                "is_good_or_better_reviewer",
                "has_moderator_grade",
                "has_both_grades",
                "is_different_grade",
                "is_moderator_lower",
            },
        ),
        ({"moderator_grade": "good"}, {"has_moderator_grade", "is_good_or_better_moderator"}),
        (moderated, {"is_moderated"}),
        ({**moderated, "moderation_selection": "random"}, {"is_moderated", "is_moderated_random"}),
        ({**moderated, "moderator": "p1"}, set()),
        ({**moderated, "moderator": None}, set()),
        ({"moderator": "p2"}, set()),
        ({"moderator": "p2", "moderator_grade": "inadequate"}, {"has_moderator_grade", "is_moderated"}),
    ]
    made = reviewed(con, tmp_path, [row for row, _ in cases])
    always = {"is_completed", "is_random"}
    for (given_row, said), row in zip(cases, in_order(con, made, len(cases)), strict=True):
        expected = (said | always) - {"not completed", "not random"}
        expected -= {"is_completed"} if "not completed" in said else set()
        expected -= {"is_random"} if "not random" in said else set()
        assert true_of(row) == expected, given_row


@pytest.mark.parametrize("column", CRITERIA)
def test_not_applicable_and_nothing_said_are_neither_met_nor_not_met(con, tmp_path, column):
    answers = ["met", "partly", "not_met", "not_applicable", "?", None]
    made = reviewed(con, tmp_path, [{column: answer} for answer in answers])
    found = [true_of(row, "is_completed", "is_random") for row in in_order(con, made, len(answers))]
    answered, met = CRITERIA[column]
    assert found == [{answered, met}, {answered}, {answered}, set(), set(), set()]


def test_breakdowns_of_a_review(con, tmp_path):
    rows = [
        {"plan_type": None, "plan_stage": None, "plan_kind_reviewed": "amended", "ethnicity": "AIND", "team": "North"},
        {"plan_type": "?", "plan_stage": "draft", "plan_kind_reviewed": "?", "ethnicity": "REFU", "age_band": "0-4"},
    ]  # fmt: skip
    made = reviewed(con, tmp_path, rows)
    names = (
        "plan_type",
        "plan_stage",
        "plan_kind_reviewed",
        "ethnic_group",
        "team",
        "age_band",
        "primary_need",
    )
    assert [tuple(row[name] for name in names) for row in in_order(con, made, 2)] == [
        ("EHCP", "unknown", "amended", "Asian", "North", "unknown", "unknown"),
        ("unknown", "draft", "unknown", "unknown", "unknown", "0-4", "unknown"),
    ]


def test_a_section_is_there_where_it_has_a_grade(con, tmp_path):
    rows = [
        {"section_A_grade": "outstanding", "section_F_grade": "inadequate", "section_H1_grade": "good"},
        {"section_F_grade": "requires_improvement", "section_K_grade": "?", "plan_kind_reviewed": "existing"},
        {"section_B_grade": "good", "selection": "targeted", "status": "void"},
    ]
    made = reviewed(con, tmp_path, rows)
    found = as_dicts(con, f"FROM {made['plan_sections']} ORDER BY section_by_kind")
    assert [(row["section"], row["section_by_kind"], true_of(row, "is_graded")) for row in found] == [
        ("A", "A|new", {"is_completed", "is_random", "is_good_or_better"}),
        ("B", "B|new", {"is_good_or_better"}),
        ("F", "F|existing", {"is_completed", "is_random", "is_requires_improvement"}),
        ("F", "F|new", {"is_completed", "is_random", "is_inadequate"}),
        ("H1", "H1|new", {"is_completed", "is_random", "is_good_or_better"}),
    ]
    assert len({row["section_key"] for row in found}) == 5
    assert {row["review_key"] for row in found} <= {row["review_key"] for row in in_order(con, made, 3)}


def test_a_request_for_advice(con, tmp_path):
    due = ASKED + timedelta(days=ADVICE_DAYS)
    always = {"is_completed", "is_random", "is_asked"}
    young = EXTRACTED - timedelta(days=ADVICE_DAYS)
    cases = [
        ({"asked_on": ASKED}, {"is_due"}),
        ({"asked_on": ASKED, "received_on": due}, {"is_due", "is_received", "is_on_time"}),
        ({"asked_on": ASKED, "received_on": due + DAY}, {"is_due", "is_received"}),
        ({"asked_on": ASKED, "not_known": True}, {"is_due", "is_not_known"}),
        ({"asked_on": ASKED, "not_known": True, "received_on": due}, {"is_due", "is_received", "is_on_time"}),
        ({"asked_on": young - DAY}, {"is_due"}),
        (
            {"asked_on": young, "received_on": EXTRACTED},
            {"is_received", "is_on_time"},
        ),  # not due yet, so in no share
        ({"received_on": due}, {"is_received"}),
        ({"not_known": True}, {"is_not_known"}),
        ({"received_on": due, "quality": "met"}, {"is_received", "has_quality", "is_good"}),
        ({"received_on": due, "quality": "partly"}, {"is_received", "has_quality"}),
        ({"received_on": due, "quality": "not_applicable"}, {"is_received"}),
        ({"asked_on": young, "quality": "met"}, set()),
    ]
    rows = [{f"advice_social_care_{name}": value for name, value in cells.items()} for cells, _ in cases]
    nothing = [{}, {"advice_health_not_known": False}, {"advice_health_quality": "not_applicable"}]
    made = reviewed(con, tmp_path, [*rows, *nothing])
    found = {row["review_key"]: row for row in as_dicts(con, f"FROM {made['plan_advice']}")}
    keys = [row["review_key"] for row in in_order(con, made, len(cases) + len(nothing))]
    assert set(found) == set(keys[: len(cases)]), "nobody was asked in the others"
    for (cells, said), key in zip(cases, keys, strict=False):
        assert true_of(found[key]) == said | always, cells
        assert found[key]["advice_source_by_kind"] == "social_care|new"


def test_one_row_for_each_source_that_was_asked(con, tmp_path):
    row = {
        f"advice_{source}_asked_on": ASKED for source in ("health", "social_care", "educational_psychology")
    }
    made = reviewed(con, tmp_path, [row, {"advice_health_not_known": True, "plan_kind_reviewed": "existing"}])
    found = con.execute(f"SELECT advice_source_by_kind FROM {made['plan_advice']} ORDER BY ALL").fetchall()
    assert [group for (group,) in found] == [
        "educational_psychology|new", "health|existing", "health|new", "social_care|new",
    ]  # fmt: skip


def test_a_plan_of_the_register(con, tmp_path):
    twenty_weeks = ISSUED - timedelta(days=plans.ISSUE_DAYS)
    always = {"is_issued", "is_ehc_plan"}
    cases = [
        ({}, {"has_no_exception"}, None),
        ({"requested_on": twenty_weeks}, {"has_no_exception", "has_request", "is_within_twenty_weeks"}, 140),
        ({"requested_on": twenty_weeks - DAY}, {"has_no_exception", "has_request"}, 141),
        ({"requested_on": ISSUED}, {"has_no_exception", "has_request", "is_within_twenty_weeks"}, 0),
        ({"exceptions_apply": True}, {"has_exception"}, None),
        ({"exceptions_apply": False}, {"has_no_exception"}, None),
        ({"plan_type": "ISP"}, {"has_no_exception", "not ehc"}, None),
        ({"plan_type": "?"}, {"has_no_exception", "not ehc"}, None),
        ({"plan_type": "EHCP"}, {"has_no_exception"}, None),
    ]
    register = [{"plan_reference": f"n{n}", **row} for n, (row, *_) in enumerate(cases)]
    made = make_facts(con, tmp_path, audits=[], register=register)
    found = as_dicts(con, f"SELECT * FROM {made['plans']}")
    [keys] = con.execute(
        "SELECT list(md5_number_upper('990|n' || n) ORDER BY n) FROM range(9) AS r(n)"
    ).fetchall()
    rows = {row["plan_key"]: row for row in found}
    for key, (given_row, said, days) in zip(keys[0], cases, strict=True):
        expected = (said | always) - {"not ehc"} - ({"is_ehc_plan"} if "not ehc" in said else set())
        assert (true_of(rows[key]), rows[key]["days_to_issue"]) == (expected, days), given_row


def test_months_of_a_plan_and_who_looked_at_it(con, tmp_path):
    """Audits begin in February 2024, data was taken on 15 April 2026: months' ends from February 2024 to March 2026.

    By hand. n1 (of c1): active throughout. c1 was audited on 10 February 2024, which counts in the 24 months to
    January 2026 and not in those to February. n2 (c2): issued in March 2024, ended on 31 August 2024, so not active at
    the end of August; reviewed on 5 April 2024, though the review names c9. n3: of another child c1 too, issued 1 March
    2026; an audit of c1 counts, which is too old by then. n4 (c4): its review names a plan that the register does not
    have, so the child's plan counts, from 31 January 2026. The audit under way and the void review count for nothing.
    """
    audits = [
        {"audit_reference": "a1", "child_reference": "c1", "completed_on": date(2024, 2, 10)},
        {"audit_reference": "a2", "child_reference": "c4", "completed_on": None, "status": "in_progress"},
        {"audit_reference": "a3", "child_reference": None, "completed_on": date(2025, 1, 1)},
    ]
    reviews = [
        {
            "review_reference": "r1",
            "plan_reference": "n2",
            "child_reference": "c9",
            "reviewed_on": date(2024, 4, 5),
        },
        {
            "review_reference": "r2",
            "plan_reference": "n9",
            "child_reference": "c4",
            "reviewed_on": date(2026, 1, 31),
        },
        {"review_reference": "r3", "plan_reference": "n1", "reviewed_on": date(2026, 3, 1), "status": "void"},
    ]
    register = [
        {"plan_reference": "n1", "child_reference": "c1", "issued_on": date(2020, 1, 1)},
        {
            "plan_reference": "n2",
            "child_reference": "c2",
            "issued_on": date(2024, 3, 31),
            "ceased_on": date(2024, 8, 31),
        },
        {"plan_reference": "n3", "child_reference": "c1", "issued_on": date(2026, 3, 1)},
        {
            "plan_reference": "n4",
            "child_reference": "c4",
            "issued_on": date(2025, 12, 31),
            "primary_need": "ASD",
        },
    ]
    made = make_facts(con, tmp_path, audits=audits, reviews=reviews, register=register)
    [keys] = con.execute(
        "SELECT list(md5_number_upper('990|n' || n) ORDER BY n) FROM range(1, 5) AS r(n)"
    ).fetchall()
    found: dict[str, dict[date, dict[str, Any]]] = {f"n{n}": {} for n in range(1, 5)}
    for row in as_dicts(con, f"FROM {made['plan_months']}"):
        found[f"n{keys[0].index(row['plan_key']) + 1}"][row["month_end"]] = row
    assert (min(found["n1"]), max(found["n1"]), len(found["n1"])) == (
        date(2024, 2, 29),
        date(2026, 3, 31),
        26,
    )
    assert sorted(found["n2"]) == [date(2024, month, 30 + (month in (3, 5, 7))) for month in range(3, 8)]
    assert list(found["n3"]) == [date(2026, 3, 31)]
    assert sorted(found["n4"]) == [
        date(2025, 12, 31),
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
    ]
    looked = {
        name: {end: true_of(row, "is_active", "is_ehc_plan") for end, row in rows.items()}
        for name, rows in found.items()
    }
    assert {end for end, said in looked["n1"].items() if said} == {
        end for end in found["n1"] if end < date(2026, 2, 1)
    }
    assert all(said in (set(), {"is_audited", "is_looked_at"}) for said in looked["n1"].values())
    assert {end for end, said in looked["n2"].items() if said == {"is_reviewed", "is_looked_at"}} == set(
        found["n2"]
    ) - {date(2024, 3, 31)}
    assert looked["n3"] == {date(2026, 3, 31): set()}
    assert {end: bool(said) for end, said in sorted(looked["n4"].items())} == {
        date(2025, 12, 31): False, date(2026, 1, 31): True, date(2026, 2, 28): True, date(2026, 3, 31): True,
    }  # fmt: skip
    every = [row for rows in found.values() for row in rows.values()]
    assert len({row["plan_month_key"] for row in every}) == len(every)
    assert {row["primary_need"] for row in found["n4"].values()} == {"ASD"}


def test_without_audits_or_reviews_no_month_says_that_plans_were_not_looked_at(con, tmp_path):
    made = make_facts(con, tmp_path, audits=[], register=[{}])
    assert con.execute(f"SELECT count(*) FROM {made['plans']}").fetchall() == [(1,)]
    assert con.execute(f"SELECT count(*) FROM {made['plan_months']}").fetchall() == [(0,)]


def test_empty_facts_have_the_columns_and_types_of_full_ones(con, tmp_path):
    review = {"section_A_grade": "good", "advice_health_not_known": True}
    (tmp_path / "full").mkdir()
    full = make_facts(con, tmp_path / "full", reviews=[review], register=[{}])
    kinds = {fact: con.execute(f"DESCRIBE {table}").fetchall() for fact, table in full.items()}
    (tmp_path / "empty").mkdir()
    empty = make_facts(con, tmp_path / "empty", audits=[])
    for fact in ("plan_reviews", "plan_sections", "plan_advice", "plans", "plan_months"):
        found = con.execute(f"DESCRIBE {empty[fact]}").fetchall()
        assert [row[:2] for row in found] == [row[:2] for row in kinds[fact]], fact


@given(st.dates(date(2015, 1, 1), date(2030, 1, 1)), st.integers(0, 3000), st.integers(1, 80))
def test_month_ends_that_can_be_judged(first, days, longest):
    last = first + timedelta(days=days)
    found = plans.covered_months(first, last, longest)
    ends = [end for end, _ in found]
    assert all((end + DAY).day == 1 and end <= last for end in ends)
    assert len(ends) <= longest
    assert ends == sorted(set(ends))
    if ends:
        assert last < (ends[-1] + DAY + timedelta(days=31)), "the last month that is over is there"
        assert ends[0] >= first or (ends[0].year, ends[0].month) == (first.year, first.month)
    for end, since in found:
        assert since.day == 1
        assert (end.year * 12 + end.month) - (since.year * 12 + since.month) == plans.COVERED_MONTHS - 1


def test_the_day_of_extraction_is_the_earliest_of_the_feeds_that_a_council_sends():
    extracted = {
        "case_audits": {"990": date(2026, 4, 3)},
        "active_plans": {"990": date(2026, 5, 1), "991": date(2026, 6, 1)},
    }
    feeds = ("active_plans", "case_audits", "plan_reviews")
    assert schema.extraction_day(extracted, feeds, "990") == date(2026, 4, 3)
    assert schema.extraction_day(extracted, feeds, "991") == date(2026, 6, 1)
    with pytest.raises(ValueError, match="No day of extraction for council 992"):
        schema.extraction_day(extracted, feeds, "992")


def test_reviews_without_a_day_of_extraction_are_refused(con, tmp_path):
    with pytest.raises(ValueError, match="No day of extraction for council 991"):
        make_facts(con, tmp_path, audits=[], reviews=[{}, {"council": "991"}], extracted={"990": EXTRACTED})
