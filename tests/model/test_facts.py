"""What each column of the facts says, by hand-made rows."""

from __future__ import annotations

import hashlib
import re
from datetime import date, timedelta

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.model import people, schema
from tests.model.rows import AUDIT, EXTRACTED, HOLIDAYS, OTHERS, as_dicts, judged, make_facts

DONE = AUDIT["completed_on"]
DAY = timedelta(days=1)
ROLES = ("child", "parent", "staff")


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def true_of(row: dict) -> set[str]:
    return {name for name, value in row.items() if value is True}


def test_facts_are_what_the_schema_says(con, tmp_path):
    themes = {"learning_themes": ["Health advice"]}
    review = {"section_A_grade": "good", "advice_health_not_known": True, "plan_reference": "n1", **themes}
    learner = {"required_from": date(2025, 1, 1)}
    made = make_facts(
        con, tmp_path, audits=[themes], people=[{}], plans=[{}], reviews=[review], register=[{}], population=[{}],
        actions=[{}], cases=[{}], remedies=[{}],
        others={feed: [learner if feed == "training" else {}] for feed in OTHERS},
    )  # fmt: skip
    assert set(made) == set(schema.FACTS)
    for name, fact in schema.FACTS.items():
        kinds = {column: kind for column, kind, *_ in con.execute(f"DESCRIBE {made[name]}").fetchall()}
        expected = {fact.key, *fact.about, *fact.dates, *fact.breakdowns, *fact.yes_no, *fact.numbers}
        assert set(kinds) == expected
        assert kinds[fact.key] == "UBIGINT"
        assert {kinds[column] for column in fact.dates} == {"DATE"}
        assert {kinds[column] for column in fact.yes_no} <= {"BOOLEAN"}
        assert {kinds[column] for column in fact.numbers} <= {"BIGINT"}
        row = as_dicts(con, f"FROM {made[name]}")[0]
        assert all(row[column] is not None for column in (*fact.yes_no, *fact.breakdowns))
        assert set(fact.breakdowns) <= set(schema.BREAKDOWNS)


def test_facts_of_nothing_are_empty(con, tmp_path):
    made = make_facts(con, tmp_path, audits=[])
    assert all(con.execute(f"SELECT count(*) FROM {table}").fetchall() == [(0,)] for table in made.values())


def test_no_helper_tables_are_left(con, tmp_path):
    made = make_facts(con, tmp_path)
    tables = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    months = {name for name in tables if name == "ledger_months" or name.startswith("month_ends")}
    assert tables - months == set(made.values()), "the months are looked at again where rows are balanced"


def test_keys_are_the_same_everywhere_and_always(con, tmp_path):
    made = make_facts(
        con, tmp_path, people=[{"role": role} for role in ("child", "parent", "staff")], plans=[{}]
    )

    def little(text: bytes) -> int:
        return int.from_bytes(hashlib.md5(text).digest()[:8], "little")

    first_eight = little(b"990|a1")
    assert con.execute(f"SELECT audit_key FROM {made['audits']}").fetchall() == [(first_eight,)]

    def turned(bits: int) -> int:
        return (first_eight << bits | first_eight >> (64 - bits)) & (2**64 - 1)

    found = con.execute(
        f"SELECT role, audit_key, participant_key FROM {made['participants']} ORDER BY 1"
    ).fetchall()
    assert found == [
        ("child", first_eight, turned(21)),
        ("parent", first_eight, turned(42)),
        ("staff", first_eight, turned(63)),
    ]
    plan = little(b"990|ehcp|2026-01-01|2026-01-31|routine||")
    slot = little(f"{plan}|1".encode())
    assert con.execute(f"SELECT slot_key FROM {made['planned_audits']}").fetchall() == [(slot,)]


def test_completed_needs_the_status_and_the_day(con, tmp_path):
    cases = [
        ({}, True),
        ({"completed_on": None}, False),
        ({"status": "void"}, False),
        ({"status": "in_progress"}, False),
    ]
    rows = judged(con, tmp_path, [(audit, ()) for audit, _ in cases])
    assert [row["is_completed"] for row in rows] == [expected for _, expected in cases]


