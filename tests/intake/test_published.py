"""Published figures as they are read, and what each rule about them means, by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as some

from pipelines.contracts import Contract, ContractError, Rule
from pipelines.intake import published
from pipelines.intake.rules import Scene, broken
from pipelines.intake.values import is_missing
from tests.intake.tables import CATALOGUE, typed_table

DFE, RATES = CATALOGUE.contracts["dfe_timeliness"], CATALOGUE.contracts["participation_rates"]
EXTRACTED_ON = date(2025, 6, 26)


@pytest.mark.parametrize(
    ("text", "number", "symbol"),
    [
        ("31313", 31313, None), ("31,313", 31313, None), ("12.0", 12, None), ("0", 0, None),
        ("x", None, "x"), (" Z ", None, "z"), ("c", None, "c"), ("low", None, "low"), ("k", None, "low"),
        ("u", None, "u"), (":", None, ":"), ("~", None, "~"),
    ],
)  # fmt: skip
def test_a_count_or_its_symbol(text: str, number: int | None, symbol: str | None) -> None:
    assert published.to_count(text) == (number, symbol)


@pytest.mark.parametrize(
    ("text", "number", "symbol"),
    [("58.7", 58.7, None), ("57.900000000000", 57.9, None), ("100", 100.0, None), ("60.4%", 60.4, None),
     ("x", None, "x"), ("~", None, "~")],
)  # fmt: skip
def test_a_percentage_or_its_symbol(text: str, number: float | None, symbol: str | None) -> None:
    assert published.to_percentage(text) == (number, symbol)


@pytest.mark.parametrize("text", ["58.7", "a few", "-", "..", "xx", "1/2", ""])
def test_what_is_no_count(text: str) -> None:
    with pytest.raises(ValueError, match="not a whole number"):
        published.to_count(text)


@pytest.mark.parametrize("text", ["101", "-1", "half", "0,5", ".."])
def test_what_is_no_percentage(text: str) -> None:
    with pytest.raises(ValueError, match="not a percentage"):
        published.to_percentage(text)


@given(some.text(max_size=6))
def test_a_symbol_is_never_a_nought(text: str) -> None:
    for read in (published.to_count, published.to_percentage):
        try:
            number, symbol = read(text)
        except ValueError:
            continue
        assert (number is None) == (symbol is not None)
        assert symbol is None or not any(letter.isdigit() for letter in text)
        assert number is None or not is_missing(text)


# level, country, region, council
PLACES = [
    (("National", "E92000001", "", ""), "E92000001"),
    (("Regional", "E92000001", "E12000004", ""), "E12000004"),
    (("Regional", "E92000001", "E13000001", ""), "E13000001"),
    (("Local authority", "E92000001", "E12000004", "855"), "855"),
    (("local authority", "", "", " 855 "), "855"),
    (("Local authority", "E92000001", "E12000003", "815"), "815"),
    (("Local authority", "E92000001", "E12000004", "E10000018"), None),  # nine-character codes change
    (("Local authority", "E92000001", "E12000004", ""), None),
    (("Regional", "E92000001", "", "855"), None),
    (("Regional", "E92000001", "E92000001", ""), None),
    (("National", "W92000004", "", ""), None),
    (("School", "E92000001", "E12000004", "855"), None),
    (("", "E92000001", "E12000004", "855"), None),
    (("Local authority", "E92000001", "E12000004", "x"), None),
]


@pytest.mark.parametrize(("cells", "code"), PLACES)
def test_a_place_is_read_by_the_code_that_its_level_calls_for(
    cells: tuple[str, ...], code: str | None
) -> None:
    read = published.place_reader(CATALOGUE)
    with duckdb.connect() as con:
        names = ("geographic_level", "country_code", "region_code", "la_code")
        values = ", ".join(f"nullif('{cell}', '') AS {name}" for name, cell in zip(names, cells, strict=True))
        [(text,)] = con.execute(
            f"SELECT {published.place_cells(DFE)['council']} FROM (SELECT {values})"
        ).fetchall()
    if code is None:
        with pytest.raises(ValueError, match="no place that we know"):
            read(text)
    else:
        assert read(text) == code


def test_a_place_of_which_nothing_is_said_is_empty() -> None:
    names = ("geographic_level", "country_code", "region_code", "la_code")
    values = ", ".join(f"NULL::VARCHAR AS {name}" for name in names)
    found = duckdb.sql(f"SELECT {published.place_cells(DFE)['council']} FROM (SELECT {values})").fetchall()
    assert found == [(None,)]


def test_a_councils_code_says_until_when_it_was_in_use() -> None:
    read = published.ons_code_reader(CATALOGUE)
    assert read("E06000065") == ("E06000065", None, "815")
    assert read(" e10000023") == ("E10000023", date(2023, 3, 31), "815")
    assert read("E10000002") == ("E10000002", date(2020, 3, 31), "825")
    assert read("E10000006") == ("E10000006", date(2023, 3, 31), "909")  # Cumbria's ended with Cumbria
    with pytest.raises(ValueError, match="no council's code"):
        read("E12000004")


def breaks(contract: Contract, expect: str, rows: list[dict[str, Any]], **given: Any) -> list[bool]:
    rule = Rule(
        code=f"{contract.prefix}-399",
        level="query",
        expect=expect,
        arguments=given,
        message="No.",
        action="Do.",
    )  # type: ignore[call-arg]
    with duckdb.connect() as con:
        typed = typed_table(con, contract, rows)
        sql = f"SELECT _row, {broken(rule, Scene(contract, EXTRACTED_ON))} FROM {typed} ORDER BY _row"
        return [is_broken for _, is_broken in con.execute(sql).fetchall()]


SHARE = {
    "column": "within_20_weeks_percent",
    "numerator": "within_20_weeks",
    "denominator": "issued",
    "tolerance": 0.05,
}


@pytest.mark.parametrize(
    ("counts", "percent", "is_broken"),
    [
        ((31313, 53327), 58.7, False), ((31313, 53327), 58.8, True), ((49, 400), 12.3, False), ((49, 400), 12.2, False),
        ((49, 400), 12.1, True), ((0, 0), 0.0, False), ((None, 5), 1.0, False), ((1, 5), None, False),
    ],
)  # fmt: skip
def test_a_published_share_is_that_of_its_counts_to_one_decimal(
    counts: tuple[int | None, int], percent: float | None, is_broken: bool
) -> None:
    row = {"within_20_weeks": counts[0], "issued": counts[1], "within_20_weeks_percent": percent}
    assert breaks(DFE, "share_matches", [row], **SHARE) == [is_broken]


def test_parts_add_up_where_all_are_numbers() -> None:
    parts = ("within_20_weeks", "within_a_year", "over_a_year")
    rows = [
        dict(zip(("issued", *parts), numbers, strict=True))
        for numbers in ((10, 5, 3, 2), (10, 5, 3, 1), (10, 5, 3, None))
    ]
    assert breaks(DFE, "parts_sum_to_column", rows, column="issued", parts=list(parts), tolerance=0) == [
        False, True, False,
    ]  # fmt: skip
    assert not any(breaks(DFE, "parts_sum_to_column", rows, column="issued", parts=list(parts), tolerance=1))


def test_councils_are_set_against_the_country_year_by_year_and_regions_are_not_counted_twice() -> None:
    rows = [
        {"council": place, "time_period": year, "breakdown_topic": "all", "breakdown": "all", "issued": issued}
        for place, year, issued in [
            ("E92000001", 2022, 65512), ("E12000004", 2022, 64641), ("855", 2022, 64000), ("815", 2022, 641),
            ("E92000001", 2021, 7), ("855", 2021, 7),
            ("E92000001", 2020, 7),
            ("E92000001", 2019, 7), ("855", 2019, None),
        ]
    ]  # fmt: skip
    by = ["time_period", "breakdown_topic", "breakdown"]
    found = breaks(DFE, "councils_sum_to_country", rows, column="issued", by=by, tolerance=0)
    assert found == [True] + [False] * 8  # with no council's number there is nothing to set against it


def test_symbols_codes_years_and_groups() -> None:
    symbols = [{"issued_symbol": symbol} for symbol in (None, "x", "z", "c", "low", "u", ":", "~")]
    assert (
        breaks(DFE, "symbols_current", symbols, numbers=["issued", "over_a_year"]) == [False] * 6 + [True] * 2
    )
    ended = [{"new_la_code": "E10000023", "new_la_code_until": date(2023, 3, 31), "time_period": year}
             for year in (2022, 2023, 2024, None, 10_001)]  # fmt: skip
    assert breaks(DFE, "code_in_use", ended, column="new_la_code", year="time_period") == [
        False,
        True,
        True,
        False,
        False,
    ]
    owners = [{"council": "855", "new_la_code_of": of} for of in ("855", "856", None)] + [
        {"council": "?", "new_la_code_of": "856"}
    ]
    assert breaks(DFE, "code_of_place", owners, column="new_la_code") == [False, True, False, False]
    years = [{"time_period": year} for year in (2024, 2025, None, 202_425)]
    assert breaks(DFE, "year_has_ended", years, column="time_period") == [False, True, False, False]
    groups = [{"breakdown_topic": topic, "breakdown": group}
              for topic, group in (("sex", "F"), ("sex", "10"), ("age", "10"), ("age", "?"), ("?", "F"))]  # fmt: skip
    codes = {"sex": ["F", "M"], "age": ["10"]}
    assert breaks(DFE, "codes_belong", groups, column="breakdown", of="breakdown_topic", codes=codes) == [
        False, True, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("start", "end", "windows"),
    [
        ("2024-02-01", "2024-02-29", ["month"]), ("2023-02-01", "2023-02-28", ["month"]),
        ("2024-04-01", "2024-06-30", ["quarter"]), ("2024-02-01", "2024-04-30", []),
        ("2024-01-01", "2024-12-31", ["12m", "calendar_year"]), ("2023-04-01", "2024-03-31", ["12m", "financial_year"]),
        ("2023-09-01", "2024-08-31", ["12m", "academic_year"]), ("2023-06-01", "2024-05-31", ["12m"]),
        ("2024-01-02", "2024-12-31", []), ("2024-01-01", "2024-12-30", []), ("2022-01-01", "2023-12-31", []),
    ],
)  # fmt: skip
def test_a_period_is_the_windows_that_it_bounds(start: str, end: str, windows: list[str]) -> None:
    sql = f"SELECT {published.window_sql('a', 'b')} FROM (SELECT DATE '{start}' AS a, DATE '{end}' AS b)"
    assert duckdb.sql(sql).fetchall() == [(windows,)]
    row = {"period_start": date.fromisoformat(start), "period_end": date.fromisoformat(end)}
    assert breaks(RATES, "whole_window", [row], column="period_end", start="period_start") == [not windows]


def test_a_rule_that_names_no_column_is_told_to_who_wrote_it() -> None:
    with pytest.raises(
        ContractError, match="dfe_timeliness: a rule names shares, which the feed does not have"
    ):
        breaks(DFE, "share_matches", [{}], **(SHARE | {"column": "shares"}))
    with pytest.raises(ContractError, match="DFT-399: share_matches needs 'tolerance' under `with`"):
        breaks(
            DFE,
            "share_matches",
            [{}],
            **{name: value for name, value in SHARE.items() if name != "tolerance"},
        )
