"""What each column of the facts says, by hand-made rows."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.model import people, schema
from tests.model.rows import AUDIT, EXTRACTED, HOLIDAYS, as_dicts, make_facts

DONE = AUDIT["completed_on"]
DAY = timedelta(days=1)


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def audit_of(con, folder, *people_of, **audit) -> dict:
    made = make_facts(con, folder, audits=[audit], people=people_of)
    [row] = as_dicts(con, f"FROM {made['audits']}")
    return row


def person_of(con, folder, *people_of, audit=None, **more) -> dict:
    made = make_facts(con, folder, audits=[audit or {}], people=people_of, **more)
    [row] = as_dicts(con, f"FROM {made['participants']}")
    return row


def true_of(row: dict) -> set[str]:
    return {name for name, value in row.items() if value is True}


def test_facts_are_what_the_schema_says(con, tmp_path):
    made = make_facts(con, tmp_path, people=[{}], plans=[{}])
    assert set(made) == set(schema.FACTS)
    for name, fact in schema.FACTS.items():
        kinds = {column: kind for column, kind, *_ in con.execute(f"DESCRIBE {made[name]}").fetchall()}
        expected = {fact.key, *fact.about, *fact.dates, *fact.breakdowns, *fact.yes_no}
        assert set(kinds) == expected
        assert kinds[fact.key] == "UBIGINT"
        assert {kinds[column] for column in fact.dates} == {"DATE"}
        assert {kinds[column] for column in fact.yes_no} == {"BOOLEAN"}
        [row] = as_dicts(con, f"FROM {made[name]}")
        assert all(row[column] is not None for column in (*fact.yes_no, *fact.breakdowns))
        assert set(fact.breakdowns) <= set(schema.BREAKDOWNS)


def test_facts_of_nothing_are_empty(con, tmp_path):
    made = make_facts(con, tmp_path, audits=[])
    assert all(con.execute(f"SELECT count(*) FROM {table}").fetchall() == [(0,)] for table in made.values())


def test_no_helper_tables_are_left(con, tmp_path):
    made = make_facts(con, tmp_path)
    tables = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert tables == set(made.values())


def test_keys_are_the_same_everywhere_and_always(con, tmp_path):
    made = make_facts(con, tmp_path, people=[{"role": role} for role in ("child", "parent", "staff")], plans=[{}])
    first_eight = int.from_bytes(hashlib.md5(b"990|a1").digest()[:8], "little")
    assert con.execute(f"SELECT audit_key FROM {made['audits']}").fetchall() == [(first_eight,)]

    def turned(bits: int) -> int:
        return (first_eight << bits | first_eight >> (64 - bits)) & (2**64 - 1)

    found = con.execute(f"SELECT role, audit_key, participant_key FROM {made['participants']} ORDER BY 1").fetchall()
    assert found == [
        ("child", first_eight, turned(21)),
        ("parent", first_eight, turned(42)),
        ("staff", first_eight, turned(63)),
    ]
    assert con.execute(f"SELECT slot_key FROM {made['planned_audits']}").fetchall() == [(9317262866155586906,)]


@pytest.mark.parametrize(
    ("audit", "completed"),
    [
        ({}, True),
        ({"completed_on": None}, False),
        ({"status": "void"}, False),
        ({"status": "in_progress"}, False),
    ],
)
def test_completed_needs_the_status_and_the_day(con, tmp_path, audit, completed):
    assert audit_of(con, tmp_path, **audit)["is_completed"] is completed


def test_random_and_thematic(con, tmp_path):
    plain = audit_of(con, tmp_path, selection="targeted", audit_type="routine")
    assert not plain["is_random"]
    assert not plain["is_thematic"]
    other = audit_of(con, tmp_path, selection="random", audit_type="thematic")
    assert other["is_random"]
    assert other["is_thematic"]


FAMILY = {
    "is_family_contact_appropriate",
    "is_family_contact_not_appropriate",
    "is_contact_unknown",
}


@pytest.mark.parametrize(
    ("child", "parent", "expected"),
    [
        (True, True, "is_family_contact_appropriate"),
        (True, False, "is_family_contact_appropriate"),
        (False, True, "is_family_contact_appropriate"),
        (True, None, "is_family_contact_appropriate"),
        (False, False, "is_family_contact_not_appropriate"),
        (False, None, "is_contact_unknown"),
        (None, False, "is_contact_unknown"),
        (None, None, "is_contact_unknown"),
        ("no row", False, "is_family_contact_not_appropriate"),
        (False, "no row", "is_family_contact_not_appropriate"),
        ("no row", True, "is_family_contact_appropriate"),
        ("no row", None, "is_contact_unknown"),
        ("no row", "no row", "is_contact_unknown"),
    ],
)
def test_contact_with_the_family_is_appropriate_not_appropriate_or_unknown(
    con, tmp_path, child, parent, expected
):
    given_people = [
        {"role": role, "contact_appropriate": answer}
        for role, answer in (("child", child), ("parent", parent))
        if answer != "no row"
    ]
    row = audit_of(con, tmp_path, *given_people, {"role": "staff", "contact_appropriate": True})
    assert true_of(row) & FAMILY == {expected}
    assert row["is_child_contact_appropriate"] is (child is True)
    assert row["is_parent_contact_appropriate"] is (parent is True)
    assert row["is_nobody_offered_not_appropriate"] is (expected == "is_family_contact_not_appropriate")
    assert row["is_nobody_offered_no_reason"] is (expected != "is_family_contact_not_appropriate")


@pytest.mark.parametrize(
    ("person", "offered"),
    [
        ({"offered": True}, True),
        ({"offered": True, "offered_on": DONE}, True),
        ({"offered": True, "offered_on": DONE + DAY}, False),
        ({"offered": None, "offered_on": DONE}, True),
        ({"offered": None, "offered_on": None}, False),
        ({"offered": False}, False),
        ({"offered": False, "offered_on": DONE}, False),
    ],
)
@pytest.mark.parametrize("role", ["child", "parent", "staff"])
def test_offered_by_the_day_of_completion(con, tmp_path, role, person, offered):
    row = audit_of(con, tmp_path, {"role": role, **person})
    family = role != "staff"
    assert row[f"is_{role}_offered"] is offered
    assert row["is_family_offered"] is (offered and family)
    assert row["is_nobody_offered"] is not (offered and family)
    assert {name for name in true_of(row) if name.endswith("_offered")} - {"is_nobody_offered"} == (
        ({f"is_{role}_offered"} | ({"is_family_offered"} if family else set())) if offered else set()
    )


@pytest.mark.parametrize(
    ("person", "replied", "accepted"),
    [
        ({"offered": True, "response": "accepted"}, True, True),
        ({"offered": True, "response": "declined"}, True, False),
        ({"offered": True, "response": "no_reply"}, False, False),
        ({"offered": True, "response": "not_yet"}, False, False),
        ({"offered": True, "response": None}, False, False),
        ({"offered": True, "offered_on": DONE + DAY, "response": "accepted"}, False, False),
        ({"offered": None, "response": "accepted"}, False, False),
    ],
)
@pytest.mark.parametrize("role", ["child", "parent", "staff"])
def test_a_reply_counts_with_an_offer_that_counts(con, tmp_path, role, person, replied, accepted):
    row = audit_of(con, tmp_path, {"role": role, **person})
    assert row[f"has_{role}_reply"] is replied
    assert row[f"has_{role}_acceptance"] is accepted


@pytest.mark.parametrize(
    ("person", "contributed"),
    [
        ({"contributed_on": DONE, "mode": "conversation"}, True),
        ({"contributed_on": DONE, "mode": None}, True),
        ({"contributed_on": DONE, "mode": "observation"}, True),
        ({"contributed_on": DONE, "mode": "existing_record"}, False),
        ({"contributed_on": DONE + DAY, "mode": "conversation"}, False),
        ({"contributed_on": None, "mode": "conversation"}, False),
        ({"contributed_on": DONE, "mode": "conversation", "offered": False}, True),
    ],
)
@pytest.mark.parametrize("role", ["child", "parent", "staff"])
def test_contributed_by_the_day_of_completion_and_not_from_the_file(con, tmp_path, role, person, contributed):
    row = audit_of(con, tmp_path, {"role": role, **person})
    assert row[f"has_{role}_contribution"] is contributed
    assert row["has_family_contribution"] is (contributed and role != "staff")
    assert not row["has_child_and_parent_contribution"]
    assert row["is_existing_record_only"] is (person["mode"] == "existing_record" and role != "staff")


def test_nothing_counts_as_contributed_to_an_audit_without_a_day_of_completion(con, tmp_path):
    person = {"contributed_on": DONE, "mode": "written"}
    assert not audit_of(con, tmp_path, person, completed_on=None)["has_parent_contribution"]


def test_both_contribute_and_views_on_file_beside_a_contribution(con, tmp_path):
    both = [{"role": role, "contributed_on": DONE} for role in ("child", "parent")]
    row = audit_of(con, tmp_path, *both)
    assert row["has_child_and_parent_contribution"]
    row = audit_of(con, tmp_path, both[0], {"role": "parent", "mode": "existing_record"})
    assert row["has_family_contribution"]
    assert not row["is_existing_record_only"]


def test_told_needs_a_contribution_that_counts(con, tmp_path):
    told = {"told_outcome_on": DONE + DAY}
    assert audit_of(con, tmp_path, {"contributed_on": DONE, **told})["is_parent_told"]
    assert not audit_of(con, tmp_path, {"contributed_on": DONE})["is_parent_told"]
    assert not audit_of(con, tmp_path, told)["is_parent_told"]
    assert audit_of(con, tmp_path, {"role": "staff", "contributed_on": DONE, **told})["is_staff_told"]


@pytest.mark.parametrize("grade", ["outstanding", "good", "requires_improvement", "inadequate", "?", None])
def test_agreed_grade(con, tmp_path, grade):
    row = audit_of(con, tmp_path, agreed_grade=grade, auditor_grade="good")
    graded = grade not in ("?", None)
    expected = {f"is_{grade}", "has_agreed_grade"} if graded else set()
    if grade in ("outstanding", "good"):
        expected.add("is_good_or_better")
    grades = {"is_outstanding", "is_good", "is_requires_improvement", "is_inadequate", "is_good_or_better"}
    assert true_of(row) & (grades | {"has_agreed_grade"}) == expected


@pytest.mark.parametrize(
    ("audit", "moderated", "at_random"),
    [
        ({"moderator": "m", "auditor": "a", "moderated_on": DONE, "moderation_selection": "random"}, True, True),
        ({"moderator": "m", "auditor": "a", "moderated_on": DONE, "moderation_selection": "all"}, True, False),
        ({"moderator": "m", "auditor": "a", "moderator_grade": "good"}, True, False),
        ({"moderator": "m", "auditor": None, "moderated_on": DONE}, True, False),
        ({"moderator": "a", "auditor": "a", "moderated_on": DONE, "moderation_selection": "random"}, False, False),
        ({"moderator": None, "auditor": "a", "moderated_on": DONE}, False, False),
        ({"moderator": None, "auditor": None, "moderated_on": DONE}, False, False),
        ({"moderator": "m", "auditor": "a"}, False, False),
        ({"moderator": "m", "auditor": "a", "moderator_grade": "?"}, False, False),
    ],
)
def test_moderated_by_somebody_else(con, tmp_path, audit, moderated, at_random):
    row = audit_of(con, tmp_path, **audit)
    assert row["is_moderated"] is moderated
    assert row["is_moderated_random"] is at_random


@pytest.mark.parametrize(("relevant", "considered"), [(True, True), (True, None), (False, None), (None, None)])
def test_mental_health(con, tmp_path, relevant, considered):
    row = audit_of(con, tmp_path, mental_health_relevant=relevant, mental_health_considered=considered)
    assert row["has_mental_health_answer"] is (relevant is not None)
    assert row["is_mental_health_relevant"] is (relevant is True)
    assert row["is_mental_health_considered"] is (considered is True)


def test_breakdowns_that_are_empty_or_unreadable_are_unknown(con, tmp_path):
    given_audit = {"team": "North", "locality": "?", "sex": None, "ethnicity": "AIND", "interpreter": False}
    row = audit_of(con, tmp_path, **given_audit)
    shown = {name: row[name] for name in ("team", "locality", "sex", "ethnicity", "ethnic_group", "interpreter")}
    assert shown == {
        "team": "North",
        "locality": "unknown",
        "sex": "unknown",
        "ethnicity": "AIND",
        "ethnic_group": "Asian",
        "interpreter": "no",
    }


@pytest.mark.parametrize(
    ("ethnicity", "group"),
    [("WBRI", "White"), ("REFU", "unknown"), ("?", "unknown"), (None, "unknown"), ("XXXX", "unknown")],
)
def test_ethnic_group_of_what_is_not_known(con, tmp_path, ethnicity, group):
    assert audit_of(con, tmp_path, ethnicity=ethnicity)["ethnic_group"] == group


@pytest.mark.parametrize(("answer", "group"), [(True, "yes"), (False, "no"), (None, "unknown")])
def test_interpreter(con, tmp_path, answer, group):
    assert audit_of(con, tmp_path, interpreter=answer)["interpreter"] == group


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
    row = person_of(con, tmp_path, first, second, third)
    assert true_of(row) >= {
        "is_parent", "is_family", "is_contact_appropriate", "is_offered", "has_replied", "has_accepted",
        "has_contributed", "has_existing_record", "is_told", "is_told_in_time", "has_rating_listened",
    }  # fmt: skip
    assert not row["is_contact_not_appropriate"]
    assert not row["is_listened_to"]  # the least favourable of the ratings stands
    assert row["rating_listened"] == "neither"
    assert row["offered_on"] == DONE - 5 * DAY
    assert row["contributed_on"] == DONE - DAY
    assert row["told_outcome_on"] == DONE + 3 * DAY
    assert (row["mode"], row["response"], row["not_appropriate_reason"]) == ("written", "accepted", "moved_away")


def test_contact_is_not_appropriate_only_if_it_is_so_for_everyone(con, tmp_path):
    both = [{"person_number": n, "contact_appropriate": False} for n in (1, 2)]
    assert person_of(con, tmp_path, *both)["is_contact_not_appropriate"]
    one = [both[0], {"person_number": 2, "contact_appropriate": None}]
    assert not person_of(con, tmp_path, *one)["is_contact_not_appropriate"]


def test_mode_and_reason_of_several_are_the_first_persons_who_has_one(con, tmp_path):
    rows = [
        {"person_number": 3, "contributed_on": DONE, "mode": "survey"},
        {"person_number": None, "contributed_on": DONE, "mode": None},
        {"person_number": 2, "contributed_on": DONE, "mode": "advocate"},
    ]
    assert person_of(con, tmp_path, *rows)["mode"] == "advocate"


def test_one_person_folds_as_several_do(con, tmp_path):
    """A row alone goes a shorter way than rows that share a role; both must say the same."""
    person = {
        "contact_appropriate": True, "offered": True, "offered_on": DONE - DAY, "response": "accepted",
        "contributed_on": DONE, "mode": "written", "told_outcome_on": DONE + DAY, "rating_listened": "agree",
    }  # fmt: skip
    alone = person_of(con, tmp_path, person)
    twice = person_of(con, tmp_path, {**person, "person_number": 1}, {**person, "person_number": 2})
    assert alone == twice


def test_participants_without_an_audit_count_in_nothing(con, tmp_path):
    made = make_facts(con, tmp_path, people=[{"audit_reference": "another", "contributed_on": DONE}])
    assert con.execute(f"SELECT count(*) FROM {made['participants']}").fetchall() == [(0,)]
    assert con.execute(f"SELECT has_parent_contribution FROM {made['audits']}").fetchall() == [(False,)]


def test_the_same_reference_in_two_councils_is_two_audits(con, tmp_path):
    made = make_facts(
        con,
        tmp_path,
        audits=[{}, {"council": "991"}],
        people=[{"council": "991", "contributed_on": DONE}],
    )
    found = con.execute(f"SELECT council, has_parent_contribution FROM {made['audits']} ORDER BY 1").fetchall()
    assert found == [("990", False), ("991", True)]


@pytest.mark.parametrize(("days", "mature"), [(20, False), (21, True), (22, True)])
def test_an_offer_is_mature_after_21_days(con, tmp_path, days, mature):
    offer = {"offered": True, "offered_on": EXTRACTED - days * DAY}
    row = person_of(con, tmp_path, offer, audit={"status": "in_progress", "completed_on": None})
    assert row["is_offered"]
    assert row["is_offer_mature"] is mature


def test_maturity_goes_by_the_councils_own_day_of_extraction(con, tmp_path):
    offer = {"offered": True, "offered_on": date(2026, 1, 2)}
    for extracted, mature in ((date(2026, 1, 22), False), (date(2026, 1, 23), True)):
        assert person_of(con, tmp_path, offer, extracted={"990": extracted})["is_offer_mature"] is mature


@pytest.mark.parametrize(
    ("completed", "due"),
    [
        (date(2026, 1, 15), date(2026, 2, 12)),  # Thursday; no holiday: four weeks
        (date(2026, 1, 17), date(2026, 2, 13)),  # Saturday: counting begins on Monday 19 January
        (date(2025, 12, 12), date(2026, 1, 14)),  # Christmas Day, Boxing Day and New Year's Day left out
        (date(2026, 3, 20), date(2026, 4, 21)),  # Good Friday 3 April and Easter Monday 6 April left out
        (date(2026, 12, 24), date(2027, 1, 26)),  # Boxing Day falls on Saturday, so Monday 28 December is off
    ],
)
def test_told_within_20_working_days(con, tmp_path, completed, due):
    audit = {"completed_on": completed}
    extracted = {"990": date(2027, 6, 1)}
    for told, in_time in ((due, True), (due + DAY, False), (None, False)):
        person = {"contributed_on": completed, "told_outcome_on": told}
        row = person_of(con, tmp_path, person, audit=audit, extracted=extracted)
        assert row["told_due_on"] == due
        assert row["is_told_in_time"] is in_time
        assert row["is_told"] is (told is not None)


def test_the_deadline_is_due_once_it_has_passed(con, tmp_path):
    due = date(2026, 2, 12)
    for extracted, passed in ((due, False), (due + DAY, True)):
        row = person_of(con, tmp_path, {"contributed_on": DONE}, extracted={"990": extracted})
        assert row["is_told_due"] is passed


@given(st.dates(date(2019, 1, 1), date(2028, 6, 1)), st.integers(1, 40))
def test_working_days_counted_one_by_one(start, count):
    day, left = start, count
    while left:
        day += DAY
        left -= day.weekday() < 5 and day not in HOLIDAYS
    [found] = people.add_working_days(np.array([start], dtype="datetime64[D]"), count, HOLIDAYS)
    assert found == np.datetime64(day)


@pytest.mark.parametrize(
    ("rating", "agrees"),
    [("strongly_agree", True), ("agree", True), ("neither", False), ("strongly_disagree", False)],
)
def test_ratings(con, tmp_path, rating, agrees):
    row = person_of(con, tmp_path, {"rating_listened": rating, "rating_difference": rating})
    assert (row["has_rating_listened"], row["is_listened_to"], row["rating_listened"]) == (True, agrees, rating)
    assert (row["has_rating_difference"], row["is_difference_made"]) == (True, agrees)
    unanswered = person_of(con, tmp_path, {"rating_listened": "?"})
    assert (unanswered["has_rating_listened"], unanswered["rating_listened"]) == (False, "unknown")


def test_a_council_without_a_day_of_extraction_is_refused(con, tmp_path):
    with pytest.raises(ValueError, match="No day of extraction for council 991"):
        make_facts(con, tmp_path, audits=[{}, {"council": "991"}], extracted={"990": EXTRACTED})