def test_void_audits_are_on_record_with_their_reason(con, tmp_path):
    void = {"status": "void", "completed_on": None}
    rows = judged(con, tmp_path, [({}, ()), (void | {"void_reason": "moved_away"}, ()), (void, ())])
    assert [(row["is_on_record"], row["is_void"], row["void_reason"]) for row in rows] == [
        (True, False, "unknown"),
        (True, True, "moved_away"),
        (True, True, "unknown"),
    ]


def test_random_and_thematic(con, tmp_path):
    audits = [{"selection": "targeted"}, {"audit_type": "thematic"}, {"selection": "complaint"}]
    rows = judged(con, tmp_path, [(audit, ()) for audit in audits])
    assert [(row["is_random"], row["is_thematic"]) for row in rows] == [
        (False, False),
        (True, True),
        (False, False),
    ]


FAMILY = {"is_family_contact_appropriate", "is_family_contact_not_appropriate", "is_contact_unknown"}
NO_ROW = "no row"


def test_contact_with_the_family_is_appropriate_not_appropriate_or_unknown(con, tmp_path):
    cases = [
        (True, True, "is_family_contact_appropriate"),
        (True, False, "is_family_contact_appropriate"),
        (False, True, "is_family_contact_appropriate"),
        (True, None, "is_family_contact_appropriate"),
        (False, False, "is_family_contact_not_appropriate"),
        (False, None, "is_contact_unknown"),
        (None, False, "is_contact_unknown"),
        (None, None, "is_contact_unknown"),
        (NO_ROW, False, "is_family_contact_not_appropriate"),
        (False, NO_ROW, "is_family_contact_not_appropriate"),
        (NO_ROW, True, "is_family_contact_appropriate"),
        (NO_ROW, None, "is_contact_unknown"),
        (NO_ROW, NO_ROW, "is_contact_unknown"),
    ]
    staff = {"role": "staff", "contact_appropriate": True}
    rows = judged(
        con,
        tmp_path,
        [
            (
                {},
                [
                    {"role": role, "contact_appropriate": answer}
                    for role, answer in (("child", child), ("parent", parent))
                    if answer is not NO_ROW
                ]
                + [staff],
            )
            for child, parent, _ in cases
        ],
    )
    for (child, parent, expected), row in zip(cases, rows, strict=True):
        refused = expected == "is_family_contact_not_appropriate"
        assert true_of(row) & FAMILY == {expected}, (child, parent)
        assert row["is_child_contact_appropriate"] is (child is True)
        assert row["is_parent_contact_appropriate"] is (parent is True)
        assert row["is_staff_contact_appropriate"]
        assert row["is_nobody_offered_not_appropriate"] is refused
        assert row["is_nobody_offered_no_reason"] is not refused


def test_offered_by_the_day_of_completion(con, tmp_path):
    cases = [
        ({"offered": True}, True),
        ({"offered": True, "offered_on": DONE}, True),
        ({"offered": True, "offered_on": DONE + DAY}, False),
        ({"offered": None, "offered_on": DONE}, True),
        ({"offered": None, "offered_on": None}, False),
        ({"offered": False}, False),
        ({"offered": False, "offered_on": DONE}, False),
    ]
    each = [(role, person, offered) for role in ROLES for person, offered in cases]
    rows = judged(con, tmp_path, [({}, [{"role": role, **person}]) for role, person, _ in each])
    for (role, person, offered), row in zip(each, rows, strict=True):
        family = offered and role != "staff"
        expected = {f"is_{role}_offered"} if offered else set()
        expected |= {"is_family_offered"} if family else {"is_nobody_offered"}
        assert {name for name in true_of(row) if name.endswith("_offered")} == expected, (role, person)


