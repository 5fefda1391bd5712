"""The page of timeliness: both ways of counting together, reasons in words, places taken over from other pages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from dashboard import store
from dashboard.pages import timeliness
from tests.dashboard.pages_as_text import tables_of, text_of


def test_both_ways_of_counting_stand_together_for_place_region_and_country(release: store.Release) -> None:
    page = timeliness.page(release, {"council": "990", "to": "2024-12-31"})
    table = next(
        table for table in tables_of(page) if table["caption"] == "Plans finished within 20 weeks in 2024"
    )
    assert [line[:3] for line in table["rows"]] == [
        ["Brackenshire", "33% (315 of 955 plans)", "32% (268 of 836 plans)"],
        ["Middle Vale", "39% (3,531 of 9,055 plans)", "39% (3,079 of 7,924 plans)"],
        ["England", "41% (24,623 of 60,055 plans)", "41% (21,621 of 52,549 plans)"],
    ]
    said = text_of(page)
    assert "finished a smaller share within 20 weeks than England" in said
    assert "Children who are still waiting are in neither percentage" in said
    assert "rank" not in said.replace("not ranked", "")


def test_a_year_in_which_all_plans_were_exceptions_says_so(release: store.Release) -> None:
    said = text_of(timeliness.page(release, {"council": "991", "to": "2024-12-31"}))
    assert (
        "every one of the 455 plans finished in 2024 was counted as an exception, so none is left to count"
        in said
    )
    assert "51% (232 of 455 plans)" in said
    assert "Nothing to count in this period" in text_of(timeliness.page(release, {"council": "992"}))


@pytest.mark.parametrize(
    ("everything", "said"),
    [
        ({"denominator": 9}, "Not available in the published file. Look at the figure for all plans."),
        ({"denominator": None}, "Not available"),
        (None, "Not available"),
    ],
)
def test_a_missing_figure_is_not_given_a_reason_that_is_not_known(everything: Any, said: str) -> None:
    assert timeliness.why_not({"symbol": "x", "denominator": None}, everything, 2024) == said


def test_every_year_is_in_the_table(release: store.Release) -> None:
    page = timeliness.page(release, {"council": "992"})
    table = next(table for table in tables_of(page) if "every year" in table["caption"])
    assert [line[0] for line in table["rows"]] == [str(year) for year in range(2025, 2018, -1)]
    assert table["rows"][-1][1]["text"] == "Nothing to count in this period"


@pytest.mark.parametrize(
    ("query", "place", "year"),
    [
        ({}, "Brackenshire", "2025"),
        ({"council": "990", "window": "12m", "to": "2026-10-31"}, "Brackenshire", "2025"),
        ({"council": "991", "to": "2023-06-30"}, "Ferncombe", "2022"),
        ({"council": "991", "to": "1999-01-01"}, "Ferncombe", "2019"),
        ({"council": "E92000001", "to": "soon"}, "Brackenshire", "2025"),
        ({"council": "<b>"}, "Brackenshire", "2025"),
    ],
)
def test_another_pages_choice_is_taken_over_where_there_are_figures(
    release: store.Release, query: dict[str, str], place: str, year: str
) -> None:
    page = timeliness.page(release, query)
    assert page.filters == f"Council: {place}; Calendar year: {year}"
    assert "<b>" not in text_of(page)


def test_places_of_published_figures_are_offered_here_and_nowhere_else(release: store.Release) -> None:
    assert [row["name"] for row in store.places(release)] == ["Brackenshire"]
    assert len(store.places(release, store.EVERY_PLACE)) == 5
    assert all(row["period_end"].year > 2022 for row in store.periods(release, "990"))


def test_every_receipt_on_the_page_is_in_its_export(release: store.Release) -> None:
    page = timeliness.page(release, {})
    codes = set(re.findall(r"\b[0-9A-F]{10}[0-9A-Z]\b", text_of(page)))
    assert len(codes) > 30
    assert codes <= {figure["receipt"] for figure in page.figures}
