"""The whole demonstration, run: its figures are those of a plain recount of the rows that it was made from."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from recount import SEED, heard

from pipelines import demo, releases
from pipelines.contracts import Catalogue
from pipelines.demo import reviews, story
from pipelines.settings import Settings

FIRST, LAST = date(2025, 4, 1), date(2026, 3, 31)
GOOD = ("good", "outstanding")


@pytest.fixture(scope="module")
def shown(demonstrated: tuple[Settings, str]) -> tuple[Path, str]:
    """The release's database, and what the command said."""
    held, said = demonstrated
    return releases.open_database(held, "officers"), said


def figure(
    database: Path, measure: str, by: str = "", group: str = "", window: str = "12m"
) -> tuple[int, int]:
    """Numerator and denominator of the county in the last year (or in 2024, of a calendar year)."""
    with duckdb.connect(str(database), read_only=True) as con:
        found = con.execute(
            """SELECT numerator, denominator FROM figures WHERE council = '990' AND measure = $measure
            AND breakdown = $by AND "group" = $group AND "window" = $window AND period_end = $end""",
            {"measure": measure, "by": by, "group": group, "window": window,
             "end": LAST if window == "12m" else date(2024, 12, 31)},
        ).fetchall()  # fmt: skip
    [(above, below)] = found
    return above, below


def share(rows: list[dict[str, Any]], is_so: Any) -> tuple[int, int]:
    return sum(bool(is_so(row)) for row in rows), len(rows)


def test_voices(shown: tuple[Path, str], audits: list[demo.Audit]) -> None:
    # of the last year, no row of which is set aside
    assert figure(shown[0], "voice.any_family") == (357, 555)
    of_year = [
        audit for audit in audits if FIRST <= audit.row["completed_on"] <= LAST and audit.entered_on <= LAST
    ]
    assert share([{"audit": audit} for audit in of_year], lambda row: heard(row["audit"])) == (357, 555)


def test_audits_added_to_the_programme_are_told_apart_from_those_promised(
    shown: tuple[Path, str], extracts: list[demo.Extract]
) -> None:
    [programme] = [
        extract for extract in extracts if (extract.feed, extract.label) == ("audit_programme", "2025-26")
    ]
    promised, added = sum(row["planned_count"] for row in programme.rows), 6 * story.ADDED_A_MONTH
    assert figure(shown[0], "programme.added") == (added, promised + added)
    assert figure(shown[0], "programme.delivery")[1] == promised


def test_plans(shown: tuple[Path, str], register: list[demo.Row]) -> None:
    issued = [plan for plan in register if FIRST <= plan["issued_on"] <= LAST and plan["requested_on"]]
    plain = [plan for plan in issued if not plan["exceptions_apply"]]

    def in_time(plan: demo.Row) -> bool:
        return (plan["issued_on"] - plan["requested_on"]).days <= 140

    assert figure(shown[0], "timeliness.twenty_weeks") == share(issued, in_time)
    assert figure(shown[0], "timeliness.twenty_weeks_excluding_exceptions") == share(plain, in_time)
    in_2024 = [plan for plan in register if plan["issued_on"].year == 2024 and plan["requested_on"]]
    published = figure(shown[0], "timeliness.twenty_weeks_published", window="calendar_year")
    assert published == share(in_2024, in_time)