def test_a_reply_counts_with_an_offer_that_counts(con, tmp_path):
    cases = [
        ({"offered": True, "response": "accepted"}, True, True),
        ({"offered": True, "response": "declined"}, True, False),
        ({"offered": True, "response": "no_reply"}, False, False),
        ({"offered": True, "response": "not_yet"}, False, False),
        ({"offered": True, "response": None}, False, False),
        ({"offered": True, "offered_on": DONE + DAY, "response": "accepted"}, False, False),
        ({"offered": None, "response": "accepted"}, False, False),
    ]
    each = [(role, *case) for role in ROLES for case in cases]
    rows = judged(con, tmp_path, [({}, [{"role": role, **person}]) for role, person, *_ in each])
    for (role, person, replied, accepted), row in zip(each, rows, strict=True):
        assert (row[f"has_{role}_reply"], row[f"has_{role}_acceptance"]) == (replied, accepted), (
            role,
            person,
        )


def test_contributed_by_the_day_of_completion_and_not_from_the_file(con, tmp_path):
    cases = [
        ({"contributed_on": DONE, "mode": "conversation"}, True),
        ({"contributed_on": DONE, "mode": None}, True),
        ({"contributed_on": DONE, "mode": "observation"}, True),
        ({"contributed_on": DONE, "mode": "existing_record"}, False),
        ({"contributed_on": DONE + DAY, "mode": "conversation"}, False),
        ({"contributed_on": None, "mode": "conversation"}, False),
        ({"contributed_on": DONE, "mode": "conversation", "offered": False}, True),
    ]
    each = [(role, *case) for role in ROLES for case in cases]
    rows = judged(con, tmp_path, [({}, [{"role": role, **person}]) for role, person, _ in each])
    for (role, person, contributed), row in zip(each, rows, strict=True):
        family = role != "staff"
        assert row[f"has_{role}_contribution"] is contributed, (role, person)
        assert row["has_family_contribution"] is (contributed and family)
        assert not row["has_child_and_parent_contribution"]
        assert row["is_existing_record_only"] is (person["mode"] == "existing_record" and family)


def test_contributions_of_two_and_beside_views_on_file(con, tmp_path):
    both = [{"role": role, "contributed_on": DONE} for role in ("child", "parent")]
    file = {"role": "parent", "mode": "existing_record"}
    unfinished = {"completed_on": None, "status": "in_progress"}
    rows = judged(con, tmp_path, [({}, both), ({}, [both[0], file]), (unfinished, both)])
    family = ("has_child_and_parent_contribution", "has_family_contribution", "is_existing_record_only")
    assert [tuple(row[name] for name in family) for row in rows] == [
        (True, True, False),
        (False, True, False),
        (False, False, False),
    ]


def test_told_needs_a_contribution_that_counts(con, tmp_path):
    told = {"told_outcome_on": DONE + DAY}
    people_of = [
        {"contributed_on": DONE, **told},
        {"contributed_on": DONE},
        told,
        {"contributed_on": DONE, "mode": "existing_record", **told},
    ]
    each = [(role, person) for role in ROLES for person in people_of]
    rows = judged(con, tmp_path, [({}, [{"role": role, **person}]) for role, person in each])
    found = [row[f"is_{role}_told"] for (role, _), row in zip(each, rows, strict=True)]
    assert found == [True, False, False, False] * 3


def test_agreed_grade(con, tmp_path):
    grades = ["outstanding", "good", "requires_improvement", "inadequate", "?", None]
    rows = judged(con, tmp_path, [({"agreed_grade": grade, "auditor_grade": "good"}, ()) for grade in grades])
    about_grades = {f"is_{grade}" for grade in grades[:4]} | {"is_good_or_better", "has_agreed_grade"}
    assert [true_of(row) & about_grades for row in rows] == [
        {"has_agreed_grade", "is_outstanding", "is_good_or_better"},
        {"has_agreed_grade", "is_good", "is_good_or_better"},
        {"has_agreed_grade", "is_requires_improvement"},
        {"has_agreed_grade", "is_inadequate"},
        set(),
        set(),
    ]


