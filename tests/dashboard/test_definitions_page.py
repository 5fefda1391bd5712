"""The pages of definitions: formal words, newest values, versions, where a figure is shown, symbols."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard import store
from dashboard.pages import definitions
from tests.dashboard.pages_as_text import tables_of, text_of


def test_a_definition_has_its_columns_in_words_its_versions_and_its_newest_values(
    release: store.Release,
) -> None:
    page = definitions.one(release, "voice.any_family")
    said = text_of(page)
    assert "is_completed: The audit is completed and has a day of completion." in said
    assert "None is part of the definition." in said
    assert "A control chart of the share" in said
    newest, versions = (
        next(table for table in tables_of(page) if table["caption"].startswith(start))
        for start in ("Audits that heard", "Versions")
    )
    ends = [f"The 12 months to 31 October {year}" for year in (2026, 2025, 2024)]
    assert [line[0] for line in newest["rows"]] == ends
    assert [line[:2] for line in versions["rows"]] == [["1.0.0", "2026-11-21.1"], ["0.9.0", "2026-10-21.1"]]
    assert [figure["receipt"] for figure in page.figures] == [line[-1] for line in newest["rows"]]


def test_the_newest_values_do_not_overlap_and_are_of_whole_places(release: store.Release) -> None:
    rows = store.newest_figures(release, "voice.child")
    assert [row["period_end"] for row in rows] == [date(year, 10, 31) for year in (2026, 2025, 2024)]
    assert {row["breakdown"] for row in rows} == {""}


def test_a_published_measure_shows_the_council_its_region_and_country(release: store.Release) -> None:
    page = definitions.one(release, "timeliness.twenty_weeks_published")
    (newest,) = [table for table in tables_of(page) if "newest values" in table["caption"]]
    assert {line[1] for line in newest["rows"]} == {"Brackenshire", "Middle Vale", "England"}
    assert [line[0] for line in newest["rows"][:3]] == ["The year 2025", "The year 2024", "The year 2023"]
    assert "Already published nationally" in text_of(page)


@pytest.mark.parametrize(
    ("measure", "path"),
    [
        ("voice.child", "/voice"),
        ("advice.good", "/plans"),
        ("timeliness.over_a_year_published", "/timeliness"),
    ],
)
def test_a_definition_leads_to_the_page_that_shows_it(
    release: store.Release, measure: str, path: str
) -> None:
    page = definitions.one(release, measure)
    assert f"href='{path}'" in str(page.body[2])


def test_a_target_is_shown_with_where_it_comes_from() -> None:
    assert definitions._target({"target": 0.9, "target_source": "Strategy 2026."}) == ["90%. Strategy 2026."]
    assert definitions._target({"target": None})[0].startswith("None is part of the definition.")


def test_the_list_explains_the_symbols(release: store.Release) -> None:
    table = next(table for table in tables_of(definitions.page(release, {})) if "Symbols" in table["caption"])
    assert {line[0] for line in table["rows"]} == {"z", "x", "c", "low", "u"}
