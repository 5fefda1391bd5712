"""Words for figures that somebody counted before us: symbols, reasons, years, and two shares that stay together."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dashboard import phrases, words

MEASURE = {
    "title": "Plans issued within 20 weeks", "kind": "given", "counts_what": "plans", "higher_is": "better",
    "sentence": "{numerator} of {denominator} plans were issued within 20 weeks ({value}), as published by DfE.",
    "when_none": "",
}  # fmt: skip
WITHOUT = MEASURE | {
    "title": "Plans issued within 20 weeks, excluding exceptions",
    "when_none": "every plan was one to which an exception was said to apply, so none is left to count",
}
YEAR = {
    "window": "calendar_year",
    "period_start": date(2024, 1, 1),
    "period_end": date(2024, 12, 31),
    "complete": True,
}
SHARE: dict[str, Any] = YEAR | {
    "numerator": 33, "denominator": 772, "value": 33 / 772, "low": 0.031, "high": 0.059, "symbol": "",
    "previous_numerator": 40, "previous_denominator": 666, "previous_value": 40 / 666, "change": -0.017,
    "change_low": -0.041, "change_high": 0.006, "direction": "no clear change",
}  # fmt: skip
NONE: dict[str, Any] = YEAR | {"numerator": 0, "denominator": 0, "value": None, "low": None, "high": None}


def test_a_published_year_is_set_against_the_year_before() -> None:
    assert words.headline(MEASURE, SHARE) == (
        "In the year 2024, 33 of 772 plans were issued within 20 weeks (4%), as published by DfE. The true rate "
        "is likely to be between 3% and 6%. The year before it was 6% (40 of 666 plans). No clear change: this is "
        "2 percentage points lower, but the true difference could be anything between 4 percentage points lower "
        "and 1 percentage point higher."
    )
    counted = MEASURE | {"kind": "share"}
    assert "The year before it was 6%" in words.headline(counted, SHARE), (
        "a year that we counted is set against it too"
    )
    assert "year before" not in words.headline(counted, SHARE | {"window": "quarter"})


def test_nothing_to_divide_by_is_said_with_its_reason_and_other_symbols_in_their_words() -> None:
    dorset = NONE | {"symbol": "x"}
    assert words.figure_number(WITHOUT, dorset) == f"Not available, because {WITHOUT['when_none']}"
    assert words.number_parts(WITHOUT, dorset) == ("Not available", f"because {WITHOUT['when_none']}")
    assert (
        words.sentence(WITHOUT, dorset)
        == f"{WITHOUT['title']}: not available, because {WITHOUT['when_none']}."
    )
    assert words.figure_number(MEASURE, dorset) == "Not available"
    assert words.figure_number(MEASURE, NONE | {"symbol": "z"}) == "Nothing to count in this period"
    assert words.figure_number(WITHOUT, NONE | {"symbol": "x", "denominator": None}) == "Not available"


@pytest.mark.parametrize("symbol", ["x", "z", "c", "low", "u", "unheard of"])
def test_every_symbol_has_words(symbol: str) -> None:
    assert len(phrases.symbol(symbol)) > 10
    assert "0%" not in phrases.symbol(symbol)


def test_two_shares_are_told_together() -> None:
    told = words.together([(MEASURE, SHARE), (WITHOUT, NONE | {"symbol": "x"})])
    first, second = told.split("\n")
    assert first == words.headline(MEASURE, SHARE)
    assert second.startswith("Plans issued within 20 weeks, excluding exceptions: not available")
    assert "no figure" in words.together([(MEASURE, None)])


def test_a_range_that_rounds_to_one_number_is_about_it() -> None:
    assert phrases.between(0.4556, 0.4618) == "about 46%"
    assert phrases.between(0.454, 0.466) == "between 45% and 47%"
    assert phrases.change_range(0.0301, 0.0309) == "about 3 percentage points higher"
    assert phrases.change_range(-0.0309, -0.0301) == "about 3 percentage points lower"
    assert (
        phrases.change_range(-0.031, 0.031)
        == "between 3 percentage points lower and 3 percentage points higher"
    )