def test_moderated_by_somebody_else(con, tmp_path):
    both, day, drawn = (
        {"moderator": "m", "auditor": "a"},
        {"moderated_on": DONE},
        {"moderation_selection": "random"},
    )
    cases = [
        ({**both, **day, **drawn}, True, True),
        ({**both, **day, "moderation_selection": "all"}, True, False),
        ({**both, "moderator_grade": "good"}, True, False),
        ({"moderator": "m", **day}, True, False),
        ({"moderator": "a", "auditor": "a", **day, **drawn}, False, False),
        ({"auditor": "a", **day}, False, False),
        (day, False, False),
        (both, False, False),
        ({**both, "moderator_grade": "?"}, False, False),
    ]
    rows = judged(con, tmp_path, [(audit, ()) for audit, *_ in cases])
    for (audit, moderated, at_random), row in zip(cases, rows, strict=True):
        assert (row["is_moderated"], row["is_moderated_random"]) == (moderated, at_random), audit


def test_mental_health(con, tmp_path):
    answers = [(True, True), (True, None), (False, None), (None, None)]
    names = ("mental_health_relevant", "mental_health_considered")
    rows = judged(con, tmp_path, [(dict(zip(names, answer, strict=True)), ()) for answer in answers])
    found = [
        (
            row["has_mental_health_answer"],
            row["is_mental_health_relevant"],
            row["is_mental_health_considered"],
        )
        for row in rows
    ]
    assert found == [(True, True, True), (True, True, False), (True, False, False), (False, False, False)]


def test_breakdowns_that_are_empty_or_unreadable_are_unknown(con, tmp_path):
    audits = [
        {"team": "North", "ethnicity": "AIND", "interpreter": True},
        {"team": "?", "ethnicity": "?", "interpreter": False},
        {"team": None, "ethnicity": None, "interpreter": None},
        {"ethnicity": "REFU"},
        {"ethnicity": "XXXX"},
    ]
    rows = judged(con, tmp_path, [(audit, ()) for audit in audits])
    names = ("team", "ethnicity", "ethnic_group", "interpreter")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("North", "AIND", "Asian", "yes"),
        ("unknown", "unknown", "unknown", "no"),
        ("unknown", "unknown", "unknown", "unknown"),
        ("unknown", "REFU", "unknown", "unknown"),
        ("unknown", "XXXX", "unknown", "unknown"),
    ]


def test_several_parents_are_one_participant(con, tmp_path):
    first = {
        "person_number": 1, "contact_appropriate": False, "not_appropriate_reason": "moved_away", "offered": False,
        "response": "no_reply", "mode": "existing_record", "rating_listened": "strongly_agree",
    }  # fmt: skip
    second = {
        "person_number": 2, "contact_appropriate": True, "offered": True, "offered_on": DONE - 2 * DAY,
        "response": "accepted", "contributed_on": DONE - DAY, "mode": "written", "rating_listened": "neither",
        "told_outcome_on": DONE + 3 * DAY,
    }  # fmt: skip
    third = {"person_number": 3, "offered": True, "offered_on": DONE - 5 * DAY, "response": "declined"}
    [row] = judged(con, tmp_path, [({}, [first, second, third])], "participants")
    assert true_of(row) == {
        "is_completed", "is_parent", "is_family", "is_contact_appropriate", "is_offered", "is_offer_mature",
        "is_random", "has_replied", "has_accepted", "has_contributed", "has_existing_record", "is_told", "is_told_due",
        "is_told_in_time", "has_rating_listened",
    }  # fmt: skip
    assert row["rating_listened"] == "neither"  # the least favourable of the ratings
    assert row["offered_on"] == DONE - 5 * DAY
    assert row["contributed_on"] == DONE - DAY
    assert row["told_outcome_on"] == DONE + 3 * DAY
    assert (row["mode"], row["response"], row["not_appropriate_reason"]) == (
        "written",
        "accepted",
        "moved_away",
    )


