"""What title rows say."""

from __future__ import annotations

from datetime import date

import pytest

from pipelines.feeds.titles import corrections_only, extracted_on

DAY = date(2026, 4, 3)


@pytest.mark.parametrize(
    "row",
    [
        ["Extracted on: 03/04/2026"],
        ["Extract date 2026-04-03"],
        ["As at 3 April 2026"],
        ["Data as at: Friday, 3rd Apr 2026"],
        ["Date of extract", "", "03/04/26"],
        ["EXTRACTION DATE:", "2026-04-03 09:30:00"],
        ["Brackenshire", "Extracted", "3-Apr-2026"],
        ["Audits of the year 2025/26, extracted 03.04.2026 14:02"],
        ["Date extracted (from the case system): 3/4/2026"],
        ["Extracted on: April 3rd, 2026"],
        ["Extract date", "46115"],
        ["Data extract", "03/04/2026 - 09:30"],
    ],
)
def test_the_day_of_the_extract(row: list[str]) -> None:
    assert extracted_on([["Audits"], row]) == DAY


@pytest.mark.parametrize(
    "row",
    [
        ["Extract of audits, 01/04/2025 to 31/03/2026"],
        ["Data extract 01/04/2026 to 30/06/2026"],
        ["Data extract", "1 April 2026 - 30 June 2026"],
        ["Data extract: 2026-04-01 until 2026-06-30"],
        ["Extracted on: Easter 3, 2026"],
        ["Extract 46115 of 50000"],
        ["Audits completed 03/04/2026"],
        ["Extracted on: 31/02/2026"],
        ["Extracted on", "by the data team", "03/04/2026"],
        ["Extracted by J on 03/04/2026"],
        ["As at: 4th quarter"],
        ["Reference 2026-04-03"],
    ],
)
def test_other_dates_are_left_alone(row: list[str]) -> None:
    assert extracted_on([row]) is None


def test_the_day_may_stand_below_its_label() -> None:
    assert extracted_on([["", "Extract date", "By"], ["", "03/04/2026", "J"]]) == DAY
    assert extracted_on([["", "Extract date"], ["03/04/2026", ""]]) is None


def test_the_first_labelled_date_counts() -> None:
    assert extracted_on([["As at"], ["As at", "03/04/2026"], ["Extracted on 05/04/2026"]]) == DAY


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (["Corrections only"], True),
        (["corrections"], True),
        (["Delivery:", "CORRECTIONS "], True),
        (["Audits (corrections only), March"], True),
        (["Case audits: corrections"], True),
        (["Corrections", "no"], False),
        (["Includes corrections to last month's file"], False),
        (["Corrections are sent apart"], False),
        (["All audits"], False),
    ],
)
def test_corrections(row: list[str], says: bool) -> None:
    assert corrections_only([["Brackenshire"], row]) is says
