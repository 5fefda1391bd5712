"""Placements, training and what was asked of the demonstration county: recounted in plain Python from its rows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from recount import SEED

from pipelines import demo
from pipelines.contracts import Catalogue
from pipelines.demo import asked, placed, reviews, story, trained

END = story.LAST
FEEDS = (
    "placements", "training", "complaints", "feedback_responses", "scrutiny_requests", "board_reports",
)  # fmt: skip


@pytest.fixture(scope="module")
def last(everything: list[demo.Extract]) -> dict[str, list[demo.Row]]:
    """Feed -> the rows of its newest file."""
    return {feed: [extract for extract in everything if extract.feed == feed][-1].rows for feed in FEEDS}


def here(rows: list[demo.Row]) -> list[demo.Row]:
    return [row for row in rows if not row["ended_on"] or row["ended_on"] >= END]


def test_two_children_are_where_a_setting_must_register_and_has_not(last: dict[str, list[demo.Row]]) -> None:
    found = [
        row for row in here(last["placements"])
        if row["registration_needed"] == "must_register" and not row["registered"] and row["has_ehc_plan"]
    ]  # fmt: skip
    assert len({row["child_reference"] for row in found}) == 2
    part_time = [row for row in found if row["attendance"] == "part_time"]
    assert [(row["hours_a_week"], row["visited_on"], row["plan_to_move"]) for row in part_time] == [
        (12, None, False)
    ]
    assert part_time[0]["started_on"] > END - timedelta(days=60), "it appears in the last weeks"


def test_a_list_knows_no_more_than_its_day(everything: list[demo.Extract]) -> None:
    for extract in everything:
        if extract.feed in FEEDS:
            days = [value for row in extract.rows for name, value in row.items() if isinstance(value, date)
                    and not name.startswith(("due_", "promised_", "required_"))]  # fmt: skip
            assert max(days) <= extract.extracted_on, extract.file
            assert extract.rows


def test_a_setting_that_registered_was_not_before(register: list[demo.Row]) -> None:
    [one] = [held for held in placed.county(register, SEED) if held.row["provider_reference"] == "PV-79"]
    assert (one.standing(date(2025, 10, 31))["registered"], one.standing(END)["registered"]) == (False, True)


def test_attendance_is_not_competence(catalogue: Catalogue) -> None:
    rows = [row for row in trained.county(SEED, catalogue) if not row["left_on"]]

    def shares(module: str) -> tuple[float, float]:
        own = [row for row in rows if row["module"] == module]
        return (
            sum(row["completed_on"] is not None for row in own) / len(own),
            sum(row["passed"] is True for row in own) / len(own),
        )

    attended, passed = shares("Writing provision that can be checked")
    assert attended > 0.85
    assert passed < 0.6
    attended, passed = shares("Asking for health advice")
    assert attended - passed < 0.25


def test_one_lesson_helped_and_the_other_did_not(register: list[demo.Row], catalogue: Catalogue) -> None:
    """The years before and after the months that the county declares, recounted from its reviews."""
    held = [review.row for review in reviews.county(register, SEED, catalogue) if review.row["reviewed_on"]]
    lessons = {lesson.theme: lesson.since for lesson in catalogue.names_of(story.COUNCIL).learning}

    def share(first: date, column: str, counted: tuple[str, ...]) -> float:
        last = date(first.year + 1, first.month, 1)
        answers = [
            row[column] for row in held if first <= row["reviewed_on"] < last and row[column] in counted
        ]
        return answers.count("met") / len(answers)

    judged = ("met", "partly", "not_met")
    since = lessons["Health advice"]
    before = date(since.year - 1, since.month, 1)
    assert (
        share(since, "advice_health_quality", judged) > share(before, "advice_health_quality", judged) + 0.2
    )
    since = lessons["Provision specific and quantified"]
    before = date(since.year - 1, since.month, 1)
    assert (
        abs(share(since, "provision_specified", judged) - share(before, "provision_specified", judged)) < 0.1
    )


def test_what_families_raised_is_answered_refused_with_a_reason_or_not_at_all(
    last: dict[str, list[demo.Row]],
) -> None:
    due = [
        row for row in last["feedback_responses"]
        if date(2025, 4, 1) <= row["due_on"] <= END and row["families"] >= 5
    ]  # fmt: skip
    told = [row for row in due if row["told_on"]]
    assert {row["response"] for row in told} == {"done", "cannot"}
    assert all(row["cannot_because"] for row in told if row["response"] == "cannot")
    assert {row["response"] for row in due if not row["told_on"]} == {"in_hand", "done", None}
    assert any(row["families"] < 5 for row in last["feedback_responses"]), "which no page may show"


def test_some_questions_of_members_are_unanswered_and_placements_were_reported_once(
    last: dict[str, list[demo.Row]],
) -> None:
    year = [row for row in last["scrutiny_requests"] if row["asked_on"] >= date(2025, 4, 1)]
    assert 3 <= sum(row["answered_on"] is None for row in year) < len(year) / 2
    topics = [row["topic"] for row in last["board_reports"]]
    assert topics.count("Alternative provision") == 1
    assert len({row["board"] for row in last["board_reports"]}) == 5


def test_another_seed_tells_the_same_story(register: list[demo.Row], catalogue: Catalogue) -> None:
    held = placed.county(register, 1)
    assert {"PV-77", "PV-78", "PV-79", "PV-80"} <= {one.row["provider_reference"] for one in held}
    assert len(asked.complaints(register, 1, catalogue)) > 150