def test_contact_is_not_appropriate_only_if_it_is_so_for_everyone(con, tmp_path):
    refused = {"person_number": 1, "contact_appropriate": False}
    others = [{"person_number": 2, "contact_appropriate": answer} for answer in (False, None, True)]
    rows = judged(con, tmp_path, [({}, [refused, other]) for other in others], "participants")
    assert [row["is_contact_not_appropriate"] for row in rows] == [True, False, False]


def test_mode_and_reason_of_several_are_the_first_persons_who_has_one(con, tmp_path):
    three = [
        {"person_number": 3, "contributed_on": DONE, "mode": "survey"},
        {"person_number": None, "contributed_on": DONE, "mode": None},
        {"person_number": 2, "contributed_on": DONE, "mode": "advocate"},
    ]
    rows = judged(con, tmp_path, [({}, three), ({}, three[1:2])], "participants")
    assert [row["mode"] for row in rows] == ["advocate", "unknown"]


def test_one_person_folds_as_several_do(con, tmp_path):
    """A row alone goes a shorter way than rows that share a role; both must say the same."""
    persons = [
        {"contact_appropriate": True, "offered": True, "offered_on": DONE - DAY, "response": "accepted",
         "contributed_on": DONE, "mode": "written", "told_outcome_on": DONE + DAY, "rating_listened": "agree"},
        {"contact_appropriate": False, "not_appropriate_reason": "too_young", "mode": "existing_record"},
        {"offered": True, "response": "?", "contributed_on": DONE, "mode": "?", "rating_difference": "disagree"},
    ]  # fmt: skip
    twice = [[{**person, "person_number": n} for n in (1, 2)] for person in persons]
    rows = judged(
        con, tmp_path, [({}, [person]) for person in persons] + [({}, two) for two in twice], "participants"
    )
    for row in rows:
        del row["reference"], row["audit_key"], row["participant_key"]
    assert rows[:3] == rows[3:]
    assert rows[2]["has_contributed"]
    assert (rows[2]["mode"], rows[2]["response"], rows[2]["rating_difference"]) == (
        "unknown",
        "unknown",
        "disagree",
    )


def test_participants_without_an_audit_count_in_nothing(con, tmp_path):
    made = make_facts(con, tmp_path, people=[{"audit_reference": "another", "contributed_on": DONE}])
    assert con.execute(f"SELECT count(*) FROM {made['participants']}").fetchall() == [(0,)]
    assert con.execute(f"SELECT has_parent_contribution FROM {made['audits']}").fetchall() == [(False,)]


def test_the_same_reference_in_two_councils_is_two_audits(con, tmp_path):
    contributed = {"council": "991", "contributed_on": DONE}
    made = make_facts(con, tmp_path, audits=[{}, {"council": "991"}], people=[contributed])
    found = con.execute(
        f"SELECT council, has_parent_contribution FROM {made['audits']} ORDER BY 1"
    ).fetchall()
    assert found == [("990", False), ("991", True)]


def test_an_offer_is_mature_after_21_days_by_the_councils_own_day_of_extraction(con, tmp_path):
    other = date(2026, 2, 1)
    unfinished = {"status": "in_progress", "completed_on": None}
    cases = [
        (council, day - days * DAY, days >= 21)
        for council, day in (("990", EXTRACTED), ("991", other))
        for days in (20, 21, 22)
    ]
    rows = judged(
        con,
        tmp_path,
        [
            ({**unfinished, "council": council}, [{"offered": True, "offered_on": on}])
            for council, on, _ in cases
        ],
        "participants",
        extracted={"990": EXTRACTED, "991": other},
    )
    assert all(row["is_offered"] for row in rows)
    assert [row["is_offer_mature"] for row in rows] == [mature for *_, mature in cases]


def test_offers_and_deadlines_are_judged_by_the_day_that_participation_was_taken(con, tmp_path):
    """Audits taken a month later say nothing of who answered or was told since."""
    due = date(2026, 2, 12)  # 20 working days after completion
    rows = judged(
        con,
        tmp_path,
        [({"completed_on": date(2026, 1, 15)}, [{"offered": True, "offered_on": date(2026, 1, 10)}])] * 2,
        "participants",
        extracted={"990": due + 30 * DAY},
        participation_extracted={"990": due - 13 * DAY},  # 20 days after the offer
    )
    assert [(row["is_offer_mature"], row["is_told_due"]) for row in rows] == [(False, False)] * 2