def test_reviews(shown: tuple[Path, str], register: list[demo.Row], catalogue: Catalogue) -> None:
    done = [
        review.standing(LAST)
        for review in reviews.county(register, SEED, catalogue)
        if review.row["reviewed_on"] and FIRST <= review.row["reviewed_on"] <= LAST
    ]
    chosen = [row for row in done if row["selection"] == "random"]
    assert figure(shown[0], "plans.good_or_better") == share(chosen, lambda row: row["agreed_grade"] in GOOD)
    for kind in story.KINDS_REVIEWED:
        of_kind = [row for row in chosen if row["plan_kind_reviewed"] == kind]
        told = figure(shown[0], "plans.good_or_better", "plan_kind_reviewed", kind)
        assert told == share(of_kind, lambda row: row["agreed_grade"] in GOOD)
    for code in ("F", "C", "G"):
        graded = [row for row in chosen if row[f"section_{code}_grade"]]
        told = figure(shown[0], "plans.section_good_or_better", "section", code)
        assert told == share(graded, lambda row, code=code: row[f"section_{code}_grade"] in GOOD)
    received = [row for row in chosen if row["advice_health_quality"] in ("met", "partly", "not_met")]
    told = figure(shown[0], "advice.good", "advice_source", "health")
    assert told == share(received, lambda row: row["advice_health_quality"] == "met")
    asked = [row for row in chosen if row["advice_social_care_asked_on"]]
    told = figure(shown[0], "advice.not_known", "advice_source", "social_care")
    assert told == share(asked, lambda row: row["advice_social_care_not_known"])


def test_placements_training_and_answers(shown: tuple[Path, str], everything: list[demo.Extract]) -> None:
    last = {extract.feed: extract.rows for extract in everything}
    placed = [row for row in last["placements"] if not row["ended_on"] or row["ended_on"] >= LAST]
    serious = {row["child_reference"] for row in placed if row["registration_needed"] == "must_register"
               and not row["registered"] and row["has_ehc_plan"]}  # fmt: skip
    planned = {row["child_reference"] for row in placed if row["has_ehc_plan"]}
    assert figure(shown[0], "placements.must_register") == (len(serious), len(planned)) == (2, 11)
    # half a year in post, no module runs out within the county's three years but one
    held = [row for row in last["training"] if row["module"] == "Writing provision that can be checked"
            and not row["left_on"] and max(row["joined_on"], row["required_from"]) <= date(2025, 12, 30)]  # fmt: skip
    by = ("module", "Writing provision that can be checked")
    assert figure(shown[0], "training.attended", *by) == share(held, lambda row: row["completed_on"])
    assert figure(shown[0], "training.passed", *by) == share(held, lambda row: row["passed"])
    due = [
        row for row in last["feedback_responses"] if FIRST <= row["due_on"] <= LAST and row["families"] >= 5
    ]
    assert figure(shown[0], "feedback.unanswered") == share(due, lambda row: not row["told_on"])
    asked = [row for row in last["scrutiny_requests"] if row["asked_on"] >= FIRST]
    assert figure(shown[0], "scrutiny.unanswered") == share(asked, lambda row: not row["answered_on"])


def test_the_end_tells_them_in_words(shown: tuple[Path, str]) -> None:
    database, told = shown
    assert "contributed to 357 of 555 completed audits (64%)" in told
    for measure, by, group in (
        ("plans.good_or_better", "", ""),
        ("plans.section_good_or_better", "section", "F"),
        ("advice.good", "advice_source", "health"),
        ("timeliness.twenty_weeks", "", ""),
        ("timeliness.twenty_weeks_excluding_exceptions", "", ""),
    ):
        assert "{:,} of {:,}".format(*figure(database, measure, by, group)) in told, measure


def gap(database: Path, measure: str, by: str, group: str) -> tuple[Any, ...]:
    """Numerator, denominator, what it is compared with, and what the gap of the last year is called."""
    with duckdb.connect(str(database), read_only=True) as con:
        (found,) = con.execute(
            """SELECT numerator, denominator, compared_numerator, compared_denominator, direction FROM figures
            JOIN compared USING (measure, council, "window", period_start, period_end, breakdown, "group")
            WHERE measure = $measure AND breakdown = $by AND "group" = $group AND "window" = '12m'
                AND period_end = $end""",
            {"measure": measure, "by": by, "group": group, "end": LAST},
        ).fetchall()
    return found


