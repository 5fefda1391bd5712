"""What each pattern means for one row, by hand: which rows break it, and that nothing is guessed from an empty cell."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest

from pipelines.contracts import Column, Contract, ContractError, Rule
from pipelines.intake import published
from pipelines.intake.rules import KEY_PATTERNS, PATTERNS, Scene, broken, copies, literal
from tests.intake.tables import typed_table

EARLY, LATE, EXTRACTED_ON = date(2026, 3, 1), date(2026, 3, 2), date(2026, 4, 3)
UNREAD = {"started_on": None, "started_on__unreadable": True}


def column(number: int, kind: str, **more: Any) -> Column:
    lists = {"code": {"codes": "colour"}, "label": {"list": "teams"}}.get(kind, {})
    return Column(number=number, title=f"Column {number}", type=kind, about="", **lists, **more)  # type: ignore[arg-type]


VISITS = Contract(
    feed="visits",
    title="Visits",
    version="1",
    prefix="VIS",
    about="",
    grain="one row a visit",
    key=("council", "reference", "team", "visit"),
    replaces="key",
    columns={
        "council": column(1, "council", required=True),
        "reference": column(2, "identifier", required=True),
        "team": column(3, "label"),
        "visit": column(4, "whole_number"),
        "colour": column(5, "code"),
        "shades": column(6, "code", several=True),
        "other": column(7, "identifier"),
        "started_on": column(8, "date"),
        "ended_on": column(9, "date"),
        "agreed": column(10, "yes_no"),
        "month": column(11, "period"),
        "born": column(12, "birth_month"),
        "notes": column(13, "free_text"),
    },
    text="",
)
SCENE = Scene(VISITS, EXTRACTED_ON)


def rule(expect: str, code: str = "VIS-301", **given: Any) -> Rule:
    return Rule(
        code=code, level="error", expect=expect, arguments=given, message="Wrong.", action="Put it right."
    )


def breaks(expect: str, given: dict[str, Any], row: dict[str, Any]) -> bool:
    with duckdb.connect() as con:
        typed = typed_table(con, VISITS, [row])
        found = con.execute(f"SELECT {broken(rule(expect, **given), SCENE)} FROM {typed}").fetchall()
    return found == [(True,)]


PERIOD, BOTH = {"a": "started_on", "b": "month_end"}, {"agreed": True, "colour": ["red"]}
DATES, COLOURED = {"a": "started_on", "b": "ended_on"}, {"colour": ["red"]}
NUMBERS, SPAN = (
    {"column": "visit", "min": 1, "max": 20},
    {"column": "started_on", "min": "2026-03-01", "max": "2026-03-02"},
)


@pytest.mark.parametrize(
    ("expect", "given", "row", "is_broken"),
    [
        ("column_values_readable", {"column": "colour"}, {"colour": "?"}, True),
        ("column_values_readable", {"column": "colour"}, {"colour": "red"}, False),
        ("column_values_readable", {"column": "colour"}, {}, False),
        ("column_values_readable", {"column": "shades"}, {"shades": ["red", "?"]}, True),
        ("column_values_readable", {"column": "shades"}, {"shades": ["red"]}, False),
        ("column_values_readable", {"column": "shades"}, {}, False),
        ("column_values_readable", {"column": "started_on"}, UNREAD, True),
        ("column_values_readable", {"column": "started_on"}, {}, False),
        ("column_values_readable", {"column": "month"}, {"month__unreadable": True}, True),
        ("column_values_readable", {"column": "born"}, {"born__unreadable": True}, True),
        ("column_values_not_empty", {"column": "colour"}, {}, True),
        ("column_values_not_empty", {"column": "colour"}, {"colour": "?"}, False),
        ("column_values_not_empty", {"column": "started_on"}, {}, True),
        ("column_values_not_empty", {"column": "started_on"}, UNREAD, False),
        ("column_values_not_empty", {"column": "month"}, {}, True),
        ("column_values_not_empty", {"column": "month"}, {"month_start": EARLY, "month_end": LATE}, False),
        ("column_values_not_empty", {"column": "shades"}, {}, True),
        ("column_values_not_empty", {"column": "reference"}, {}, True),
        ("column_pair_a_not_after_b", DATES, {"started_on": LATE, "ended_on": EARLY}, True),
        ("column_pair_a_not_after_b", DATES, {"started_on": EARLY, "ended_on": EARLY}, False),
        ("column_pair_a_not_after_b", DATES, {"started_on": LATE}, False),
        ("column_pair_a_not_after_b", DATES, {"ended_on": EARLY}, False),
        ("column_pair_a_not_after_b", PERIOD, {"started_on": LATE, "month_end": EARLY}, True),
        ("column_pair_differs", {"a": "reference", "b": "other"}, {"reference": "r", "other": "r"}, True),
        ("column_pair_differs", {"a": "reference", "b": "other"}, {"reference": "r", "other": "s"}, False),
        ("column_pair_differs", {"a": "reference", "b": "other"}, {"reference": "r"}, False),
        ("column_pair_differs", {"a": "reference", "b": "other"}, {}, False),
        ("column_values_between", NUMBERS, {"visit": 0}, True),
        ("column_values_between", NUMBERS, {"visit": 1}, False),
        ("column_values_between", NUMBERS, {"visit": 20}, False),
        ("column_values_between", NUMBERS, {"visit": 21}, True),
        ("column_values_between", NUMBERS, {}, False),
        ("column_values_between", SPAN, {"started_on": date(2026, 2, 28)}, True),
        ("column_values_between", SPAN, {"started_on": EARLY}, False),
        ("column_values_between", SPAN, {"started_on": LATE}, False),
        ("column_values_between", SPAN, {"started_on": date(2026, 3, 3)}, True),
        ("column_values_between", SPAN, UNREAD, False),
        ("column_not_in_future", {"column": "started_on"}, {"started_on": EXTRACTED_ON}, False),
        ("column_not_in_future", {"column": "started_on"}, {"started_on": date(2026, 4, 4)}, True),
        ("column_not_in_future", {"column": "started_on"}, {}, False),
        ("filled_when", {"column": "ended_on", "when": COLOURED}, {"colour": "red"}, True),
        ("filled_when", {"column": "ended_on", "when": COLOURED}, {"colour": "red", "ended_on": LATE}, False),
        ("filled_when", {"column": "ended_on", "when": COLOURED}, {"colour": "blue"}, False),
        ("filled_when", {"column": "ended_on", "when": COLOURED}, {"colour": "?"}, False),
        ("filled_when", {"column": "ended_on", "when": COLOURED}, {}, False),
        ("filled_when", {"column": "started_on", "when": COLOURED}, {"colour": "red", **UNREAD}, False),
        ("filled_when", {"column": "team", "when": {"colour": "red"}}, {"colour": "red"}, True),
        ("filled_when", {"column": "team", "when": {"colour": "red"}}, {"colour": "red", "team": "?"}, False),
        ("filled_when", {"column": "shades", "when": {"agreed": True}}, {"agreed": True}, True),
        ("filled_when", {"column": "shades", "when": {"agreed": True}}, {"agreed": True, "shades": ["?"]}, False),
        ("filled_when", {"column": "team", "when": {"agreed": False}}, {"agreed": False}, True),
        ("filled_when", {"column": "team", "when": {"agreed": False}}, {}, False),
        ("filled_when", {"column": "team", "when": {"started_on": "filled"}}, {"started_on": EARLY}, True),
        ("filled_when", {"column": "team", "when": {"started_on": "filled"}}, UNREAD, False),
        ("filled_when", {"column": "team", "when": {"started_on": "empty"}}, {}, True),
        ("filled_when", {"column": "team", "when": {"started_on": "empty"}}, UNREAD, False),
        ("filled_when", {"column": "team", "when": {"colour": "filled"}}, {"colour": "?"}, True),
        ("filled_when", {"column": "team", "when": {"colour": "empty"}}, {"colour": "?"}, False),
        ("filled_when", {"column": "team", "when": {"month": "filled"}}, {"month_start": EARLY}, True),
        ("filled_when", {"column": "month", "when": {"agreed": True}}, {"agreed": True}, True),
        ("filled_when", {"column": "team", "when": BOTH}, {"agreed": True, "colour": "red"}, True),
        ("filled_when", {"column": "team", "when": BOTH}, {"colour": "red"}, False),
        ("empty_when", {"column": "ended_on", "when": COLOURED}, {"colour": "red", "ended_on": LATE}, True),
        ("empty_when", {"column": "ended_on", "when": COLOURED}, {"colour": "red"}, False),
        ("empty_when", {"column": "ended_on", "when": COLOURED}, {"ended_on": LATE}, False),
        ("empty_when", {"column": "started_on", "when": COLOURED}, {"colour": "red", **UNREAD}, False),
        ("empty_when", {"column": "team", "when": COLOURED}, {"colour": "red", "team": "?"}, True),
        ("empty_when", {"column": "month", "when": COLOURED}, {"colour": "red", "month_start": EARLY}, True),
        ("cells_within_header", {}, {"_ragged": True}, True),
        ("cells_within_header", {}, {}, False),
    ],
)  # fmt: skip
def test_a_pattern_by_hand(expect: str, given: dict[str, Any], row: dict[str, Any], is_broken: bool) -> None:
    assert breaks(expect, given, row) is is_broken


def test_every_pattern_has_an_example_here() -> None:
    by_hand = next(mark for mark in test_a_pattern_by_hand.pytestmark if mark.name == "parametrize").args[1]
    assert {expect for expect, *_ in by_hand} == set(PATTERNS) - set(
        published.PATTERNS
    )  # test_published has those


@pytest.mark.parametrize(
    ("expect", "given", "told"),
    [
        (
            "no_such_pattern",
            {},
            "VIS-301 expects 'no_such_pattern'.*Choose one of: .*filled_when.*key_unique",
        ),
        ("filled_when", {"column": "team"}, "VIS-301: filled_when needs 'when' under `with`"),
        ("column_values_between", {"column": "visit", "min": 1}, "needs 'max'"),
        (
            "filled_when",
            {"column": "colours", "when": {"agreed": True}},
            "names colours, which the feed does not have",
        ),
        (
            "filled_when",
            {"column": "team", "when": {"agree": True}},
            "names agree, which the feed does not have",
        ),
        (
            "empty_when",
            {"column": "notes", "when": {"agreed": True}},
            "names notes, .* of which nothing is kept",
        ),
        (
            "filled_when",
            {"column": "team", "when": {"born": "empty"}},
            "names born, .* of which nothing is kept",
        ),
        ("column_not_in_future", {"column": "stated_on"}, "names stated_on"),
        ("column_pair_differs", {"a": "reference", "b": "notes"}, "names notes"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_told_to_who_wrote_it(
    expect: str, given: dict[str, Any], told: str
) -> None:
    with pytest.raises(ContractError, match=told):
        broken(rule(expect, **given), SCENE)


@pytest.mark.parametrize(
    ("value", "sql"),
    [(True, "true"), (False, "false"), (3, "3"), (0.5, "0.5"), ("it's", "'it''s'"), (EARLY, "'2026-03-01'")],
)
def test_values_of_a_contract_in_sql(value: Any, sql: str) -> None:
    assert literal(value) == sql


def copied(*rows: dict[str, Any]) -> list[str]:
    """For each row what is wrong with it as one of several: '' | 'key_unique' | 'not_repeated'."""
    with duckdb.connect() as con:
        typed = typed_table(con, VISITS, [{"council": "990", "reference": "r1", **row} for row in rows])
        found = {(sheet, row): fault for sheet, row, fault in con.execute(copies(VISITS, typed)).fetchall()}
        order = con.execute(f"SELECT _sheet, _row FROM {typed} ORDER BY rowid").fetchall()
    return [found.get(place, "") for place in order]


DIFFERS, REPEATS = KEY_PATTERNS


def test_of_exact_repeats_the_first_stands() -> None:
    assert copied({"colour": "red"}, {"colour": "red"}, {"colour": "red"}) == ["", REPEATS, REPEATS]


def test_the_first_is_the_one_that_stands_first_in_the_file() -> None:
    assert copied({"_row": 9}, {"_row": 4}) == [REPEATS, ""]
    assert copied({"_sheet": "South", "_row": 2}, {"_sheet": "North", "_row": 7}) == [REPEATS, ""]


def test_of_rows_that_differ_none_is_taken_for_right() -> None:
    assert copied({"colour": "red"}, {"colour": "blue"}) == [DIFFERS, DIFFERS]
    assert copied({"colour": "red"}, {}) == [DIFFERS, DIFFERS]
    assert copied({"shades": ["red"]}, {"shades": ["red", "blue"]}) == [DIFFERS, DIFFERS]


def test_a_repeat_among_rows_that_differ_is_a_repeat_and_its_first_still_differs() -> None:
    assert copied({"colour": "red"}, {"colour": "blue"}, {"colour": "red"}) == [DIFFERS, DIFFERS, REPEATS]


def test_another_part_of_the_key_makes_another_key() -> None:
    assert copied({}, {"reference": "r2"}, {"council": "991"}, {"team": "North"}, {"visit": 2}) == [""] * 5


def test_an_empty_part_of_the_key_equals_an_empty_one() -> None:
    assert copied({"team": None, "colour": "red"}, {"team": None, "colour": "blue"}) == [DIFFERS, DIFFERS]


def test_a_number_left_empty_is_one() -> None:
    assert copied({"visit": None, "colour": "red"}, {"visit": 1, "colour": "blue"}) == [DIFFERS, DIFFERS]
    assert copied({"visit": None}, {"visit": None}) == ["", REPEATS]
    assert copied({"visit": None}, {"visit": 2}) == ["", ""]


@pytest.mark.parametrize("missing", [{"council": None}, {"council": "?"}, {"reference": None}])
def test_rows_whose_key_is_not_whole_are_left_to_the_rules_on_its_columns(missing: dict[str, Any]) -> None:
    assert copied({"colour": "red", **missing}, {"colour": "blue", **missing}) == ["", ""]


def test_what_is_not_kept_makes_no_difference() -> None:
    assert copied({"born__unreadable": True}, {"_ragged": True}) == ["", REPEATS]
