"""Where windows begin and end, by hand, and which of them a council has."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.measures import windows
from pipelines.measures.windows import WINDOWS, Running, month_of, windows_of
from tests.measures.made import made_facts


def spans(first: date, last: date, extracted_on: date) -> dict[str, list[tuple[str, str, bool]]]:
    made = windows_of(month_of(first), month_of(last), extracted_on)
    found: dict[str, list[tuple[str, str, bool]]] = {name: [] for name in WINDOWS}
    for window, start, end, complete in zip(
        made.window, windows.first_day(made.start), windows.last_day(made.end), made.complete, strict=True
    ):
        found[WINDOWS[window]].append((str(start), str(end), bool(complete)))
    return found


def test_windows_of_a_council_by_hand():
    found = spans(date(2025, 2, 1), date(2025, 5, 1), date(2025, 5, 31))
    assert found == {
        "month": [
            ("2025-02-01", "2025-02-28", True),
            ("2025-03-01", "2025-03-31", True),
            ("2025-04-01", "2025-04-30", True),
            ("2025-05-01", "2025-05-31", True),
        ],
        "quarter": [("2025-01-01", "2025-03-31", True), ("2025-04-01", "2025-06-30", False)],
        "12m": [
            ("2024-03-01", "2025-02-28", True),
            ("2024-04-01", "2025-03-31", True),
            ("2024-05-01", "2025-04-30", True),
            ("2024-06-01", "2025-05-31", True),
        ],
        "financial_year": [("2024-04-01", "2025-03-31", True), ("2025-04-01", "2026-03-31", False)],
        "academic_year": [("2024-09-01", "2025-08-31", False)],
        "calendar_year": [("2025-01-01", "2025-12-31", False)],
    }


@pytest.mark.parametrize(
    ("month", "financial", "academic", "quarter"),
    [
        (date(2024, 1, 1), "2023-04-01", "2023-09-01", "2024-01-01"),
        (date(2024, 3, 1), "2023-04-01", "2023-09-01", "2024-01-01"),
        (date(2024, 4, 1), "2024-04-01", "2023-09-01", "2024-04-01"),
        (date(2024, 8, 1), "2024-04-01", "2023-09-01", "2024-07-01"),
        (date(2024, 9, 1), "2024-04-01", "2024-09-01", "2024-07-01"),
        (date(2024, 12, 1), "2024-04-01", "2024-09-01", "2024-10-01"),
    ],
)
def test_the_years_and_quarter_that_a_month_lies_in(month, financial, academic, quarter):
    found = spans(month, month, date(2025, 1, 1))
    starts = {name: [start for start, *_ in own] for name, own in found.items()}
    assert starts["financial_year"] == [financial]
    assert starts["academic_year"] == [academic]
    assert starts["quarter"] == [quarter]
    assert starts["calendar_year"] == ["2024-01-01"]


def test_a_leap_february_ends_on_the_29th():
    assert spans(date(2024, 2, 1), date(2024, 2, 1), date(2024, 2, 29))["month"] == [
        ("2024-02-01", "2024-02-29", True)
    ]


@pytest.mark.parametrize(
    ("extracted_on", "complete"), [(date(2025, 3, 30), False), (date(2025, 3, 31), True)]
)
def test_a_window_is_complete_when_its_last_day_is_not_after_the_extraction(extracted_on, complete):
    found = spans(date(2024, 4, 1), date(2025, 3, 1), extracted_on)
    assert found["financial_year"] == [("2024-04-01", "2025-03-31", complete)]


def test_only_complete_years_have_a_year_before_within_the_data():
    made = windows_of(month_of(date(2023, 4, 1)), month_of(date(2026, 5, 1)), date(2026, 5, 20))
    found = {
        (WINDOWS[window], str(start))
        for window, start, has in zip(
            made.window, windows.first_day(made.start), made.has_previous, strict=True
        )
        if has
    }
    assert {pair for pair in found if pair[0] != "12m"} == {
        ("financial_year", "2024-04-01"),
        ("financial_year", "2025-04-01"),
        ("academic_year", "2024-09-01"),
        ("calendar_year", "2025-01-01"),
    }
    rolling = sorted(start for window, start in found if window == "12m")
    assert (rolling[0], rolling[-1], len(rolling)) == ("2024-04-01", "2025-05-01", 14)  # May 2026 is not over


@given(st.dates(date(2015, 1, 1), date(2030, 1, 1)), st.integers(0, 40), st.integers(0, 60))
def test_windows_cover_a_councils_months_without_gap_or_overlap(first, months, days):
    begin = month_of(first)
    extracted_on = windows.last_day(np.array([begin + months]))[0].item()
    made = windows_of(begin, begin + months, extracted_on)
    for place, name in enumerate(WINDOWS):
        start, end = made.start[made.window == place], made.end[made.window == place]
        length = 1 if name == "month" else 3 if name == "quarter" else 12
        assert (end - start + 1 == length).all()
        assert (np.diff(start) == (1 if name == "12m" else length)).all()
        if name == "12m":
            assert (end[0], end[-1]) == (begin, begin + months)
        else:
            assert start[0] <= begin <= end[0]
            assert start[-1] <= begin + months <= end[-1]


@given(st.data())
def test_any_window_is_one_subtraction(data):
    months = data.draw(st.integers(1, 8))
    given_counts = data.draw(
        st.dictionaries(
            st.tuples(st.integers(0, 2), st.integers(0, months - 1)),
            st.tuples(st.integers(1, 9), st.integers(0, 2**64 - 1)),
        )
    )
    start = data.draw(st.integers(0, months - 1))
    end = data.draw(st.integers(start, months - 1))
    series, month = (np.array([key[n] for key in given_counts], dtype=np.int64) for n in (0, 1))
    count = np.array([value[0] for value in given_counts.values()], dtype=np.int64)
    digest = np.array([value[1] for value in given_counts.values()], dtype=np.uint64)
    base = 24_000
    running = Running.of((3, months), base, series, month + base, count, digest)
    for wanted in range(3):
        inside = {
            key: value for key, value in given_counts.items() if key[0] == wanted and start <= key[1] <= end
        }
        expected = 0
        for _, each in inside.values():
            expected ^= each
        found = running.between(np.array([wanted]), np.array([start + base]), np.array([end + base]))
        assert (int(found[0][0]), int(found[1][0])) == (
            sum(number for number, _ in inside.values()),
            expected,
        )


def test_places_run_from_the_first_completed_audit_to_the_extraction_but_not_for_ever():
    with duckdb.connect() as con:
        facts = made_facts(
            con,
            [
                {"completed_on": date(2025, 3, 9)},
                {"completed_on": date(2025, 6, 9)},
                {"completed_on": date(2024, 1, 1), "is_completed": False},
                {"council": "991", "completed_on": date(2024, 1, 31)},
                {"council": "992", "completed_on": None, "is_completed": False},
            ],
        )
        extracted = {"990": date(2025, 8, 20), "991": date(2026, 2, 1)}
        name = windows.places(con, windows.spans(con, facts, {"case_audits": extracted}))
        assert con.execute(f"FROM {name} ORDER BY council").fetchall() == [
            ("990", date(2025, 3, 1), date(2025, 8, 1), date(2025, 8, 20)),
            ("991", date(2024, 1, 1), date(2025, 1, 1), date(2026, 2, 1)),
        ]
        with pytest.raises(ValueError, match="No day of extraction for council 991"):
            windows.spans(con, facts, {"case_audits": {"990": date(2025, 8, 20)}})