def test_families_who_need_an_interpreter_are_found_to_be_offered_less_often(
    shown: tuple[Path, str], audits: list[demo.Audit]
) -> None:
    of_year = [
        audit for audit in audits if FIRST <= audit.row["completed_on"] <= LAST and audit.entered_on <= LAST
    ]
    offered = [
        audit for audit in of_year if any(one["offered"] and one["role"] != "staff" for one in audit.people)
    ]
    need = [sum(bool(audit.row["interpreter"]) for audit in held) for held in (offered, of_year)]
    told = gap(shown[0], "heard.offered", "interpreter", "yes")
    assert told == (need[0], len(offered), need[1], len(of_year), "lower")
    for age in story.AGES:  # 16 to 19 are offered more and more, but no age is left behind by now
        assert gap(shown[0], "heard.offered", "age_band", age)[-1] == "no clear change"


def test_few_marked_not_appropriate_are_too_few_to_say(shown: tuple[Path, str]) -> None:
    for group in ("yes", "no"):
        told = gap(shown[0], "heard.not_appropriate", "interpreter", group)
        assert told[1] < 20
        assert told[-1] == ""


def test_audits_are_compared_with_the_children_of_the_register(
    shown: tuple[Path, str], register: list[demo.Row]
) -> None:
    day = date(2026, 1, 15)
    held = [plan for plan in register if plan["issued_on"] <= day and (plan["ceased_on"] or date.max) > day]
    girls = sum(plan["sex"] == "F" for plan in held)
    assert gap(shown[0], "heard.sample_of_plans", "sex", "F")[2:4] == (girls, len(held))


def test_moderation_finds_reviewers_more_generous_every_year_and_auditors_as_they_were_drawn(
    shown: tuple[Path, str], audits: list[demo.Audit]
) -> None:
    """What `story` plants: reviewers drift to better grades than moderators, year by year."""
    database, _ = shown
    assert figure(database, "reliability.plan_generous_of_disagreements") == (36, 38)
    same, moderated = figure(database, "reliability.same_grade")
    rank = list(story.GRADES).index
    drawn = [
        (rank(row["auditor_grade"]), rank(row["moderator_grade"]))
        for row in (audit.row for audit in audits)
        if row["moderation_selection"] == "random"
        and row["moderated_on"]
        and FIRST <= row["moderated_on"] <= LAST
    ]
    assert (same, moderated) == (sum(one == other for one, other in drawn), len(drawn))
    with duckdb.connect(str(database), read_only=True) as con:
        ways = con.execute(
            """SELECT period_end, value, low, direction FROM figures WHERE measure = 'reliability.plan_more_generous'
            AND breakdown = '' AND "window" = 'financial_year' AND complete ORDER BY 1"""
        ).fetchall()
        [(low,)] = con.execute(
            """SELECT low FROM figures WHERE measure = 'reliability.plan_generous_of_disagreements' AND breakdown = ''
            AND "window" = '12m' AND period_end = ?""", [LAST]
        ).fetchall()  # fmt: skip
    assert [value for _, value, *_ in ways] == sorted(value for _, value, *_ in ways)
    assert low > 0.5  # the page says "usually graded higher"


def test_the_county_stands_beside_its_neighbours(shown: tuple[Path, str]) -> None:
    """The other nine councils of 2024 together, and a funnel of ten that differ more than chance."""
    database, _ = shown
    name = "timeliness.twenty_weeks_published"
    with duckdb.connect(str(database), read_only=True) as con:
        [(above, below)] = con.execute(
            """SELECT sum(numerator), sum(denominator) FROM figures JOIN neighbours ON neighbour = figures.council
            WHERE neighbours.council = '990' AND measure = ? AND period_end = DATE '2024-12-31' AND breakdown = ''""",
            [name],
        ).fetchall()
        [(councils, adjusted)] = con.execute(
            "SELECT DISTINCT councils, adjusted FROM funnels WHERE measure = ? AND period_end = DATE '2024-12-31'",
            [name],
        ).fetchall()
    together = figure(database, "timeliness.neighbours_twenty_weeks_published", window="calendar_year")
    assert together == (above, below)
    assert (councils, adjusted) == (10, True)
