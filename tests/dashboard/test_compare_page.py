"""The page of comparison: neighbours by closeness, councils by name, words for where a council lies, and no rank."""

from __future__ import annotations

import re
from typing import Any

import plotly.graph_objects as go
import pytest

from dashboard import funnel_charts, store
from dashboard.pages import compare, compare_words
from tests.dashboard.pages_as_text import tables_of, text_of


def lies(place: str, adjusted: bool = False) -> dict[str, Any]:
    return {"place": place, "adjusted": adjusted, "phi": 82.21, "tau2": 0.0366, "councils": 10, "target": 0.459,
            "by_chance": 0.41}  # fmt: skip


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            lies("higher (99.8%)"),
            "higher than almost all councils with as many plans would be by chance alone",
        ),
        (lies("lower (95%)"), "lower than most councils with as many plans would be by chance alone"),
        (lies("as expected"), "within what chance gives for a council with as many plans"),
        (
            lies("as expected", True),
            "within the usual differences between councils for a council with as many plans",
        ),
        (lies("lower (99.8%)", True), "would be by the usual differences between councils"),
        (None, "not in the funnel"),
    ],
)
def test_where_a_council_lies_in_words(row: dict[str, Any] | None, said: str) -> None:
    assert said in compare_words.position(row, "plans")


def test_spread_is_told_and_whether_limits_are_widened() -> None:
    said = compare_words.spread(lies("as expected", True), "Fictional country")
    assert "10 councils are set against the share of Fictional country, 46%." in said
    assert "phi is 82.2" in said
    assert "tau² is 0.0366" in said
    assert "about 0.4 of them" in compare_words.spread(lies("as expected"), "England")


def test_neighbours_stand_by_closeness_and_councils_by_name(release: store.Release) -> None:
    page = compare.page(release, {"council": "990", "to": "2024-12-31"})
    tables = tables_of(page)
    nearest = next(table for table in tables if "the nearest first" in table["caption"])
    assert [line[:2] for line in nearest["rows"]] == [
        ["Brackenshire", "The council itself"], ["Newmere", "Very close"], ["Ferncombe", "Somewhat close"],
    ]  # fmt: skip
    every = next(table for table in tables if "every council by name" in table["caption"])
    assert [line[0] for line in every["rows"]] == ["Brackenshire", "Ferncombe", "Newmere"]
    beside = next(table for table in tables if "receipts below" in table["caption"])
    assert [line[0] for line in beside["rows"]] == [
        "Brackenshire", "Its statistical neighbours together", "Middle Vale", "England",
    ]  # fmt: skip
    said = text_of(page)
    assert "Brackenshire is lower than" in said
    assert not re.search(
        r"\brank(?!ed)|league|\bbest\b|\bworst\b|\d(?:st|nd|rd|th) of", said.replace("Who is best", "")
    )
    assert "There is no national figure for this." in said


def test_a_release_without_neighbours_says_so(release: store.Release) -> None:
    assert "has no list of statistical neighbours" in text_of(compare.page(release, {"council": "991"}))


def test_the_funnel_tells_places_apart_by_shape(release: store.Release) -> None:
    points = [
        {"council": code, "label": code, "numerator": n // 2, "denominator": n, "value": 0.5, "symbol": "",
         "target": 0.5, "lower": 0.4, "upper": 0.6, "lower_998": 0.3, "upper_998": 0.7, "receipt": code}
        for code, n in (("990", 400), ("991", 100), ("992", 200))
    ]  # fmt: skip
    drawn = funnel_charts.funnel({"counts_what": "plans"}, points, "990", ["991"], "England")
    go.Figure(drawn)
    marks = [trace["marker"] for trace in drawn["data"] if trace["mode"] == "markers"]
    assert [mark.get("symbol", "circle") for mark in marks] == ["circle", "square-open", "diamond"]
    assert drawn["data"][0]["x"] == [100, 200, 400]
