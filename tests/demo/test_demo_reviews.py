"""Reviews of plans in the demonstration county: their story recounted in plain Python, and the faults of one file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date

import pytest
from recount import SEED

from pipelines import demo
from pipelines.contracts import Catalogue
from pipelines.demo import plans, reviews, story
from pipelines.demo.sending import review_files

GOOD = ("good", "outstanding")
YEARS = (2023, 2024, 2025)


@pytest.fixture(scope="module")
def found(register: list[demo.Row], catalogue: Catalogue) -> list[reviews.Review]:
    return reviews.county(register, SEED, catalogue)


@pytest.fixture(scope="module")
def done(found: list[reviews.Review]) -> list[demo.Row]:
    """The reviews that were finished in the three years."""
    return [review.row for review in found if (review.row["reviewed_on"] or date.max) <= story.LAST]


def share(rows: Iterable[demo.Row], is_so: Callable[[demo.Row], bool]) -> float:
    answers = [is_so(row) for row in rows]
    assert len(answers) > 20, "too few to tell anything by"
    return sum(answers) / len(answers)


def of_year(rows: Iterable[demo.Row], year: int) -> list[demo.Row]:
    return [row for row in rows if date(year, 4, 1) <= row["reviewed_on"] <= date(year + 1, 3, 31)]


def test_10_to_40_plans_are_reviewed_every_month(done: list[demo.Row]) -> None:
    months = Counter(row["reviewed_on"].replace(day=1) for row in done)
    assert len(months) == 36
    assert min(months.values()) >= 10
    assert max(months.values()) <= 40
    assert {row["plan_kind_reviewed"] for row in done} == {"new", "amended", "existing"}
    assert {row["plan_stage"] for row in done} == {"draft", "final"}


def test_every_review_is_of_a_plan_of_the_register_that_fits_it(
    done: list[demo.Row], register: list[demo.Row]
) -> None:
    of_reference = {plan["plan_reference"]: plan for plan in register}
    assert len({row["plan_reference"] for row in done}) == len(done)
    for row in done:
        plan = of_reference[row["plan_reference"]]
        assert plan["child_reference"] == row["child_reference"]
        assert (plan["ceased_on"] or date.max) > row["reviewed_on"]
        age = (row["reviewed_on"] - plan["issued_on"]).days
        if row["plan_kind_reviewed"] != "new":
            assert age >= 365
        else:
            assert (-100 <= age < 0) if row["plan_stage"] == "draft" else (0 <= age <= 90)


def test_moderation_drifts_reviewers_become_more_generous(done: list[demo.Row]) -> None:
    moderated = [row for row in done if row["moderation_selection"] == "random"]
    gaps, agreed = [], []
    for year in YEARS:
        rows = of_year(moderated, year)
        given = share(rows, lambda row: row["reviewer_grade"] in GOOD)
        gaps.append(given - share(rows, lambda row: row["moderator_grade"] in GOOD))
        agreed.append(share(rows, lambda row: row["reviewer_grade"] == row["moderator_grade"]))
    assert gaps[0] < 0.08
    assert gaps[0] < gaps[1] < gaps[2]
    assert gaps[2] > 0.12
    assert agreed[0] > agreed[1] > agreed[2]
    assert agreed[0] - agreed[2] > 0.12


def test_section_f_is_weak_and_improves_little(done: list[demo.Row]) -> None:
    random = [row for row in done if row["selection"] == "random"]
    good = {
        (code, year): share(
            [row for row in of_year(random, year) if row[f"section_{code}_grade"]],
            lambda row, code=code: row[f"section_{code}_grade"] in GOOD,
        )
        for code in "ABEFIK"
        for year in YEARS
    }
    for year in YEARS:
        assert min("ABEFIK", key=lambda code: good[code, year]) == "F"
    assert good["F", 2025] < 0.36
    assert 0 < good["F", 2025] - good["F", 2023] < 0.07
    specified = [row for row in of_year(random, 2025) if row["provision_specified"] != "not_applicable"]
    assert share(specified, lambda row: row["provision_specified"] == "met") < 0.4


def test_health_advice_improves_after_its_day_and_the_sections_follow(done: list[demo.Row]) -> None:
    def told(source: str, name: str) -> tuple[float, float]:
        asked = [row for row in done if row[f"advice_{source}_asked_on"]]
        before = [row for row in asked if row[f"advice_{source}_asked_on"] < story.HEALTH_CHANGE]
        after = [row for row in asked if row[f"advice_{source}_asked_on"] >= story.HEALTH_CHANGE]
        return share(before, SAID[name](source)), share(after, SAID[name](source))

    for name in ("received", "on time"):
        before, after = told("health", name)
        assert before + 0.15 < after, name
        assert abs(told("social_care", name)[0] - told("social_care", name)[1]) < 0.15, name
    received = [row for row in done if row["advice_health_received_on"]]
    good = [
        share(rows, lambda row: row["advice_health_quality"] == "met")
        for rows in (
            [row for row in received if row["advice_health_asked_on"] < story.HEALTH_CHANGE],
            [row for row in received if row["advice_health_asked_on"] >= story.HEALTH_CHANGE],
        )
    ]
    assert good[0] < 0.45 < 0.6 < good[1]
    for code in story.HEALTH_SECTIONS:
        years = [
            share(
                [row for row in of_year(done, year) if row[f"section_{code}_grade"]],
                lambda row, code=code: row[f"section_{code}_grade"] in GOOD,
            )
            for year in (2023, 2025)
        ]
        assert years[0] < 0.35 < 0.48 < years[1]
    before, after = told("social_care", "not known")
    assert 0.38 < before < 0.55
    assert 0.38 < after < 0.55


SAID: dict[str, Callable[[str], Callable[[demo.Row], bool]]] = {
    "received": lambda source: lambda row: row[f"advice_{source}_received_on"] is not None,
    "not known": lambda source: lambda row: bool(row[f"advice_{source}_not_known"]),
    "on time": lambda source: (
        lambda row: (
            row[f"advice_{source}_received_on"] is not None
            and (row[f"advice_{source}_received_on"] - row[f"advice_{source}_asked_on"]).days <= 42
        )
    ),
}


def test_amended_plans_are_weaker_than_new_ones_every_year(done: list[demo.Row]) -> None:
    for year in YEARS:
        new, amended = (
            share(
                [row for row in of_year(done, year) if row["plan_kind_reviewed"] == kind],
                lambda row: row["agreed_grade"] in GOOD,
            )
            for kind in ("new", "amended")
        )
        assert amended < new - 0.08


def test_every_code_is_on_its_list(done: list[demo.Row], catalogue: Catalogue) -> None:
    names = catalogue.names_of(story.COUNCIL)
    for name, column in catalogue.contracts["plan_reviews"].columns.items():
        found = {row[name] for row in done if not isinstance(row[name], list)} - {None}
        if column.codes:
            assert found <= {code.code for code in catalogue.codes[column.codes]}, name
        if column.type == "grade":
            assert found <= set(story.GRADES), name
    assert {theme for row in done for theme in row["learning_themes"]} <= set(names.themes)
    assert {row["team"] for row in done} <= set(names.teams)


def test_an_extract_of_reviews_knows_no_more_than_its_day(found: list[reviews.Review]) -> None:
    for extract in review_files(found, SEED):
        planted = {fault.row - extract.style.header_row - 1 for fault in extract.faults}
        for at, row in enumerate(extract.rows):
            if at in planted:
                continue
            days = [value for value in row.values() if isinstance(value, date)]
            assert all(day <= extract.extracted_on for day in days)
            assert (row["status"] == "completed") == (row["reviewed_on"] is not None)
            for source in story.ADVICE:
                asked, received = row[f"advice_{source}_asked_on"], row[f"advice_{source}_received_on"]
                assert received is None or asked < received <= row["reviewed_on"]
            assert row["reviewer"] != row["moderator"] or row["reviewer"] is None


def test_one_file_of_reviews_has_bad_rows_that_the_next_puts_right(found: list[reviews.Review]) -> None:
    sent = review_files(found, SEED)
    (bad,) = [extract for extract in sent if extract.faults]
    assert bad.label == "2024-25-q3"
    assert len(bad.faults) == len({fault.row for fault in bad.faults}) == 14
    following = sent[sent.index(bad) + 1]
    again = {row["review_reference"]: row for row in following.rows}
    for fault in bad.faults:
        row = bad.rows[fault.row - bad.style.header_row - 1]
        assert row["planned_month"] >= story.BAD_REVIEWS_QUARTER
        if row["review_reference"]:
            assert again[row["review_reference"]]["status"] in ("completed", "void")


def test_other_seeds_have_weak_amended_plans_too(catalogue: Catalogue) -> None:
    register = plans.register(demo.county(1, catalogue), 1, catalogue)
    done = [review.row for review in reviews.county(register, 1, catalogue) if review.row["reviewed_on"]]
    new, amended = (
        share(
            [row for row in done if row["plan_kind_reviewed"] == kind],
            lambda row: row["agreed_grade"] in GOOD,
        )
        for kind in ("new", "amended")
    )
    assert amended < new - 0.08
