"""Gaps, evenness and weighted shares, by hand and against the library's own functions."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.measures import build, windows
from pipelines.measures.compared import FEWEST, _of_some
from pipelines.statistics import proportions
from pipelines.statistics.representativeness import gap, post_stratified, r_indicator
from tests.measures.made import made_facts, measure, relation, taken

TAKEN = date(2026, 4, 1)
GAP: dict[str, Any] = {
    "id": "made.gap", "kind": "gap", "numerator": (), "denominator": ("is_completed", "is_random"),
    "higher_is": "nearer_none", "protect": "children", "breakdowns": ("sex",),
}  # fmt: skip
OF_PEOPLE = GAP | {"id": "made.of_people", "against": "population", "frame": "sen_support"}
OFFERED = GAP | {"id": "made.offered", "against": ("is_completed",)}
ACROSS: dict[str, Any] = {
    "numerator": ("is_random",), "denominator": ("is_completed",), "protect": "children",
    "breakdowns": ("characteristic",), "across": ("sex",),
}  # fmt: skip
EVEN = ACROSS | {"id": "made.even", "kind": "evenness"}
WEIGHTED = ACROSS | {
    "id": "made.weighted",
    "kind": "weighted",
    "against": "population",
    "frame": "sen_support",
}
PERSON: dict[str, Any] = {
    "council": "990", "frame": "sen_support", "characteristic": "sex", "category": "F", "people_symbol": "",
    "source": "sen2", "counted_on": date(2025, 10, 1), "people": 100,
}  # fmt: skip


def audits(**groups: tuple[int, int]) -> list[dict[str, Any]]:
    """For each sex so many audits, of which so many were random ("heard")."""
    return [
        {"sex": sex, "is_random": n < heard, "completed_on": date(2025, 5, 1 + n % 28)}
        for sex, (heard, of) in groups.items()
        for n in range(of)
    ]


def people(con: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]) -> str:
    """The fact population; `people` None stands for a symbol."""
    made = relation(con, "made_people", "population_key", PERSON, rows)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {made} AS SELECT * REPLACE (nullif(people_symbol, '') AS people_symbol, "
                f"CASE WHEN people_symbol = '' THEN people END AS people) FROM {made}")  # fmt: skip
    return made


def built(
    rows: list[dict[str, Any]], population: list[dict[str, Any]], *measures: dict[str, Any]
) -> list[dict]:
    """The figures of the year to 31 March 2026, each with what it is compared with and its steps."""
    with duckdb.connect() as con:
        facts = made_facts(con, rows) | ({"population": people(con, population)} if population else {})
        catalogue = {given["id"]: measure(**given) for given in measures}
        spans = windows.spans(con, facts, taken(TAKEN))
        build.build(con, facts, catalogue, spans)
        cursor = con.execute(
            "SELECT figures.*, compared_numerator, compared_denominator, counted_on, source FROM figures JOIN "
            'compared USING (measure, council, "window", period_start, period_end, breakdown, "group") '
            "WHERE \"window\" = '12m' AND period_end = DATE '2026-03-31' ORDER BY measure, \"group\""
        )
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_a_gap_against_the_population_by_hand():
    """30 of 80 heard audits are of girls, and 100 of 400 children: 37.5% less 25% is 12.5 points more."""
    rows = audits(F=(30, 40), M=(50, 100), unknown=(5, 9))
    girls, boys = built(
        rows, [{}, {"category": "M", "people": 300}, {"category": "unknown", "people": 7}], OF_PEOPLE
    )
    assert (girls["numerator"], girls["denominator"], girls["value"]) == (30, 80, 0.125)
    assert (girls["compared_numerator"], girls["compared_denominator"]) == (100, 400)
    assert (girls["counted_on"], girls["source"], girls["symbol"]) == (date(2025, 10, 1), "sen2", "")
    assert (boys["numerator"], boys["value"]) == (50, -0.125)
    assert (girls["low"], girls["high"]) == tuple(float(part) for part in gap(30, 80, 100, 400)[1:])
    # all audits of the year, those completed, those heard, those of a recorded sex, girls
    assert girls["steps"] == [149, 149, 85, 80, 30]


def test_only_what_chance_would_seldom_show_is_called_a_gap():
    seldom = built(audits(F=(60, 60), M=(60, 60)), [{}, {"category": "M", "people": 300}], OF_PEOPLE)
    assert [row["direction"] for row in seldom] == ["higher", "lower"]
    near = built(audits(F=(30, 40), M=(50, 100)), [{}, {"category": "M", "people": 300}], OF_PEOPLE)
    assert near[0]["low"] > 0  # the 95% range leaves out 0
    assert near[0]["direction"] == "no clear change"
    few = built(audits(F=(FEWEST - 1, 30), M=(0, 30)), [{}, {"category": "M", "people": 300}], OF_PEOPLE)
    assert [row["direction"] for row in few] == ["", ""]


def test_a_group_that_nobody_audited_is_missing_from_the_audits_and_not_from_the_page():
    girls, boys = built(audits(M=(40, 40)), [{}, {"category": "M", "people": 300}], OF_PEOPLE)
    assert (girls["group"], girls["numerator"], girls["value"], girls["direction"]) == (
        "F",
        0,
        -0.25,
        "lower",
    )
    assert boys["value"] == 0.25


@pytest.mark.parametrize(
    ("population", "symbols"),
    [
        # a symbol is never 0: without the whole list no share is known; with it, the others' are
        ([{"people_symbol": "c"}, {"category": "M", "people": 300}], ["c", "x"]),
        ([{"people_symbol": "c"}, {"category": "M", "people": 300}, {"characteristic": "all", "category": "all",
          "people": 400}], ["c", ""]),
        ([{"category": "M", "people": 300}], ["x", ""]),
        ([{"people_symbol": "z"}, {"category": "M", "people": 300}], ["x", ""]),
    ],
)  # fmt: skip
def test_a_number_that_is_not_given_is_never_nought(population: list, symbols: list[str]):
    girls, boys = built(audits(F=(20, 40), M=(40, 40)), population, OF_PEOPLE)
    assert [girls["symbol"], boys["symbol"]] == symbols
    assert girls["value"] is None
    if len(population) == 3:
        assert boys["value"] == pytest.approx(40 / 60 - 300 / 400)


def test_the_day_nearest_to_the_middle_of_the_year_is_taken_and_said():
    days = [date(2025, 1, 16), date(2025, 10, 5), date(2026, 1, 15)]
    population = [
        {"counted_on": day, "category": sex, "people": 100 + at}
        for at, day in enumerate(days)
        for sex in "FM"
    ]
    girls, _ = built(audits(F=(20, 40), M=(40, 40)), population, OF_PEOPLE)
    assert (girls["counted_on"], girls["compared_numerator"]) == (days[1], 101)


def test_without_a_population_there_is_no_figure_and_other_lists_of_cases_do_not_stand_in():
    assert built(audits(F=(20, 40)), [], OF_PEOPLE, WEIGHTED) == []
    assert built(audits(F=(20, 40)), [{"frame": "ehcp"}], OF_PEOPLE) == []


def test_a_gap_within_the_audits_by_hand():
    """Of 100 audits 40 are of girls; of the 60 offered, 12: 20% less 40%."""
    girls, _ = built(audits(F=(12, 40), M=(48, 60)), [], OFFERED)
    assert (girls["numerator"], girls["denominator"], girls["value"]) == (12, 60, pytest.approx(-0.2))
    assert (girls["compared_numerator"], girls["compared_denominator"]) == (40, 100)
    difference, low, high = proportions.newcombe(12, 60, 28, 40)
    assert girls["value"] == pytest.approx(float(difference) * 40 / 100)
    assert (girls["low"], girls["high"]) == (
        pytest.approx(float(low) * 0.4),
        pytest.approx(float(high) * 0.4),
    )
    assert girls["direction"] == "lower"
    assert girls["steps"] == [100, 100, 60, 60, 12]


def test_everybody_offered_is_no_gap_and_no_doubt():
    girls, _ = built(audits(F=(40, 40), M=(60, 60)), [], OFFERED)
    assert (girls["value"], girls["low"], girls["high"]) == (0, 0, 0)


def test_evenness_is_the_indicator_from_200_audits_on():
    (few,) = built(audits(F=(12, 40), M=(48, 159)), [], EVEN)
    assert (few["value"], few["symbol"], few["group"], few["breakdown"]) == (
        None,
        "u",
        "sex",
        "characteristic",
    )
    (made,) = built(audits(F=(12, 40), M=(120, 160), unknown=(1, 2)), [], EVEN)
    expected = r_indicator([12, 120], [40, 160])
    assert (made["value"], made["low"], made["high"]) == (expected.r, expected.low, expected.high)
    assert (made["numerator"], made["denominator"]) == (132, 200)
    assert made["steps"] == [202, 202, 200, 132]


def test_a_weighted_share_by_hand():
    """Girls heard in 12 of 40, boys in 48 of 60; half of the children are girls: (0.3 + 0.8) / 2."""
    (made,) = built(audits(F=(12, 40), M=(48, 60)), [{}, {"category": "M"}], WEIGHTED)
    expected = post_stratified([12, 48], [40, 60], [100, 100])
    assert made["value"] == pytest.approx(0.55)
    assert (made["low"], made["high"]) == (pytest.approx(expected.low), pytest.approx(expected.high))
    assert (made["numerator"], made["denominator"]) == (60, 100)


def test_a_receipt_changes_with_the_population():
    rows = audits(F=(20, 40), M=(40, 40))
    first = built(rows, [{}, {"category": "M"}], OF_PEOPLE, WEIGHTED)
    again = built(rows, [{}, {"category": "M"}], OF_PEOPLE, WEIGHTED)
    other = built(rows, [{}, {"category": "M", "people": 101}], OF_PEOPLE, WEIGHTED)
    name = ("numerator_digest", "denominator_digest")
    assert [[row[part] for part in name] for row in first] == [[row[part] for part in name] for row in again]
    assert all(
        one["denominator_digest"] != two["denominator_digest"] for one, two in zip(first, other, strict=True)
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=6))
def test_gaps_within_the_audits_add_up_to_nought_and_lie_in_their_ranges(pairs: list[tuple[int, int]]):
    x, rest = np.array([a for a, _ in pairs], dtype=float), np.array([b for _, b in pairs], dtype=float)
    n, of_n = np.full(len(pairs), x.sum()), np.full(len(pairs), (x + rest).sum())
    if not x.sum():
        return
    value, low, high = _of_some(x, n, x + rest, of_n)
    assert abs(value.sum()) < 1e-9
    assert ((low <= value + 1e-12) & (value <= high + 1e-12)).all()
    assert np.allclose(value, x / n - (x + rest) / of_n)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"against": ()}, "against: a gap and a weighted share"),
        ({"against": ("is_completed", "is_random")}, "some of the denominator's columns, not all"),
        ({"against": "population"}, "frame: given together"),
        ({"against": ("is_completed",), "protect": "process"}, "figures that compare groups of children"),
        ({"against": ("is_completed",), "numerator": ("is_good",)}, "a gap has none"),
        ({"kind": "share", "numerator": ("is_good",)}, "nearer_none is for a gap"),
        (
            {"kind": "evenness", "numerator": ("is_good",), "higher_is": "better"},
            "across: evenness and weighted",
        ),
    ],
)
def test_what_is_said_of_a_wrong_definition(changes: dict[str, Any], words: str):
    with pytest.raises(ValueError, match=words.replace("'", ".")):
        measure(**GAP | changes)