def test_told_within_20_working_days(con, tmp_path):
    due_of = {
        date(2026, 1, 15): date(2026, 2, 12),  # Thursday; no holiday: four weeks
        date(2026, 1, 17): date(2026, 2, 13),  # Saturday: counting begins on Monday 19 January
        date(2025, 12, 12): date(2026, 1, 14),  # Christmas Day, Boxing Day and New Year's Day left out
        date(2026, 3, 20): date(2026, 4, 21),  # Good Friday 3 April and Easter Monday 6 April left out
        date(2026, 12, 24): date(2027, 1, 26),  # Boxing Day falls on Saturday, so Monday 28 December is off
    }
    each = [
        (done, told, expected)
        for done, due in due_of.items()
        for told, expected in ((due, True), (due + DAY, False), (None, False))
    ]
    rows = judged(
        con,
        tmp_path,
        [({"completed_on": on}, [{"contributed_on": on, "told_outcome_on": told}]) for on, told, _ in each],
        "participants",
        extracted={"990": date(2027, 6, 1)},
    )
    for (done, told, in_time), row in zip(each, rows, strict=True):
        assert row["told_due_on"] == due_of[done]
        assert (row["is_told"], row["is_told_in_time"]) == (told is not None, in_time), done


def test_the_deadline_is_due_once_it_has_passed(con, tmp_path):
    extracted = {"990": date(2026, 2, 12), "991": date(2026, 2, 13)}
    cases = [({"council": council}, [{"contributed_on": DONE}]) for council in extracted]
    rows = judged(con, tmp_path, cases, "participants", extracted=extracted)
    assert [(row["told_due_on"], row["is_told_due"]) for row in rows] == [
        (date(2026, 2, 12), False),
        (date(2026, 2, 12), True),
    ]


@given(st.dates(date(2019, 1, 1), date(2028, 6, 1)), st.integers(1, 40))
def test_working_days_counted_one_by_one(start, count):
    day, left = start, count
    while left:
        day += DAY
        left -= day.weekday() < 5 and day not in HOLIDAYS
    [found] = people.add_working_days(np.array([start], dtype="datetime64[D]"), count, HOLIDAYS)
    assert found == np.datetime64(day)


def test_ratings(con, tmp_path):
    ratings = ["strongly_agree", "agree", "neither", "disagree", "strongly_disagree", "?", None]
    given_people = [{"rating_listened": rating, "rating_difference": rating} for rating in ratings]
    rows = judged(con, tmp_path, [({}, [person]) for person in given_people], "participants")
    for rating, row in zip(ratings, rows, strict=True):
        answered, agrees = rating not in ("?", None), rating in ("strongly_agree", "agree")
        shown = rating if answered else "unknown"
        assert (row["has_rating_listened"], row["is_listened_to"], row["rating_listened"]) == (
            answered,
            agrees,
            shown,
        )
        assert (row["has_rating_difference"], row["is_difference_made"]) == (answered, agrees)


def test_a_council_without_a_day_of_extraction_is_refused(con, tmp_path):
    with pytest.raises(ValueError, match="No day of extraction for council 991"):
        make_facts(con, tmp_path, people=[{}, {"council": "991"}], extracted={"990": EXTRACTED})


def test_all_that_people_tell_of_an_audit_is_known_to_be_told_by_them():
    """Nothing else notices a new column of theirs that is counted past the day on which participation was taken."""
    of_people = re.compile("child|parent|staff|family|nobody|contact|existing")
    named = {name for name in schema.AUDITS.yes_no if of_people.search(name)}
    assert set(schema.AUDITS.told_by["participation"]) == named - {"is_child_in_audit", "is_parent_in_audit"}
