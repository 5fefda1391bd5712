"""The page of plans: what it says about sections and kinds is what the figures' own ranges allow."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from dashboard import components, store
from dashboard.pages import plans, plans_words
from tests.dashboard.pages_as_text import tables_of, text_of

MEASURE = {"counts_what": "plans", "kind": "share"}


def row(label: str, numerator: int, denominator: int, low: float, high: float, **more: Any) -> dict[str, Any]:
    value = numerator / denominator
    return {"label": label, "group": label, "numerator": numerator, "denominator": denominator, "value": value,
            "low": low, "high": high, "symbol": "", **more}  # fmt: skip


OVERALL = row("all", 660, 1000, 0.63, 0.69)
F = row("Section F", 36, 100, 0.27, 0.46, direction="lower")
I = row("Section I", 70, 100, 0.60, 0.78, direction="no clear change")  # noqa: E741
HIDDEN = {"label": "Section J", "group": "J", "symbol": "c", "value": None, "low": None, "high": None}


def test_the_weakest_section_is_called_clearly_lower_only_where_its_range_says_so() -> None:
    said = plans_words.extreme([F, I, HIDDEN], OVERALL, "plans", weakest=True)
    assert said == (
        "Section F was the weakest: good or better in 36% (36 of 100 plans). That is clearly lower than all sections "
        "together (66%)."
    )
    said = plans_words.extreme([F, I, HIDDEN], OVERALL, "plans", weakest=False)
    assert said.endswith("70% (70 of 100 plans). It is not clearly higher than all sections together.")
    assert plans_words.extreme([HIDDEN], OVERALL, "plans", weakest=True) == ""


def test_changes_name_the_sections_that_changed_and_no_other() -> None:
    assert plans_words.changed([F, I]) == (
        "Lower than the year before: Section F. Every other section: no clear change."
    )
    assert plans_words.changed([I]) == "No section has clearly changed on the year before."
    assert plans_words.changed([HIDDEN]).startswith("There is no year before")


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (row("Amended plan", 20, 60, 0.23, 0.46), "do not overlap: new plans did better than amended plans"),
        (row("Amended plan", 30, 60, 0.38, 0.62), "overlap, so these figures alone cannot say"),
        (row("Amended plan", 58, 60, 0.89, 0.99), "do not overlap: amended plans did better than new plans"),
    ],
)
def test_two_kinds_differ_only_where_their_ranges_do_not_overlap(second: dict[str, Any], said: str) -> None:
    first = row("New plan", 40, 60, 0.54, 0.77)
    found = plans_words.compared(first, second, MEASURE)
    assert said in found
    assert "New plans: 67% (40 of 60 plans), likely to be between 54% and 77%." in found


def test_a_protected_kind_is_shown_as_such_and_not_compared() -> None:
    found = plans_words.compared(row("New plan", 40, 60, 0.54, 0.77), HIDDEN, MEASURE)
    assert found.endswith("Section Js: Not shown, so that no child or family can be recognised.")


@pytest.mark.parametrize(
    ("value", "step"), [(0, 5), (0.19, 5), (0.2, 4), (0.5, 3), (0.79, 2), (0.8, 1), (1, 1)]
)
def test_the_shade_follows_the_share(value: float, step: int) -> None:
    assert plans_words.shade(value) == step


@pytest.fixture(scope="module")
def shown(release: store.Release) -> components.Page:
    return plans.page(release, {})


def test_the_table_of_sections_has_every_section_and_kind_with_counts(
    shown: components.Page, release: store.Release
) -> None:
    table = next(
        table for table in tables_of(shown) if table["caption"].startswith("Sections graded good or better")
    )
    assert [column["name"] for column in table["columns"]] == [
        "Section", "All plans", "New plans", "Amended plans", "Existing plans", "Of all: inadequate",
    ]  # fmt: skip
    assert len(table["rows"]) == 12
    held = {
        figure["group"]: figure
        for figure in store.by_group(release, plans.SECTIONS, "990", "12m", date(2026, 10, 31), plans.SECTION)
    }
    for line in table["rows"][:11]:
        code = re.match(r"Section (\w):", line[0]["text"])
        assert code is not None
        figure = held[code.group(1)]
        assert line[1]["text"] == f"{round(figure['value'] * 100)}%"
        assert line[1]["note"].startswith(f"{figure['numerator']} of {figure['denominator']}")
    weak = table["rows"][5]
    assert "Watched: provision must be specified and quantified" in weak[0]["sub"]
    assert "▼\u00a0lower" in weak[1]["note"]


def test_the_headline_names_the_weakest_and_the_strongest(shown: components.Page) -> None:
    said = text_of(shown)
    assert "Section F: special educational provision was the weakest" in said
    assert "was the strongest" in said
    assert "Are amended and existing plans as good as new ones?" in said


def test_every_figure_on_the_page_is_in_its_export(shown: components.Page) -> None:
    codes = set(re.findall(r"\b[0-9A-F]{10}[0-9A-Z]\b", text_of(shown)))
    assert len(codes) > 40
    assert codes <= {figure["receipt"] for figure in shown.figures}
    assert len({figure["receipt"] for figure in shown.figures}) == len(shown.figures)


def test_a_public_release_shows_no_group(store_root: Any) -> None:
    held = store.Store(store_root, "public")
    current = held.current()
    assert current is not None
    page = plans.page(current, {})
    assert "so that no child or family can be recognised" in text_of(page)
    assert {figure["breakdown"] for figure in page.figures} == {""}
    held.close()
