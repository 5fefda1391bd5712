"""How numbers, ranges, changes, days and periods are written, hand-checked."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import phrases


def test_a_clear_fall_names_the_smaller_end_first() -> None:
    assert phrases.change_range(-0.12, -0.04) == "between 4 and 12 percentage points lower"


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.08, -0.003, "between less than 1 and 8 percentage points lower"),
        (0.003, 0.08, "between less than 1 and 8 percentage points higher"),
        (0.005, 0.08, "between 1 and 8 percentage points higher"),
        (0.001, 0.011, "between less than 1 and 1 percentage point higher"),
        (0.001, 0.004, "less than 1 percentage point higher"),
        (0.0, 0.08, "between 0 and 8 percentage points higher"),
    ],
)
def test_an_end_that_is_not_nothing_is_never_said_to_be_0(low: float, high: float, said: str) -> None:
    assert phrases.change_range(low, high) == said


@pytest.mark.parametrize(
    ("numerator", "denominator", "said"),
    [
        (74, 120, "62% (74 of 120 audits)"),
        (8, 13, "8 of 13 audits (62%)"),
        (12, 20, "60% (12 of 20 audits)"),
        (0, 0, "No audits to count"),
        (0, 40, "0% (0 of 40 audits)"),
        (40, 40, "100% (40 of 40 audits)"),
        (1, 1000, "less than 1% (1 of 1,000 audits)"),
        (999, 1000, "more than 99% (999 of 1,000 audits)"),
        (5, 8, "5 of 8 audits (63%)"),  # 62.5: halves go up
        (None, None, "Not available"),
    ],
)
def test_number(numerator: int | None, denominator: int | None, said: str) -> None:
    assert phrases.number(numerator, denominator) == said


@given(st.integers(1, 5000), st.data())
def test_number_read_back_gives_the_counts_and_never_a_bare_percentage(
    denominator: int, data: st.DataObject
) -> None:
    numerator = data.draw(st.integers(0, denominator))
    said = phrases.number(numerator, denominator)
    found = re.search(r"([\d,]+) of ([\d,]+) audits", said)
    assert found is not None
    assert [int(part.replace(",", "")) for part in found.groups()] == [numerator, denominator]
    assert said.startswith(found.group(0)) == (denominator < 20)
    share = 100 * numerator / denominator
    rounded = re.search(r"(\d+)%", said)
    assert rounded is not None
    assert abs(int(rounded.group(1)) - share) <= 1
    assert ("0%" in said.split()[0]) <= (share == 0 or int(rounded.group(1)) % 10 == 0)


@pytest.mark.parametrize(
    ("window", "start", "end", "said"),
    [
        ("month", date(2026, 3, 1), date(2026, 3, 31), "March 2026"),
        ("quarter", date(2026, 1, 1), date(2026, 3, 31), "the 3 months to 31 March 2026"),
        ("12m", date(2025, 4, 1), date(2026, 3, 31), "the 12 months to 31 March 2026"),
        ("financial_year", date(2025, 4, 1), date(2026, 3, 31),
         "the financial year 2025-26 (1 April 2025 to 31 March 2026)"),
        ("academic_year", date(1999, 9, 1), date(2000, 8, 31),
         "the academic year 1999-00 (1 September 1999 to 31 August 2000)"),
        ("calendar_year", date(2025, 1, 1), date(2025, 12, 31), "the year 2025"),
    ],
)  # fmt: skip
def test_period(window: str, start: date, end: date, said: str) -> None:
    assert phrases.period(window, start, end) == said
    assert phrases.period(window, start, end, complete=False) == f"{said}, which has not finished"


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (date(2026, 3, 31), "January to March 2026"),
        (date(2026, 12, 31), "October to December 2026"),
        (date(2026, 1, 31), "November 2025 to January 2026"),
    ],
)
def test_a_quarter_is_named_by_its_months(end: date, said: str) -> None:
    assert phrases.point_name("quarter", end) == said


def test_a_range_whose_ends_read_alike_is_about_one_number() -> None:
    assert phrases.between(0.676, 0.684, phrases.COEFFICIENT) == "about 0.68"
    assert phrases.between(1999.96, 2000.04, "weeks") == "about 2,000.0 weeks"
