"""Published and given figures of the demonstration: a fictional country, added up and recounted in plain Python."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from recount import SEED

from pipelines import contracts, demo, settings
from pipelines.contracts import Catalogue
from pipelines.demo import national, rates, story
from pipelines.demo.writing import written

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "dfe_ehcp_2025" / "timeliness_20_week.csv"
NUMBERS = national.LAYOUT[12:]
Row = dict[str, str]


@pytest.fixture(scope="module")
def rows(register: list[demo.Row], catalogue: Catalogue) -> list[Row]:
    """The file as anybody would read it."""
    text = written(national.file(register, SEED, catalogue), catalogue).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def of(rows: list[Row], year: int, council: str = "", **wanted: str) -> Row:
    """The row of all plans of a council (or, without one, of what else is said) in a year."""
    wanted |= {"time_period": str(year), "old_la_code": council, "breakdown_topic": national.ALL}
    [row] = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    return row


@pytest.mark.skipif(not REAL.exists(), reason="DfE's file is not beside the project")
def test_the_layout_is_that_of_the_real_file() -> None:
    with REAL.open(encoding="utf-8-sig") as file:
        assert tuple(next(csv.reader(file))) == national.LAYOUT


def test_no_place_in_the_file_is_real(rows: list[Row], catalogue: Catalogue) -> None:
    real = {council.name for council in catalogue.councils.values() if not council.fictional}
    real |= {region.name for region in catalogue.regions.values() if not region.fictional}
    codes = {
        code for council in catalogue.councils.values() if not council.fictional for code in council.ons_codes
    }
    codes |= {council.code for council in catalogue.councils.values() if not council.fictional}
    codes |= {region.code for region in catalogue.regions.values() if not region.fictional}
    for row in rows:
        for name in ("country_name", "region_name", "la_name"):
            assert not row[name] or "fictional" in row[name].lower()
            assert row[name] not in real
        for name in ("country_code", "region_code", "new_la_code", "old_la_code"):
            assert row[name] not in codes


def test_a_county_eight_neighbours_two_regions_and_a_country(rows: list[Row]) -> None:
    levels = {level: {(row["region_code"], row["old_la_code"]) for row in rows if row["geographic_level"] == level}
              for level in ("National", "Regional", "Local authority")}  # fmt: skip
    assert {level: len(places) for level, places in levels.items()} == {
        "National": 1, "Regional": 2, "Local authority": 10,
    }  # fmt: skip
    [ours] = [region for region, council in levels["Local authority"] if council == "990"]
    assert sum(region == ours for region, _ in levels["Local authority"]) == 8


def test_councils_add_up_to_regions_and_regions_to_the_country(rows: list[Row]) -> None:
    for year in story.PUBLISHED_YEARS:
        of_year = [row for row in rows if row["time_period"] == str(year)]
        keys = {(row["breakdown_topic"], row["breakdown"]) for row in of_year}
        assert (len(keys) > 40) == (year >= 2023)
        for key in keys:
            alike = [row for row in of_year if (row["breakdown_topic"], row["breakdown"]) == key]
            for number in (name for name in NUMBERS if name.lower()[:3] != "pc_"):
                sums = {
                    level: sum(
                        int(row[number])
                        for row in alike
                        if row["geographic_level"] == level and row[number] != "x"
                    )
                    for level in ("National", "Regional", "Local authority")
                }
                assert len(set(sums.values())) == 1, (year, key, number)


def test_percentages_are_those_of_the_counts_and_symbols_stand_where_there_is_none(rows: list[Row]) -> None:
    pairs = {
        "pc_plans_issued_within_20_weeks": ("plans_issued_within_20_weeks", "plans_issued_den"),
        "PC_plans_issued_20_weeks_ex": ("plans_issued_20_weeks_ex", "plans_issued_den_ex"),
        "pc_plans_issued_gt_1_year": ("plans_issued_gt_1_year", "plans_issued_den"),
        "PC_plans_issued_gt20weeks_ltYear_ex": ("plans_issued_gt20weeks_ltYear_ex", "plans_issued_den_ex"),
    }
    for row in rows:
        for percent, (above, below) in pairs.items():
            if row[below] == "x" or row[above] == "x":
                assert row[percent] == "x"
            elif row[below] == "0":
                assert row[percent] == "z"
            else:
                assert abs(float(row[percent]) - 100 * int(row[above]) / int(row[below])) <= 0.05 + 1e-9
    assert {of(rows, 2022, "997")[name] for name in NUMBERS} == {"x"}
    assert of(rows, 2019, "990")["plans_issued_gt_1_year"] == "x"
    assert of(rows, 2024, "993")["plans_issued_den_ex"] == "0"
    assert of(rows, 2024, "993")["PC_plans_issued_20_weeks_ex"] == "z"


def test_one_council_has_another_code_from_2023_and_the_file_is_a_year_late(rows: list[Row]) -> None:
    codes = [of(rows, year, "992")["new_la_code"] for year in (2022, 2023, 2024)]
    assert codes == ["E08999992", "E08999992", "E06999992"]
    held = contracts.load(settings.load({})).councils["992"]
    assert held.ons_until == {"E08999992": "2023-03-31"}


def test_what_is_published_of_the_county_is_what_its_register_says(
    rows: list[Row], register: list[demo.Row]
) -> None:
    for year in story.REGISTER_YEARS:
        issued = [plan for plan in register if plan["issued_on"].year == year and plan["requested_on"]]
        plain = [plan for plan in issued if not plan["exceptions_apply"]]

        def within(plans: list[demo.Row]) -> int:
            return sum((plan["issued_on"] - plan["requested_on"]).days <= 140 for plan in plans)

        row = of(rows, year, "990")
        assert [int(row[name]) for name in NUMBERS[:4]] == [
            len(issued), len(plain), within(issued), within(plain),
        ]  # fmt: skip
        girls = [row for row in rows if row["old_la_code"] == "990" and row["breakdown"] == "Female"]
        assert [int(row["plans_issued_den"]) for row in girls if row["time_period"] == str(year)] == [
            sum(plan["sex"] == "F" for plan in issued)
        ]


def test_two_earlier_years_are_given_as_counts_with_a_definition() -> None:
    given: list[dict[str, Any]] = rates.file().rows
    assert [row["period_start"].year for row in given] == [2021, 2022]
    assert {row["definition"] for row in given} == {"voice.any_family"}
    shares = [row["numerator"] / row["denominator"] for row in given]
    assert shares[0] < shares[1] < 0.48, "less than in the first year that is counted from audits"
    assert all(abs(100 * share - row["percent"]) <= 0.5 for share, row in zip(shares, given, strict=True))
