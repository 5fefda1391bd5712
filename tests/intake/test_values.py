"""Reading one cell: what people write, and what it means."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.intake import values

DAYS = st.dates(date(1955, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-31", date(2026, 3, 31)),
        ("31/03/2026", date(2026, 3, 31)),
        ("31-3-26", date(2026, 3, 31)),
        ("31.03.2026", date(2026, 3, 31)),
        ("31 March 2026", date(2026, 3, 31)),
        ("31st Mar 2026", date(2026, 3, 31)),
        ("Tuesday 31 March 2026", date(2026, 3, 31)),
        ("March 31, 2026", date(2026, 3, 31)),
        ("2026-03-31T00:00:00", date(2026, 3, 31)),
        ("31/03/2026 10:20", date(2026, 3, 31)),
        ("20260331", date(2026, 3, 31)),
        ("45321", date(2024, 1, 30)),  # Excel's own number for that day
        ("45321.5", date(2024, 1, 30)),
        ("05/04/2026", date(2026, 4, 5)),  # UK order, always
        ("2026-04-30T23:00:00Z", date(2026, 5, 1)),  # midnight in the council, in summer
        ("2026-01-31T23:00:00Z", date(2026, 1, 31)),
        ("2026-03-31 00:30:00.000+02:00", date(2026, 3, 30)),
    ],
)
def test_dates(text: str, expected: date) -> None:
    assert values.to_date(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "13/13/2026",
        "31/02/2026",
        "2026",
        "soon",
        "12345",
        "1/2",
        "99999",
        "March",
        "2026-3",
        "2026-02-31T10:00Z",
    ],
)
def test_not_a_date(text: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        values.to_date(text)


@given(DAYS)
def test_every_spelling_of_a_day_is_that_day(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    spellings = [
        f"{day:%Y-%m-%d}",
        f"{day:%d/%m/%Y}",
        f"{day.day} {day:%B} {day.year}",
        f"{day:%d-%b-%Y}",
        str(serial),
    ]
    assert {values.to_date(text) for text in spellings} == {day}


@given(DAYS)
def test_a_month_contains_its_days(day: date) -> None:
    assert (
        values.to_month(f"{day:%d/%m/%Y}")
        == values.to_month(f"{day:%m/%Y}")
        == values.to_month(f"{day:%B %Y}")
        == day.replace(day=1)
    )


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025/26", date(2025, 4, 1), date(2026, 3, 31)),
        ("2025-26 Q4", date(2026, 1, 1), date(2026, 3, 31)),
        ("Q1 2025/26", date(2025, 4, 1), date(2025, 6, 30)),
        ("Feb 2024", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-04", date(2025, 4, 1), date(2025, 4, 30)),
        ("FY 2025/2026", date(2025, 4, 1), date(2026, 3, 31)),
        ("FY25/26", date(2025, 4, 1), date(2026, 3, 31)),
        ("Qtr 4 25-26", date(2026, 1, 1), date(2026, 3, 31)),
        ("11/12", date(2012, 11, 1), date(2012, 11, 30)),
        ("Apr-Jun 2025", date(2025, 4, 1), date(2025, 6, 30)),
        ("april to june 25", date(2025, 4, 1), date(2025, 6, 30)),
        ("Dec – Feb 2024", date(2023, 12, 1), date(2024, 2, 29)),
        ("Apr 2025 - Mar 2026", date(2025, 4, 1), date(2026, 3, 31)),
        ("June-25", date(2025, 6, 1), date(2025, 6, 30)),
    ],
)
def test_periods(text: str, first: date, last: date) -> None:
    assert values.to_period(text) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "2025-27",
        "FY 25/27",
        "25/26",
        "Jun 2025 - Apr 2025",
        "Apr 2025 - Apr 2026",
        "Apr-Jun",
        "Qtr 5 25/26",
        "Q1",
    ],
)
def test_what_is_no_period(text: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        values.to_period(text)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 11))
def test_months_in_a_row_are_read_with_and_without_the_first_year(day: date, more: int) -> None:
    start, month = day.replace(day=1), day.year * 12 + day.month - 1 + more
    last = date(month // 12, month % 12 + 1, 1)
    found = values.to_period(f"{start:%b %Y} - {last:%b %Y}")
    assert found == values.to_period(f"{start:%B} to {last:%B %Y}")
    assert found[0] == start
    assert (found[1] + timedelta(days=1)).day == 1
    assert found[1].replace(day=1) == last


@given(st.integers(1990, 2090), st.integers(1, 4))
def test_quarters_tile_the_financial_year(year: int, quarter: int) -> None:
    start, end = values.to_period(f"{year}/{(year + 1) % 100:02d} Q{quarter}")
    after, _ = (
        values.to_period(f"{year}/{(year + 1) % 100:02d} Q{quarter + 1}")
        if quarter < 4
        else values.to_period(f"{year + 1}/{(year + 2) % 100:02d} Q1")
    )
    assert end + timedelta(days=1) == after
    assert start < end


@pytest.mark.parametrize(
    "text",
    [
        "Yes",
        "y",
        "TRUE",
        "1",
        "1.0",
        "x",
        "☒",
        "✓",
        "✅",
        "√",
        "✔\ufe0f",
        "👍",
        "Yes - by telephone",
        "Y.",
        " yes ",
    ],
)
def test_yes(text: str) -> None:
    assert values.to_yes_no(text) is True


@pytest.mark.parametrize(
    "text", ["No", "n", "FALSE", "0", "0.0", "✗", "❌", "No, not this time", "No - declined", "no (see file)"]
)
def test_no(text: str) -> None:
    assert values.to_yes_no(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "maybe",
        "notes",
        "nope?",
        "yesterday",
        "2",
        "none given",
        "Y/N",
        "Yes / No",
        "No record",
        "no/not sure",
    ],
)
def test_neither_yes_nor_no(text: str) -> None:
    with pytest.raises(ValueError, match="yes or no"):
        values.to_yes_no(text)


def test_codes_are_found_by_either_part_of_a_label() -> None:
    read = values.code_reader({"g": "good", "good": "good", "ri": "requires_improvement"})
    assert [read(text) for text in ("G", " good ", "G - Good", "Good (G)", "R.I")[:4]] == ["good"] * 4
    assert [read(text) for text in ("RI - to be better", "Good (just)", "G (Good) - late")] == [
        "requires_improvement", "good", "good",
    ]  # fmt: skip
    unread = (
        "G - RI",
        "great",
        "goodness",
        "Not - good",
        "Good - later inadequate",
        "query - RI",
        "Good (RI)",
    )
    for text in unread:
        with pytest.raises(ValueError, match="list"):
            read(text)


@pytest.mark.parametrize("text", ["", "N/A", "n/a", "Not recorded", "-", "TBC", "Unknown"])
def test_missing(text: str) -> None:
    assert values.is_missing(text)


def test_a_sign_before_a_number_is_part_of_what_is_said() -> None:
    read = values.code_reader({"5": "five", "1": "one", "5 10": "5-10"})
    assert [read("5"), read("5-10")] == ["five", "5-10"]
    for text in ("<5", "> 5", "≤5", "-1", "+1"):
        with pytest.raises(ValueError, match="list"):
            read(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("1,240", 1240), ("12.0", 12), ("3,4", None), ("1,24", None), ("12,3456", None)],
)
def test_a_comma_parts_thousands_and_nothing_else(text: str, number: int | None) -> None:
    if number is None:
        with pytest.raises(ValueError, match="whole number"):
            values.to_whole_number(text)
    else:
        assert values.to_whole_number(text) == number


@pytest.mark.parametrize("text", ["✓", "✅", "🙈", "√", "0", "no", "SEMH"])
def test_not_missing(text: str) -> None:
    assert not values.is_missing(text)


@pytest.mark.parametrize(
    "text",
    ["A123456789012", "SW1A 1AA", "07700 900123", "12/03/2011", "someone@example.org", "Team 4857773456"],
)
def test_names_that_look_personal(text: str) -> None:
    assert values.looks_personal(text)


@pytest.mark.parametrize("text", ["SEND Team 2", "North Locality", "0-25 team", "16+ team", "Area 3 (East)"])
def test_names_of_teams_do_not(text: str) -> None:
    assert not values.looks_personal(text)


def test_cells_with_several() -> None:
    assert values.split("Voice; Outcomes|Health advice\n") == ["Voice", "Outcomes", "Health advice"]
