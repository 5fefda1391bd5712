"""Given figures by hand: shares of the counts, symbols as they came, the year before, and digests of what was given."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest

from pipelines import receipt_ids
from pipelines.evidence import receipts
from pipelines.intake.key import Key
from pipelines.measures import catalogue, given
from pipelines.measures.figures import _SCHEMA
from pipelines.statistics.proportions import newcombe, wilson
from tests.measures.made import MEASURE
from tests.model.test_published_facts import LEICESTERSHIRE, build

Row = dict[str, Any]
MEASURES = {
    name: catalogue.Measure.model_validate(
        MEASURE
        | {
            "id": f"made.{name}", "version": "1.0.0", "kind": "given", "fact": "published_timeliness",
            "date": "period_end", "numerator": (f"within_20_weeks{kind}",), "denominator": (f"issued{kind}",),
            "published_share": f"within_20_weeks{kind}_percent", "breakdowns": ("sex",), "chart": "none",
            "protect": "published",
        }
    )
    for name, kind in (("all", ""), ("without", "_ex"))
}  # fmt: skip


def figures(rows: list[Row], extracted_on: date = date(2025, 6, 26), key: Key | None = None) -> list[Row]:
    with duckdb.connect() as con:
        facts = build(con, dfe_timeliness=rows)
        given.figures(con, facts, MEASURES.values(), extracted_on, "made")
        if key:
            receipts.mint(con, "made", "officers", key)
        answer = con.execute("SELECT * FROM made")
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, values, strict=True)) for values in answer.fetchall()]


def figure(row: Row, name: str = "made.all") -> Row:
    [found] = [made for made in figures([LEICESTERSHIRE | row]) if made["measure"] == name]
    return found


def test_they_have_the_columns_of_counted_figures_in_their_order() -> None:
    found = figures([LEICESTERSHIRE])
    assert list(found[0]) == [name for name in _SCHEMA.names if name != "steps"], "no rows are looked at"
    assert [row["measure"] for row in found] == ["made.all", "made.without"]


def test_the_share_is_that_of_the_counts_and_not_the_rounded_one() -> None:
    found = figure(
        {"issued": 53327, "within_20_weeks": 31313, "within_20_weeks_percent": 58.7, "council": "E92000001"}
    )
    assert found["value"] == 31313 / 53327
    assert (found["low"], found["high"]) == tuple(float(limit) for limit in wilson(31313, 53327))
    assert (found["council"], found["window"], found["symbol"], found["complete"]) == (
        "E92000001", "calendar_year", "", True,
    )  # fmt: skip
    assert (found["period_start"], found["period_end"]) == (date(2024, 1, 1), date(2024, 12, 31))
    assert found["change"] is None


SYMBOLS = [
    ({"issued": None, "issued_symbol": "x"}, "x"),
    ({"issued": None, "issued_symbol": "c", "within_20_weeks": None, "within_20_weeks_symbol": "x"}, "c"),
    ({"within_20_weeks": None, "within_20_weeks_symbol": "low"}, "low"),
    ({"within_20_weeks": None, "within_20_weeks_symbol": "u"}, "u"),
    ({"issued": None, "issued_symbol": ":"}, "x"),
    ({"within_20_weeks": None, "within_20_weeks_symbol": "~"}, "x"),
    ({"within_20_weeks": None}, "x"),
    ({"issued": 0, "within_20_weeks": 0}, "z"),
    ({"issued": 0, "within_20_weeks": 0, "within_20_weeks_percent_symbol": "x"}, "x"),
    ({"issued": 10, "within_20_weeks": 11}, "x"),
    ({"within_20_weeks_percent_symbol": "c"}, "c"),
    ({"within_20_weeks_percent_symbol": "low"}, ""),  # it rounds to nought; the counts say what it is
]


@pytest.mark.parametrize(("row", "symbol"), SYMBOLS)
def test_symbols_come_through_and_are_never_a_nought(row: Row, symbol: str) -> None:
    found = figure(row)
    assert found["symbol"] == symbol
    assert (found["value"] is None) == (found["low"] is None) == (found["high"] is None) == (symbol != "")
    given_row = LEICESTERSHIRE | row
    assert (found["numerator"], found["denominator"]) == (given_row["within_20_weeks"], given_row["issued"])


def test_a_council_whose_plans_all_had_exceptions_has_one_share_and_a_symbol_with_its_counts() -> None:
    dorset = {"council": "838", "issued": 585, "within_20_weeks": 287, "issued_ex": 0, "within_20_weeks_ex": 0,
              "within_20_weeks_ex_percent_symbol": "x"}  # fmt: skip
    with_all, without = figures([LEICESTERSHIRE | dorset])
    assert (with_all["value"], with_all["symbol"]) == (287 / 585, "")
    assert (without["value"], without["symbol"]) == (None, "x")
    assert (without["numerator"], without["denominator"]) == (0, 0)


def test_a_year_is_set_against_the_year_before_of_the_same_place_and_group() -> None:
    rows = [
        LEICESTERSHIRE | {"time_period": 2022, "within_20_weeks": 40, "issued": 700},
        LEICESTERSHIRE | {"time_period": 2023, "within_20_weeks": None, "within_20_weeks_symbol": "x"},
        LEICESTERSHIRE | {"time_period": 2024, "within_20_weeks": 33, "issued": 772},
        LEICESTERSHIRE | {"time_period": 2025, "within_20_weeks": 90, "issued": 800},
        LEICESTERSHIRE | {"time_period": 2024, "council": "815", "within_20_weeks": 99, "issued": 800},
        LEICESTERSHIRE
        | {"time_period": 2024, "breakdown_topic": "sex", "breakdown": "F", "within_20_weeks": 5},
    ]
    found = {
        (row["council"], row["period_end"].year): row
        for row in figures(rows, extracted_on=date(2025, 12, 30))
        if row["measure"] == "made.all" and row["breakdown"] == ""
    }
    assert [found["855", year]["previous_numerator"] for year in (2022, 2023, 2024, 2025)] == [
        None,
        None,
        None,
        33,
    ]
    last = found["855", 2025]
    change, low, high = (float(part) for part in newcombe(90, 800, 33, 772))
    assert (last["change"], last["change_low"], last["change_high"]) == (change, low, high)
    assert (last["previous_denominator"], last["previous_value"]) == (772, 33 / 772)
    assert (last["direction"], found["855", 2024]["direction"]) == ("higher", "")
    assert not last["complete"]
    assert found["855", 2024]["complete"]


def test_a_receipt_changes_with_what_was_given_and_with_nothing_else() -> None:
    key = Key(b"a key that only tests know of....")

    def receipt(**row: Any) -> str:
        return figures([LEICESTERSHIRE | row], key=key)[0]["receipt"]

    before = receipt()
    assert receipt_ids.is_receipt(before)
    assert receipt() == before
    assert receipt(over_a_year=7) == before, "another number of the row is not part of the figure"
    changed = [
        receipt(issued=773), receipt(within_20_weeks=34), receipt(within_20_weeks=None), receipt(council="815"),
        receipt(within_20_weeks=None, within_20_weeks_symbol="x"), receipt(within_20_weeks_percent_symbol="c"),
        receipt(time_period=2023),
    ]  # fmt: skip
    assert len({before, *changed}) == 8


def test_without_given_measures_there_are_no_figures() -> None:
    with duckdb.connect() as con:
        given.figures(con, build(con), [], date(2025, 6, 26), "made")
        assert con.execute("SELECT count(*) FROM made").fetchall() == [(0,)]
