"""The page of reliability: words that the figures allow, and what is said where there is too little to go on."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard import components, kinds, phrases, store, words
from dashboard.pages import grades, reliability, reliability_words
from dashboard.pages.reliability_words import AUDITS, REVIEWS
from pipelines.measures import agreed
from pipelines.statistics import proportions
from tests.dashboard.pages_as_text import tables_of, text_of


def share(numerator: int, denominator: int, symbol: str = "") -> dict[str, Any]:
    low, high = proportions.wilson(numerator, denominator)
    return {"numerator": numerator, "denominator": denominator, "symbol": symbol, "receipt": "A",
            "value": numerator / max(denominator, 1), "low": float(low), "high": float(high)}  # fmt: skip


def test_agreement_is_quoted_with_its_counts_and_range_unless_there_are_few() -> None:
    assert reliability_words.agreed(AUDITS, share(41, 60)) == (
        "Moderators agreed with auditors in 41 of 60 randomly re-checked audits (68%, likely to be between 56% and "
        "79%)."
    )
    assert reliability_words.agreed(AUDITS, share(13, 19)) == (
        "Moderators agreed with auditors in 13 of 19 randomly re-checked audits: too few to say how far they agree."
    )
    assert "nobody can say" in reliability_words.agreed(REVIEWS, share(0, 0, "z"))


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (share(15, 19), "When they disagreed, auditors had usually graded higher (15 of 19)."),
        (share(3, 19), "When they disagreed, auditors had seldom graded higher (3 of 19)."),
        (share(12, 19), "auditors had graded higher in 12 of 19: that may be chance"),
        (share(0, 0, "z"), "They did not disagree on any."),
    ],
)
def test_a_side_is_named_only_where_the_range_leaves_out_even_odds(figure: dict[str, Any], said: str) -> None:
    assert said in reliability_words.direction(AUDITS, figure)


def test_moderation_of_mostly_inadequate_cases_is_warned_of() -> None:
    assert reliability_words.biased(AUDITS, share(31, 60), share(4, 60)) == (
        "Moderation looked mostly at audits graded inadequate: 31 of 60. They say little about the other grades. "
        "Only 4 were drawn at random."
    )
    assert reliability_words.biased(AUDITS, share(30, 60), share(4, 60)) == ""


def test_a_coefficient_is_a_number_of_two_decimals_and_too_few_are_said() -> None:
    measure = {
        "kind": "agreement",
        "counts_what": "audits",
        "title": "Kappa",
        "sentence": "{value} ({denominator})",
    }
    figure = share(20, 40) | {"value": 0.615, "low": -0.004, "high": 0.75}
    assert words.figure_number(measure, figure) == "0.62 (40 audits)"
    assert phrases.between(-0.014, 0.75, kinds.own_unit(measure)) == "between −0.01 and 0.75"
    assert words.change_cell(figure, measure) == "Not compared"
    few = share(9, 12, "u")
    assert words.figure_number(measure, few).startswith("Too few to say: 12 audits, and below 30")
    assert "gave one grade alone" in words.figure_number(measure, share(40, 40, "x"))
    assert words.COEFFICIENT_FROM == agreed.LEAST


def test_the_page_has_both_grades_in_one_table_and_teams_in_order_of_names(release: store.Release) -> None:
    page = reliability.page(release, {})
    tables = tables_of(page)
    matrix = next(table for table in tables if table["caption"].startswith("Both grades"))
    assert [line[0] for line in matrix["rows"]] == [
        "Auditor: outstanding", "Auditor: good", "Auditor: requires improvement", "Auditor: inadequate",
    ]  # fmt: skip
    figures = store.figures(release, "990", "12m", next(row for row in page.figures)["period_end"])
    counted = sum(
        int(cell["text"].replace(",", ""))
        for line in matrix["rows"]
        for cell in line[1:]
        if isinstance(cell, dict)
    )
    assert counted == figures["reliability.same_grade"]["denominator"]
    teams = next(table for table in tables if "by team" in table["caption"])
    assert [line[0] for line in teams["rows"]] == sorted(line[0] for line in teams["rows"])
    assert "Reviews of plans" in text_of(page)


def test_grades_say_how_reliable_they_are_beside_their_headline(release: store.Release) -> None:
    said = text_of(grades.page(release, {}))
    assert "How reliable?" in said
    assert "Moderators agreed with auditors in" in said


def test_every_figure_of_the_page_is_in_its_export(release: store.Release) -> None:
    page: components.Page = reliability.page(release, {})
    assert {"reliability.kappa", "reliability.grade_pairs"} <= {row["measure"] for row in page.figures}
